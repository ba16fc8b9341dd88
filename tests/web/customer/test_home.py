"""Home says how long a line still lasts, and what it says stays true while it is open."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.houses import fund, give_line, renew
from tests.people import NEW_YORK, People
from tests.plans import MONTH
from yuanyou.flows import usage
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.units import GB, Unit
from yuanyou.network import actions as network

pytestmark = pytest.mark.usefixtures("house")
HTMX = {"hx-request": "true"}


@pytest.mark.parametrize(("days_ago", "words"), [(3, "27 days left"), (29, "1 day left"), (30, "Last day")])
def test_home_counts_the_days_after_today(people: People, days_ago: int, words: str) -> None:
    today = settings.CLOCK.now().astimezone(ZoneInfo(NEW_YORK)).date()
    noon = datetime.combine(today - timedelta(days=days_ago), time(12), ZoneInfo(NEW_YORK))
    give_line(people.mei, plan=MONTH, now=noon.astimezone(UTC))
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    assert f"<b>{words}</b>" in client.get("/home/").content.decode()


def owner(people: People) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    return client


def live_part(page: str) -> str:
    start = page.index("<div data-live")
    return page[start : page.index("</main>")].strip()


def address(part: str) -> str:
    found = re.search(r'hx-get="([^"]+)"', part)
    assert found is not None
    return found[1]


def test_home_asked_again_by_itself_is_the_same_as_when_it_is_opened(people: People) -> None:
    give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    client = owner(people)
    opened = live_part(client.get("/home/").content.decode())
    assert client.get("/home/", headers=HTMX).content.decode().strip() == opened


def test_nothing_is_sent_while_nothing_has_changed(people: People) -> None:
    give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    client = owner(people)
    asks = address(client.get("/home/").content.decode())
    answer = client.get(asks, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(asks).status_code == 200  # without JavaScript the address is Home


@pytest.mark.parametrize("change", ["wallet", "data", "end"])
def test_a_change_is_sent_when_it_is_asked_for(people: People, change: str) -> None:
    now = settings.CLOCK.now()
    line_id = give_line(people.mei, now=now - timedelta(days=3))
    fund(people.mei, 2690, now=now)
    client = owner(people)
    asks = address(client.get("/home/").content.decode())
    if change == "wallet":
        fund(people.mei, 1, now=now)
    elif change == "data":
        usage.record(line_id, Unit.BYTES, GB, key="some", country="US", now=now)
    else:
        renew(line_id, MONTH, now=now)
    answer = client.get(asks, headers=HTMX)
    assert answer.status_code == 200
    assert address(answer.content.decode()) != asks


def test_a_look_at_an_unchanged_home_is_cheap(people: People) -> None:
    give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    client = owner(people)
    asks = address(client.get("/home/").content.decode())
    with CaptureQueriesContext(connection) as captured:
        assert client.get(asks, headers=HTMX).status_code == 204
    assert len(captured) <= 16, [query["sql"] for query in captured]


def test_whose_session_is_over_is_asked_to_sign_in_and_shown_nothing(people: People) -> None:
    answer = Client().get("/home/", headers=HTMX | {"hx-current-url": "http://testserver/home/"})
    assert answer.content == b""
    assert answer.headers["HX-Redirect"].endswith("?next=/home/")


def test_a_line_that_is_paid_for_again_works_only_when_the_network_was_read_back(people: People) -> None:
    now = settings.CLOCK.now()
    line_id = give_line(people.mei, now=now - timedelta(days=60))
    client = owner(people)
    served()
    assert "Suspended" in client.get("/home/").content.decode()
    served()
    fund(people.mei, 10_000, now=now)
    renew(line_id, MONTH, now=now)
    for page in ("/home/", "/lite/"):
        waiting = client.get(page).content.decode()
        assert "Switching back on" in waiting
        assert "Working" not in waiting
    served()
    for page in ("/home/", "/lite/"):
        assert "Working" in client.get(page).content.decode()


def served() -> None:
    """The carrier does what it is asked."""
    now = settings.CLOCK.now()
    with in_cell(1):
        for wish in network.claim_due(now=now, lease=timedelta(minutes=1), limit=9):
            network.confirmed(network.lock(wish.id), now=now)

"""What the console tells of the network: each wish of a line, and what the carrier left undone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.houses import give_line
from tests.people import People
from tests.web.staff import sign_in
from yuanyou.audit.models import Record
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.sql import load
from yuanyou.network import actions as network
from yuanyou.network.models import Wish
from yuanyou.network.rules import WishEvent

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def ops(people: People) -> Client:
    client = Client(headers={"accept-language": "en"})
    sign_in(client, people.ops_email)
    return client


@pytest.fixture
def line_id(people: People) -> int:
    return give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))


def asked() -> int:
    """The only wish, sent."""
    with in_cell(1):
        now = settings.CLOCK.now()
        return network.claim_due(now=now, lease=timedelta(minutes=1), limit=1)[0].id


def page(ops: Client, line_id: int) -> str:
    return ops.get(f"/console/lines/{Ref('line', line_id)}/").content.decode()


def refuse(wish_id: int) -> None:
    with in_cell(1):
        network.refused(network.lock(wish_id), why="not our card", now=settings.CLOCK.now())


def waiting() -> int:
    """What the first page counts."""
    with in_cell(1), connection.cursor() as cursor:
        cursor.execute(load("yuanyou.web.console.sql", "waiting"))
        return next(count for kind, count, _ in cursor.fetchall() if kind == "network_wrong")


def test_a_line_shows_what_was_asked_of_the_carrier_and_how_it_stands(ops: Client, line_id: int) -> None:
    assert "Waits to be sent" in page(ops, line_id)
    wish_id = asked()
    with in_cell(1):
        network.put_off(network.lock(wish_id), WishEvent.LOST, why="timed out", now=settings.CLOCK.now())
    assert "Unknown: the carrier gave no clear answer" in page(ops, line_id)
    assert "timed out" in page(ops, line_id)
    with in_cell(1):
        network.confirmed(network.lock(wish_id), now=settings.CLOCK.now())
    timeline = page(ops, line_id).partition("Clock")[0]
    assert timeline.index("Open service") < timeline.index("activated")
    assert "Read back" in timeline
    assert "Ask the carrier again" not in page(ops, line_id)


def test_what_the_carrier_refused_waits_on_the_first_page_until_it_is_asked_again(
    ops: Client, line_id: int
) -> None:
    assert waiting() == 0
    refuse(asked())
    assert waiting() == 1
    assert "Lines that the carrier does not serve as it should" in ops.get("/console/").content.decode()
    assert "not our card" in page(ops, line_id)
    assert "Ask the carrier again" in page(ops, line_id)
    answer = ops.post(f"/console/lines/{Ref('line', line_id)}/ask/", follow=True).content.decode()
    assert "The carrier is asked again." in answer
    with in_cell(1):
        states = list(Wish.objects.order_by("turn").values_list("state", flat=True))
    assert states == ["refused", "wanted"]
    assert waiting() == 0
    assert Record.objects.get(verb="network_again").subject == str(Ref("line", line_id))


def test_asking_again_what_is_under_way_asks_nothing_and_records_nothing(ops: Client, line_id: int) -> None:
    answer = ops.post(f"/console/lines/{Ref('line', line_id)}/ask/", follow=True).content.decode()
    assert "Nothing has to be asked" in answer
    assert not Record.objects.filter(verb="network_again").exists()
    assert ops.post("/console/lines/line_1/ask/").status_code == 404

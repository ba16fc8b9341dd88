"""An open Home in a real Chromium: it keeps itself true, and rests while nobody looks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Request, expect

from tests.houses import fund, give_line
from tests.people import People
from yuanyou.flows import usage
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.units import GB, Unit

pytestmark = pytest.mark.browser
LOOKED_AWAY = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"
LOOKS_AGAIN = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def line_id(people: People) -> int:
    return give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))


@pytest.fixture
def home(page: Page, site: str, people: People, line_id: int) -> Page:
    """Mei's Home, on a clock that the test moves."""
    client = Client()
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.clock.install()
    page.goto("/home/")
    return page


@pytest.fixture
def looks(home: Page) -> Iterator[list[str]]:
    """What Home asked by itself."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.headers.get("hx-request"):
            asked.append(request.url)

    home.on("request", note)
    yield asked
    home.remove_listener("request", note)


def use(line_id: int, key: str) -> None:
    usage.record(line_id, Unit.BYTES, GB, key=key, country="US", now=settings.CLOCK.now())


def test_what_changes_is_shown_without_a_reload(home: Page, people: People, line_id: int) -> None:
    expect(home.get_by_role("main")).to_contain_text("10 GB left")
    for key, left in (("first", "9 GB left"), ("second", "8 GB left")):
        use(line_id, key)
        home.clock.run_for(10_000)
        expect(home.get_by_role("main")).to_contain_text(left)
    fund(people.mei, 650, now=settings.CLOCK.now())
    home.clock.run_for(10_000)
    expect(home.get_by_role("main")).to_contain_text("US$6.50")
    expect(home.locator("[data-live]")).to_have_count(1)


def test_nothing_is_asked_while_nobody_looks_and_at_once_when_somebody_does(
    home: Page, looks: list[str], line_id: int
) -> None:
    home.evaluate(LOOKED_AWAY)
    use(line_id, "away")
    home.clock.run_for(60_000)
    assert looks == []
    home.evaluate(LOOKS_AGAIN)
    expect(home.get_by_role("main")).to_contain_text("9 GB left")
    assert len(looks) == 1


def test_a_change_does_not_take_the_readers_place_away(home: Page, line_id: int) -> None:
    link = home.locator(f'a[href="/lines/{Ref("line", line_id)}/"]')
    link.focus()
    use(line_id, "meanwhile")
    home.clock.run_for(10_000)
    expect(home.get_by_role("main")).to_contain_text("9 GB left")
    expect(link).to_be_focused()

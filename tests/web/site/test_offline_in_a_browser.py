"""No connection, in a real Chromium whose server was stopped: what was seen last, and nothing about money."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings

from tests.houses import fund, give_line
from tests.people import People
from tests.web.conftest import _Quiet
from tests.web.customer.test_renew import number_of
from yuanyou.flows import usage
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.units import GB, Unit

pytestmark = pytest.mark.browser
OUR_PHONE = "+12125550188"
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
  return kept.sort();
}"""

KEPT_ONE_SAYS = """async ([address, words]) => {
  const names = await caches.keys();
  const kept = names.length === 1 && await (await caches.open(names[0])).match(address);
  return kept && (await kept.text()).includes(words);
}"""
"""Whether one version alone is kept and its page is the one asked for."""


class Server(ThreadedWSGIServer):
    """One that hangs up on everybody when it stops, as a machine does that loses its power."""

    def __init__(self, port: int) -> None:
        self.callers: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), _Quiet)
        self.set_app(get_wsgi_application())
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.callers.append(request)
        super().process_request(request, client_address)

    def stop(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()
        for caller in self.callers:
            with suppress(OSError):  # gone already
                caller.shutdown(socket.SHUT_RDWR)


class Site:
    """The site on a port of its own, which can be stopped and started."""

    def __init__(self) -> None:
        self.server: Server | None = Server(0)
        self.port: int = self.server.server_address[1]
        self.url = f"http://localhost:{self.port}"

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
        self.server = None

    def start(self) -> None:
        self.server = Server(self.port)


@pytest.fixture
def stoppable(house: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Site]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in the test's thread
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.CONFIG = replace(settings.CONFIG, support_phone=OUR_PHONE, support_whatsapp="")
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def phone(stoppable: Site, people: People) -> Iterator[BrowserContext]:
    """Mei's phone, signed in."""
    client = Client()
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(
            base_url=stoppable.url, locale="en-US", viewport={"width": 390, "height": 844}
        )
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": stoppable.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        yield context
        browser.close()


@pytest.fixture
def line_id(people: People) -> int:
    return give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))


def visit(phone: BrowserContext, address: str = "/home/") -> Page:
    """A page, once what it wants kept is kept."""
    page = phone.new_page()
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def test_what_was_seen_last_is_shown_with_a_way_to_pay_and_to_reach_us(
    phone: BrowserContext, stoppable: Site, line_id: int
) -> None:
    page = visit(phone)
    stoppable.stop()
    page.goto("/home/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Your phone has no connection to us")
    for seen in (
        "Working",
        "10 GB left",
        "days left",
        "This is not fresh",
        f"{settings.CONFIG.site_url}/renew/",
    ):
        expect(main).to_contain_text(seen)
    expect(main.get_by_role("link", name="+1 212 555 0188")).to_have_attribute("href", f"tel:{OUR_PHONE}")
    assert number_of(line_id)[-4:] not in main.inner_text()
    stoppable.start()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("main")).to_contain_text("Renew")


def test_it_shows_what_home_said_last_and_not_what_it_said_first(
    phone: BrowserContext, stoppable: Site, line_id: int
) -> None:
    page = visit(phone)
    usage.record(line_id, Unit.BYTES, GB, key="some", country="US", now=settings.CLOCK.now())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("main")).to_contain_text("9 GB left")
    stoppable.stop()
    page.goto("/receipts/")
    expect(page.get_by_role("main")).to_contain_text("9 GB left")


def test_no_page_of_a_customers_is_kept_whatever_was_visited(
    phone: BrowserContext, stoppable: Site, people: People, line_id: int
) -> None:
    fund(people.mei, 650, now=settings.CLOCK.now())
    page = visit(phone)
    for address in ("/home/", f"/lines/{Ref('line', line_id)}/renew/", "/top-up/", "/receipts/", "/account/"):
        page.goto(address)
    assert page.evaluate(KEPT) == ["/offline/en/", "/static/shared/app.css", "/static/shared/page.js"]
    page.goto("/home/")
    known = page.evaluate("localStorage.getItem('known')")
    assert "10 GB left" in known
    for private in (number_of(line_id), number_of(line_id)[-4:], "mei@", "6.50"):
        assert private not in known
    stoppable.stop()
    page.goto("/top-up/")
    expect(page.get_by_role("main")).to_contain_text("Your phone has no connection to us")
    expect(page.get_by_role("main")).not_to_contain_text("6.50")


def test_after_signing_out_nothing_of_the_line_is_left(
    phone: BrowserContext, stoppable: Site, line_id: int
) -> None:
    page = visit(phone)
    page.goto("/account/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('known')") is None
    stoppable.stop()
    page.goto("/home/")
    expect(page.get_by_role("main")).to_contain_text("Your phone has no connection to us")
    expect(page.get_by_role("main")).not_to_contain_text("GB")


def test_a_newer_worker_takes_over_by_itself(
    phone: BrowserContext, stoppable: Site, line_id: int, settings: Settings
) -> None:
    page = visit(phone)
    settings.CONFIG = replace(settings.CONFIG, support_phone="+12125550199")
    page.goto("/home/")
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    page.wait_for_function(KEPT_ONE_SAYS, arg=["/offline/en/", "+12125550199"])
    stoppable.stop()
    page.goto("/home/")
    link = page.get_by_role("main").get_by_role("link", name="+1 212 555 0199")
    expect(link).to_have_attribute("href", "tel:+12125550199")


def test_the_offline_page_speaks_the_language_that_was_chosen_last(
    phone: BrowserContext, stoppable: Site, line_id: int
) -> None:
    page = visit(phone)
    page.goto("/home/?lang=zh-hans")
    page.wait_for_function(KEPT_ONE_SAYS, arg=["/offline/zh-hans/", "zh-Hans"])
    stoppable.stop()
    page.goto("/home/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")

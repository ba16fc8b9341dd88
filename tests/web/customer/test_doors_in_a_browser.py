"""The doors in a real Chromium: time runs out on a code, WeChat is asked, everybody can read them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.web.customer.wallets import DESKTOP, PHONE, WECHAT, Wallets, begin, path_of
from yuanyou.flows import settlement
from yuanyou.flows.step import in_cell
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Place

pytestmark = pytest.mark.browser
BRIDGE = """window.WeixinJSBridge = { invoke: (name, params, then) => {
  window.asked = [name, params]; setTimeout(() => then({ err_msg: "get_brand_wcpay_request:ok" }), 300) } }"""
LOOKS = (
    ("en", 1280, "dark"),
    ("zh-hans", 390, "light"),
    ("zh-hans", 1280, "light"),
    ("zh-hant", 390, "dark"),
    ("en", 320, "light"),
)


@contextmanager
def opened(page: Page, agent: str, path: str) -> Iterator[Page]:
    """Another browser with this User-Agent at a page of the site."""
    browser = page.context.browser
    assert browser
    base = page.url or ""
    context = browser.new_context(user_agent=agent, base_url=base, viewport={"width": 390, "height": 844})
    other = context.new_page()
    complaints: list[str] = []
    other.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    other.on("pageerror", lambda error: complaints.append(str(error)))
    other.goto(path)
    yield other
    context.close()
    assert complaints == []


@pytest.fixture
def start(page: Page, site: str, wallets: Wallets) -> Page:
    """A browser on the site, to which our own links lead."""
    settings.CONFIG = replace(settings.CONFIG, site_url=site)
    page.goto("/help/")
    return page


def path(attempt: Attempt) -> str:
    return path_of(attempt.payment.order)


def in_wechat(line: int) -> Attempt:
    return begin(line, method="wechat_pay", place=Place.WECHAT, payer_ref="o1")


def test_time_runs_on_a_code_and_the_page_changes_when_it_is_paid(
    start: Page, line: int, wallets: Wallets
) -> None:
    attempt = begin(line)
    with opened(start, DESKTOP, path(attempt)) as desktop:
        timer = desktop.get_by_role("timer")
        expect(timer).to_have_text(re.compile(r"^4:5\d$"))
        before = timer.text_content() or ""
        expect(timer).not_to_have_text(before)
        box = desktop.locator(".qr").bounding_box()
        assert box
        assert box["width"] >= 240
        wallets.paid[attempt.ref] = None
        settlement.ask(attempt.pk, source="notice", now=settings.CLOCK.now())
        expect(desktop.get_by_role("heading", name="Renewed")).to_be_visible()


def test_a_code_that_ran_out_is_taken_away_by_itself_and_renewed_with_one_tap(
    start: Page, line: int, wallets: Wallets
) -> None:
    wallets.good_for = wallets.good_for / 100
    attempt = begin(line)
    wallets.good_for *= 100
    with opened(start, DESKTOP, path(attempt)) as desktop:
        expect(desktop.get_by_role("heading", name="This code has run out")).to_be_visible(timeout=10_000)
        expect(desktop.locator(".qr")).to_have_count(0)
        desktop.get_by_role("button", name="Show a new code").click()
        expect(desktop.locator(".qr")).to_be_visible()


def test_wechats_button_hands_over_what_the_provider_gave_and_asks_how_it_went(
    start: Page, line: int, wallets: Wallets
) -> None:
    attempt = in_wechat(line)
    with opened(start, WECHAT, path(attempt)) as wechat:
        wechat.evaluate(BRIDGE)
        wechat.get_by_role("button", name="Pay with WeChat").first.click()
        name, params = wechat.evaluate("window.asked")
        assert (name, params["package"]) == ("getBrandWCPayRequest", f"prepay_id={attempt.ref}")
        wallets.paid[attempt.ref] = None
        expect(wechat.get_by_role("heading", name="Renewed")).to_be_visible()


def test_a_page_that_wechat_does_not_answer_says_what_to_do(start: Page, line: int) -> None:
    with opened(start, WECHAT, path(in_wechat(line))) as wechat:
        words = wechat.get_by_text("WeChat did not answer this page")
        expect(words).to_be_hidden()
        wechat.get_by_role("button", name="Pay with WeChat").first.click()
        expect(words).to_be_visible()


@pytest.mark.slow
def test_everybody_can_read_every_door(start: Page, line: int, wallets: Wallets) -> None:
    def look(agent: str, where: str, name: str) -> None:
        with opened(start, agent, where) as other:
            for language, width, scheme in LOOKS:
                other.set_viewport_size({"width": width, "height": 844})
                other.goto(f"{where}?lang={language}")
                see(other, f"{name}-{language}-{width}-{scheme}", scheme)

    look(WECHAT, path(in_wechat(line)), "script")
    code = begin(line)
    look(DESKTOP, path(code), "scan")
    look(WECHAT, carried(start, code), "leave")
    look(PHONE, carried(start, code), "go-on")
    used = carried(start, code)
    with opened(start, PHONE, used) as phone:
        phone.get_by_role("button", name="Pay another way").click()
        phone.wait_for_url("**/orders/**")
    look(PHONE, path(code), "order")
    with in_cell(1):
        Attempt.objects.filter(pk=code.pk).update(expires_at=settings.CLOCK.now())
    look(DESKTOP, path(code), "run-out")


def carried(page: Page, attempt: Attempt) -> str:
    """Choose Alipay inside WeChat; the address that leads to."""
    with opened(page, WECHAT, path(attempt)) as wechat:
        wechat.locator("[value='stripe:alipay']").check()
        wechat.locator(".pay button").click()
        wechat.wait_for_url("**/go-on/**")
        return wechat.url


def see(page: Page, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=Path(shots) / f"{name}.png", full_page=True)

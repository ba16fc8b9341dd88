"""The public pages as people see them: no accessibility violation, in any language, scheme or width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.plans import MONTH

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/plans/",
    "/plans/?q=atlantis",
    f"/plans/{MONTH.code}/",
    "/help/",
    "/help/verify/?handle=nobody",
    "/faq/",
    "/terms/",
    "/refunds/",
    "/privacy/",
    "/app/",
)
WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_nobody_is_kept_out(page: Page, language: str) -> None:
    axe = Axe()
    for path in PATHS:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found = axe.run(page)
            assert found.violations_count == 0, f"{path}, {scheme}: {found.generate_report()}"


def test_the_language_changes_and_the_page_stays(page: Page) -> None:
    page.goto("/plans/?q=US")
    page.locator("summary", has_text="EN").click()
    page.get_by_role("link", name="繁體中文").click()
    assert page.get_by_label("您要去哪裡").input_value() == "US"
    page.goto("/help/")
    assert page.locator("html").get_attribute("lang") == "zh-Hant"


def test_the_menu_of_languages_closes_with_escape(page: Page) -> None:
    page.goto("/")
    menu = page.locator("details.langs")
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None


def test_a_link_to_an_answer_opens_it(page: Page) -> None:
    page.goto("/faq/#forgot")
    assert page.get_by_text("your number is kept for another").is_visible()
    assert not page.get_by_text("Dial *#06#").is_visible()


def test_the_keyboard_reaches_the_content_in_one_step(page: Page) -> None:
    page.goto("/plans/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_the_browser_tells_its_time_zone_and_dates_follow_it(page: Page) -> None:
    page.goto("/help/")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["zone"] == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")

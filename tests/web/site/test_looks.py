"""The public pages in a browser: languages, folded answers, the keyboard, the reader's zone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FOLDED = ("/faq/", "/app/", "/help/verify/?handle=nobody")


def test_what_is_folded_away_keeps_nobody_out_either(page: Page) -> None:
    axe = Axe()
    for path in FOLDED:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = axe.run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def test_the_language_changes_and_the_page_stays(page: Page) -> None:
    page.goto("/plans/?q=US")
    page.locator("summary", has_text="EN").click()
    page.get_by_role("link", name="繁體中文", exact=True).click()
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

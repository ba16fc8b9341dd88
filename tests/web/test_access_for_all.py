"""Every page, in every language, light and dark, on three widths: no barrier that a machine can find."""

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from tests.flows.test_saved_methods import AMEX, VISA, keep
from tests.houses import BY_CARD, fund, give_line, renew
from tests.people import People
from tests.plans import MONTH
from tests.web.staff import sign_in
from yuanyou.flows import links, receipts
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref, parse
from yuanyou.lines.models import Line

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 390, 1280)
LANGUAGES = ("zh-hans", "zh-hant", "en")
SCHEMES = ("light", "dark")
OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
OPEN_PAGES = (
    "site:home",
    "site:plans",
    "site:help",
    "site:verify",
    "site:ways",
    "site:faq",
    "site:terms",
    "site:refunds",
    "site:privacy",
    "site:app",
    "account_login",
    "account_signup",
    "customer:find",
    "staff_sign_in",
)
OWN_PAGES = (
    "customer:home",
    "customer:receipts",
    "customer:top-up",
    "customer:ways-to-pay",
    "customer:lite",
    "account",
    "account_preferences",
    "account_email",
    "usersessions_list",
    "mfa_list_webauthn",
)
LINE_PAGES = ("customer:line", "customer:install", "customer:renew", "customer:auto-renewal")


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


def visitor(browser: Browser, site: str, *, language: str, scheme: str, session: str | None = None) -> Page:
    context = browser.new_context(base_url=site, color_scheme=scheme, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    context.add_cookies([{"name": "lang", "value": language, "url": site}])
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    return context.new_page()


def barriers(page: Page, address: str) -> list[str]:
    """What axe finds and what runs out of the screen, on each width."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status in {200, 404}, f"{address}: {answer.status}"
    return barriers_here(page, address)


def barriers_here(page: Page, address: str) -> list[str]:
    """The same for the page that is open."""
    found = []
    page.evaluate(Axe().axe_script)
    # What the tab bar covers scrolls free; axe looks at one position only and would call it too small.
    page.evaluate("document.querySelector('.tabs')?.style.setProperty('position', 'static')")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{address} at {width}: wider than the screen")
        for violation in page.evaluate("options => axe.run(document, options)", OPTIONS)["violations"]:
            where = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            found.append(f"{address} at {width}: {violation['id']}: {where}")
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_kept_out_of_a_page_for_everybody(
    browser: Browser, site: str, language: str, scheme: str
) -> None:
    page = visitor(browser, site, language=language, scheme=scheme)
    addresses = [reverse(name) for name in OPEN_PAGES]
    addresses += [reverse("site:plan", args=[MONTH.code]), "/plans/?q=nowhere", "/nothing-here/"]
    assert "\n".join(barrier for address in addresses for barrier in barriers(page, address)) == ""


def order_pages(line_id: int, people: People) -> list[str]:
    """A renewal that is done with its receipt, one that waits for its provider, and a guest's way in."""
    now = settings.CLOCK.now()
    fund(people.mei, 10_000, now=now)
    done, waits = renew(line_id, MONTH, now=now), renew(line_id, MONTH, tender=BY_CARD, again=True, now=now)
    receipts.number(1, now=now)
    with in_cell(1):
        number = Line.objects.get(pk=line_id).number
    pages = [links.order_page(order).removeprefix(settings.CONFIG.site_url) for order in (done, waits)]
    return [*pages, pages[0] + "receipt/", f"/renew/?number={number}"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_kept_out_of_the_console(
    people: People, browser: Browser, site: str, language: str, scheme: str
) -> None:
    line_id = give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    fund(people.mei, 10_000, now=settings.CLOCK.now())
    order = renew(line_id, MONTH, now=settings.CLOCK.now())
    client = Client()
    sign_in(client, people.ops_email)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = visitor(browser, site, language=language, scheme=scheme, session=session)
    addresses = [
        reverse("console:today"),
        reverse("console:today") + "?q=nobody",
        reverse("console:line", args=[str(Ref("line", line_id))]),
        reverse("console:order", args=[order.ref]),
        reverse("console:books"),
        reverse("console:customer", args=[people.mei.id]),
        reverse("console:erase", args=[people.mei.id]),
        reverse("console:erase", args=[people.ada.id]),
    ]
    found = [barrier for address in addresses for barrier in barriers(page, address)]
    found += reveal(page, people)
    found += barriers(page, reverse("console:log"))
    assert "\n".join(found) == ""


def reveal(page: Page, people: People) -> list[str]:
    """A form that says no, then what it shows once."""
    found = []
    for reason in ("???", "She calls about her receipt"):
        page.goto(reverse("console:customer", args=[people.mei.id]))
        page.locator("[name=reason]").evaluate("field => field.removeAttribute('minlength')")
        page.locator("[name=reason]").fill(reason)
        page.locator("button[value=contact]").click()
        found += barriers_here(page, f"revealing for {reason!r}")
    assert "mei@example.com" in page.content()
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_kept_out_of_a_customers_page(
    people: People, browser: Browser, site: str, language: str, scheme: str
) -> None:
    line = str(Ref("line", give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))))
    fund(people.mei, 650, now=settings.CLOCK.now())
    visa, _ = keep(people.mei, VISA, AMEX)
    client = Client()
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = visitor(browser, site, language=language, scheme=scheme, session=session)
    addresses = [reverse(name) for name in OWN_PAGES] + [reverse(name, args=[line]) for name in LINE_PAGES]
    addresses.append(reverse("customer:buy", args=[MONTH.code]))
    addresses.append(reverse("customer:remove-way-to-pay", args=[str(Ref("sav", visa))]))
    addresses += order_pages(parse(line, "line").id, people)
    assert "\n".join(barrier for address in addresses for barrier in barriers(page, address)) == ""

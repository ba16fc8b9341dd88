"""The sign-in pages as people see them: no accessibility violation, in every language, light and dark."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from playwright.sync_api import Page

from tests.people import STAFF_PASSWORD, People
from tests.web import staff
from tests.web.mailbox import code_for

pytestmark = pytest.mark.browser


@pytest.fixture
def look(page: Page) -> Callable[[str], None]:
    """Runs axe on the open page, in each language and both colour schemes."""
    axe = Axe()

    def look_at(name: str) -> None:
        for language in ("en", "zh-hans", "zh-hant"):
            page.goto(f"{page.url.partition('?')[0]}?lang={language}")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                found = axe.run(page)
                assert found.violations_count == 0, f"{name}, {language}, {scheme}: {found.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, language)

    return look_at


def test_the_way_in(page: Page, people: People, look: Callable[[str], None]) -> None:
    page.goto("/sign-in/")
    look("sign-in")
    page.goto("/sign-up/?lang=en")
    look("sign-up")
    page.goto("/sign-in/?lang=en")
    page.get_by_label("E-mail").fill("mei@example.com")
    page.get_by_role("button", name="E-mail me a code").click()
    look("code")


def test_the_account(page: Page, people: People, look: Callable[[str], None]) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_role("button", name="E-mail me a code").click()
    page.get_by_label("Code").fill(code_for("ada@example.com"))
    page.get_by_role("button", name="Go on").click()
    for path in (
        "/account/",
        "/account/preferences/",
        "/account/addresses/",
        "/account/devices/",
        "/account/passkeys/",
        "/account/passkeys/add/",
        "/account/again/",
        "/account/sign-out/",
    ):
        page.goto(path)
        look(path)


def test_the_staff_door(page: Page, people: People, look: Callable[[str], None]) -> None:
    page.goto("/staff/sign-in/")
    look("staff sign-in")
    page.goto("/staff/sign-in/?lang=en")
    page.get_by_label("Email").fill(people.ops_email)
    page.get_by_label("Password").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="Go on").click()
    look("second factor, set up")
    page.goto("/staff/sign-in/set-up/?lang=en")
    secret = Session.objects.get().get_decoded()[totp.SECRET_SESSION_KEY]
    page.get_by_label("Authenticator code").fill(staff.shown_now(secret))
    page.get_by_role("button", name="Go on").click()
    look("recovery codes")
    page.goto("/staff/password/")
    look("password")

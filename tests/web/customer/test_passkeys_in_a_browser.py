"""Passkeys in a real Chromium, with the virtual authenticator it has for such tests."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.people import People
from tests.web.mailbox import code_for

pytestmark = pytest.mark.browser


@pytest.fixture
def _phone(page: Page) -> None:
    """An authenticator that keeps passkeys and whose owner unlocks it at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.usefixtures("_phone")
def test_a_customer_makes_a_passkey_and_signs_in_with_it(page: Page, people: People) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_role("button", name="E-mail me a code").click()
    page.get_by_label("Code").fill(code_for("ada@example.com"))
    page.get_by_role("button", name="Go on").click()

    page.goto("/account/passkeys/add/")
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/account/passkeys/$"))
    expect(page.get_by_role("main")).to_contain_text("My phone")

    page.goto("/account/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/account/devices/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/account/devices/$"))
    expect(page.get_by_role("main")).to_contain_text("This device")


@pytest.mark.usefixtures("_phone")
def test_who_has_no_passkey_yet_is_offered_a_code_instead(page: Page, people: People) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="E-mail me a code")).to_be_enabled()


def test_signing_up_remembers_the_browsers_time_zone(page: Page, people: People) -> None:
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Taipei"})
    page.goto("/sign-up/")
    page.get_by_label("E-mail").fill("lily@gmail.com")
    page.get_by_role("button", name="E-mail me a code").click()
    page.get_by_label("Code").fill(code_for("lily@gmail.com"))
    page.get_by_role("button", name="Go on").click()
    page.goto("/account/preferences/")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Taipei")

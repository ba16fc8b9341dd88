"""What holds for every page about signing in."""

import re
from itertools import chain

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, resolve, reverse
from django.urls.exceptions import Resolver404

from tests.people import People
from tests.web import staff
from tests.web.customer.test_passkeys import enter
from yuanyou.web.console import sign_in_urls as staff_urls
from yuanyou.web.customer import sign_in_urls as customer_urls

OPEN = ("account_login", "account_signup", "staff_sign_in")
CUSTOMERS = (
    "account",
    "account_preferences",
    "account_logout",
    "account_reauthenticate",
    "account_email",
    "usersessions_list",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
)
STAFFS = ("staff_recovery_codes", "account_change_password")


def pages(people: People) -> dict[str, str]:
    """Every page as the one who may see it sees it."""
    stranger, mei, ops = Client(), Client(), Client()
    enter(mei, "mei@example.com")
    staff.set_up_second_factor(ops, people.ops_email)
    who = chain(
        ((stranger, name) for name in OPEN),
        ((mei, name) for name in CUSTOMERS),
        ((ops, name) for name in STAFFS),
    )
    found = {}
    for client, name in who:
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        found[name] = answer.content.decode()
    return found


def test_no_page_has_a_script_or_style_that_the_content_policy_forbids(people: People) -> None:
    for name, page in pages(people).items():
        inline = re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", page)
        assert inline == [], name
        assert not re.search(r"<[^>]+\s(?:on[a-z]+|style)=", page), name
        assert "javascript:" not in page, name


def test_every_form_carries_the_token_against_forgery(people: People) -> None:
    for name, page in pages(people).items():
        main = page.split("<main", maxsplit=1)[1]
        posts = re.findall(r'<form method="post".*?</form>', main, re.DOTALL)
        assert all("csrfmiddlewaretoken" in form for form in posts), name


@pytest.mark.parametrize(
    "name",
    [
        "account_reset_password",
        "account_reset_password_from_key",
        "account_set_password",
        "account_confirm_email",
        "account_signup_by_passkey",
        "mfa_signup_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    ],
)
def test_a_page_of_allauth_that_we_do_not_need_does_not_exist(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_allauths_own_addresses_lead_nowhere() -> None:
    for path in (
        "/accounts/login/",
        "/accounts/password/reset/",
        "/account/password/reset/",
        "/account/2fa/",
    ):
        with pytest.raises(Resolver404):
            resolve(path)


@pytest.mark.parametrize(
    "pattern", [*customer_urls.urlpatterns, *staff_urls.urlpatterns], ids=lambda each: each.name
)
@pytest.mark.usefixtures("people")
def test_no_page_fails_for_a_stranger(client: Client, pattern: URLPattern) -> None:
    assert pattern.name in get_resolver().reverse_dict
    arguments = [7] if pattern.pattern.converters else []
    for method in (client.get, client.post):
        assert method(reverse(pattern.name, args=arguments)).status_code in {200, 302, 405}

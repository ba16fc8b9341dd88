"""Signing in and up by a code in an e-mail (DESIGN laws 19 and 22)."""

import smtplib
from collections.abc import Callable
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.web.mailbox import code_for, subjects_to
from yuanyou.identity import actions, queries
from yuanyou.identity.models import Account, Customer

QUOTE = "/plans/?quote=q_7"


def ask_for_code(client: Client, address: str, next_: str = "") -> None:
    response = client.post(reverse("account_login"), {"login": address, "next": next_})
    assert response.status_code == 302, response.content.decode()
    assert response["Location"].startswith(reverse("account_confirm_login_code"))


def sign_in(client: Client, address: str) -> None:
    ask_for_code(client, address)
    response = client.post(reverse("account_confirm_login_code"), {"code": code_for(address)})
    assert response["Location"] == settings.LOGIN_REDIRECT_URL


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


class TestSigningIn:
    def test_a_code_by_e_mail_is_all_it_takes(self, client: Client, people: People) -> None:
        sign_in(client, "mei@example.com")
        assert signed_in_as(client) == people.mei.account_id

    def test_nothing_is_sent_but_one_e_mail(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com")
        assert [message.to for message in mail.outbox] == [["mei@example.com"]]

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [("en", "Your code to sign in"), ("zh-CN", "登录"), ("zh-TW", "登入")],
    )
    def test_the_e_mail_speaks_the_language_of_the_page(
        self, client: Client, people: People, wanted: str, words: str
    ) -> None:
        client.post(
            reverse("account_login"), {"login": "mei@example.com"}, headers={"accept-language": wanted}
        )
        message = mail.outbox[-1]
        assert isinstance(message, EmailMultiAlternatives)
        code = code_for("mei@example.com")
        assert code in message.subject
        for body in (str(message.body), str(message.alternatives[0].content)):
            assert words in body
            assert code in body

    def test_the_address_and_the_code_may_be_typed_as_a_chinese_keyboard_does(
        self, client: Client, people: People
    ) -> None:
        ask_for_code(client, "ＭＥＩ＠ｅｘａｍｐｌｅ．ｃｏｍ")
        digits = code_for("mei@example.com")
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in f"{digits[:4]} {digits[4:]}".replace(" ", ""))
        client.post(reverse("account_confirm_login_code"), {"code": wide})
        assert signed_in_as(client) == people.mei.account_id

    def test_one_returns_to_where_one_was_going(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com", next_=QUOTE)
        response = client.post(
            reverse("account_confirm_login_code"), {"code": code_for("mei@example.com"), "next": QUOTE}
        )
        assert response["Location"] == QUOTE

    def test_nobody_is_sent_to_another_site(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com", next_="https://evil.example/")
        response = client.post(
            reverse("account_confirm_login_code"),
            {"code": code_for("mei@example.com"), "next": "https://evil.example/"},
        )
        assert response["Location"] == settings.LOGIN_REDIRECT_URL

    def test_a_wrong_code_is_refused(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com")
        wrong = f"{(int(code_for('mei@example.com')) + 1) % 10**8:08}"
        client.post(reverse("account_confirm_login_code"), {"code": wrong})
        assert signed_in_as(client) is None

    def test_the_right_code_after_three_wrong_ones_is_refused(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com")
        right = code_for("mei@example.com")
        for _ in range(3):
            client.post(reverse("account_confirm_login_code"), {"code": "00000000"})
        client.post(reverse("account_confirm_login_code"), {"code": right})
        assert signed_in_as(client) is None

    def test_a_code_after_fifteen_minutes_is_refused(self, client: Client, people: People) -> None:
        with patch("time.time", return_value=1_800_000_000.0):
            ask_for_code(client, "mei@example.com")
        with patch("time.time", return_value=1_800_000_000.0 + 15 * 60 + 1):
            client.post(reverse("account_confirm_login_code"), {"code": code_for("mei@example.com")})
        assert signed_in_as(client) is None

    def test_a_code_works_only_in_the_browser_that_asked(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com")
        other = Client()
        other.post(reverse("account_confirm_login_code"), {"code": code_for("mei@example.com")})
        assert signed_in_as(other) is None

    def test_another_code_replaces_the_first(self, client: Client, people: People) -> None:
        ask_for_code(client, "mei@example.com")
        first = code_for("mei@example.com")
        client.post(reverse("account_confirm_login_code"), {"action": "resend"})
        second = code_for("mei@example.com")
        assert first != second
        client.post(reverse("account_confirm_login_code"), {"code": first})
        assert signed_in_as(client) is None
        client.post(reverse("account_confirm_login_code"), {"code": second})
        assert signed_in_as(client) == people.mei.account_id

    def test_a_closed_account_gets_no_code(self, client: Client, people: People) -> None:
        assert people.mei.account_id is not None
        actions.close_account(people.mei.account_id)
        ask_for_code(client, "mei@example.com")
        assert "code" not in " ".join(subjects_to("mei@example.com"))

    def test_pages_speak_the_customers_language_after_signing_in(
        self, client: Client, people: People
    ) -> None:
        sign_in(client, "mei@example.com")
        assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"

    def test_a_mail_server_that_is_down_is_said_and_not_an_error(
        self, client: Client, people: People
    ) -> None:
        for trouble in (ConnectionRefusedError(), smtplib.SMTPServerDisconnected()):
            with patch.object(EmailBackend, "send_messages", side_effect=trouble):
                response = client.post(reverse("account_login"), {"login": "mei@example.com"})
            assert response.status_code == 503
        assert signed_in_as(client) is None


class TestStrangersLearnNothing:
    def test_an_unknown_address_looks_the_same_as_a_known_one(self, people: People) -> None:
        def pages(address: str) -> list[tuple[int, str]]:
            client = Client()
            answers = [
                client.post(reverse("account_login"), {"login": address}),
                client.get(reverse("account_confirm_login_code")),
                client.post(reverse("account_confirm_login_code"), {"action": "resend"}),
                client.get(reverse("account_confirm_login_code")),
                client.post(reverse("account_confirm_login_code"), {"code": "00000000"}),
            ]
            return [
                (answer.status_code, _without_noise(answer.content.decode(), address)) for answer in answers
            ]

        assert pages("mei@example.com") == pages("who@example.com")

    def test_who_has_no_account_is_told_so_by_e_mail_only(self, client: Client, people: People) -> None:
        ask_for_code(client, "who@example.com")
        assert subjects_to("who@example.com") == ["There is no account with this address"]

    def test_signing_up_looks_the_same_for_a_known_address(self, people: People) -> None:
        def pages(address: str) -> list[tuple[int, str]]:
            client = Client()
            answers = [
                client.post(reverse("account_signup"), {"email": address}),
                client.get(reverse("account_email_verification_sent")),
                client.post(reverse("account_email_verification_sent"), {"code": "00000000"}),
            ]
            return [
                (answer.status_code, _without_noise(answer.content.decode(), address)) for answer in answers
            ]

        assert pages("mei@example.com") == pages("who@example.com")
        assert subjects_to("mei@example.com") == ["You already have an account"]


class TestSigningUp:
    def test_a_confirmed_address_makes_a_customer_in_a_cell(self, client: Client, people: People) -> None:
        client.cookies["zone"] = "Asia/Shanghai"
        client.post(
            reverse("account_signup"), {"email": "Lily@Gmail.com"}, headers={"accept-language": "zh-TW"}
        )
        assert signed_in_as(client) is None
        answer = client.post(reverse("account_email_verification_sent"), {"code": code_for("lily@gmail.com")})
        assert answer["Location"] == settings.LOGIN_REDIRECT_URL
        person = queries.customer_by_email("lily@gmail.com")
        assert person is not None
        assert signed_in_as(client) == person.account_id
        assert (person.language, person.zone) == ("zh-hant", "Asia/Shanghai")
        assert person.cell in settings.CONFIG.cells

    def test_a_zone_nobody_knows_becomes_the_operators(self, client: Client, people: People) -> None:
        client.cookies["zone"] = "Mars/Olympus"
        client.post(reverse("account_signup"), {"email": "lily@gmail.com"})
        assert Customer.objects.get(account__email="lily@gmail.com").zone == settings.CONFIG.books_zone

    def test_registering_in_the_middle_of_a_renewal_returns_to_the_same_quote(
        self, client: Client, people: People
    ) -> None:
        page = client.get(reverse("account_login"), {"next": QUOTE}).content.decode()
        assert f"{reverse('account_signup')}?next=%2Fplans%2F%3Fquote%3Dq_7" in page
        client.post(reverse("account_signup"), {"email": "lily@gmail.com", "next": QUOTE})
        response = client.post(
            reverse("account_email_verification_sent"), {"code": code_for("lily@gmail.com")}
        )
        assert response["Location"] == QUOTE

    def test_the_e_mail_to_who_has_no_account_leads_back_to_the_quote_too(
        self, client: Client, people: People
    ) -> None:
        ask_for_code(client, "lily@gmail.com", next_=QUOTE)
        assert "/sign-up/?next=%2Fplans%2F%3Fquote%3Dq_7" in str(mail.outbox[-1].body)

    def test_an_unfinished_registration_can_be_finished_by_signing_in(
        self, client: Client, people: People
    ) -> None:
        Client().post(reverse("account_signup"), {"email": "lily@gmail.com"})
        sign_in(client, "lily@gmail.com")
        assert EmailAddress.objects.get(email="lily@gmail.com").verified

    def test_an_unfinished_registration_opens_nothing(self, client: Client, people: People) -> None:
        client.post(reverse("account_signup"), {"email": "lily@gmail.com"})
        response = client.get(reverse("account"))
        assert response["Location"].startswith(reverse("account_login"))

    def test_no_password_is_ever_asked_for(self, client: Client, people: People) -> None:
        for page in ("account_login", "account_signup"):
            assert "password" not in client.get(reverse(page)).content.decode().split("<main")[1].replace(
                "No password", ""
            ).replace("no password", "")


class TestStaffDoNotComeInThisWay:
    def test_no_code_is_made_for_a_member_of_staff(self, client: Client, people: People) -> None:
        ask_for_code(client, people.ops_email)
        assert subjects_to(people.ops_email) == ["There is no account with this address"]

    def test_even_a_code_that_leaked_does_not_sign_staff_in(self, client: Client, people: People) -> None:
        with patch.object(Account, "is_staff", False):
            ask_for_code(client, people.ops_email)
        response = client.post(reverse("account_confirm_login_code"), {"code": code_for(people.ops_email)})
        assert response.status_code == 403
        assert signed_in_as(client) is None


class TestRateLimits:
    def test_an_address_gets_three_codes_a_minute(self, people: People) -> None:
        assert _codes_until_refused(Client, "mei@example.com") == 3

    def test_another_address_is_not_held_up_by_it(self, client: Client, people: People) -> None:
        _codes_until_refused(Client, "mei@example.com")
        ask_for_code(client, "ada@example.com")

    def test_one_machine_gets_thirty_tries_a_minute(self, people: People) -> None:
        client = Client()
        answers = [
            client.post(reverse("account_login"), {"login": f"not an address {n}"}).status_code
            for n in range(31)
        ]
        assert answers == [200] * 30 + [429]


def _codes_until_refused(new_client: Callable[[], Client], address: str) -> int:
    for count in range(20):
        response = new_client().post(reverse("account_login"), {"login": address})
        if response.status_code != 302:
            return count
    raise AssertionError("never refused")


def _without_noise(page: str, address: str) -> str:
    """The page without what differs every time: the address itself and the form's token."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.replace(address, "ADDRESS"))

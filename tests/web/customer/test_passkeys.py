"""Passkeys: added by a signed-in customer, then enough by themselves."""

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from tests.people import People
from tests.web.authenticator import Phone
from tests.web.mailbox import code_for, subjects_to
from yuanyou.identity import actions
from yuanyou.identity.models import Account

GARBAGE = (
    "",
    "not json",
    "[]",
    "7",
    '{"id": 1}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": "YQ"}',
)


def enter(client: Client, address: str) -> None:
    """Sign in by code, as a customer does."""
    client.post(reverse("account_login"), {"login": address})
    client.post(reverse("account_confirm_login_code"), {"code": code_for(address)})
    mail.outbox.clear()


def add_passkey(client: Client, phone: Phone, name: str = "My phone") -> None:
    page = client.get(reverse("mfa_add_webauthn")).content.decode()
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page)
    assert found, page
    client.post(
        reverse("mfa_add_webauthn"), {"name": name, "credential": phone.create(json.loads(found.group(1)))}
    )


def use_passkey(client: Client, phone: Phone, next_: str = "") -> Any:
    asked = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()
    return client.post(
        reverse("mfa_login_webauthn"), {"credential": phone.get(asked["request_options"]), "next": next_}
    )


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


@pytest.fixture
def phone(people: People) -> Phone:
    """Mei's phone, with a passkey of hers."""
    client, phone = Client(), Phone()
    enter(client, "mei@example.com")
    add_passkey(client, phone)
    assert Authenticator.objects.count() == 1
    mail.outbox.clear()
    return phone


class TestUsingOne:
    def test_it_signs_in_by_itself(self, client: Client, people: People, phone: Phone) -> None:
        use_passkey(client, phone)
        assert signed_in_as(client) == people.mei.account_id
        assert mail.outbox == []

    def test_one_returns_to_where_one_was_going(self, client: Client, people: People, phone: Phone) -> None:
        assert use_passkey(client, phone, next_="/plans/?quote=q_7")["Location"] == "/plans/?quote=q_7"

    def test_a_code_by_e_mail_still_works_without_it(
        self, client: Client, people: People, phone: Phone
    ) -> None:
        enter(client, "mei@example.com")
        assert signed_in_as(client) == people.mei.account_id

    def test_another_phone_is_refused(self, client: Client, people: People, phone: Phone) -> None:
        use_passkey(client, Phone(user_handle=phone.user_handle))
        assert signed_in_as(client) is None

    def test_a_phone_whose_owner_did_not_unlock_it_is_refused(
        self, client: Client, people: People, phone: Phone
    ) -> None:
        phone.verifies = False
        use_passkey(client, phone)
        assert signed_in_as(client) is None

    def test_an_answer_cannot_be_used_again(self, client: Client, people: People, phone: Phone) -> None:
        asked = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()
        answer = {"credential": phone.get(asked["request_options"])}
        Client().post(reverse("mfa_login_webauthn"), answer)
        client.post(reverse("mfa_login_webauthn"), answer)
        assert signed_in_as(client) == people.mei.account_id
        client.post(reverse("account_logout"))
        client.post(reverse("mfa_login_webauthn"), answer)
        assert signed_in_as(client) is None

    def test_a_closed_account_is_refused(self, client: Client, people: People, phone: Phone) -> None:
        assert people.mei.account_id is not None
        actions.close_account(people.mei.account_id)
        assert use_passkey(client, phone)["Location"] == reverse("account_inactive")
        assert signed_in_as(client) is None

    def test_a_removed_one_is_refused(self, client: Client, people: People, phone: Phone) -> None:
        enter(client, "mei@example.com")
        client.post(reverse("mfa_remove_webauthn", args=[Authenticator.objects.get().pk]))
        other = Client()
        use_passkey(other, phone)
        assert signed_in_as(other) is None

    def test_a_passkey_made_for_another_site_is_refused_in_production(
        self, client: Client, people: People, phone: Phone
    ) -> None:
        with override_settings(MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=False):
            use_passkey(client, phone)
        assert signed_in_as(client) is None

    @pytest.mark.parametrize("garbage", GARBAGE)
    def test_garbage_is_refused_and_not_an_error(self, client: Client, people: People, garbage: str) -> None:
        client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
        assert client.post(reverse("mfa_login_webauthn"), {"credential": garbage}).status_code == 302
        assert signed_in_as(client) is None


class TestAddingOne:
    @pytest.mark.parametrize("garbage", GARBAGE)
    def test_garbage_is_refused_and_not_an_error(self, client: Client, people: People, garbage: str) -> None:
        enter(client, "mei@example.com")
        client.get(reverse("mfa_add_webauthn"))
        assert client.post(reverse("mfa_add_webauthn"), {"credential": garbage}).status_code == 200
        assert not Authenticator.objects.exists()

    def test_every_address_of_the_account_is_told(self, client: Client, people: People) -> None:
        enter(client, "ada@example.com")
        add_passkey(client, Phone())
        assert subjects_to("ada@example.com") == ["A passkey was added to your account"]

    def test_without_a_name_it_is_called_after_the_device(self, people: People) -> None:
        client = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) AppleWebKit Version/18.0 Safari/604.1"})
        enter(client, "mei@example.com")
        add_passkey(client, Phone(), name="")
        assert "iPhone, Safari" in client.get(reverse("mfa_list_webauthn")).content.decode()

    def test_it_must_be_one_that_verifies_its_owner(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        add_passkey(client, Phone(verifies=False))
        assert not Authenticator.objects.exists()

    def test_it_needs_a_sign_in(self, client: Client, people: People) -> None:
        assert client.get(reverse("mfa_add_webauthn"))["Location"].startswith(reverse("account_login"))

    def test_a_quarter_of_an_hour_later_one_signs_in_again_first(
        self, client: Client, people: People
    ) -> None:
        enter(client, "mei@example.com")
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] = time.time() - 15 * 60 - 1
        session.save()
        answer = client.get(reverse("mfa_add_webauthn"))
        assert (
            answer["Location"] == f"{reverse('account_reauthenticate')}?next=%2Faccount%2Fpasskeys%2Fadd%2F"
        )
        assert client.get(answer["Location"]).status_code == 200
        answer = client.post(answer["Location"], {"next": reverse("mfa_add_webauthn")})
        assert answer["Location"] == f"{reverse('account_login')}?next=%2Faccount%2Fpasskeys%2Fadd%2F"
        assert signed_in_as(client) is None

    def test_nobody_removes_anothers(self, client: Client, people: People, phone: Phone) -> None:
        enter(client, "ada@example.com")
        answer = client.post(reverse("mfa_remove_webauthn", args=[Authenticator.objects.get().pk]))
        assert answer.status_code == 404
        assert Authenticator.objects.count() == 1

    def test_staff_cannot_have_one(self, client: Client, people: People) -> None:
        client.force_login(Account.objects.get(email=people.ops_email))
        assert client.get(reverse("mfa_add_webauthn")).status_code == 403


@pytest.mark.parametrize(
    ("host", "offered"), [("127.0.0.1:8000", False), ("localhost:8000", True), ("[::1]:8000", False)]
)
@pytest.mark.usefixtures("people")
def test_passkeys_are_offered_only_where_browsers_have_them(client: Client, host: str, offered: bool) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        page = client.get(reverse("account_login"), headers={"host": host}).content.decode()
    assert ("data-passkey" in page) is offered

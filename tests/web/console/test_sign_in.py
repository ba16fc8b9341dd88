"""The staff door: password and TOTP, for staff only (DESIGN law 22)."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.people import STAFF_PASSWORD, People
from tests.web import staff
from tests.web.mailbox import subjects_to
from yuanyou.identity import actions
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role

GUARDED = "/staff/password/"
"""A page for any role: what holds for it holds for the console."""


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestTheFirstTime:
    def test_a_second_factor_is_set_up_before_anything_opens(self, client: Client, people: People) -> None:
        assert staff.type_password(client, people.ops_email) == reverse("staff_set_up")
        assert not signed_in(client)
        assert client.get(GUARDED)["Location"].startswith(reverse("staff_sign_in"))

    def test_after_it_the_recovery_codes_are_shown_and_the_console_opens(
        self, client: Client, people: People
    ) -> None:
        staff.set_up_second_factor(client, people.ops_email)
        assert subjects_to(people.ops_email) == ["Your second factor is set up"]
        page = client.get(reverse("staff_recovery_codes"))
        assert page.content.decode().count("<code>") == 10
        assert client.get(GUARDED).status_code == 200

    def test_a_wrong_code_sets_nothing_up(self, client: Client, people: People) -> None:
        staff.type_password(client, people.ops_email)
        client.get(reverse("staff_set_up"))
        client.post(reverse("staff_set_up"), {"code": "000000"})
        assert not signed_in(client)
        assert not Authenticator.objects.exists()

    def test_the_page_cannot_be_opened_without_the_password(self, client: Client, people: People) -> None:
        assert client.get(reverse("staff_set_up"))["Location"] == reverse("staff_sign_in")

    def test_the_secret_is_stored_sealed(self, client: Client, people: People) -> None:
        secret = staff.set_up_second_factor(client, people.ops_email)
        assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


class TestEveryOtherTime:
    @pytest.fixture
    def secret(self, people: People) -> str:
        return staff.set_up_second_factor(Client(), people.ops_email)

    def test_the_authenticator_opens_the_console(self, client: Client, people: People, secret: str) -> None:
        assert staff.type_password(client, people.ops_email, next_="/console/books/") == reverse(
            "mfa_authenticate"
        )
        answer = client.post(reverse("mfa_authenticate"), {"code": staff.shown_now(secret)})
        assert answer["Location"] == "/console/books/"
        assert client.get(GUARDED).status_code == 200

    def test_the_password_alone_opens_nothing(self, client: Client, people: People, secret: str) -> None:
        staff.type_password(client, people.ops_email)
        assert not signed_in(client)

    def test_a_wrong_code_opens_nothing(self, client: Client, people: People, secret: str) -> None:
        staff.type_password(client, people.ops_email)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert not signed_in(client)

    def test_a_code_works_once(self, client: Client, people: People, secret: str) -> None:
        code = staff.shown_now(secret)
        for attempt in (client, Client()):
            staff.type_password(attempt, people.ops_email)
            attempt.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client)
        assert not signed_in(attempt)

    def test_a_recovery_code_replaces_the_authenticator_once(
        self, client: Client, people: People, secret: str
    ) -> None:
        from yuanyou.web.shared.second_factor import unused_recovery_codes

        account = Account.objects.get(email=people.ops_email)
        code = unused_recovery_codes(account)[0]
        for attempt in (client, Client()):
            staff.type_password(attempt, people.ops_email)
            attempt.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client)
        assert not signed_in(attempt)
        assert code not in unused_recovery_codes(account)

    def test_a_second_factor_cannot_be_set_up_over_the_one_there_is(
        self, client: Client, people: People, secret: str
    ) -> None:
        staff.type_password(client, people.ops_email)
        assert client.get(reverse("staff_set_up"))["Location"] == reverse("staff_sign_in")

    def test_five_wrong_codes_close_the_door_for_a_while(
        self, client: Client, people: People, secret: str
    ) -> None:
        staff.type_password(client, people.ops_email)
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": staff.shown_now(secret)})
        assert not signed_in(client)

    def test_the_session_ends_after_a_working_day(self, client: Client, people: People, secret: str) -> None:
        staff.type_password(client, people.ops_email)
        client.post(reverse("mfa_authenticate"), {"code": staff.shown_now(secret)})
        assert client.session.get_expiry_age() == 12 * 60 * 60


class TestWhoIsRefused:
    def test_a_wrong_password(self, client: Client, people: People) -> None:
        page = staff.type_password(client, people.ops_email, "not the password")
        assert "The e-mail address or the password is not right." in page

    def test_a_customer_with_a_password(self, client: Client, people: People) -> None:
        account = Account.objects.get(email="mei@example.com")
        account.set_password(STAFF_PASSWORD)
        account.save()
        page = staff.type_password(client, "mei@example.com")
        assert "The e-mail address or the password is not right." in page

    def test_a_member_of_staff_whose_account_is_closed(self, client: Client, people: People) -> None:
        actions.close_account(Account.objects.get(email=people.ops_email).pk)
        staff.type_password(client, people.ops_email)
        assert not signed_in(client)
        assert "staff_set_up" not in client.session.get("account_login", {}).get("state", {}).get(
            "stages", {}
        )

    def test_five_wrong_passwords_close_the_door_for_a_while(self, client: Client, people: People) -> None:
        for _ in range(5):
            staff.type_password(client, people.ops_email, "not the password")
        assert "Too many tries" in staff.type_password(client, people.ops_email)


class TestResetting:
    def test_gives_a_new_password_and_takes_the_authenticator_away(
        self, client: Client, people: People
    ) -> None:
        staff.set_up_second_factor(client, people.ops_email)
        actions.reset_staff(people.ops_email, password="another long password")
        assert client.get(GUARDED).status_code == 302
        assert "not right" in staff.type_password(Client(), people.ops_email)
        assert staff.type_password(Client(), people.ops_email, "another long password") == reverse(
            "staff_set_up"
        )

    def test_is_not_for_customers(self, people: People) -> None:
        with pytest.raises(actions.NoSuchStaff):
            actions.reset_staff("mei@example.com", password="another long password")


class TestTheConsole:
    def test_is_closed_to_customers(self, client: Client, people: People) -> None:
        client.force_login(Account.objects.get(email="mei@example.com"))
        assert client.get(GUARDED).status_code == 403

    def test_is_closed_to_staff_without_a_second_factor(self, client: Client, people: People) -> None:
        client.force_login(Account.objects.get(email=people.ops_email))
        assert client.get(GUARDED).status_code == 403

    def test_is_open_to_staff_with_one(self, client: Client, people: People) -> None:
        staff.sign_in(client, people.ops_email)
        assert client.get(GUARDED).status_code == 200

    def test_staff_do_not_open_customers_pages(self, client: Client, people: People) -> None:
        staff.sign_in(client, people.ops_email)
        assert client.get(reverse("account")).status_code == 403

    def test_a_stranger_is_shown_the_staff_door(self, client: Client, people: People) -> None:
        answer = client.get(GUARDED)
        assert answer["Location"] == f"{reverse('staff_sign_in')}?next={GUARDED}"


def test_a_member_of_staff_changes_their_password(client: Client, people: People) -> None:
    staff.sign_in(client, people.ops_email)
    new = "a much longer pass phrase"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": STAFF_PASSWORD, "password1": new, "password2": new},
    )
    assert staff.type_password(Client(), people.ops_email, new) == reverse("staff_set_up")


def test_a_new_password_of_eleven_characters_is_too_short(client: Client, people: People) -> None:
    staff.sign_in(client, people.ops_email)
    new = "x7#kQ9!mZ2@"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": STAFF_PASSWORD, "password1": new, "password2": new},
    )
    assert staff.type_password(Client(), people.ops_email) == reverse("staff_set_up")


def test_staff_roles_are_refused_what_is_not_theirs(people: People) -> None:
    from django.core.exceptions import PermissionDenied
    from django.http import HttpResponse
    from django.test import RequestFactory

    from yuanyou.web.shared import access

    @access.staff_required(Role.FINANCE)
    def books(request: access.StaffRequest) -> HttpResponse:
        return HttpResponse(request.staff.name)

    def open_as(role: Role) -> HttpResponse:
        member = actions.create_staff(f"{role}@example.com", name=role, role=role, password=STAFF_PASSWORD)
        client = Client()
        staff.sign_in(client, f"{role}@example.com")
        request = RequestFactory().get("/console/books/")
        request.session, request.user = client.session, member.account
        return books(request)  # type: ignore[return-value]

    assert open_as(Role.FINANCE).content == b"finance"
    assert open_as(Role.ADMIN).content == b"admin"
    for role in (Role.VIEWER, Role.SUPPORT):
        with pytest.raises(PermissionDenied):
            open_as(role)

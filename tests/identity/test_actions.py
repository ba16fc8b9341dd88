import threading
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.people import NEW_YORK, STAFF_PASSWORD, People
from yuanyou.identity import actions, queries, seal
from yuanyou.identity.actions import EmailTaken
from yuanyou.identity.models import Account, Contact, Customer, PersonKey, StaffMember
from yuanyou.identity.rules import BadEmail, Role

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.usefixtures("house")
class TestRegistering:
    def test_a_new_customer_can_be_found_by_account_and_by_address(self) -> None:
        customer = actions.register("Lily@Gmail.com", language="zh-hans", zone="Asia/Shanghai", cell=2)
        person = queries.person(customer.pk)
        assert (person.cell, person.language, person.zone) == (2, "zh-hans", "Asia/Shanghai")
        assert person.email == "lily@gmail.com"
        assert person.account_id is not None
        assert queries.customer_of(person.account_id) == person
        assert queries.customer_by_email("LILY@gmail.com") == person

    def test_an_address_signs_in_one_account_only(self) -> None:
        actions.register("lily@gmail.com", language="en", zone=NEW_YORK, cell=1)
        with pytest.raises(EmailTaken):
            actions.register("LILY@GMAIL.COM", language="en", zone=NEW_YORK, cell=1)

    def test_staff_and_customers_do_not_share_an_address(self) -> None:
        actions.create_staff("ops@example.com", name="Ops", role=Role.ADMIN, password=STAFF_PASSWORD)
        with pytest.raises(EmailTaken):
            actions.register("ops@example.com", language="en", zone=NEW_YORK, cell=1)

    def test_a_second_address_of_another_customer_is_taken_too(self) -> None:
        customer = actions.register("lily@gmail.com", language="en", zone=NEW_YORK, cell=1)
        EmailAddress.objects.create(user=customer.account, email="second@example.com", verified=True)
        with pytest.raises(EmailTaken):
            actions.register("second@example.com", language="en", zone=NEW_YORK, cell=1)

    def test_what_is_not_an_address_is_refused(self) -> None:
        with pytest.raises(BadEmail):
            actions.register("lily", language="en", zone=NEW_YORK, cell=1)

    def test_two_at_once_make_one_account(self) -> None:
        outcomes: list[str] = []
        start = threading.Barrier(8)

        def register() -> None:
            try:
                start.wait()
                with transaction.atomic():
                    actions.register("lily@gmail.com", language="en", zone=NEW_YORK, cell=1)
                outcomes.append("made")
            except (EmailTaken, IntegrityError):
                outcomes.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=register) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["made"] + ["refused"] * 7
        assert Customer.objects.count() == Account.objects.count() == 1

    def test_a_customer_does_not_move_by_being_placed_again(self) -> None:
        customer = actions.register("lily@gmail.com", language="en", zone=NEW_YORK, cell=1)
        assert customer.account_id is not None
        again = actions.place(customer.account_id, language="zh-hans", zone="Asia/Shanghai", cell=2)
        assert (again.pk, again.cell, again.language) == (customer.pk, 1, "en")

    def test_customers_have_no_password_that_works(self) -> None:
        customer = actions.register("lily@gmail.com", language="en", zone=NEW_YORK, cell=1)
        assert customer.account is not None
        assert not customer.account.has_usable_password()


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "change",
        [
            {"table": Customer, "cell": 0},
            {"table": Customer, "language": "tlh"},
            {"table": Account, "kind": "robot"},
            {"table": Account, "email": "Mei@example.com"},
            {"table": StaffMember, "role": "god"},
            {"table": PersonKey, "wrapped": None},
        ],
        ids=lambda change: next(key for key in change if key != "table"),
    )
    def test_a_value_nobody_defined(self, people: People, change: dict[str, object]) -> None:
        seal.seal(people.mei.id, b"so that there is a key")
        table = change.pop("table")
        with pytest.raises(IntegrityError):
            table.objects.update(**change)  # type: ignore[attr-defined]


class TestContacts:
    def test_the_first_sign_in_address_is_where_to_write(self, people: People) -> None:
        actions.add_contact(people.mei.id, "email", "other@example.com", verified_at=NOW)
        assert queries.email_of(people.mei.id) == "mei@example.com"
        assert [point.value for point in queries.contacts_of(people.mei.id)] == [
            "mei@example.com",
            "other@example.com",
        ]

    @pytest.mark.usefixtures("house")
    def test_a_walk_in_is_reached_at_the_contact_they_gave(self) -> None:
        walk_in = actions.add_walk_in(name="Li Mei", language="zh-hans", zone=NEW_YORK, cell=1)
        assert queries.email_of(walk_in.pk) is None
        actions.add_contact(walk_in.pk, "phone", "+19175550142")
        actions.add_contact(walk_in.pk, "email", "Lily@Gmail.com")
        assert queries.email_of(walk_in.pk) == "lily@gmail.com"
        assert queries.person(walk_in.pk).hint == "L** · l***@g***.com"
        assert [point.masked for point in queries.contacts_of(walk_in.pk)] == ["***0142", "l***@g***.com"]

    def test_adding_the_same_contact_again_changes_only_whether_it_is_confirmed(self, people: People) -> None:
        first = actions.add_contact(people.mei.id, "phone", "+19175550142")
        again = actions.add_contact(people.mei.id, "phone", "+19175550142", verified_at=NOW)
        assert first.pk == again.pk
        assert queries.contacts_of(people.mei.id)[-1].verified

    def test_nobody_removes_another_customers_contact(self, people: People) -> None:
        contact = actions.add_contact(people.mei.id, "phone", "+19175550142")
        actions.remove_contact(people.ada.id, contact.pk)
        assert Contact.objects.filter(pk=contact.pk).exists()
        actions.remove_contact(people.mei.id, contact.pk)
        assert not Contact.objects.filter(pk=contact.pk).exists()


def sign_in_twice(account: Account) -> None:
    for _ in range(2):
        client = Client()
        client.force_login(account)
        UserSession.objects.create(
            user=account, session_key=client.session.session_key, ip="127.0.0.1", user_agent="a phone"
        )
    assert Session.objects.count() == 2


class TestForgetting:
    def test_an_erased_person_leaves_an_id_and_nothing_else(self, people: People) -> None:
        mei = people.mei
        actions.set_preferences(mei.id, name="Li Mei", language="zh-hans", zone=NEW_YORK)
        actions.add_contact(mei.id, "phone", "+19175550142")
        sign_in_twice(Account.objects.get(email="mei@example.com"))
        blob = seal.seal(mei.id, b"a receipt")
        with transaction.atomic():
            actions.erase(mei.id, now=NOW)
        left = queries.person(mei.id)
        assert (left.id, left.cell) == (mei.id, mei.cell)
        assert (left.name, left.email, left.account_id) == ("", None, None)
        assert queries.contacts_of(mei.id) == []
        assert Session.objects.count() == UserSession.objects.count() == 0
        assert not Account.objects.filter(pk=mei.account_id).exists()
        assert not EmailAddress.objects.filter(email="mei@example.com").exists()
        with pytest.raises(seal.KeyDestroyed):
            seal.open_(mei.id, blob)
        assert queries.person(people.ada.id).email == "ada@example.com"

    def test_erasing_again_changes_nothing(self, people: People) -> None:
        for _ in range(2):
            with transaction.atomic():
                actions.erase(people.mei.id, now=NOW)
        assert queries.email_of(people.mei.id) is None

    def test_a_closed_account_is_signed_out_everywhere(self, people: People) -> None:
        account = Account.objects.get(email="mei@example.com")
        sign_in_twice(account)
        actions.close_account(account.pk)
        assert Session.objects.count() == 0
        assert queries.person(people.mei.id).email == "mei@example.com"


def test_staff_are_known_by_role_while_their_account_is_open(people: People) -> None:
    account = Account.objects.get(email=people.ops_email)
    staff = queries.staff_of(account.pk)
    assert staff is not None
    assert staff.may_act_as(Role.FINANCE)
    actions.close_account(account.pk)
    assert queries.staff_of(account.pk) is None
    assert queries.customer_of(account.pk) is None

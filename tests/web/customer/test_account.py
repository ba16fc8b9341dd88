"""What customers change about themselves: addresses, devices, language and zone."""

import re
import time

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.web.customer.test_passkeys import enter, signed_in_as
from tests.web.mailbox import code_for, subjects_to
from yuanyou.identity import actions, queries
from yuanyou.identity.models import Account


def add_address(client: Client, address: str) -> None:
    client.post(reverse("account_email"), {"action_add": "", "email": address})
    client.post(reverse("account_email_verification_sent"), {"code": code_for(address)})


def addresses(people: People) -> list[str]:
    return [point.value for point in queries.contacts_of(people.mei.id)]


class TestAddresses:
    def test_a_second_one_counts_once_its_code_is_typed(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        client.post(reverse("account_email"), {"action_add": "", "email": "Second@Example.com"})
        assert addresses(people) == ["mei@example.com"]
        client.post(reverse("account_email_verification_sent"), {"code": code_for("second@example.com")})
        assert addresses(people) == ["mei@example.com", "second@example.com"]

    def test_the_first_one_is_told_of_the_second(self, client: Client, people: People) -> None:
        enter(client, "ada@example.com")
        add_address(client, "second@example.com")
        assert subjects_to("ada@example.com") == ["An address was added to your account"]

    def test_who_lost_the_first_signs_in_with_the_second(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        add_address(client, "second@example.com")
        other = Client()
        enter(other, "second@example.com")
        assert signed_in_as(other) == people.mei.account_id

    def test_making_the_second_first_moves_the_mail_and_tells_both(
        self, client: Client, people: People
    ) -> None:
        enter(client, "mei@example.com")
        add_address(client, "second@example.com")
        mail.outbox.clear()
        client.post(reverse("account_email"), {"action_primary": "", "email": "second@example.com"})
        assert queries.email_of(people.mei.id) == "second@example.com"
        assert subjects_to("mei@example.com") == subjects_to("second@example.com") != []

    def test_the_first_cannot_be_removed(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        add_address(client, "second@example.com")
        client.post(reverse("account_email"), {"action_remove": "", "email": "mei@example.com"})
        assert addresses(people) == ["mei@example.com", "second@example.com"]

    def test_a_removed_one_is_told_and_signs_nobody_in(self, client: Client, people: People) -> None:
        enter(client, "ada@example.com")
        add_address(client, "second@example.com")
        client.post(reverse("account_email"), {"action_remove": "", "email": "second@example.com"})
        assert subjects_to("second@example.com")[-1] == "An address was removed from your account"
        mail.outbox.clear()
        Client().post(reverse("account_login"), {"login": "second@example.com"})
        assert subjects_to("second@example.com") == ["There is no account with this address"]

    def test_an_address_of_somebody_else_is_not_taken_from_them(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        add_address(client, "ada@example.com")
        assert addresses(people) == ["mei@example.com"]
        assert EmailAddress.objects.get(email="ada@example.com").user_id == people.ada.account_id

    def test_an_address_of_staff_is_not_taken_from_them(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        add_address(client, people.ops_email)
        assert addresses(people) == ["mei@example.com"]

    def test_a_quarter_of_an_hour_later_one_signs_in_again_first(
        self, client: Client, people: People
    ) -> None:
        enter(client, "mei@example.com")
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] = time.time() - 15 * 60 - 1
        session.save()
        answer = client.post(reverse("account_email"), {"action_add": "", "email": "second@example.com"})
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert mail.outbox == []

    def test_the_page_shows_only_ones_own(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        page = client.get(reverse("account_email")).content.decode()
        assert "mei@example.com" in page
        assert "ada@example.com" not in page
        assert "tom@example.com" not in page


class TestDevices:
    def test_the_page_names_each_and_which_is_this_one(self, client: Client, people: People) -> None:
        actions.set_preferences(people.mei.id, name="", language="en", zone="Asia/Shanghai")
        phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) AppleWebKit Version/18.0 Safari/604.1"})
        enter(phone, "mei@example.com")
        enter(client, "mei@example.com")
        page = client.get(reverse("usersessions_list")).content.decode()
        assert "iPhone, Safari" in page
        assert page.count("This device") == 1

    def test_signing_out_everywhere_else_leaves_this_one(self, client: Client, people: People) -> None:
        others = [Client(), Client()]
        for other in others:
            enter(other, "mei@example.com")
            Account.objects.update(last_login=None)
        enter(client, "mei@example.com")
        client.post(reverse("usersessions_list"))
        assert [other.get(reverse("account")).status_code for other in others] == [302, 302]
        assert client.get(reverse("account")).status_code == 200

    def test_nobody_elses_are_signed_out(self, client: Client, people: People) -> None:
        ada = Client()
        enter(ada, "ada@example.com")
        enter(client, "mei@example.com")
        client.post(reverse("usersessions_list"))
        assert ada.get(reverse("account")).status_code == 200


class TestPreferences:
    def save(self, client: Client, **changes: str) -> int:
        form = {"name": "Li Mei", "language": "zh-hant", "zone": "Asia/Taipei"} | changes
        return client.post(reverse("account_preferences"), form).status_code

    def test_are_kept_and_spoken_at_once(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        assert self.save(client) == 302
        person = queries.person(people.mei.id)
        assert (person.name, person.language, person.zone) == ("Li Mei", "zh-hant", "Asia/Taipei")
        assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hant"
        assert 'lang="zh-hant"' in client.get(reverse("account")).content.decode().lower()

    def test_a_zone_that_does_not_exist_is_refused(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        assert self.save(client, zone="Mars/Olympus") == 422
        assert queries.person(people.mei.id).name == ""

    def test_a_language_we_do_not_speak_is_refused(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        assert self.save(client, language="tlh") == 422

    def test_a_zone_that_is_not_common_stays_to_choose(self, client: Client, people: People) -> None:
        actions.set_preferences(people.mei.id, name="", language="en", zone="Asia/Kathmandu")
        enter(client, "mei@example.com")
        page = client.get(reverse("account_preferences")).content.decode()
        assert re.search(r'<option value="Asia/Kathmandu" selected>Kathmandu</option>', page)

    def test_change_only_ones_own(self, client: Client, people: People) -> None:
        enter(client, "mei@example.com")
        self.save(client)
        assert queries.person(people.ada.id).name == ""

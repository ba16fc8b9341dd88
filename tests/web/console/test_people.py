"""Personal data: masked on every page, shown once for a reason that is recorded; and a customer erased."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.houses import fund, give_line, renew
from tests.people import STAFF_PASSWORD, People
from tests.plans import MONTH
from tests.web.staff import sign_in
from yuanyou.audit import queries as audit
from yuanyou.audit.queries import Entry
from yuanyou.flows import acts
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity import queries as directory
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role
from yuanyou.lines.models import Line

pytestmark = pytest.mark.usefixtures("house")
WHY = "She cannot find her receipt"


def staff(role: Role, *, language: str = "en") -> Client:
    email = f"{role}@yuanyou.example"
    if not Account.objects.filter(email=email).exists():
        identity.create_staff(email, name=str(role), role=role, password=STAFF_PASSWORD)
    client = Client(headers={"accept-language": language})
    sign_in(client, email)
    return client


@pytest.fixture
def support(people: People) -> Client:
    return staff(Role.SUPPORT)


@pytest.fixture
def line(people: People) -> Line:
    now = settings.CLOCK.now()
    identity.set_preferences(people.mei.id, name="Li Mei", language="zh-hans", zone="Asia/Shanghai")
    identity.add_contact(people.mei.id, "phone", "+8613800138000")
    line_id = give_line(people.mei, now=now - timedelta(days=3))
    fund(people.mei, 10_000, now=now)
    renew(line_id, MONTH, now=now)
    with in_cell(1):
        return Line.objects.get(pk=line_id)


def order_ref(client: Client, people: People) -> str:
    page = client.get(f"/console/customers/{people.mei.id}/").content.decode()
    found = re.search(r"ord_\w+", page)
    assert found
    return found.group()


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def ask(client: Client, subject: str, what: str = "contact", reason: str = WHY) -> str:
    answer = client.post(f"/console/reveal/{subject}/", {"what": what, "reason": reason})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def looks(people: People) -> list[Entry]:
    return [entry for entry in audit.about(people.mei.id) if entry.said.verb == "reveal"]


class TestMasked:
    def test_no_page_shows_a_name_an_address_or_a_number(
        self, support: Client, people: People, line: Line
    ) -> None:
        order = order_ref(support, people)
        for path in (f"customers/{people.mei.id}/", f"lines/{line.ref}/", f"orders/{order}/"):
            page = support.get(f"/console/{path}").content.decode().partition("<footer")[0]
            for secret in ("mei@example.com", "Li Mei", line.number or "", "13800138000"):
                assert secret not in page, path
                assert digits(secret) == "" or digits(secret) not in digits(page), path
            assert "m***@e***.com" in page, path

    def test_a_customer_leads_to_their_lines_and_orders(
        self, support: Client, people: People, line: Line
    ) -> None:
        page = support.get(f"/console/customers/{people.mei.id}/").content.decode()
        assert f"/console/lines/{line.ref}/" in page
        assert f"/console/orders/{order_ref(support, people)}/" in page
        assert f"***{(line.number or '')[-4:]}" in page

    def test_an_address_without_a_line_leads_to_its_customer(self, support: Client, people: People) -> None:
        answer = support.get("/console/", {"q": "ada@example.com"})
        assert answer["Location"] == f"/console/customers/{people.ada.id}/"

    def test_nobody_is_nobody(self, support: Client) -> None:
        assert support.get("/console/customers/987654/").status_code == 404


class TestRevealing:
    def test_shows_name_and_contacts_once_and_records_who_asked_and_why(
        self, support: Client, people: People, line: Line
    ) -> None:
        page = ask(support, line.ref)
        for shown in ("Li Mei", "mei@example.com", "8613800138000"):
            assert shown in page or shown in digits(page)
        (look,) = looks(people)
        account = Account.objects.get(email="support@yuanyou.example")
        me = directory.staff_of(account.pk)
        assert me is not None
        assert (look.said.actor_id, look.said.subject, look.said.facts) == (
            me.id,
            line.ref,
            {"what": "contact"},
        )
        assert acts.reason(look.said) == WHY
        assert "mei@example.com" not in support.get(f"/console/lines/{line.ref}/").content.decode()

    def test_shows_numbers_and_nothing_else(self, support: Client, people: People, line: Line) -> None:
        page = ask(support, line.ref, "numbers")
        assert digits(line.number or "") in digits(page)
        assert "mei@example.com" not in page

    def test_works_from_an_order_and_from_the_customer(
        self, support: Client, people: People, line: Line
    ) -> None:
        order = order_ref(support, people)
        for subject in (order, f"customer:{people.mei.id}"):
            assert "mei@example.com" in ask(support, subject)
        assert {look.said.subject for look in looks(people)} == {order, f"customer:{people.mei.id}"}

    @pytest.mark.parametrize("reason", ["", "   ", "ok", "x" * 301])
    def test_without_a_reason_nothing_is_shown_and_nothing_recorded(
        self, support: Client, people: People, line: Line, reason: str
    ) -> None:
        answer = support.post(f"/console/reveal/{line.ref}/", {"what": "contact", "reason": reason})
        assert answer.status_code == 422
        assert "mei@example.com" not in answer.content.decode()
        assert 'role="alert"' in answer.content.decode() or "errorlist" in answer.content.decode()
        assert looks(people) == []

    def test_a_link_reveals_nothing(self, support: Client, people: People, line: Line) -> None:
        answer = support.get(f"/console/reveal/{line.ref}/", {"what": "contact", "reason": WHY})
        assert answer.status_code == 405
        assert looks(people) == []

    def test_nothing_keeps_what_was_shown(self, support: Client, line: Line) -> None:
        answer = support.post(f"/console/reveal/{line.ref}/", {"what": "contact", "reason": WHY})
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("subject", ["line_ZZZZ", "customer:987654", "customer:x", "staff:1", "att_1"])
    def test_what_is_nobodys_is_not_found(self, support: Client, subject: str) -> None:
        answer = support.post(f"/console/reveal/{subject}/", {"what": "contact", "reason": WHY})
        assert answer.status_code == 404

    def test_another_sites_form_reveals_nothing(self, people: People, line: Line) -> None:
        client = Client(enforce_csrf_checks=True)
        sign_in(client, people.ops_email)
        answer = client.post(f"/console/reveal/{line.ref}/", {"what": "contact", "reason": WHY})
        assert answer.status_code == 403
        assert looks(people) == []


class TestErasing:
    def erase(self, client: Client, people: People, **fields: str) -> tuple[int, str]:
        sent = {"reason": "asked by letter", "meant": "on"} | fields
        answer = client.post(f"/console/customers/{people.ada.id}/erase/", sent)
        return answer.status_code, answer.content.decode()

    def test_forgets_them_and_says_so(self, people: People) -> None:
        admin = staff(Role.ADMIN)
        assert self.erase(admin, people)[0] == 302
        page = admin.get(f"/console/customers/{people.ada.id}/").content.decode()
        assert "Their personal data is gone." in page
        assert "Erased a customer" in page
        assert "a***@" not in page
        assert "/erase/" not in page

    def test_without_saying_that_it_is_meant_nothing_happens(self, people: People) -> None:
        status, page = self.erase(staff(Role.ADMIN), people, meant="")
        assert status == 422
        assert "Confirm that it is meant." in page
        assert directory.person(people.ada.id).email == "ada@example.com"

    def test_without_a_reason_nothing_happens(self, people: People) -> None:
        assert self.erase(staff(Role.ADMIN), people, reason="")[0] == 422
        assert directory.person(people.ada.id).email == "ada@example.com"

    def test_says_what_has_to_be_settled_first(self, people: People) -> None:
        fund(people.ada, 500, now=settings.CLOCK.now())
        admin = staff(Role.ADMIN)
        page = admin.get(f"/console/customers/{people.ada.id}/erase/").content.decode()
        assert "There is money in their wallet" in page
        assert "cannot be undone" not in page
        assert self.erase(admin, people)[0] == 422
        assert directory.person(people.ada.id).email == "ada@example.com"

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT, Role.FINANCE])
    def test_is_for_administrators(self, people: People, role: Role) -> None:
        assert self.erase(staff(role), people)[0] == 403
        assert directory.person(people.ada.id).email == "ada@example.com"

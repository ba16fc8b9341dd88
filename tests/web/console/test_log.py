"""The page of the audit log, and that what staff do about their own way in stands there."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import yuanyou
from tests.people import STAFF_PASSWORD, People
from tests.web import staff
from yuanyou.audit import queries as audit
from yuanyou.flows import acts
from yuanyou.identity import actions as identity
from yuanyou.identity.models import StaffMember
from yuanyou.identity.rules import Role
from yuanyou.web.console.log import PAGE
from yuanyou.web.console.words import VERBS

pytestmark = pytest.mark.usefixtures("house")
NOON = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def ops(people: People) -> Client:
    client = Client(headers={"accept-language": "en"})
    staff.sign_in(client, people.ops_email)
    return client


def ops_id() -> int:
    return StaffMember.objects.get(name="Ops").pk


def act(
    subject: str = "ord_5", *, verb: str = "reveal", actor_id: int | None = None, about: int | None = None
) -> None:
    acts.record(
        actor_id=actor_id,
        verb=verb,
        subject=subject,
        reason=f"because of {subject}",
        facts={"what": "contact"},
        now=NOON,
        about=about,
    )


def page(client: Client, **filters: object) -> str:
    answer = client.get(reverse("console:log"), filters)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_act_is_told_with_who_what_why_and_its_place_in_the_chain(ops: Client, people: People) -> None:
    act(actor_id=ops_id(), about=people.mei.id)
    acts.link(now=NOON)
    said = page(ops)
    for told in (
        "Ops",
        "Looked at personal data",
        "because of ord_5",
        "what: contact",
        "/console/orders/ord_5/",
    ):
        assert told in said
    assert '<td class="n">1</td>' in said


def test_what_nobody_in_particular_did_is_the_systems(ops: Client) -> None:
    act()
    assert "The system" in page(ops)


def test_a_kind_of_act_without_words_is_shown_by_its_code(ops: Client) -> None:
    act(verb="something_new")
    assert "something_new" in page(ops)


def test_a_reason_that_named_an_erased_person_is_gone_and_the_act_stays(ops: Client, people: People) -> None:
    act(about=people.mei.id)
    identity_erased(people)
    said = page(ops)
    assert "because of" not in said
    assert "Erased with the person" in said


def identity_erased(people: People) -> None:
    from django.db import transaction

    with transaction.atomic():
        identity.erase(people.mei.id, now=NOON)


def test_the_log_is_searched_by_person_subject_customer_and_kind(ops: Client, people: People) -> None:
    act("ord_1", actor_id=ops_id())
    act("ord_2", about=people.mei.id)
    act("ord_3", verb="erase")
    subjects = {"ord_1", "ord_2", "ord_3"}

    def found(**filters: object) -> set[str]:
        said = page(ops, **filters)
        return {name for name in subjects if f"because of {name}" in said}

    assert found() == subjects
    assert found(who=ops_id()) == {"ord_1"}
    assert found(subject="ORD_3 ") == {"ord_3"}
    assert found(subject=f"customer:{people.mei.id}") == {"ord_2"}
    assert found(verb="erase") == {"ord_3"}
    assert found(verb="erase", who=ops_id()) == set()
    assert "Nothing fits." in page(ops, verb="erase", who=ops_id())


def test_a_filter_that_makes_no_sense_is_refused(ops: Client) -> None:
    assert ops.get(reverse("console:log"), {"who": "nobody"}).status_code == 422


def test_older_acts_are_on_the_next_page_and_the_filter_stays(ops: Client) -> None:
    for number in range(PAGE + 1):
        act(f"ord_{100 + number}", verb="erase")
    act("ord_9")
    first = page(ops, verb="erase")
    assert "because of ord_100<" not in first
    assert "because of ord_101<" in first
    older = first.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    assert "verb=erase" in older
    second = ops.get(f"{reverse('console:log')}?{older}").content.decode()
    assert "because of ord_100<" in second
    assert "because of ord_101<" not in second
    assert "Older" not in second


def test_only_administrators_are_shown_the_way_to_it(ops: Client) -> None:
    assert "Audit log" in ops.get("/console/").content.decode()
    identity.create_staff("help@yuanyou.example", name="Help", role=Role.SUPPORT, password=STAFF_PASSWORD)
    client = Client(headers={"accept-language": "en"})
    staff.sign_in(client, "help@yuanyou.example")
    assert "Audit log" not in client.get("/console/").content.decode()


class TestOnesOwnWayIn:
    def verbs(self) -> list[str]:
        return [entry.said.verb for entry in audit.by_actor(ops_id())]

    def test_signing_in_is_recorded_once_the_second_factor_was_shown(
        self, client: Client, people: People
    ) -> None:
        secret = staff.set_up_second_factor(client, people.ops_email)
        assert self.verbs() == ["sign_in", "second_factor_set_up"]
        again = Client()
        staff.type_password(again, people.ops_email)
        assert self.verbs() == ["sign_in", "second_factor_set_up"]
        again.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert self.verbs() == ["sign_in", "second_factor_set_up"]
        again.post(reverse("mfa_authenticate"), {"code": staff.shown_now(secret, periods_later=1)})
        assert self.verbs() == ["sign_in", "sign_in", "second_factor_set_up"]

    def test_a_new_password_is_recorded(self, client: Client, people: People) -> None:
        staff.sign_in(client, people.ops_email)
        new = "a much longer pass phrase"
        sent = {"oldpassword": STAFF_PASSWORD, "password1": new, "password2": new}
        client.post(reverse("account_change_password"), sent | {"oldpassword": "wrong"})
        assert self.verbs() == []
        client.post(reverse("account_change_password"), sent)
        assert self.verbs() == ["password_changed"]

    def test_a_customer_who_signs_in_is_nobodys_act(self, client: Client, people: People) -> None:
        client.post(reverse("account_login"), {"login": "mei@example.com"})
        assert audit.latest() == []


def test_every_kind_of_act_has_words() -> None:
    """Everything that is recorded anywhere in the source."""
    recorded = set()
    for file in Path(yuanyou.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                recorded |= set(_verbs(node))
    assert recorded == set(VERBS)


def _verbs(call: ast.Call) -> list[str]:
    """`record(verb="x")`, and the verb of the short words that call it."""
    named = [k.value for k in call.keywords if k.arg == "verb"]
    if ast.unparse(call.func) in {"record_of_oneself", "record", "_record"}:
        named += call.args[:2]
    said = [node.value for node in named if isinstance(node, ast.Constant)]
    return [value for value in said if isinstance(value, str) and value]

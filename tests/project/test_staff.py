"""`yuanyou staff`: how the first member of staff gets in."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from tests.people import People
from yuanyou.audit import queries as audit
from yuanyou.flows import acts
from yuanyou.identity.models import Account, StaffMember
from yuanyou.project import target
from yuanyou.project.commands.staff import command
from yuanyou.project.up.trouble import Trouble


@pytest.fixture(autouse=True)
def _this_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "find", lambda data: SimpleNamespace(django=lambda: None))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def password_in(said: str) -> str:
    return said.split("password ")[1].split(",", maxsplit=1)[0].strip()


def test_adding_prints_a_password_that_works(people: People) -> None:
    said = run("add", "Boss@example.com", "--name", "The boss").output
    account = Account.objects.get(email="boss@example.com")
    assert account.is_staff
    assert account.check_password(password_in(said))


def test_both_are_recorded_with_their_reason(people: People) -> None:
    run("add", "boss@example.com", "--name", "The boss", "--role", "finance", "--reason", "new here")
    run("reset", people.ops_email)
    reset, added = audit.latest()
    assert (added.said.verb, added.said.actor_id, added.said.facts) == (
        "staff_added",
        None,
        {"role": "finance"},
    )
    assert acts.reason(added.said) == "new here"
    ops = StaffMember.objects.get(account__email=people.ops_email)
    assert (reset.said.verb, reset.said.subject) == ("staff_reset", f"staff:{ops.pk}")


def test_nothing_is_recorded_of_what_was_refused(people: People) -> None:
    with pytest.raises(Trouble):
        run("add", "mei@example.com", "--name", "Mei")
    assert audit.latest() == []


def test_resetting_replaces_the_password(people: People) -> None:
    said = run("reset", people.ops_email).output
    assert Account.objects.get(email=people.ops_email).check_password(password_in(said))


def test_an_address_in_use_is_refused_in_one_sentence(people: People) -> None:
    with pytest.raises(Trouble, match="already"):
        run("add", "mei@example.com", "--name", "Mei")


def test_what_is_not_an_address_is_refused_in_one_sentence(people: People) -> None:
    with pytest.raises(Trouble, match="not an e-mail address"):
        run("add", "boss", "--name", "The boss")


def test_a_customer_cannot_be_reset_into_staff(people: People) -> None:
    with pytest.raises(Trouble, match="No member of staff"):
        run("reset", "mei@example.com")

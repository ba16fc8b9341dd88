"""A person is forgotten, once nothing of theirs is at stake."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.flows.bank import WELL, Bank
from tests.flows.test_auto_renewal import agree
from tests.flows.test_saved_methods import VISA, keep
from tests.houses import BY_CARD, NOON, fund, give_line
from tests.people import People
from yuanyou import wiring
from yuanyou.audit import queries as audit
from yuanyou.flows import acts, erasure, saved_methods, top_up
from yuanyou.flows.disclosure import What, reveal
from yuanyou.flows.erasure import CannotErase, Obstacle
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity import seal
from yuanyou.kernel.money import Money
from yuanyou.lines.models import Line
from yuanyou.lines.rules import LineState
from yuanyou.payments import queries as payments
from yuanyou.payments.models import Mandate, SavedMethod

OPS = 1
WHY = "asked by letter"


def erase(people: People, *, reason: str = WHY) -> None:
    erasure.erase(people.mei.id, actor_id=OPS, reason=reason, now=NOON)


def still_known(people: People) -> bool:
    return identity.person(people.mei.id).email is not None and not seal.is_erased(people.mei.id)


def test_nobody_knows_an_erased_person_and_the_act_is_kept(people: People) -> None:
    erase(people)
    person = identity.person(people.mei.id)
    assert (person.email, person.name) == (None, "")
    assert seal.is_erased(people.mei.id)
    (act,) = audit.about(people.mei.id)
    assert (act.said.verb, act.said.actor_id, act.said.subject) == (
        "erase",
        OPS,
        f"customer:{people.mei.id}",
    )
    assert acts.reason(act.said) == WHY
    assert identity.person(people.ada.id).email == "ada@example.com"


def test_erasing_again_is_no_second_act(people: People) -> None:
    erase(people)
    erase(people)
    assert len(audit.about(people.mei.id)) == 1


def test_without_a_reason_nobody_is_erased(people: People) -> None:
    with pytest.raises(acts.NoReason):
        erase(people, reason="  ok ")
    assert still_known(people)


def test_kept_ways_to_pay_are_removed_and_their_provider_is_told(people: People) -> None:
    keep(people.mei, VISA)
    erase(people)
    with in_cell(1):
        assert payments.saved_of(people.mei.id) == []
        assert SavedMethod.objects.get().forget_at == NOON


def test_after_erasing_the_forgetting_loop_tells_the_provider(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = Bank(cards={"pm_visa": WELL})
    monkeypatch.setattr(wiring, "payment_providers", lambda: {bank.name: bank})
    keep(people.mei, VISA)
    erase(people)
    assert bank.forgot == []
    assert saved_methods.work(1, now=NOON) == 1
    assert bank.forgot == ["cus_1 pm_visa"]
    with in_cell(1):
        assert SavedMethod.objects.get().forget_at is None
    assert saved_methods.work(1, now=NOON) == 0


@pytest.mark.parametrize("state", [LineState.ACTIVE, LineState.SUSPENDED])
def test_a_line_that_is_still_theirs_stands_in_the_way(people: People, state: LineState) -> None:
    line_id = give_line(people.mei, now=NOON - timedelta(days=3))
    with in_cell(1):
        Line.objects.filter(pk=line_id).update(state=state, suspended_at=NOON)
    with pytest.raises(CannotErase) as refused:
        erase(people)
    assert refused.value.obstacles == [Obstacle.LINE]
    assert still_known(people)
    assert audit.about(people.mei.id) == []


def test_a_line_that_is_gone_does_not_and_is_renewed_no_more(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    agree(line_id, people.mei)
    with in_cell(1):
        Line.objects.filter(pk=line_id).update(state=LineState.RELEASED, number=None)
    erase(people)
    assert not still_known(people)
    with in_cell(1):
        assert Mandate.objects.get().ended_at == NOON


def test_money_in_the_wallet_stands_in_the_way(people: People) -> None:
    fund(people.mei, 1, now=NOON)
    with pytest.raises(CannotErase) as refused:
        erase(people)
    assert refused.value.obstacles == [Obstacle.WALLET]


def test_a_payment_that_is_not_over_stands_in_the_way(people: People) -> None:
    top_up.begin(people.mei, amount=Money(500, "USD"), tender=BY_CARD, key=uuid4(), language="en", now=NOON)
    with pytest.raises(CannotErase) as refused:
        erase(people)
    assert refused.value.obstacles == [Obstacle.PAYMENT]


def test_a_look_at_somebodys_data_is_recorded_with_its_reason(people: People) -> None:
    shown = reveal(
        people.mei.id, What.CONTACT, subject="ord_5", actor_id=OPS, reason=" calls back ", now=NOON
    )
    assert [contact.value for contact in shown.contacts] == ["mei@example.com"]
    assert shown.numbers == ()
    (act,) = audit.about(people.mei.id)
    assert (act.said.verb, act.said.subject, act.said.facts) == ("reveal", "ord_5", {"what": "contact"})
    assert acts.reason(act.said) == "calls back"
    assert "mei@example.com" not in str(act.said)


def test_nothing_is_shown_without_a_reason(people: People) -> None:
    with pytest.raises(acts.NoReason):
        reveal(people.mei.id, What.CONTACT, subject="ord_5", actor_id=OPS, reason="", now=NOON)
    assert audit.about(people.mei.id) == []


def test_numbers_are_shown_without_the_rest(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    with in_cell(1):
        number = Line.objects.get(pk=line_id).number
    shown = reveal(people.mei.id, What.NUMBERS, subject="line_5", actor_id=OPS, reason=WHY, now=NOON)
    assert (shown.name, shown.contacts, shown.numbers) == ("", (), (number,))

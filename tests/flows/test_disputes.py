"""A payer's bank wants money back: value is frozen, won or lost, and the books follow the provider's word."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.doctor import breaches
from tests.flows.test_refund_requests import paid_by_card
from tests.flows.test_with_stripe import attempt_of, line_of, now, pay
from tests.houses import BY_CARD, renew, see
from tests.people import People
from tests.plans import MONTH
from yuanyou.allowances import actions as allowances
from yuanyou.flows import checkout, dispute, evidence, refund_request, settlement, top_up
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import Unit
from yuanyou.ledger import queries as books
from yuanyou.messages.models import Message
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt, Dispute
from yuanyou.payments.port import DisputeSnapshot, DisputeTold
from yuanyou.payments.rules import Destination, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
NOTHING, FEE = Money(0, "USD"), Money(1500, "USD")


def says(attempt: Attempt, told: DisputeTold, *, taken: bool = True, fee: Money = FEE) -> None:
    """The provider says this of the attempt's one dispute."""
    snapshot = DisputeSnapshot(
        told=told,
        provider_ref=f"dp_{attempt.pk}",
        charge_ref=attempt.charge_ref,
        ref=attempt.ref,
        amount=attempt.amount,
        withdrawn=attempt.amount if taken else NOTHING,
        fee=fee,
        reason="fraudulent",
        respond_by=now() + timedelta(days=7),
    )
    with in_cell(1):
        dispute.settle(attempt.pk, snapshot, now=now())
    assert breaches() == []


def account(name: str) -> int:
    with in_cell(1):
        return sum(row.amount.minor for row in books.trial_balance() if row.account == name)


def topped_up(sandbox: RunningSandbox, people: People) -> Attempt:
    order, _ = top_up.begin(
        people.mei, amount=Money(5000, "USD"), tender=BY_CARD, key=uuid4(), language="en", now=now()
    )
    attempt = attempt_of(order)
    pay(sandbox, attempt)
    settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(1):
        return Attempt.objects.select_related("payment").get(pk=attempt.pk)


def wallet(people: People) -> Money:
    with in_cell(1):
        return books.wallet_balance(people.mei.id, "USD")


def test_an_open_dispute_freezes_what_the_money_bought_and_winning_thaws_it(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    later = now() + timedelta(days=40)
    before = see(line_id, now=later).data_left
    for _ in range(3):
        says(attempt, DisputeTold.NEEDS_RESPONSE)
    assert before
    assert see(line_id, now=later).data_left == 0
    assert account("assets:disputed") == attempt.amount_minor
    assert account("expenses:dispute-fee:stripe") == FEE.minor
    with in_cell(1):
        assert allowances.use(line_id, Unit.BYTES, 1000, key="u1", country="US", now=later) == 1000
    says(attempt, DisputeTold.UNDER_REVIEW)
    says(attempt, DisputeTold.WON, taken=False)
    assert account("assets:disputed") == 0
    assert see(line_id, now=later).data_left == before
    assert see(line_id).state == "active"


def test_lost_ends_the_term_and_the_rest_of_its_value_makes_the_loss_smaller(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    for _ in range(3):
        says(attempt, DisputeTold.LOST)
    assert [term.state for term in see(line_id).terms] == ["canceled", "running"]
    assert account("assets:disputed") == 0
    taxes = attempt.amount_minor - see(line_id).terms[0].net_minor
    assert account("expenses:chargeback-loss") == taxes  # the term had not begun: only its taxes are lost


def test_top_up_money_is_set_aside_taken_when_lost_and_never_below_zero(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = topped_up(sandbox, people)
    says(attempt, DisputeTold.EARLY_WARNING, taken=False, fee=NOTHING)
    assert wallet(people) == NOTHING
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    assert account("liabilities:wallet-frozen") == -5000
    says(attempt, DisputeTold.LOST)
    assert (wallet(people), account("liabilities:wallet-frozen")) == (NOTHING, 0)
    assert account("expenses:chargeback-loss") == 0


def test_a_chargeback_after_use_is_a_loss_and_nobodys_wallet_goes_below_zero(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = topped_up(sandbox, people)
    line_id = line_of(people)
    renew(line_id, MONTH, now=now())
    left = wallet(people)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    says(attempt, DisputeTold.LOST)
    assert wallet(people) == NOTHING
    assert account("expenses:chargeback-loss") == 5000 - left.minor


@pytest.mark.parametrize("after", [DisputeTold.WON, DisputeTold.PREVENTED, DisputeTold.LOST])
def test_what_was_over_can_be_opened_again(
    sandbox: RunningSandbox, people: People, after: DisputeTold
) -> None:
    attempt = topped_up(sandbox, people)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    says(attempt, after, taken=after is DisputeTold.LOST)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    assert account("assets:disputed") == 5000
    says(attempt, DisputeTold.WON, taken=False)
    assert account("assets:disputed") == 0
    with in_cell(1):
        assert Dispute.objects.count() == 1


def test_while_it_is_open_nothing_is_sold_on_a_card_and_after_it_is(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    line_id = see_line(attempt)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    with pytest.raises(checkout.OnHold):
        renew(line_id, MONTH, tender=BY_CARD, again=True, now=now())
    says(attempt, DisputeTold.WON, taken=False)
    renew(line_id, MONTH, tender=BY_CARD, again=True, now=now())


def see_line(attempt: Attempt) -> int:
    with in_cell(1):
        return int(Attempt.objects.values_list("payment__order__line_id", flat=True).get(pk=attempt.pk))


def test_an_early_warning_may_be_refunded_and_a_dispute_may_not(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    wish = RefundWish(people.mei.id, "fraud", Destination.ORIGIN, TakesBack.TERM, by=7)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    with pytest.raises(refund_request.CannotRefund):
        refund_request.request(attempt.pk, wish, amount=attempt.amount, note="as warned", now=now())
    says(attempt, DisputeTold.WON, taken=False)
    refund_request.request(attempt.pk, wish, amount=attempt.amount, note="as warned", now=now())


def test_the_customer_hears_once_of_each_turn(sandbox: RunningSandbox, people: People) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    for told in (DisputeTold.NEEDS_RESPONSE, DisputeTold.NEEDS_RESPONSE, DisputeTold.UNDER_REVIEW):
        says(attempt, told)
    says(attempt, DisputeTold.LOST)
    with in_cell(1):
        told_of = list(Message.objects.filter(event__startswith="dispute").values_list("event", flat=True))
    assert sorted(told_of) == ["dispute_lost", "dispute_opened"]


def test_the_evidence_says_what_was_bought_and_used(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    says(attempt, DisputeTold.NEEDS_RESPONSE)
    with in_cell(1):
        found = Dispute.objects.select_related("attempt__payment__order").get()
        pack = evidence.collect(found, note="She wrote to us on the same day.")
    assert found.attempt.payment.order.ref in pack.product
    assert pack.email == people.mei.email
    assert "Service from" in pack.usage
    assert pack.note in repr(replace(pack))

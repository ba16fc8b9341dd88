"""Cards kept with Stripe, through the official SDK: at the counter of the pay page and with nobody there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flows.test_auto_renewal import agree, order_of, told, tries
from tests.flows.test_with_stripe import (
    ASKS_THE_BANK,
    GOOD,
    attempt_of,
    janitor,
    line_of,
    notify,
    now,
    pay,
    state,
)
from tests.houses import BY_CARD, give_line, renew, see
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import auto_renewal, checkout, saved_methods, settlement
from yuanyou.flows.auto_renewal import Outcome
from yuanyou.flows.step import in_cell
from yuanyou.messages.models import Message
from yuanyou.orders.rules import OrderState
from yuanyou.payments import queries
from yuanyou.payments.models import Attempt, SavedMethod
from yuanyou.payments.port import Why
from yuanyou.payments.rules import AttemptState, PaymentState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
MASTERCARD = "5555555555554444"
ALWAYS_ASKS = "4000002760003184"
DONE = (AttemptState.SUCCEEDED, PaymentState.PAID, "fulfilled")
KEEP = replace(BY_CARD, keep=True)


def keep(sandbox: RunningSandbox, line_id: int, card: str, **how: object) -> int:
    """Pay a renewal by card on Stripe's page and have the card kept; its id."""
    attempt = attempt_of(renew(line_id, MONTH, tender=KEEP, again=True, now=now()))
    pay(sandbox, attempt, card, **how)
    settlement.ask(attempt.pk, source="landing", now=now())
    with in_cell(1):
        return queries.saved_of(attempt.payment.customer_id)[-1].id


def by(saved_id: int) -> checkout.Tender:
    return checkout.Tender(method=None, provider=None, use_wallet=False, saved_id=saved_id)


def from_now_on(sandbox: RunningSandbox, saved_id: int, does: str) -> None:
    """What the bank of a kept card does."""
    with in_cell(1):
        made = SavedMethod.objects.get(pk=saved_id).saved_ref
    sandbox.control(f"stripe/payment_methods/{made}", {"does": does})


def ending(people: People) -> int:
    """A line whose plan ends tonight, to be renewed by itself."""
    line_id = give_line(people.mei, now=now() - timedelta(days=30))
    agree(line_id, people.mei, now=now())
    return line_id


def charge(line_id: int) -> Outcome:
    return auto_renewal.charge(line_id, now=now())


def test_two_cards_are_kept_for_one_payer_and_shown_as_they_are(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    for card in (GOOD, MASTERCARD, GOOD):
        keep(sandbox, line_id, card)
    with in_cell(1):
        kept = queries.saved_of(people.mei.id)
        assert [(each.brand, each.last4) for each in kept] == [("visa", "4242"), ("mastercard", "4444")]
        assert SavedMethod.objects.values_list("payer_ref").distinct().count() == 1
    assert saved_methods.work(1, now=now()) == 1  # the first of the same card twice


def test_a_kept_card_pays_without_a_page(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    visa = keep(sandbox, line_id, GOOD)
    attempt = attempt_of(renew(line_id, MONTH, tender=by(visa), again=True, now=now()))
    assert attempt.state == AttemptState.PROCESSING
    settlement.ask(attempt.pk, source="landing", now=now())
    assert state(attempt) == DONE
    with in_cell(1):
        assert Attempt.objects.get(pk=attempt.pk).card == {"brand": "visa", "last4": "4242"}


def test_a_bank_that_wants_a_confirmation_is_gone_to_once(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    card = keep(sandbox, line_id, ALWAYS_ASKS, challenge="complete")
    order = renew(line_id, MONTH, tender=by(card), again=True, now=now())
    attempt = attempt_of(order)
    assert attempt.state == AttemptState.ACTION_REQUIRED
    assert attempt.next_url
    assert checkout.again(order, by(card), now=now()) == attempt.next_url
    settlement.ask(attempt.pk, source="landing", now=now())
    assert state(attempt) == (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500"])
def test_a_silence_is_waited_for_and_charged_once(
    sandbox: RunningSandbox, people: People, fault: str
) -> None:
    keep(sandbox, line_of(people), GOOD)
    line_id = ending(people)
    sandbox.control(
        "faults",
        {"company": "stripe", "fault": fault, "on": "payment_intents.create", "times": 9, "seconds": 4},
    )
    assert charge(line_id) in {Outcome.WAITING, Outcome.RENEWED}
    sandbox.control("faults", method="DELETE")
    janitor()
    assert charge(line_id) in {Outcome.RENEWED, Outcome.NOT_DUE}
    assert len(see(line_id).terms) == 2
    assert len(tries(line_id)) == 1
    assert told(line_id) == ["auto_renewal_on", "auto_renewed"]


def test_a_card_given_up_after_a_silence_is_not_charged_when_stripe_is_asked(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    visa = keep(sandbox, line_id, GOOD)
    sandbox.control(
        "faults",
        {
            "company": "stripe",
            "fault": "timeout_before",
            "on": "payment_intents.create",
            "times": 2,
            "seconds": 4,
        },
    )
    order = renew(line_id, MONTH, tender=by(visa), again=True, now=now())
    silent = attempt_of(order)
    assert silent.state == AttemptState.UNKNOWN
    sandbox.control("faults", method="DELETE")
    checkout.again(order, BY_CARD, now=now())
    janitor()
    assert state(silent)[:2] == (AttemptState.UNKNOWN, PaymentState.OPEN)
    other = attempt_of(order)
    pay(sandbox, other)
    notify(sandbox, other)
    assert state(other) == DONE
    assert see(line_id).wallet.minor == 0


def test_the_backup_pays_when_the_main_card_is_declined(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    main = keep(sandbox, line_id, GOOD)
    keep(sandbox, line_id, MASTERCARD)
    from_now_on(sandbox, main, "insufficient_funds")
    ends = ending(people)
    assert charge(ends) is Outcome.RENEWED
    assert tries(ends) == [("4242", "failed", Why.INSUFFICIENT_FUNDS), ("4444", "succeeded", None)]


@pytest.mark.parametrize(
    ("does", "why", "again"),
    [
        ("insufficient_funds", Why.INSUFFICIENT_FUNDS, True),
        ("generic_decline", Why.DECLINED, True),
        ("expired_card", Why.EXPIRED, False),
        ("lost_card", Why.SUSPECTED, False),
        ("processing_error", Why.TRY_AGAIN, True),
    ],
)
def test_every_refusal_is_worded_once_and_only_what_may_work_is_tried_again(
    sandbox: RunningSandbox, people: People, does: str, why: Why, again: bool
) -> None:
    from_now_on(sandbox, keep(sandbox, line_of(people), GOOD), does)
    line_id = ending(people)
    assert charge(line_id) is Outcome.ASKED
    assert tries(line_id) == [("4242", "failed", why)]
    with in_cell(1):
        facts = Message.objects.get(event="auto_renewal_failed").facts
    assert facts["reason"] == why
    assert (facts["at"] is not None) is again


def test_a_bank_that_wants_to_see_the_payer_asks_them_and_they_pay_on_the_orders_page(
    sandbox: RunningSandbox, people: People
) -> None:
    keep(sandbox, line_of(people), ALWAYS_ASKS, challenge="complete")
    line_id = ending(people)
    for _ in range(2):
        assert charge(line_id) is Outcome.ASKED
    assert tries(line_id) == [("3184", "failed", Why.AUTHENTICATION_REQUIRED)]
    order = order_of(line_id)
    assert order.state == OrderState.OPEN
    checkout.again(order, BY_CARD, now=now())
    page = attempt_of(order)
    pay(sandbox, page, ASKS_THE_BANK, challenge="complete")
    notify(sandbox, page)
    assert state(page) == DONE
    assert charge(line_id) is Outcome.RENEWED
    assert told(line_id) == ["auto_renewal_on", "auto_renewal_failed"]


def test_a_removed_card_is_detached_and_cannot_be_charged_any_more(
    sandbox: RunningSandbox, people: People
) -> None:
    visa = keep(sandbox, line_of(people), GOOD)
    saved_methods.remove(people.mei.id, visa, now=now())
    assert saved_methods.work(1, now=now()) == 1
    with in_cell(1):
        assert SavedMethod.objects.get(pk=visa).forget_at is None
    assert charge(ending(people)) is Outcome.ASKED

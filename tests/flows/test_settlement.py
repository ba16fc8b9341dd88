"""What a provider's word does to the books and the line, whatever comes how often in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections

from tests.houses import BOTH, BY_CARD, NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import receipts, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.messages.models import Message
from yuanyou.orders.models import Order, Receipt
from yuanyou.payments import queries
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Snapshot, Told
from yuanyou.payments.rules import AttemptState, PaymentState

pytestmark = pytest.mark.usefixtures("house")
LATER = NOON + timedelta(hours=1)
LONG_AFTER = LATER + timedelta(hours=2)


def pending(line_id: int, *, by: object = BY_CARD) -> Attempt:
    """A renewal that waits for the provider, which nobody answers for in these tests."""
    order = renew(line_id, MONTH, tender=by, now=LATER)  # type: ignore[arg-type]
    with in_cell(cell_of(order.pk)):
        return Attempt.objects.get(payment__order_id=order.pk, provider="stripe")


def success(attempt: Attempt) -> Snapshot:
    return Snapshot(
        Told.SUCCEEDED,
        attempt.ref,
        f"cs_{attempt.pk}",
        attempt.amount,
        "test",
        charge_ref=f"ch_{attempt.pk}",
        fee=Money(106, "USD"),
        card={"brand": "visa", "last4": "4242"},
    )


def tell(attempt: Attempt, told: Snapshot, *, now: object = LATER) -> None:
    with in_cell(cell_of(attempt.pk)):
        settlement.settle(attempt.pk, told, source="notice", now=now)  # type: ignore[arg-type]


def state_of(attempt: Attempt) -> tuple[str, str]:
    with in_cell(cell_of(attempt.pk)):
        fresh = Attempt.objects.select_related("payment").get(pk=attempt.pk)
        return fresh.state, fresh.payment.state


def balanced(cell: int = 1) -> bool:
    with in_cell(cell):
        return sum(row.amount.minor for row in books.trial_balance()) == 0 and not books.drifted_balances()


def test_money_that_was_owed_renews_the_line_and_explains_itself(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)
    assert state_of(attempt) == (AttemptState.UNKNOWN, PaymentState.OPEN)
    tell(attempt, success(attempt))
    assert state_of(attempt) == (AttemptState.SUCCEEDED, PaymentState.PAID)
    assert len(see(line).terms) == 2
    with in_cell(1):
        order = Order.objects.get(pk=attempt.payment.order_id)
        keys = (f"received:{attempt.pk}", f"fee:{attempt.pk}", f"sold:{order.pk}")
        assert {row.key for row in books.entries_about(*keys)} == set(keys)
        assert books.balance(recipes.received(attempt.payment_id), "USD").minor == 0
        assert Receipt.objects.get(order=order).facts["card"] == {"brand": "visa", "last4": "4242"}
    assert balanced()


def test_success_told_fifty_times_at_once_counts_once(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)

    def shout() -> None:
        tell(attempt, success(attempt))
        connections.close_all()

    threads = [Thread(target=shout) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(see(line).terms) == 2
    with in_cell(1):
        assert Receipt.objects.filter(order_id=attempt.payment.order_id).count() == 1
    assert balanced()


@pytest.mark.parametrize(
    ("wrong", "odd"),
    [
        (lambda told: replace(told, amount=Money(told.amount.minor - 1, "USD")), "wrong_amount"),
        (lambda told: replace(told, amount=Money(told.amount.minor, "EUR"), fee=None), "wrong_currency"),
        (lambda told: replace(told, merchant="live"), "wrong_merchant"),
        (lambda told: replace(told, ref="att_1"), "wrong_reference"),
    ],
)
def test_money_that_was_not_owed_goes_to_suspense_and_gives_no_service(
    people: People, wrong: Callable[[Snapshot], Snapshot], odd: str
) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)
    told = wrong(success(attempt))
    tell(attempt, told)
    tell(attempt, told)
    assert state_of(attempt) == (AttemptState.MISMATCH, PaymentState.OPEN)
    assert len(see(line).terms) == 1
    with in_cell(1):
        assert Attempt.objects.get(pk=attempt.pk).reason == odd
        assert books.balance(recipes.suspense(attempt.pk), told.amount.currency) == -told.amount
    assert balanced()


def test_late_money_for_an_expired_order_becomes_wallet_money_and_is_told(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)
    tell(attempt, replace(success(attempt), told=Told.EXPIRED, fee=None))
    assert settlement.expire(1, now=LONG_AFTER) == 1
    assert state_of(attempt) == (AttemptState.EXPIRED, PaymentState.EXPIRED)
    before = see(line).wallet
    tell(attempt, success(attempt), now=LONG_AFTER)
    tell(attempt, success(attempt), now=LONG_AFTER)
    assert see(line).wallet == before + attempt.amount
    assert len(see(line).terms) == 1
    with in_cell(1):
        assert Message.objects.filter(key=f"surplus:{attempt.pk}").count() == 1
    assert balanced()


def test_a_payment_that_may_still_succeed_is_not_expired(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)
    assert settlement.expire(1, now=LONG_AFTER) == 0
    assert state_of(attempt) == (AttemptState.UNKNOWN, PaymentState.OPEN)


def test_success_counts_after_a_failure_was_told(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    attempt = pending(line)
    tell(attempt, replace(success(attempt), told=Told.FAILED, fee=None, reason="card_declined"))
    assert state_of(attempt)[0] == AttemptState.FAILED
    tell(attempt, success(attempt))
    assert state_of(attempt) == (AttemptState.SUCCEEDED, PaymentState.PAID)
    tell(attempt, replace(success(attempt), told=Told.FAILED, fee=None))
    assert state_of(attempt) == (AttemptState.SUCCEEDED, PaymentState.PAID)


def test_part_wallet_part_card_takes_the_held_part_when_the_card_is_paid(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 650, now=NOON)
    attempt = pending(line, by=BOTH)
    assert see(line).wallet == Money(0, "USD")
    tell(attempt, success(attempt))
    with in_cell(1):
        parts = queries.payment_of(attempt.payment.order_id)
        assert parts is not None
        assert [(p.method, p.state) for p in parts.attempts] == [
            ("wallet", "succeeded"),
            ("card", "succeeded"),
        ]
        assert sum(p.amount.minor for p in parts.attempts) == parts.amount.minor
    assert len(see(line).terms) == 2
    assert balanced()


def test_the_held_part_comes_back_when_the_order_ends_unpaid(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 650, now=NOON)
    attempt = pending(line, by=BOTH)
    tell(attempt, replace(success(attempt), told=Told.EXPIRED, fee=None))
    settlement.expire(1, now=LONG_AFTER)
    assert see(line).wallet == Money(650, "USD")
    assert balanced()


def test_receipts_are_numbered_without_a_gap(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 20_000, now=NOON)
    for hour in range(1, 6):
        renew(line, MONTH, key=uuid4(), now=NOON + timedelta(hours=hour))
    workers = [Thread(target=number_once) for _ in range(4)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    with in_cell(1):
        found = list(Receipt.objects.order_by("paid_at", "id").values_list("number", flat=True))
    assert found == list(range(1, 7))


def number_once() -> None:
    receipts.number(1, now=LATER, limit=2)
    receipts.number(1, now=LATER)
    connections.close_all()

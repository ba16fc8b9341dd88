"""Who pays for somebody else's line: what they may do to it, and what they may not."""

from datetime import datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections

from tests.houses import BOTH, BY_CARD, FROM_WALLET, NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import MONTH, WEEK, version_of
from yuanyou.flows import checkout, renewal, settlement
from yuanyou.flows.checkout import NothingToPayWith
from yuanyou.flows.renewal import PaidJustNow
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Snapshot, Told

pytestmark = pytest.mark.usefixtures("house")
LATER = NOON + timedelta(hours=1)


def as_guest(line_id: int, *, start: Start = Start.AFTER, now: datetime = LATER) -> tuple[Order, Attempt]:
    order, _ = renewal.begin(
        line_id,
        version_id=version_of(WEEK),
        start=start,
        tender=BY_CARD,
        key=uuid4(),
        by_guest=True,
        language="en",
        again=False,
        now=now,
    )
    with in_cell(1):
        return order, Attempt.objects.get(payment__order=order)


def tell(attempt: Attempt, told: Told) -> None:
    with in_cell(1):
        said = Snapshot(told, attempt.ref, f"cs_{attempt.pk}", attempt.amount, "test")
        settlement.settle(attempt.pk, said, source="notice", now=LATER)


def test_a_guest_cannot_give_up_days_that_the_owner_paid_for(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    before = see(line_id).paid_until
    assert before is not None
    _, attempt = as_guest(line_id, start=Start.NOW)
    tell(attempt, Told.SUCCEEDED)
    after = see(line_id)
    assert [term.state for term in after.terms] == ["waiting", "running"]
    assert after.paid_until == before + timedelta(days=7)


@pytest.mark.parametrize("balance", [650, 100_000])
def test_a_guest_cannot_pay_from_the_owners_wallet_not_even_at_the_second_try(
    people: People, balance: int
) -> None:
    line_id = give_line(people.mei, now=NOON)
    order, attempt = as_guest(line_id)
    tell(attempt, Told.FAILED)
    fund(people.mei, balance, now=NOON)
    with pytest.raises(NothingToPayWith):
        checkout.again(order, FROM_WALLET, now=LATER)
    checkout.again(order, BOTH, now=LATER)
    with in_cell(1):
        last = Attempt.objects.filter(payment__order=order).latest("number")
    assert last.amount == order.total
    assert see(line_id).wallet == Money(balance, "USD")


def test_of_two_tabs_at_once_one_pays_and_the_other_asks_first(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    fund(people.mei, 100_000, now=NOON)
    asked: list[PaidJustNow] = []

    def tab() -> None:
        try:
            renew(line_id, MONTH, now=LATER)
        except PaidJustNow as first:
            asked.append(first)
        connections.close_all()

    tabs = [Thread(target=tab) for _ in range(8)]
    [each.start() for each in tabs]
    [each.join() for each in tabs]
    assert (len(see(line_id).terms), len(asked)) == (2, 7)

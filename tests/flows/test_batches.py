"""Loops take rows in batches: one that cannot be worked on must not stop those behind it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import RequestFactory

from tests.flows.test_with_stripe import DONE, attempt_of, janitor, line_of, now, pay, pending, state, told
from tests.houses import BOTH, BY_CARD, NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou.esim.models import Profile
from yuanyou.flows import activation, lapse, links, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.lines import actions as lines
from yuanyou.lines.models import Line, Number, Term
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Snapshot, Told
from yuanyou.web.customer.order import landed
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house")


def paid_without_a_number(sandbox: RunningSandbox, people: People) -> tuple[Order, Attempt]:
    """A first order that is paid when the pool of numbers is empty."""
    order, _ = activation.begin(
        people.ada, version_id=version_of(MONTH), tender=BY_CARD, key=uuid4(), language="en", now=now()
    )
    Number.objects.filter(line_id=None).delete()
    attempt = attempt_of(order)
    pay(sandbox, attempt)
    return order, attempt


@pytest.mark.parametrize("told_by", ["notice", "janitor"])
def test_an_order_that_cannot_be_fulfilled_yet_stops_nobody_behind_it_and_is_not_lost(
    sandbox: RunningSandbox, people: People, told_by: str
) -> None:
    line_id = line_of(people)
    _, stuck = paid_without_a_number(sandbox, people)
    behind = pending(line_id)
    pay(sandbox, behind)
    if told_by == "notice":
        for attempt in (stuck, behind):
            headers, body = told(sandbox, attempt)
            settlement.receive("stripe", headers=headers, body=body, now=now())
        settlement.work("stripe", now=now())
    else:
        janitor()
    assert state(behind) == DONE
    assert state(stuck)[2] == "open"
    lines.stock_numbers(["+19175559999"])
    settlement.work("stripe", now=now() + timedelta(minutes=10))
    janitor(after=timedelta(minutes=10))
    assert state(stuck) == DONE


def test_who_comes_back_from_paying_sees_the_order_whatever_happens_behind_it(
    sandbox: RunningSandbox, people: People
) -> None:
    order, _ = paid_without_a_number(sandbox, people)
    answer = landed(RequestFactory().get("/"), order.ref, order.token)
    assert (answer.status_code, answer["Location"]) == (302, links.order_page(order))


def test_a_line_that_cannot_be_moved_stops_no_other_line(people: People) -> None:
    broken, sound = give_line(people.mei, now=NOON), give_line(people.ada, now=NOON)
    with in_cell(1):
        Line.objects.filter(pk=broken).update(next_at=NOON)
        Term.objects.filter(line_id=broken).update(currency="???")
    lapse.sweep(1, now=NOON + timedelta(days=40))
    assert [see(line_id).state for line_id in (broken, sound)] == ["active", "suspended"]


def test_orders_that_wait_for_the_provider_keep_no_other_from_ending(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    for _ in range(3):
        renew(line_id, MONTH, tender=BY_CARD, now=NOON)
    fund(people.mei, 650, now=NOON)
    order = renew(line_id, MONTH, tender=BOTH, now=NOON + timedelta(minutes=1))
    with in_cell(1):
        attempt = Attempt.objects.get(payment__order=order, provider="stripe")
        said = Snapshot(Told.EXPIRED, attempt.ref, f"cs_{attempt.pk}", attempt.amount, "test")
        settlement.settle(attempt.pk, said, source="notice", now=NOON)
    settlement.expire(1, now=NOON + timedelta(hours=1), limit=3)
    assert see(line_id).wallet == Money(650, "USD")


def test_a_card_that_is_paid_for_is_asked_for_until_it_comes(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    with in_cell(1):
        Profile.objects.filter(line_id=line_id).update(state="ordered", ask_at=NOON, asked=0)
    for hour in range(12):
        activation.work(1, now=NOON + timedelta(hours=hour))
    with in_cell(1):
        assert Profile.objects.get(line_id=line_id).ask_at == NOON + timedelta(hours=12)

"""A second tap, a second tab, a page sent again: one order, one charge, the same answer."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections

from tests.flows.test_settlement import pending, success, tell
from tests.houses import BY_CARD, FROM_WALLET, NOON, fund, give_line
from tests.people import People
from tests.plans import MONTH, WEEK, version_of
from yuanyou.flows import activation, checkout
from yuanyou.flows.step import in_cell
from yuanyou.lines.models import Line
from yuanyou.orders.actions import OtherOrder
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Told

pytestmark = pytest.mark.usefixtures("house")


def test_a_first_order_sent_again_is_the_order_that_it_made(people: People) -> None:
    fund(people.mei, 10_000, now=NOON)
    key = uuid4()

    def buy(version_id: int) -> Order:
        order, _ = activation.begin(
            people.mei, version_id=version_id, tender=FROM_WALLET, key=key, language="en", now=NOON
        )
        return order

    assert buy(version_of(MONTH)).pk == buy(version_of(MONTH)).pk
    with pytest.raises(OtherOrder):
        buy(version_of(WEEK))
    with in_cell(1):
        assert Line.objects.filter(customer_id=people.mei.id).count() == 1


def test_trying_again_many_times_at_once_opens_one_page_to_pay(people: People) -> None:
    first = pending(give_line(people.mei, now=NOON))
    tell(first, replace(success(first), told=Told.FAILED, fee=None))
    with in_cell(1):
        order = Order.objects.get(pk=first.payment.order_id)

    def tap() -> None:
        checkout.again(order, BY_CARD, now=NOON + timedelta(hours=1))
        connections.close_all()

    taps = [Thread(target=tap) for _ in range(8)]
    [each.start() for each in taps]
    [each.join() for each in taps]
    with in_cell(1):
        assert Attempt.objects.filter(payment__order=order).count() == 2

"""Money goes back once, however late it is asked again, and never what a bank has taken already."""

from dataclasses import replace

import pytest

from tests.providers.stripe.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import RefundTold, Refused, Told, Unknown


def test_a_refund_is_not_sent_again_when_its_key_is_forgotten(desk: Desk) -> None:
    told = desk.paid()[1]
    ask = desk.back(told, 700)
    first = desk.adapter.refund(ask)
    desk.travel(hours=25)
    assert desk.adapter.refund(ask) == first
    assert desk.money("refunds") == 700


def test_a_refund_whose_answer_was_lost_is_found_when_its_key_is_forgotten(desk: Desk) -> None:
    told = desk.paid()[1]
    ask = desk.back(told, 700)
    desk.goes_wrong("timeout_after", "refunds.create", times=2, seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.refund(ask)
    desk.all_is_well()
    desk.travel(hours=25)
    assert desk.adapter.query_refund(ask).told is RefundTold.SUCCEEDED
    assert desk.adapter.refund(ask).told is RefundTold.SUCCEEDED
    assert desk.money("refunds") == 700


def test_a_refund_behind_many_others_is_found(desk: Desk) -> None:
    told = desk.paid()[1]
    asks = [desk.back(told, 10, ref=f"ref_{number}") for number in range(12)]
    for ask in asks:
        desk.adapter.refund(ask)
    assert desk.adapter.query_refund(asks[0]).ref == "ref_0"


@pytest.mark.parametrize(
    ("card", "at_first", "at_last"),
    [
        ("4000000000007726", RefundTold.PENDING, RefundTold.SUCCEEDED),
        ("4000000000005126", RefundTold.SUCCEEDED, RefundTold.FAILED),
    ],
)
def test_a_refund_may_end_otherwise_a_day_later(
    desk: Desk, card: str, at_first: RefundTold, at_last: RefundTold
) -> None:
    ask, payment = desk.paid(card)
    begun = desk.adapter.refund(desk.back(payment, 700))
    assert begun.told is at_first
    desk.travel(days=1, minutes=1)
    ended = desk.adapter.query_refund(replace(desk.back(payment, 700), provider_ref=begun.provider_ref))
    assert (ended.told, bool(ended.reason)) == (at_last, at_last is RefundTold.FAILED)
    assert desk.adapter.query(ask).refunds == (ended,)


def test_a_charge_nobody_knows_is_refused(desk: Desk) -> None:
    told = desk.paid()[1]
    with pytest.raises(Refused):
        desk.adapter.refund(replace(desk.back(told, 100), charge_ref="ch_nobody"))


def test_a_refund_nobody_knows_is_refused(desk: Desk) -> None:
    told = desk.paid()[1]
    with pytest.raises(Refused):
        desk.adapter.query_refund(replace(desk.back(told, 100), provider_ref="re_nobody"))


def test_a_partial_dispute_leaves_the_rest_to_be_given_back(desk: Desk) -> None:
    ask, told = desk.paid()
    dispute = desk.control(f"payments/{ask.provider_ref}/dispute", amount=1000)
    desk.control(f"disputes/{dispute['id']}/resolve", outcome="lost")
    snapshot = desk.adapter.query(ask)
    assert (snapshot.told, snapshot.disputed) == (Told.SUCCEEDED, True)
    with pytest.raises(Refused):
        desk.adapter.refund(desk.back(told, 1691))


def test_a_refund_in_another_currency_counts_its_own_units(desk: Desk) -> None:
    told = desk.paid(minor=5000, currency="JPY")[1]
    assert desk.adapter.refund(desk.back(told, 3000)).amount == Money(3000, "JPY")

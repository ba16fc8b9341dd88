"""Money goes back once, however late it is asked again, and every refund of a payment is seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.providers.paypal.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Misconfigured, RefundTold, Refused, Unknown


def test_a_refund_is_not_sent_again_when_its_key_is_forgotten(desk: Desk) -> None:
    _, told = desk.paid()
    ask = desk.back(told, 700)
    first = desk.adapter.refund(ask)
    desk.travel(days=46)
    assert desk.adapter.refund(ask) == first
    assert (desk.count("refund"), desk.money("refunds")) == (1, 700)


def test_a_refund_without_an_answer_is_found_when_its_key_is_forgotten(desk: Desk) -> None:
    _, told = desk.paid()
    ask = desk.back(told, 700)
    desk.goes_wrong("timeout_after", "captures.refund", times=2, seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.refund(ask)
    desk.all_is_well()
    desk.travel(days=46)
    assert desk.adapter.query_refund(ask).told is RefundTold.SUCCEEDED
    assert desk.adapter.refund(ask).told is RefundTold.SUCCEEDED
    assert desk.money("refunds") == 700


def test_a_refund_that_nobody_knows_is_unknown(desk: Desk) -> None:
    _, told = desk.paid()
    with pytest.raises(Unknown):
        desk.adapter.query_refund(desk.back(told, 700))


def test_each_refund_says_its_own_amount_not_the_total(desk: Desk) -> None:
    """PayPal tells the sum of all refunds beside it: 200 and 300 were once booked as 700."""
    ask, told = desk.paid()
    for minor in (200, 300):
        refund = desk.adapter.refund(desk.back(told, minor, ref=f"ref_{minor}"))
        assert refund.amount == Money(minor, "USD")
    found = desk.adapter.query(ask).refunds
    assert [(each.ref, each.amount.minor) for each in found] == [("ref_200", 200), ("ref_300", 300)]


def test_a_refund_made_at_paypal_is_seen_and_is_nobodys_of_ours(desk: Desk) -> None:
    ask, _ = desk.paid()
    desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/refund", {"amount": 500})
    told = desk.adapter.query(ask)
    assert [(each.ref, each.amount.minor, each.told) for each in told.refunds] == [
        (None, 500, RefundTold.SUCCEEDED)
    ]
    assert told.amount == ask.amount


def test_a_refund_that_came_back_is_told_so(desk: Desk) -> None:
    ask, told = desk.paid()
    refund = desk.adapter.refund(desk.back(told, 500))
    desk.sandbox.control(f"paypal/refunds/{refund.provider_ref}/settle", {"outcome": "failed"})
    (seen,) = desk.adapter.query(ask).refunds
    asked = desk.adapter.query_refund(replace(desk.back(told, 500), provider_ref=refund.provider_ref))
    assert seen.told is asked.told is RefundTold.FAILED
    assert seen.reason


def test_money_that_has_not_come_is_not_given_back_yet(desk: Desk) -> None:
    ask = desk.shown()
    desk.agree(ask, "echeck")
    with pytest.raises(Unknown):
        desk.adapter.refund(desk.back(desk.adapter.query(ask), 500))


def test_what_is_disputed_is_not_given_back_as_well(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/dispute", {"channel": "EXTERNAL"})
    with pytest.raises(Refused):
        desk.adapter.refund(desk.back(told, 500))
    assert desk.money("refunds") == 0


def test_after_its_window_nothing_goes_back_this_way(desk: Desk) -> None:
    _, told = desk.paid()
    window = desk.adapter.capabilities().methods[0].refund_window
    desk.travel(days=window // timedelta(days=1))
    with pytest.raises(Refused):
        desk.adapter.refund(desk.back(told, 500))


def test_an_unknown_payment_is_refused(desk: Desk) -> None:
    _, told = desk.paid()
    with pytest.raises(Refused):
        desk.adapter.refund(replace(desk.back(told, 500), charge_ref="0" * 17))


def test_wrong_keys_are_no_refusal(desk: Desk) -> None:
    _, told = desk.paid()
    with pytest.raises(Misconfigured):
        desk.another(client_secret="wrong").refund(desk.back(told, 500))

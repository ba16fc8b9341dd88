"""What a trade's state means for us, and what answers are believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.providers.alipay.conftest import Desk
from tests.providers.alipay.forms import public_key
from yuanyou.payments.port import Closed, Misconfigured, RefundTold, Refused, Told, Unknown

PARTS = (1_000, 1_690)


def test_a_trade_that_is_closed_because_all_went_back_was_paid_all_the_same(desk: Desk) -> None:
    ask, told = desk.paid()
    for number, part in enumerate(PARTS):
        desk.adapter.refund(desk.back(told, part, ref=f"ref_{number}"))
    order = desk.sandbox.control(f"alipay/orders/{ask.ref}", method="GET")
    assert order["trade"]["status"] == "TRADE_CLOSED"
    after = desk.adapter.query(ask)
    assert (after.told, after.amount, after.charge_ref) == (Told.SUCCEEDED, ask.amount, told.charge_ref)
    assert desk.adapter.close(ask) is Closed.ALREADY_PAID


def test_a_trade_that_is_closed_unpaid_was_not_paid(desk: Desk) -> None:
    ask = desk.shown()
    desk.sandbox.control(f"alipay/orders/{ask.ref}/open")
    assert desk.adapter.close(ask) is Closed.CLOSED
    told = desk.adapter.query(ask)
    assert (told.told, told.charge_ref, told.fingerprint) == (Told.CANCELED, None, None)


def test_what_was_given_back_whole_at_alipay_never_was_ours_and_says_so(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.by_hand(ask)
    after = desk.adapter.query(ask)
    assert after.told is Told.CANCELED
    (refund,) = after.refunds
    assert (refund.told, refund.amount, refund.ref) == (RefundTold.SUCCEEDED, told.amount, None)


def test_a_part_given_back_at_alipay_leaves_the_payment_what_it_was(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.by_hand(ask, 500)
    assert desk.adapter.query(ask) == told


def test_after_a_year_a_trade_is_finished_still_paid_and_no_longer_refundable(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.travel(days=366)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED
    with pytest.raises(Refused):
        desk.adapter.refund(desk.back(told, 100))
    assert desk.adapter.capabilities().methods[0].refund_window <= timedelta(days=365)


def test_a_payment_while_we_give_up_is_told_as_paid(desk: Desk) -> None:
    ask, _ = desk.paid()
    assert desk.adapter.close(ask) is Closed.ALREADY_PAID
    assert desk.money("refunds") == 0


def test_an_answer_signed_by_somebody_else_is_unknown(desk: Desk) -> None:
    ask, _ = desk.paid()
    desk.goes_wrong("wrong_key", "trade.query")
    with pytest.raises(Unknown):
        desk.adapter.query(ask)


def test_an_answer_of_alipays_previous_key_is_believed_while_it_is_known(desk: Desk) -> None:
    ask, told = desk.paid()
    theirs = desk.known["alipay_public_key"]
    assert desk.another(public_keys=(public_key("the new one"), theirs)).query(ask) == told
    with pytest.raises(Unknown):
        desk.another(public_keys=(public_key("the new one"),)).query(ask)


def test_another_app_is_our_mistake(desk: Desk) -> None:
    with pytest.raises(Misconfigured):
        desk.another(app_id="2014000000000000").verify()


def test_who_asks_for_another_seller_is_told_of_none(desk: Desk) -> None:
    """A success that says another seller is passed on as it is: the settlement puts it aside."""
    ask, _ = desk.paid()
    desk.goes_wrong("wrong_merchant", "trade.query")
    told = desk.adapter.query(ask)
    assert told.told is Told.SUCCEEDED
    assert told.merchant != desk.adapter.merchant


def test_a_system_error_settles_nothing(desk: Desk) -> None:
    ask, told = desk.paid()
    for act, do in {
        "trade.query": lambda: desk.adapter.query(ask),
        "trade.close": lambda: desk.adapter.close(ask),
        "trade.refund": lambda: desk.adapter.refund(desk.back(told, 100)),
        "trade.precreate": lambda: desk.adapter.create(desk.asked()),
    }.items():
        desk.goes_wrong("system_error", act)
        with pytest.raises(Unknown):
            do()


def test_a_number_used_for_another_amount_is_unknown_not_refused(desk: Desk) -> None:
    ask = desk.shown()
    with pytest.raises(Unknown):
        desk.adapter.create(replace(ask, amount=replace(ask.amount, minor=99_999)))

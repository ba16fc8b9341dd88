"""Money back: under one number, however often it is asked for."""

import pytest

from tests.providers.alipay.conftest import Desk
from yuanyou.payments.port import Misconfigured, RefundTold, Unknown


def sent_numbers(desk: Desk, ref: str) -> list[str]:
    """The numbers of the refunds that Alipay has."""
    line = desk.sandbox.control(f"alipay/orders/{ref}/refunds", method="GET")
    return [each["number"] for each in line]


def test_a_retry_reuses_the_number_and_moves_no_money_twice(desk: Desk) -> None:
    ask, told = desk.paid()
    refund = desk.back(told, 700)
    desk.goes_wrong("timeout_after", "trade.refund", times=2, seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.refund(refund)
    assert desk.adapter.refund(refund).told is RefundTold.SUCCEEDED
    assert sent_numbers(desk, ask.ref) == [refund.ref]
    assert desk.money("refunds") == 700


def test_a_number_used_for_another_amount_is_unknown_and_moves_nothing(desk: Desk) -> None:
    _, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    with pytest.raises(Unknown):
        desk.adapter.refund(desk.back(told, 800))
    assert desk.money("refunds") == 700


def test_two_numbers_are_two_refunds(desk: Desk) -> None:
    ask, told = desk.paid()
    for ref in ("ref_1", "ref_2"):
        desk.adapter.refund(desk.back(told, 700, ref=ref))
    assert sent_numbers(desk, ask.ref) == ["ref_1", "ref_2"]
    assert desk.money("refunds") == 1_400


def test_that_the_question_was_answered_is_not_yet_a_refund(desk: Desk) -> None:
    _, told = desk.paid()
    with pytest.raises(Unknown):
        desk.adapter.query_refund(desk.back(told, 700))


def test_an_answer_signed_by_somebody_else_settles_no_refund(desk: Desk) -> None:
    _, told = desk.paid()
    desk.goes_wrong("wrong_key", "trade.refund", times=2)
    with pytest.raises(Unknown):
        desk.adapter.refund(desk.back(told, 700))


def test_an_empty_account_is_ours_to_fill_and_no_refusal(desk: Desk) -> None:
    _, told = desk.paid()
    desk.goes_wrong("seller_poor", "trade.refund")
    with pytest.raises(Misconfigured):
        desk.adapter.refund(desk.back(told, 700))
    assert desk.adapter.refund(desk.back(told, 700)).told is RefundTold.SUCCEEDED

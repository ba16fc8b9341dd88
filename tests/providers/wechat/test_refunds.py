"""Money back at WeChat's pace: a minute apart, fifty times, within a year, under our number for ever."""

from dataclasses import replace

import pytest

from tests.providers.wechat.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Misconfigured, RefundAsk, RefundTold, Refused, Told, Unknown

YEAR = 365


def test_a_refund_is_accepted_first_and_done_later(desk: Desk) -> None:
    ask, told = desk.paid()
    back = desk.back(told, 700)
    assert desk.adapter.refund(back).told is RefundTold.PENDING
    desk.travel(seconds=10)
    done = desk.adapter.query_refund(back)
    assert (done.told, done.amount, done.ref) == (RefundTold.SUCCEEDED, Money(700, "CNY"), back.ref)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_second_refund_within_a_minute_is_asked_for_later_not_refused(desk: Desk) -> None:
    _, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700, ref="ref_1"))
    second = desk.back(told, 300, ref="ref_2")
    with pytest.raises(Unknown, match="frequency_limited"):
        desk.adapter.refund(second)
    with pytest.raises(Unknown, match="no_such_refund"):
        desk.adapter.query_refund(second)
    assert desk.money("refunds") == 700
    desk.travel(seconds=61)
    assert desk.adapter.refund(second).told is RefundTold.PENDING
    assert desk.money("refunds") == 1_000


def test_repeating_a_refund_within_the_minute_is_the_same_refund(desk: Desk) -> None:
    _, told = desk.paid()
    back = desk.back(told, 700)
    assert desk.adapter.refund(back) == desk.adapter.refund(back)
    assert desk.money("refunds") == 700


def test_a_refund_repeated_after_weeks_is_the_same_refund(desk: Desk) -> None:
    _, told = desk.paid()
    back = desk.back(told, 700)
    first = desk.adapter.refund(back)
    desk.travel(days=40)
    again = desk.adapter.refund(back)
    assert (again.provider_ref, again.told) == (first.provider_ref, RefundTold.SUCCEEDED)
    assert desk.money("refunds") == 700


@pytest.mark.parametrize("lost", ["timeout_before", "timeout_after"])
def test_a_lost_refund_is_retried_with_the_same_number(desk: Desk, lost: str) -> None:
    _, told = desk.paid()
    back = desk.back(told, 700)
    desk.goes_wrong(lost, "refunds.create", times=9, seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.refund(back)
    desk.sandbox.control("faults", method="DELETE")
    assert desk.adapter.refund(back).ref == back.ref
    assert (desk.count("refund"), desk.money("refunds")) == (1, 700)


def test_a_refund_s_number_used_for_another_amount_is_no_second_refund_and_no_refusal(desk: Desk) -> None:
    """It was done once: what became of it is to be asked, not to be taken for a no."""
    _, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    desk.travel(seconds=61)
    with pytest.raises(Unknown, match="idempotency_mismatch"):
        desk.adapter.refund(desk.back(told, 300))
    assert desk.adapter.query_refund(desk.back(told, 300)).amount == Money(700, "CNY")
    assert desk.money("refunds") == 700


def test_the_51st_refund_is_refused_in_clear_words(desk: Desk) -> None:
    _, told = desk.paid(minor=10_000)
    desk.control("pace", {"apart": 0, "takes": 0})
    for number in range(50):
        assert desk.adapter.refund(desk.back(told, 100, ref=f"ref_{number}")).told is RefundTold.SUCCEEDED
    with pytest.raises(Refused, match="too_many_refunds") as no:
        desk.adapter.refund(desk.back(told, 100, ref="ref_50"))
    assert no.value.reason == "too_many_refunds"
    assert desk.money("refunds") == 5_000


def test_after_a_year_nothing_is_given_back(desk: Desk) -> None:
    _, told = desk.paid()
    desk.travel(days=YEAR, seconds=-5)
    assert desk.adapter.refund(desk.back(told, 700, ref="ref_1"))
    desk.travel(seconds=70)
    with pytest.raises(Refused, match="too_late_to_refund"):
        desk.adapter.refund(desk.back(told, 700, ref="ref_2"))
    assert desk.adapter.capabilities().methods[0].refund_window.days == YEAR


def test_more_than_is_left_is_refused_by_name(desk: Desk) -> None:
    _, told = desk.paid()
    with pytest.raises(Refused, match="more_than_is_left"):
        desk.adapter.refund(desk.back(told, told.amount.minor + 1))


@pytest.mark.parametrize(
    ("outcome", "reason"), [("closed", "refund_closed"), ("abnormal", "refund_abnormal")]
)
def test_a_refund_that_fails_later_says_how(desk: Desk, outcome: str, reason: str) -> None:
    _, told = desk.paid()
    back = desk.back(told, 700)
    desk.goes_wrong(f"refund_{outcome}", "refunds.create")
    begun = desk.adapter.refund(back)
    assert begun.told is RefundTold.PENDING
    desk.travel(days=1, seconds=1)
    ended = desk.adapter.query_refund(replace(back, provider_ref=begun.provider_ref))
    assert (ended.told, ended.reason) == (RefundTold.FAILED, reason)
    assert desk.money("refunds") == (0 if outcome == "closed" else 700)


def test_our_own_empty_account_is_for_staff_and_not_the_customer_s_fault(desk: Desk) -> None:
    _, told = desk.paid()
    desk.goes_wrong("not_enough_funds", "refunds.create")
    with pytest.raises(Misconfigured, match="no_funds_for_refund"):
        desk.adapter.refund(desk.back(told, 700))
    assert desk.adapter.refund(desk.back(told, 700))


def test_a_refund_in_another_currency_is_refused_before_it_is_sent(desk: Desk) -> None:
    _, told = desk.paid()
    assert told.charge_ref
    wrong = RefundAsk(
        ref="ref_1",
        idempotency_key="ref_1",
        amount=Money(700, "HKD"),
        charge_ref=told.charge_ref,
        provider_ref=None,
    )
    with pytest.raises(Refused, match="wrong_currency"):
        desk.adapter.refund(wrong)
    assert desk.count("refund") == 0

"""PayPal's account of a day: every movement once, under our names, and not before it is written."""

from datetime import timedelta

import pytest

from tests.providers.paypal.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, NotYet, StatementLine, Unknown
from yuanyou.providers.paypal import statement


def lines_of(desk: Desk) -> list[StatementLine]:
    """Everything of yesterday, today and tomorrow (a test may run at midnight), when it is written."""
    today = desk.now().date()
    desk.travel(hours=52)
    days = [today + timedelta(days=each) for each in (-1, 0, 1)]
    return [line for day in days for line in desk.adapter.statement(day)]


def test_a_payment_is_one_line_with_its_fee_and_our_name(desk: Desk) -> None:
    ask, told = desk.paid()
    (line,) = lines_of(desk)
    assert (line.kind, line.gross, line.fee) == (Movement.PAYMENT, ask.amount, told.fee)
    assert (line.ref, line.about_ref, line.provider_ref) == (ask.ref, told.charge_ref, told.charge_ref)


def test_a_refund_is_one_line_with_its_own_name(desk: Desk) -> None:
    _, told = desk.paid()
    refund = desk.adapter.refund(desk.back(told, 700, ref="ref_7"))
    (line,) = [line for line in lines_of(desk) if line.kind is Movement.REFUND]
    assert (line.gross, line.ref, line.about_ref) == (Money(-700, "USD"), "ref_7", refund.provider_ref)
    assert line.charge_ref == told.charge_ref


def test_a_refund_that_came_back_is_a_line_about_it(desk: Desk) -> None:
    _, told = desk.paid()
    refund = desk.adapter.refund(desk.back(told, 700))
    desk.sandbox.control(f"paypal/refunds/{refund.provider_ref}/settle", {"outcome": "failed"})
    (line,) = [line for line in lines_of(desk) if line.kind is Movement.REFUND_FAILED]
    assert (line.gross, line.about_ref) == (Money(700, "USD"), refund.provider_ref)


def test_a_lost_dispute_and_its_fee_are_lines_about_the_dispute(desk: Desk) -> None:
    ask, told = desk.paid()
    made = desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/dispute", {})
    desk.sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "lost"})
    about = [line for line in lines_of(desk) if line.about_ref == made["dispute_id"]]
    assert sorted((line.kind, line.gross.minor, line.fee.minor) for line in about) == [
        (Movement.DISPUTE, -2690, 0),  # held
        (Movement.DISPUTE, -2690, 0),  # taken
        (Movement.DISPUTE, 0, 2000),
        (Movement.DISPUTE_REVERSED, 2690, 0),  # no longer held
    ]
    assert {(line.ref, line.charge_ref) for line in about} == {(ask.ref, told.charge_ref)}


def test_what_went_to_our_bank_is_a_payout(desk: Desk) -> None:
    desk.paid()
    desk.sandbox.control("paypal/withdraw", {"currency": "USD", "amount": 1000})
    assert Money(-1000, "USD") in [line.gross for line in lines_of(desk) if line.kind is Movement.PAYOUT]


def test_the_lines_add_up_to_paypals_own_account(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/dispute", {"amount": 1000})
    desk.sandbox.control("paypal/withdraw", {"currency": "USD", "amount": 100})
    found = lines_of(desk)
    assert sum((line.gross - line.fee).minor for line in found) == desk.money("net")
    assert len({line.provider_ref for line in found}) == len(found)


def test_money_that_comes_days_later_is_a_line_of_that_day(desk: Desk) -> None:
    ask = desk.shown()
    desk.agree(ask, "echeck")
    desk.adapter.query(ask)
    assert lines_of(desk) == []
    desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/settle", {"outcome": "completed"})
    came = desk.now()
    (line,) = lines_of(desk)
    assert abs(line.happened_at - came) < timedelta(minutes=1)


def test_money_that_never_came_is_no_line(desk: Desk) -> None:
    ask = desk.shown()
    desk.agree(ask, "echeck_bounces")
    desk.adapter.query(ask)
    desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/settle", {"outcome": "denied"})
    assert lines_of(desk) == []


def test_a_day_that_is_still_written_is_not_told_by_half(desk: Desk) -> None:
    desk.paid()
    today = desk.now().date()
    for day in (today, today + timedelta(days=1), today + timedelta(days=9)):
        with pytest.raises(NotYet):
            list(desk.adapter.statement(day))


def test_a_day_is_written_three_hours_after_its_end(desk: Desk) -> None:
    desk.paid()
    now = desk.now()
    day, end = now.date(), now.replace(hour=0, minute=0, second=0) + timedelta(days=1, hours=3)
    minutes = int((end - now).total_seconds()) // 60
    desk.travel(minutes=minutes - 2)
    with pytest.raises(NotYet):
        list(desk.adapter.statement(day))
    desk.travel(minutes=4)
    assert list(desk.adapter.statement(day))


def test_a_day_of_many_pages_is_read_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = {desk.paid()[0].ref for _ in range(5)}
    monkeypatch.setattr(statement, "PAGE_SIZE", 2)
    found = lines_of(desk)
    assert len(found) == 5
    assert {line.ref for line in found} == refs


def test_no_answer_is_unknown(desk: Desk) -> None:
    desk.goes_wrong("malformed", "transactions.search")
    with pytest.raises(Unknown):
        list(desk.adapter.statement(desk.now().date() - timedelta(days=2)))

"""The statement: two of Beijing's days for one of ours, GBK inside a ZIP, each movement once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.providers.alipay.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, NotYet, StatementLine, Unknown

DAYS = 5


def statement(desk: Desk, day: date) -> list[StatementLine]:
    return list(desk.adapter.statement(day))


def written(desk: Desk) -> list[StatementLine]:
    """All of the first day, when it is over. Midnight may have passed meanwhile."""
    began = desk.now().date()
    desk.travel(days=DAYS)
    return [line for day in (began - timedelta(days=1), began) for line in statement(desk, day)]


def test_a_statement_is_not_there_before_both_of_beijings_days_are(desk: Desk) -> None:
    desk.paid()
    today = desk.now().date()
    with pytest.raises(NotYet):
        statement(desk, today)
    desk.travel(days=DAYS)
    assert statement(desk, today) or statement(desk, today - timedelta(days=1))


def test_each_moment_stands_on_one_day_of_ours_and_no_other(desk: Desk) -> None:
    asks = []
    first = desk.now().date()
    for _ in range(8):
        asks.append(desk.paid()[0].ref)
        desk.travel(hours=3)
    last = desk.now().date()
    desk.travel(days=DAYS)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = {day: statement(desk, day) for day in days}
    assert sorted(str(line.ref) for lines in found.values() for line in lines) == sorted(asks)
    for day, lines in found.items():
        assert {line.happened_at.astimezone(UTC).date() for line in lines} <= {day}


def test_the_fee_is_what_alipay_kept(desk: Desk) -> None:
    ask, told = desk.paid()
    (line,) = written(desk)
    assert told.fee is None
    assert (line.gross, line.fee) == (ask.amount, Money(16, "CNY"))  # 0.6 % of 26.90
    assert desk.money("fees") == line.fee.minor


def test_a_refund_by_hand_stands_there_with_its_payment(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.by_hand(ask, 500)
    refund = next(line for line in written(desk) if line.kind is Movement.REFUND)
    assert (refund.gross, refund.charge_ref) == (Money(-500, "CNY"), told.charge_ref)
    assert refund.about_ref
    assert not refund.about_ref.startswith("ref_")


def test_what_was_paid_out_stands_there_too(desk: Desk) -> None:
    desk.paid()
    desk.sandbox.control("alipay/withdraw", {"amount": 2_000})
    payout = next(line for line in written(desk) if line.kind is Movement.PAYOUT)
    assert (payout.gross, payout.fee.minor) == (Money(-2_000, "CNY"), 0)


def test_after_all_movements_nothing_is_left_over(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    desk.by_hand(ask, 300)
    left = desk.money("net")
    desk.sandbox.control("alipay/withdraw")
    lines = written(desk)
    assert sum(line.gross.minor - line.fee.minor for line in lines) == 0
    assert [-line.gross.minor for line in lines if line.kind is Movement.PAYOUT] == [left]


def test_a_name_that_would_break_a_table_does_not(desk: Desk) -> None:
    ask, _ = desk.paid(description='"30 天", 美国\n#1')
    (line,) = written(desk)
    assert line.ref == ask.ref


@pytest.mark.parametrize("how", ["malformed", "error_500"])
def test_a_bill_that_does_not_come_whole_is_unknown(desk: Desk, how: str) -> None:
    desk.paid()
    began = desk.now().date()
    desk.travel(days=DAYS)
    desk.goes_wrong(how, "bill.download", times=9)
    with pytest.raises(Unknown):
        [statement(desk, day) for day in (began, began - timedelta(days=1))]
    desk.all_is_well()


def test_a_quiet_day_is_empty_when_its_bill_can_no_longer_come(desk: Desk) -> None:
    assert statement(desk, datetime.now(UTC).date() - timedelta(days=30)) == []

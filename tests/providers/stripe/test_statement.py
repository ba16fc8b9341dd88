"""Every kind of movement of Stripe's balance, on its day, with what it is about."""

from datetime import timedelta

import pytest

from tests.providers.stripe.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, Unknown
from yuanyou.providers.stripe import statement


def test_a_payout_is_a_line_that_names_it(desk: Desk) -> None:
    desk.paid()
    (payout,) = desk.control("payout", early=True)["payouts"]
    lines = {line.kind: line for line in desk.lines()}
    assert set(lines) == {Movement.PAYMENT, Movement.PAYOUT}
    earned = lines[Movement.PAYMENT].gross - lines[Movement.PAYMENT].fee
    assert lines[Movement.PAYOUT].gross == -earned
    assert lines[Movement.PAYOUT].about_ref == payout["id"]
    assert sum(line.gross.minor - line.fee.minor for line in lines.values()) == desk.money("balance") == 0


def test_a_payout_that_came_back_is_listed_both_ways(desk: Desk) -> None:
    desk.paid()
    (payout,) = desk.control("payout", early=True)["payouts"]
    desk.control(f"payouts/{payout['id']}/settle", outcome="failed")
    moved = [line.gross.minor for line in desk.lines() if line.kind is Movement.PAYOUT]
    assert len(moved) == 2
    assert sum(moved) == 0


@pytest.mark.parametrize("amount", [1000, -1000])
def test_a_fee_of_its_own_is_what_the_account_paid(desk: Desk, amount: int) -> None:
    desk.control("fee", amount=amount)
    (line,) = desk.lines()
    assert (line.kind, line.gross, line.fee.minor) == (Movement.FEE, Money(-amount, "USD"), 0)


@pytest.mark.parametrize(("method", "card"), [("alipay", "alipay"), ("us_bank_account", "bank_debit")])
def test_what_was_not_paid_by_card_is_a_payment_too(desk: Desk, method: str, card: str) -> None:
    how = {"challenge": "complete"} if method == "alipay" else {}
    ask = desk.paid(card, how=how, method=method)[0]
    if method == "us_bank_account":
        desk.control(f"sessions/{ask.provider_ref}/settle", outcome="succeeded")
    told = desk.adapter.query(ask)
    refund = desk.adapter.refund(desk.back(told, 500))
    payment, gone = desk.lines()
    assert (payment.kind, payment.ref, payment.about_ref) == (Movement.PAYMENT, ask.ref, told.charge_ref)
    assert (gone.kind, gone.ref, gone.about_ref) == (Movement.REFUND, "ref_1", refund.provider_ref)


def test_a_kept_cards_charge_names_its_attempt(desk: Desk) -> None:
    saved = desk.kept()
    ask = desk.sent(desk.charge(saved))
    assert desk.lines()[-1].ref == ask.ref


def test_the_fee_of_a_dispute_is_the_fee_of_its_line(desk: Desk) -> None:
    ask = desk.paid()[0]
    dispute = desk.control(f"payments/{ask.provider_ref}/dispute")["id"]
    line = desk.lines()[-1]
    assert (line.kind, line.gross.minor, line.fee.minor) == (Movement.DISPUTE, -2690, 1500)
    assert line.about_ref == dispute


def test_money_in_other_units_is_told_in_ours(desk: Desk) -> None:
    desk.paid(minor=5000, currency="JPY")
    desk.paid(minor=5000, currency="ISK")
    assert {line.gross for line in desk.lines()} == {Money(5000, "JPY"), Money(5000, "ISK")}


def test_a_day_of_many_pages_is_read_to_its_end_oldest_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [desk.paid()[0].ref for _ in range(5)]
    monkeypatch.setattr(statement, "PAGE_SIZE", 2)
    assert [line.ref for line in desk.lines()] == refs


def test_a_movement_belongs_to_its_day_in_utc(desk: Desk) -> None:
    first = desk.paid()[0]
    yesterday = desk.now().date()
    desk.travel(days=1)
    second = desk.paid()[0]
    assert [line.ref for line in desk.lines(yesterday)] == [first.ref]
    assert [line.ref for line in desk.lines()] == [second.ref]
    assert desk.lines(yesterday - timedelta(days=1)) == []


def test_a_page_that_is_lost_on_the_way_is_no_end_of_the_day(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        desk.paid()
    monkeypatch.setattr(statement, "PAGE_SIZE", 2)
    desk.goes_wrong("malformed", "balance_transactions.list", times=9)
    with pytest.raises(Unknown):
        desk.lines()

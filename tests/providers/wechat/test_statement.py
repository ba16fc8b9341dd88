"""The statement: two Beijing bills for one day of ours, against their hash, and nothing told twice."""

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.providers.wechat.conftest import Desk
from tests.providers.wechat.test_doors import at_the_till
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, NotYet, StatementLine, Unknown
from yuanyou.providers.wechat.api import Api

WRITTEN = timedelta(hours=52)
"""Until both bills of today are written."""


def today() -> date:
    return datetime.now(UTC).date()


def lines(desk: Desk) -> list[StatementLine]:
    """Of today and, should midnight have passed, of yesterday."""
    days = [today() - timedelta(days=1), today()]
    desk.travel(hours=WRITTEN.total_seconds() / 3600)
    return [line for day in days for line in desk.adapter.statement(day)]


def test_a_day_is_told_when_both_of_its_bills_are_written(desk: Desk) -> None:
    desk.paid()
    with pytest.raises(NotYet):
        list(desk.adapter.statement(today()))
    begins = datetime.combine(today(), datetime.min.time(), UTC)
    # In Beijing a day of ours ends on the next day; that day's bill is written at ten the morning after.
    written = begins + timedelta(days=2, hours=2)
    left = written - desk.now()
    desk.travel(seconds=int(left.total_seconds()) - 60)
    with pytest.raises(NotYet):
        list(desk.adapter.statement(today()))
    desk.travel(seconds=120)
    assert list(desk.adapter.statement(today()))


def test_a_withdrawal_is_a_payout_and_nothing_is_told_twice(desk: Desk) -> None:
    _, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    desk.control("withdraw", {"amount": 1_000})
    found = {line.kind: line for line in lines(desk)}
    assert set(found) == {Movement.PAYMENT, Movement.REFUND, Movement.PAYOUT}
    assert found[Movement.PAYOUT].gross == Money(-1_000, "CNY")
    assert sum(line.gross.minor - line.fee.minor for line in found.values()) == desk.money("net")


def test_a_refund_that_was_closed_comes_back(desk: Desk) -> None:
    _, told = desk.paid()
    desk.goes_wrong("refund_closed", "refunds.create")
    refund = desk.adapter.refund(desk.back(told, 700))
    desk.control(f"refunds/{refund.provider_ref}/settle", {"outcome": "closed"})
    found = lines(desk)
    (returned,) = [line for line in found if line.kind is Movement.REFUND_FAILED]
    assert (returned.gross, returned.about_ref) == (Money(700, "CNY"), refund.provider_ref)
    assert sum(line.gross.minor - line.fee.minor for line in found) == desk.money("net")


def test_a_reversal_of_a_scan_gives_the_money_back(desk: Desk) -> None:
    """What nobody should do by hand, and what the race between a password and a reversal does."""
    ask = at_the_till(desk)
    desk.adapter.create(ask)
    desk.travel(seconds=20)
    desk.adapter._orders._api.ask(lambda sdk: sdk.codepay_reverse(ask.ref))
    found = {line.kind: line for line in lines(desk)}
    assert found[Movement.REFUND].gross == Money(-ask.amount.minor, "CNY")
    assert found[Movement.REFUND].charge_ref == found[Movement.PAYMENT].about_ref
    assert sum(line.gross.minor - line.fee.minor for line in found.values()) == desk.money("net")


def test_a_bill_that_is_not_the_one_offered_is_not_believed(desk: Desk) -> None:
    desk.paid()
    desk.goes_wrong("wrong_hash", "bills.download")
    with pytest.raises(Unknown, match="wrong_hash"):
        lines(desk)


def test_a_bill_at_a_strange_address_is_not_fetched(desk: Desk) -> None:
    with pytest.raises(ValueError, match="strange address"):
        desk.adapter._api.download("http://127.0.0.1:9/v3/billdownload/file?token=1")


def test_a_comma_in_a_description_is_no_new_field(desk: Desk) -> None:
    ask, _ = desk.paid(description="US 30 天, 10 GB, 美国")
    (line,) = lines(desk)
    assert (line.ref, line.gross, line.fee) == (ask.ref, ask.amount, Money(16, "CNY"))


def test_a_fee_that_comes_back_with_a_refund_is_booked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """WeChat decides; its bill says so in the refund's own row. The sandbox keeps the fee."""
    _, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    kept = b"`US 30 days \xc2\xb7 \xe7\xbe\x8e\xe5\x9b\xbd 30 \xe5\xa4\xa9,`,`0.00000,"
    given = kept.replace(b"`0.00000,", b"`-0.04000,")

    def another_bill(raw: bytes) -> bytes:
        plain = gzip.decompress(raw)
        assert plain.count(kept) <= 1
        return plain.replace(kept, given)

    found = Api.download
    monkeypatch.setattr(Api, "download", lambda api, url: gzip.compress(another_bill(found(api, url))))
    monkeypatch.setattr("hmac.compare_digest", lambda *_: True)
    (back,) = [line for line in lines(desk) if line.kind is Movement.REFUND]
    assert (back.gross, back.fee) == (Money(-700, "CNY"), Money(-4, "CNY"))


def test_every_line_is_of_the_day_that_was_asked_for(desk: Desk) -> None:
    for _ in range(3):
        desk.paid()
        desk.travel(hours=9)
    first = today()
    desk.travel(days=3)
    days = [first + timedelta(days=number) for number in range(3)]
    found = {day: list(desk.adapter.statement(day)) for day in days}
    assert all(line.happened_at.date() == day for day, told in found.items() for line in told)
    assert sum(map(len, found.values())) == 3

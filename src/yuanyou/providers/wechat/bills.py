"""A day's movements, from the trade bill (payments, refunds, fees) and the fund-flow bill (all else).

Source: pay.weixin.qq.com/doc/v3/merchant/4012791866, /4012791867, /4013071243. A bill is of a day in Beijing
and is written at ten the next morning; a day of ours (UTC) lies in two of them. Every field begins with a
backtick; there is no quoting.
"""

import gzip
import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, takewhile

from wechatpayv3 import WeChatPay as Sdk

from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, NotYet, StatementLine, Unknown
from yuanyou.providers.wechat.api import Api, Json, Reply
from yuanyou.providers.wechat.errors import Problem, translated
from yuanyou.providers.wechat.orders import BEIJING

WRITTEN_AT = time(10)
NO_BILL, CREATING = "NO_STATEMENT_EXIST", "STATEMENT_CREATING"
NOT_WRITTEN = frozenset({NO_BILL, "PARAM_ERROR", "INVALID_REQUEST"})
"""What else is said of a day whose bill is not written yet. Of another day the first says: nothing moved."""
TICK = "`"
IN_TRADE_BILL = frozenset({"交易", "扣除交易手续费"})
REFUND, WITHDRAWAL, INCOME = "退款", "提现", "收入"
YUAN = "CNY"
Row = dict[str, str]


def lines(api: Api, day: date, now: Callable[[], datetime]) -> Iterator[StatementLine]:
    """Every movement of that day (UTC). NotYet until WeChat has written both of its bills."""
    days = (day, day + timedelta(days=1))
    trades = [row for each in days for row in _bill(api, each, now(), _trade_bill)]
    flows = [row for each in days for row in _bill(api, each, now(), _fund_flow_bill)]
    with translated():
        found = [*chain.from_iterable(map(_traded, trades)), *chain.from_iterable(map(_flowed, flows))]
    since = datetime.combine(day, time(), UTC)
    yield from (each for each in found if since <= each.happened_at < since + timedelta(days=1))


def _trade_bill(sdk: Sdk, day: str) -> Reply:
    reply: Reply = sdk.trade_bill(day, bill_type="ALL", tar_type="GZIP")
    return reply


def _fund_flow_bill(sdk: Sdk, day: str) -> Reply:
    reply: Reply = sdk.fundflow_bill(day, account_type="BASIC", tar_type="GZIP")
    return reply


def _bill(api: Api, day: date, now: datetime, kind: Callable[[Sdk, str], Reply]) -> list[Row]:
    """The rows of one bill. It is asked for whatever the clock says: wrong keys must show."""
    written = now >= datetime.combine(day + timedelta(days=1), WRITTEN_AT, BEIJING)
    with translated():
        try:
            offer = api.ask(lambda sdk: kind(sdk, day.isoformat()))
        except Problem as problem:
            if problem.code == CREATING or (not written and problem.code in NOT_WRITTEN):
                raise NotYet("being_written", f"the bill of {day}") from problem
            if problem.code == NO_BILL:
                return []
            raise
        return _rows(_text(api, offer))


def _text(api: Api, offer: Json) -> str:
    """The bill itself. The hash is of what was packed."""
    raw = api.download(str(offer["download_url"]))
    plain = gzip.decompress(raw)
    if offer["hash_type"] != "SHA1":
        raise Unknown("unknown_hash", str(offer["hash_type"]))
    if not hmac.compare_digest(hashlib.sha1(plain).hexdigest(), str(offer["hash_value"]).lower()):  # noqa: S324
        raise Unknown("wrong_hash", "the bill is not the one that was offered")
    return plain.decode("utf-8-sig")


def _rows(text: str) -> list[Row]:
    """Name -> value. The rows begin with a backtick; the next line that does not heads the sums."""
    head, *rest = [line for line in text.splitlines() if line]
    names = head.split(",")
    return [
        dict(zip(names, line[1:].split(f",{TICK}"), strict=True))
        for line in takewhile(lambda line: line.startswith(TICK), rest)
    ]


def _traded(row: Row) -> Iterator[StatementLine]:
    """A payment, or what went back of one. A reversal that only closed an order moved nothing."""
    gone = _money(row["退款金额"])
    if row["交易状态"] == "SUCCESS":
        yield StatementLine(
            provider_ref=row["微信订单号"],
            kind=Movement.PAYMENT,
            gross=_money(row["应结订单金额"], row["货币种类"]),
            fee=_money(row["手续费"]),
            happened_at=_moment(row["交易时间"]),
            ref=row["商户订单号"],
            about_ref=row["微信订单号"],
        )
    elif gone.minor:
        is_refund = row["交易状态"] == "REFUND"
        name = row["微信退款单号"] if is_refund else f"{row['微信订单号']} {row['交易状态']}"
        yield StatementLine(
            provider_ref=name,
            kind=Movement.REFUND,
            gross=-gone,
            fee=_money(row["手续费"]),
            happened_at=_moment(row["交易时间"]),
            ref=row["商户退款单号"] if is_refund else None,
            about_ref=name,
            charge_ref=row["微信订单号"],
        )


def _flowed(row: Row) -> Iterator[StatementLine]:
    """What the trade bill does not tell: payouts, refunds that came back, and whatever else there is."""
    name, income = row["业务名称"], row["收支类型"] == INCOME
    if name in IN_TRADE_BILL or (name == REFUND and not income):
        return
    amount = _money(row["收支金额(元)"])
    kind = (
        Movement.REFUND_FAILED
        if name == REFUND
        else Movement.PAYOUT
        if name == WITHDRAWAL
        else Movement.OTHER
    )
    yield StatementLine(
        provider_ref=row["资金流水单号"],
        kind=kind,
        gross=amount if income else -amount,
        fee=Money(0, YUAN),
        happened_at=_moment(row["记账时间"]),
        about_ref=row["微信支付业务单号"],
    )


def _money(yuan: str, currency: str = YUAN) -> Money:
    """ValueError for a fraction of a fen; fees are written with five decimals all the same."""
    fen = Decimal(yuan).scaleb(2)
    if fen != fen.to_integral_value():
        raise ValueError(f"not an amount: {yuan}")
    return Money(int(fen), currency)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)

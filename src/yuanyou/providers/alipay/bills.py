"""Alipay's own account of a day: ZIPs of GBK tables by Beijing's day, written the next morning.

A day of ours (UTC) lies in two of Beijing's. The trade bill lists payments and refunds with their fees, the
account bill everything else. Source: Alipay's page of alipay.data.dataservice.bill.downloadurl.query.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from yuanyou.kernel.money import Money
from yuanyou.payments.port import Movement, NotYet, StatementLine, Unknown
from yuanyou.providers.alipay.amounts import CNY, from_yuan
from yuanyou.providers.alipay.api import Api
from yuanyou.providers.alipay.errors import NO_BILL, Problem, translated
from yuanyou.providers.alipay.sdk import BEIJING, FORMAT

METHOD = "alipay.data.dataservice.bill.downloadurl.query"
TRADES, ACCOUNT = "trade", "signcustomer"
FIRST = {TRADES: "支付宝交易号", ACCOUNT: "账务流水号"}
"""How the table begins: around it stand remarks, beside it a summary."""
SURELY_WRITTEN = timedelta(hours=36)
"""After the end of its day, a bill that is not there is of a day on which nothing moved."""
PAYOUT = "提现"
OF_TRADES = ("交易", "在线支付", "退款", "收费", "退费", "服务费")
"""In the account bill, what the trade bill has already told."""
LARGEST = 512_000_000

Row = Mapping[str, str]


def lines(api: Api, day: date, now: datetime) -> Iterator[StatementLine]:
    """Every movement of that day (UTC). NotYet until both bills are written."""
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    found: list[StatementLine] = []
    for bill_day in (day, day + timedelta(days=1)):
        with translated():
            found += [_trade(row) for row in _rows(api, TRADES, bill_day, now)]
            rows = _rows(api, ACCOUNT, bill_day, now)
            found += [_other(row) for row in rows if not row["业务类型"].startswith(OF_TRADES)]
    yield from (line for line in found if since <= line.happened_at < until)


def _rows(api: Api, kind: str, day: date, now: datetime) -> list[Row]:
    try:
        answer = api.ask(METHOD, {"bill_type": kind, "bill_date": day.isoformat()})
    except Problem as problem:
        if problem.sub_code != NO_BILL:
            raise
        ends = datetime.combine(day + timedelta(days=1), time(), BEIJING)
        if now < ends + SURELY_WRITTEN:
            raise NotYet("being_written", f"{kind} {day}") from problem
        return []
    return _table(api.fetch(str(answer["bill_download_url"])), FIRST[kind])


def _table(packed: bytes, first: str) -> list[Row]:
    """The rows of the one table that begins with this column."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise Unknown("bill_too_large")
            texts = [archive.read(name).decode("gb18030") for name in archive.namelist()]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError) as error:
        raise Unknown("unreadable_bill", repr(error)) from error
    for text in texts:
        told = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if told and told[0].strip().startswith(first):
            return [
                {str(name).strip(): (value or "").strip() for name, value in row.items()}
                for row in csv.DictReader(told)
            ]
    raise Unknown("unreadable_bill", f"no table of {first}")


def _trade(row: Row) -> StatementLine:
    """`服务费` is what Alipay kept, or of a refund gave back, whatever its sign is."""
    trade_no, received, fee = (
        row["支付宝交易号"],
        from_yuan(row["商家实收（元）"]),
        from_yuan(row["服务费（元）"] or "0"),
    )
    at = _moment(row["完成时间"])
    if row["业务类型"] == "交易":
        return StatementLine(
            provider_ref=trade_no,
            kind=Movement.PAYMENT,
            gross=received,
            fee=_size(fee),
            happened_at=at,
            ref=row["商户订单号"],
            about_ref=trade_no,
        )
    number = row["退款批次号/请求号"] or row["商户订单号"]  # without one of its own it bears the order's
    return StatementLine(
        provider_ref=f"{trade_no}/{number}",
        kind=Movement.REFUND if row["业务类型"] == "退款" else Movement.OTHER,
        gross=-_size(received),
        fee=-_size(fee),
        happened_at=at,
        ref=number,
        about_ref=number,
        charge_ref=trade_no,
    )


def _other(row: Row) -> StatementLine:
    came, went = (from_yuan(row[name] or "0") for name in ("收入金额（+元）", "支出金额（-元）"))
    return StatementLine(
        provider_ref=row["账务流水号"],
        kind=Movement.PAYOUT if row["业务类型"] == PAYOUT else Movement.OTHER,
        gross=_size(came) - _size(went),
        fee=Money(0, CNY),
        happened_at=_moment(row["发生时间"]),
        about_ref=row["业务流水号"] or None,
    )


def _size(amount: Money) -> Money:
    return Money(abs(amount.minor), amount.currency)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, FORMAT).replace(tzinfo=BEIJING).astimezone(UTC)

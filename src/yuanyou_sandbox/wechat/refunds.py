"""Refunds: accepted, then done, closed or abnormal. Fifty for an order, a minute apart, within a year.

Source: pay.weixin.qq.com/doc/v3/merchant/4012791862 (refund), /4012791863 (query), /4012791865 (notice).
"""

from enum import StrEnum

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import balance, notices, orders, trades
from yuanyou_sandbox.wechat.account import COMPANY, Account, beijing, digits
from yuanyou_sandbox.wechat.balance import Entry, Flow
from yuanyou_sandbox.wechat.errors import ApiError, bad_field, invalid, no_resource
from yuanyou_sandbox.wechat.fields import Fields

KIND = "refund"
PROCESSING, SUCCESS, CLOSED, ABNORMAL = "PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"
SETTLE = "wechat.settle_refund"
MOST = 50
WINDOW_SECONDS = 365 * 86_400
APART_SECONDS, TAKES_SECONDS, FAILS_AFTER_SECONDS = 60, 5, 86_400
APART, TAKES = "refunds_apart", "refund_takes"
"""Facts: other seconds than the usual ones, for tests that are not about them."""


class Later(StrEnum):
    """What may become of a refund that was accepted."""

    ABNORMAL = "refund_abnormal"
    CLOSED = "refund_closed"


def create(account: Account, body: Fields) -> Document:
    """POST /v3/refund/domestic/refunds."""
    transaction_id = body.text("transaction_id", longest=32)
    number = body.text("out_trade_no", longest=32)
    refund_number = body.need_number("out_refund_no", longest=64)
    reason = body.text("reason", longest=80)
    notify_url = body.url("notify_url")
    amount = body.need_group("amount")
    units, total = amount.need_whole("refund"), amount.need_whole("total")
    currency = amount.need_text("currency", longest=16)
    amount.finish()
    body.finish()
    if currency != "CNY":
        raise bad_field("/amount/currency", "目前只支持人民币CNY", currency)
    order = _order(account, transaction_id, number)
    if total != order["total"]:
        raise bad_field("/amount/total", "订单金额与原订单不一致", total)
    known = account.one_by(KIND, "number", refund_number)
    if known:
        if (known["order"], known["refund"]) != (order["id"], units):
            raise invalid("商户退款单号重复，且与之前的请求不一致")
        return shown(account, known)
    _check_pace(account, order)
    made = refund(account, order, units, number=refund_number, reason=reason, notify_url=notify_url)
    return shown(account, made)


def retrieve(account: Account, refund_number: str) -> Document:
    """GET /v3/refund/domestic/refunds/:out_refund_no."""
    found = account.one_by(KIND, "number", refund_number)
    if found is None:
        raise no_resource("退款单不存在")
    return shown(account, found)


def refund(
    account: Account,
    order: Document,
    units: int,
    *,
    number: str | None = None,
    reason: str | None = None,
    notify_url: str | None = None,
) -> Document:
    """Send `units` back; no `number`: by hand, on the merchant's pages. ApiError when it cannot be."""
    _check(account, order, units)
    fault = account.world.faults.take(COMPANY, "refunds.create", set(Later), order["id"])
    now = account.now()
    made: Document = {
        "id": f"50300{beijing(now):%Y%m%d}{digits(16)}",
        "number": number or f"1{digits(20)}",
        "order": order["id"],
        "refund": units,
        "status": PROCESSING,
        "created": now,
        "success_time": None,
        "notify_url": notify_url or order["notify_url"],
        "ends": ABNORMAL if fault and fault.fault == Later.ABNORMAL else CLOSED if fault else SUCCESS,
        "reason": reason,
    }
    order |= {"state": orders.REFUND, "refunds": order["refunds"] + 1, "refunded": order["refunded"] + units}
    with account.transaction():
        account.create(KIND, made, {"number": made["number"], "order": order["id"]})
        account.save(orders.KIND, order | {"last_refund": now})
        balance.record(account, Entry(Flow.REFUND, -units, made["id"], made["number"]))
        trades.refunded(account, order, made)
        takes = FAILS_AFTER_SECONDS if fault else pace(account)[1]
        if takes:
            account.world.timers.set(SETTLE, made["id"], now + takes)
        else:
            settle(account, made, SUCCESS)
    return made


def settle(account: Account, made: Document, status: str) -> None:
    """How it ends; nothing when it has. CLOSED gives the merchant the money back, ABNORMAL keeps it."""
    if made["status"] != PROCESSING:
        return
    order = orders.get(account, made["order"])
    made |= {"status": status, "success_time": account.now() if status == SUCCESS else None}
    with account.transaction():
        account.save(KIND, made)
        if status == CLOSED:
            account.save(orders.KIND, order | {"refunded": order["refunded"] - made["refund"]})
            balance.record(account, Entry(Flow.REFUND, made["refund"], made["id"], made["number"]))
        if made["notify_url"]:
            plain = _noticed(account, made)
            notices.put(account, f"REFUND.{status}", plain, url=made["notify_url"], about=made["id"])


def settle_as_meant(account: Account, ident: str) -> None:
    """Its time has come."""
    made = account.find(KIND, ident)
    if made:
        settle(account, made, made["ends"])


def pace(account: Account) -> tuple[int, int]:
    """Seconds between two refunds of an order, and until one is done."""
    store = account.world.store
    apart, takes = store.fact(COMPANY, APART), store.fact(COMPANY, TAKES)
    return (APART_SECONDS if apart is None else apart), (TAKES_SECONDS if takes is None else takes)


def set_pace(account: Account, apart: int | None, takes: int | None) -> None:
    """None: as usual."""
    account.world.store.keep_fact(COMPANY, APART, apart)
    account.world.store.keep_fact(COMPANY, TAKES, takes)


def shown(account: Account, made: Document) -> Document:
    """What the interface shows of it."""
    order = orders.get(account, made["order"])
    told: Document = {
        "refund_id": made["id"],
        "out_refund_no": made["number"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["id"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": account.time(made["created"]),
        "status": made["status"],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": order["total"],
            "refund": made["refund"],
            "payer_total": order["payer_total"],
            "payer_refund": made["refund"],
            "settlement_refund": made["refund"],
            "settlement_total": order["total"],
            "discount_refund": 0,
            "currency": "CNY",
        },
    }
    if made["success_time"]:
        told["success_time"] = account.time(made["success_time"])
    return told


def _noticed(account: Account, made: Document) -> Document:
    names = ("total", "refund", "payer_total", "payer_refund")
    told = shown(account, made)
    return {
        "mchid": account.mchid,
        **{name: told[name] for name in ("out_trade_no", "transaction_id", "out_refund_no", "refund_id")},
        "refund_status": made["status"],
        "success_time": told.get("success_time", ""),
        "user_received_account": told["user_received_account"],
        "amount": {name: told["amount"][name] for name in names},
    }


def _order(account: Account, transaction_id: str | None, number: str | None) -> Document:
    if transaction_id:
        found = account.one_by(orders.KIND, "transaction", transaction_id)
    elif number:
        found = account.find(orders.KIND, number)
    else:
        raise bad_field("/transaction_id", "transaction_id与out_trade_no至少填一个")
    if found is None:
        raise no_resource("订单号不存在")
    return found


def _check_pace(account: Account, order: Document) -> None:
    apart, _ = pace(account)
    if order["refunds"] and account.now() < order["last_refund"] + apart:
        raise ApiError(429, "FREQUENCY_LIMITED", "同一笔订单的两次退款需间隔1分钟，请稍后再试")


def _check(account: Account, order: Document, units: int) -> None:
    if order["state"] not in orders.PAID:
        raise invalid("订单状态不支持退款，请核实")
    if account.now() > order["success_time"] + WINDOW_SECONDS:
        raise invalid("订单已超过可退款的最大期限（一年）")
    if order["refunds"] >= MOST:
        raise invalid(f"退款次数超过限制：一笔订单最多退款{MOST}次")
    if order["refunded"] + units > order["total"]:
        raise invalid("退款金额大于订单可退金额")
    if account.world.faults.take(COMPANY, "refunds.create", {"not_enough_funds"}, order["id"]):
        raise ApiError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")

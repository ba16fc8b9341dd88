"""Alipay's methods: what each reads from `biz_content`, does, and answers.

Source: opendocs.alipay.com, the page of each method.
"""

from collections.abc import Callable
from dataclasses import dataclass

from yuanyou_sandbox.alipay import bills, codes, orders, refunds
from yuanyou_sandbox.alipay.account import BUYER_ID, BUYER_LOGON, Account, beijing, yuan
from yuanyou_sandbox.alipay.errors import business
from yuanyou_sandbox.alipay.fields import Fields
from yuanyou_sandbox.alipay.orders import Wish
from yuanyou_sandbox.shared.store import Document

SUCCESS, WAITING = "10000", "10003"
MESSAGES = {SUCCESS: "Success", WAITING: "order success pay inprocess"}
PRODUCTS = {
    orders.PAGE: "FAST_INSTANT_TRADE_PAY",
    orders.WAP: "QUICK_WAP_WAY",
    orders.QR: "FACE_TO_FACE_PAYMENT",
    orders.CODE: "FACE_TO_FACE_PAYMENT",
}
ALSO = {orders.WAP: "QUICK_WAP_PAY", orders.QR: "QR_CODE_OFFLINE"}
"""Names that Alipay takes for the same product."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What stands beside `biz_content` in a request for money."""

    notify_url: str | None
    return_url: str | None


Answer = Document
Run = Callable[[Account, Fields, Doors], Answer]


def lay(account: Account, fields: Fields, doors: Doors, product: str) -> Document:
    """The order that is asked for, whatever way the payer comes to it."""
    options = [PRODUCTS[product], *([ALSO[product]] if product in ALSO else [])]
    fields.choice("product_code", *options)
    for without_effect in ("body", "operator_id", "store_id", "terminal_id", "integration_type"):
        fields.text(without_effect)
    wish = Wish(
        number=fields.need_number("out_trade_no"),
        amount=fields.need_amount("total_amount"),
        subject=fields.need("subject"),
        product=product,
        expires_at=fields.moment("time_expire"),
        notify_url=doors.notify_url,
        return_url=doors.return_url,
        quit_url=fields.text("quit_url") if product == orders.WAP else None,
    )
    fields.finish()
    return orders.lay(account, wish)


def precreate(account: Account, fields: Fields, doors: Doors) -> Answer:
    order = lay(account, fields, doors, orders.QR)
    return _done({"out_trade_no": order["id"], "qr_code": f"{account.url}/qr/{order['slug']}"})


def pay(account: Account, fields: Fields, doors: Doors) -> Answer:
    """The shop has scanned the customer's code."""
    fields.choice("scene", "bar_code", "security_code")
    scanned = fields.need("auth_code", longest=64)
    order = lay(account, fields, doors, orders.CODE)
    if order["trade"] is not None:  # asked again while it waits
        return _waiting(order)
    does = codes.take(account, scanned)
    if does == codes.POOR:
        raise business("ACQ.BUYER_BALANCE_NOT_ENOUGH")
    if does == codes.ASKS:
        return _waiting(orders.begin(account, order))
    return _done(_paid(orders.pay(account, order)))


def query(account: Account, fields: Fields, doors: Doors) -> Answer:
    del doors
    order = _named(account, fields)
    told = _paid(order) | {"trade_status": order["trade"]["status"]}
    if order["trade"]["paid_at"] is not None:
        told["send_pay_date"] = told.pop("gmt_payment")
    return _done(told)


def close(account: Account, fields: Fields, doors: Doors) -> Answer:
    del doors
    fields.text("operator_id")
    order = orders.close(account, _named(account, fields))
    return _done({"out_trade_no": order["id"], "trade_no": order["trade"]["no"]})


def cancel(account: Account, fields: Fields, doors: Doors) -> Answer:
    """What was not paid is closed, what was is given back. A number nobody opened can never be paid then."""
    del doors
    number, trade_no = fields.number("out_trade_no"), fields.number("trade_no")
    fields.finish()
    order = orders.of_trade(account, trade_no) if trade_no else orders.current(account, number)
    told: Document = {"out_trade_no": number or "", "retry_flag": "N"}
    if order is None or order["trade"] is None:
        if not number:
            raise business("ACQ.TRADE_NOT_EXIST")
        orders.void(account, number)
        return _done(told)
    told |= {"out_trade_no": order["id"], "trade_no": order["trade"]["no"]}
    if order["trade"]["status"] == orders.SUCCESS:
        refunds.refund(account, order, order["amount"], None)
        return _done(told | {"action": "refund"})
    if order["trade"]["status"] == orders.WAIT:
        orders.close(account, order)
    return _done(told | {"action": "close"})


def refund(account: Account, fields: Fields, doors: Doors) -> Answer:
    del doors
    fen, number = fields.need_amount("refund_amount"), fields.number("out_request_no")
    fields.text("refund_reason")
    order = _named(account, fields)
    made, moved = refunds.refund(account, order, fen, number)
    return _done(
        {
            "buyer_logon_id": BUYER_LOGON,
            "buyer_user_id": BUYER_ID,
            "fund_change": "Y" if moved else "N",
            "gmt_refund_pay": beijing(made["at"]),
            "out_trade_no": order["id"],
            "refund_fee": yuan(order["trade"]["refunded"]),
            "send_back_fee": yuan(made["fen"] if moved else 0),
            "trade_no": order["trade"]["no"],
        }
    )


def refund_query(account: Account, fields: Fields, doors: Doors) -> Answer:
    """10000 only says that the question was answered: a refund that is there has its `refund_status`."""
    del doors
    number = fields.need_number("out_request_no")
    order = _named(account, fields)
    made = refunds.find(account, order, number)
    told = {"out_trade_no": order["id"], "trade_no": order["trade"]["no"]}
    if made is None:
        return _done(told)
    return _done(
        told
        | {
            "gmt_refund_pay": beijing(made["at"]),
            "out_request_no": made["number"],
            "refund_amount": yuan(made["fen"]),
            "refund_status": "REFUND_SUCCESS",
            "total_amount": yuan(order["amount"]),
        }
    )


def bill_url(account: Account, fields: Fields, doors: Doors) -> Answer:
    del doors
    kind = fields.choice("bill_type", *bills.TYPES) or bills.TRADE
    day = fields.need("bill_date", longest=10)
    fields.finish()
    return _done({"bill_download_url": bills.address(account, kind, day)})


def _named(account: Account, fields: Fields) -> Document:
    number, trade_no = fields.number("out_trade_no"), fields.number("trade_no")
    fields.finish()
    if not number and not trade_no:
        raise business("ACQ.INVALID_PARAMETER", "out_trade_no")
    return orders.need(account, number, trade_no)


def _paid(order: Document) -> Document:
    """What all answers about a trade say of it."""
    trade, amount = order["trade"], yuan(order["amount"])
    came = amount if trade["paid_at"] is not None else "0.00"
    told: Document = {
        "buyer_logon_id": BUYER_LOGON,
        "buyer_pay_amount": came,
        "buyer_user_id": BUYER_ID,
        "invoice_amount": came,
        "out_trade_no": order["id"],
        "point_amount": "0.00",
        "receipt_amount": came,
        "total_amount": amount,
        "trade_no": trade["no"],
    }
    if trade["paid_at"] is not None:
        told["gmt_payment"] = beijing(trade["paid_at"])
        told["fund_bill_list"] = [{"amount": amount, "fund_channel": "ALIPAYACCOUNT"}]
    return told


def _waiting(order: Document) -> Answer:
    return {"code": WAITING, "msg": MESSAGES[WAITING]} | _paid(order)


def _done(told: Document) -> Answer:
    return {"code": SUCCESS, "msg": MESSAGES[SUCCESS]} | told


METHODS: dict[str, tuple[str, Run]] = {
    "alipay.trade.precreate": ("trade.precreate", precreate),
    "alipay.trade.pay": ("trade.pay", pay),
    "alipay.trade.query": ("trade.query", query),
    "alipay.trade.close": ("trade.close", close),
    "alipay.trade.cancel": ("trade.cancel", cancel),
    "alipay.trade.refund": ("trade.refund", refund),
    "alipay.trade.fastpay.refund.query": ("refund.query", refund_query),
    "alipay.data.dataservice.bill.downloadurl.query": ("bill.url", bill_url),
}
"""Method -> the switchboard's name for it, and what it does."""
PAGES = {
    "alipay.trade.page.pay": ("page.pay", orders.PAGE),
    "alipay.trade.wap.pay": ("wap.pay", orders.WAP),
}
"""Methods that are answered with a page for the payer."""
DOWNLOAD = "bill.download"
ACTS = (*[name for name, _ in METHODS.values()], *[name for name, _ in PAGES.values()], DOWNLOAD)

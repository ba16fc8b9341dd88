"""Money back: once per request number.

Source: Alipay's pages of alipay.trade.refund and alipay.trade.fastpay.refund.query.
"""

from yuanyou_sandbox.alipay import balance, notices, orders
from yuanyou_sandbox.alipay.account import Account, digits
from yuanyou_sandbox.alipay.errors import business
from yuanyou_sandbox.shared.store import Document

KIND = "refund"


def refund(account: Account, order: Document, fen: int, request_no: str | None) -> tuple[Document, bool]:
    """The refund of this number, and whether money moved now. Refusal when it cannot be.

    Without a number only all of it can be given back; the order's own number is then the refund's.
    """
    known = find(account, order, request_no or order["id"])
    if known is not None:
        if known["fen"] != fen:
            raise business("ACQ.DISCORDANT_REPEAT_REQUEST")
        return known, False
    trade = order["trade"]
    if trade["status"] == orders.FINISHED:
        raise business("ACQ.TRADE_HAS_FINISHED")
    if trade["status"] != orders.SUCCESS:
        raise business("ACQ.TRADE_STATUS_ERROR")
    if fen > order["amount"] - trade["refunded"]:
        raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR")
    if request_no is None and fen != order["amount"]:
        raise business("ACQ.INVALID_PARAMETER", "out_request_no")
    return _send(account, order, fen, request_no or order["id"]), True


def by_hand(account: Account, order: Document, fen: int | None) -> Document:
    """In the merchant's pages at Alipay; None is all that is left."""
    left = order["amount"] - order["trade"]["refunded"]
    whole = fen in {None, order["amount"]} and left == order["amount"]
    number = None if whole else digits(24)
    return refund(account, order, left if fen is None else fen, number)[0]


def find(account: Account, order: Document, request_no: str) -> Document | None:
    return account.find(KIND, f"{order['id']}/{request_no}")


def of_order(account: Account, order: Document) -> list[Document]:
    """Oldest first. Alipay's interface has no such list; its bills do."""
    return account.all_by(KIND, "order", order["id"])


def _send(account: Account, order: Document, fen: int, request_no: str) -> Document:
    with account.transaction():
        made = {"id": f"{order['id']}/{request_no}", "number": request_no, "fen": fen, "at": account.now()}
        refund = account.create(KIND, made, {"order": order["id"]})
        trade = order["trade"]
        trade["refunded"] += fen
        if trade["refunded"] == order["amount"]:
            trade |= {"status": orders.CLOSED, "closed_at": account.now()}
        account.save(orders.KIND, order)
        balance.record(account, order, balance.REFUND, fen, request_no=request_no)
        notices.tell(account, order, refund)
    return refund

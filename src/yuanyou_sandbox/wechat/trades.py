"""The rows of the trade bill: one for each payment, refund and reversal, on its day in Beijing."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat.account import Account, day_of

KIND = "trade"


def paid(account: Account, order: Document, fee: int) -> None:
    _keep(account, order, state="SUCCESS", fee=fee)


def revoked(account: Account, order: Document) -> None:
    """The whole of it went back to the payer."""
    _keep(account, order, state="REVOKED", refunded=order["total"])


def refunded(account: Account, order: Document, refund: Document) -> None:
    _keep(account, order, state="REFUND", refunded=refund["refund"], refund_id=refund["id"])


def of_day(account: Account, day: str) -> list[Document]:
    """Oldest first."""
    return account.all_by(KIND, "day", day)


def _keep(
    account: Account,
    order: Document,
    *,
    state: str,
    fee: int = 0,
    refunded: int = 0,
    refund_id: str | None = None,
) -> None:
    at = account.now()
    made: Document = {
        "id": f"{order['id']} {state} {refund_id or ''}",
        "order": order["id"],
        "refund": refund_id,
        "state": state,
        "fee": fee,
        "refunded": refunded,
        "at": at,
    }
    account.create(KIND, made, {"day": day_of(at)})

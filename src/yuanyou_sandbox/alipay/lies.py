"""Answers and notices that say something else than what is true: each must be caught by whoever asks."""

from yuanyou_sandbox.alipay.account import yuan
from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.store import Document

AMOUNT, CURRENCY, MERCHANT, REFERENCE, APP = (
    "wrong_amount",
    "wrong_currency",
    "wrong_merchant",
    "wrong_reference",
    "wrong_app",
)
OF_ANSWERS = frozenset({AMOUNT, CURRENCY, MERCHANT, REFERENCE})
OF_NOTICES = frozenset({AMOUNT, MERCHANT, REFERENCE, APP})
AMOUNTS = frozenset({"total_amount", "receipt_amount", "buyer_pay_amount", "refund_amount"})
OFF_BY = 100
"""Fen more than is true, when no value is given."""
SOMEBODY = "2088000000000000"


def told_falsely(answer: Document, lie: Fault) -> Document:
    """The same answer, falsified. What is kept stays true."""
    match lie.fault:
        case "wrong_amount":
            return {name: _more(name, value, lie) for name, value in answer.items()}
        case "wrong_currency":  # said only where it is not yuan
            return answer | {"trans_currency": lie.value or "USD"}
        case "wrong_merchant":
            return answer | {"seller_id": lie.value or SOMEBODY}
        case "wrong_app":
            return answer | {"app_id": lie.value or SOMEBODY, "auth_app_id": lie.value or SOMEBODY}
        case _:
            return answer | {"out_trade_no": lie.value or "somebody_else"}


def _more(name: str, value: object, lie: Fault) -> object:
    if name not in AMOUNTS:
        return value
    return yuan(int(lie.value) if lie.value else int(str(value).replace(".", "")) + OFF_BY)

"""Refunds of captures: never above what was taken; some take a day, and some of those come back.

Source: PayPal's OpenAPI document payments_payment_v2 (captures.refund and its issues).
"""

from enum import StrEnum

from yuanyou_sandbox.paypal import balance, capturing, disputes, money
from yuanyou_sandbox.paypal.account import COMPANY, HIDDEN, Account, shown
from yuanyou_sandbox.paypal.balance import Code, Entry
from yuanyou_sandbox.paypal.errors import unprocessable
from yuanyou_sandbox.paypal.ids import transaction_id
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.store import Document

KIND = "refund"
SETTLE = "paypal.settle_refund"
SETTLES_AFTER_SECONDS = 86_400
WINDOW_SECONDS = 180 * 86_400
LONGEST_NOTE = 255


class Later(StrEnum):
    """What may become of a refund that is not done at once."""

    DONE = "async"
    FAILED = "async_then_failed"


def create(account: Account, reader: Reader, capture_id: str) -> Document:
    """POST /v2/payments/captures/:id/refund."""
    group = reader.group("amount")
    amount = money.read(group) if group else None
    invoice_id, custom_id = reader.text("invoice_id"), reader.text("custom_id")
    note = reader.text("note_to_payer", longest=LONGEST_NOTE)
    reader.finish()
    capture = account.get(capturing.KIND, capture_id)
    return refund(account, capture, amount, invoice_id=invoice_id, custom_id=custom_id, note=note)


def retrieve(account: Account, reader: Reader, ident: str) -> Document:
    """GET /v2/payments/refunds/:id."""
    reader.finish()
    return account.find(disputes.REVERSAL, ident) or account.get(KIND, ident)


def retrieve_capture(account: Account, reader: Reader, ident: str) -> Document:
    """GET /v2/payments/captures/:id."""
    reader.finish()
    return account.get(capturing.KIND, ident)


def refund(
    account: Account,
    capture: Document,
    amount: tuple[int, str] | None,
    *,
    invoice_id: str | None = None,
    custom_id: str | None = None,
    note: str | None = None,
) -> Document:
    """Give back `amount` (units, currency); None is all that is left. ApiError when it cannot be."""
    units = _possible(account, capture, amount)
    if invoice_id and account.all_by(KIND, "invoice", invoice_id):
        raise unprocessable("DUPLICATE_INVOICE_ID", "/invoice_id")
    fault = account.world.faults.take(COMPANY, "captures.refund", set(Later), capture["id"])
    made = _made(account, capture, units, invoice_id=invoice_id, custom_id=custom_id, note=note)
    if fault is None:
        _finish(account, made, capture)
    else:
        made |= {"status": "PENDING", "status_details": {"reason": "ECHECK"}}
        made[HIDDEN]["fails"] = fault.fault == Later.FAILED
        account.save(KIND, made)
        account.world.timers.set(SETTLE, made["id"], account.now() + SETTLES_AFTER_SECONDS)
        _tell(account, "PAYMENT.REFUND.PENDING", made, "refund is pending")
    if not capturing.left_of(capture):
        disputes.end_by_refund(account, capture)
    return made


def settle(account: Account, made: Document, *, succeeded: bool) -> None:
    """A pending refund is done, or comes back; nothing when that is known already."""
    if made["status"] != "PENDING":
        return
    with account.transaction():
        capture = account.get(capturing.KIND, made[HIDDEN]["capture"])
        if succeeded:
            _finish(account, made, capture)
        else:
            fail(account, made)


def fail(account: Account, made: Document) -> None:
    """The payer's bank did not take it: the money is the shop's again, even after it was done."""
    if made["status"] not in {"PENDING", "COMPLETED"}:
        return
    capture = account.get(capturing.KIND, made[HIDDEN]["capture"])
    units, currency = money.units_of(made["amount"]), made["amount"]["currency_code"]
    with account.transaction():
        if made["status"] == "COMPLETED":
            entry = Entry(Code.REFUND_CAME_BACK, units, currency, reference=made["id"])
            balance.record(account, entry)
        made |= {"status": "FAILED", "update_time": account.time()}
        account.save(KIND, made)
        capture[HIDDEN]["refunded"] -= units
        capturing.restate(account, capture)
        _tell(account, "PAYMENT.REFUND.FAILED", made, "refund failed")


def of_capture(account: Account, capture_id: str) -> list[Document]:
    """The refunds of a capture, oldest first."""
    return account.all_by(KIND, "capture", capture_id)


def minimal(made: Document) -> Document:
    """What Prefer: return=minimal gets."""
    return {name: made[name] for name in ("id", "status", "links")}


def _possible(account: Account, capture: Document, amount: tuple[int, str] | None) -> int:
    """How much goes back."""
    if capture["status"] == "PENDING":
        raise unprocessable("PENDING_CAPTURE")
    if capture["status"] not in capturing.MONEY_CAME:
        raise unprocessable("REFUND_NOT_ALLOWED")
    left = capturing.left_of(capture)
    if not left:
        raise unprocessable("CAPTURE_FULLY_REFUNDED")
    if amount and amount[1] != capture["amount"]["currency_code"]:
        raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
    units = amount[0] if amount else left
    if units > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED", "/amount/value")
    if account.get(balance.KIND, capture["id"])["moved"] + WINDOW_SECONDS <= account.now():
        raise unprocessable("REFUND_TIME_LIMIT_EXCEEDED")
    disputes.check_refundable(account, capture, whole=units == left)
    return units


def _made(
    account: Account,
    capture: Document,
    units: int,
    *,
    invoice_id: str | None,
    custom_id: str | None,
    note: str | None,
) -> Document:
    """The refund, and its part of the capture put aside."""
    capture[HIDDEN]["refunded"] += units
    ident, now, currency = transaction_id(), account.time(), capture["amount"]["currency_code"]
    told = {"invoice_id": invoice_id, "custom_id": custom_id, "note_to_payer": note}
    made: Document = {
        "id": ident,
        "amount": money.money(units, currency),
        **{name: value for name, value in told.items() if value},
        "seller_payable_breakdown": {
            "gross_amount": money.money(units, currency),
            "paypal_fee": money.money(0, currency),
            "net_amount": money.money(units, currency),
            "total_refunded_amount": money.money(capture[HIDDEN]["refunded"], currency),
        },
        "status": "PENDING",
        "create_time": now,
        "update_time": now,
        "links": [
            account.link("self", f"v2/payments/refunds/{ident}"),
            account.link("up", f"v2/payments/captures/{capture['id']}"),
        ],
        HIDDEN: {"capture": capture["id"], "fails": False},
    }
    account.create(KIND, made, {"capture": capture["id"], "invoice": invoice_id})
    capturing.restate(account, capture)
    return made


def _finish(account: Account, made: Document, capture: Document) -> None:
    made |= {"status": "COMPLETED", "update_time": account.time()}
    made.pop("status_details", None)
    account.save(KIND, made)
    entry = Entry(
        Code.REFUND,
        -money.units_of(made["amount"]),
        made["amount"]["currency_code"],
        ident=made["id"],
        reference=capture["id"],
        invoice_id=made.get("invoice_id") or capture.get("invoice_id"),
        custom_id=made.get("custom_id") or capture.get("custom_id"),
    )
    balance.record(account, entry)
    _tell(account, "PAYMENT.CAPTURE.REFUNDED", made, "was refunded")


def _tell(account: Account, event_type: str, made: Document, what: str) -> None:
    amount = money.shown(money.units_of(made["amount"]), made["amount"]["currency_code"])
    account.emit(event_type, "refund", shown(made) | {"payer": account.payee()}, f"A {amount} {what}")

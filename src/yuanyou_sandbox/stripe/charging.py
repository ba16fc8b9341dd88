"""What happens to a PaymentIntent when somebody tries to pay it, and the charges that come of it."""

from typing import Any

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import (
    DEBIT_RETURNED,
    UNAUTHENTICATED,
    Decline,
    Does,
    Method,
    of_fingerprint,
    payment_method,
)
from yuanyou_sandbox.stripe.errors import DOCS
from yuanyou_sandbox.stripe.ids import letters, new_id

SETTLES_AFTER_SECONDS = 4 * 86_400
"""A bank debit is known to have worked after four days."""
SETTLE = "stripe.settle"
PAYABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})

INTENT: Document = {
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "confirmation_method": "automatic",
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_options": {},
    "processing": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
}
CHARGE: Document = {
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "amount_refunded": 0,
    "balance_transaction": None,
    "billing_details": {"address": None, "email": None, "name": None, "phone": None},
    "calculated_statement_descriptor": "SANDBOX",
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "on_behalf_of": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}


def new_intent(
    account: Account,
    *,
    amount: int,
    currency: str,
    types: list[str],
    metadata: dict[str, str],
    customer: str | None = None,
    description: str | None = None,
    receipt_email: str | None = None,
) -> Document:
    """A PaymentIntent nobody has tried to pay yet. `amount` in minor units."""
    ident = new_id("pi_3")
    intent = {
        **INTENT,
        "id": ident,
        "object": "payment_intent",
        "amount": amount,
        "client_secret": f"{ident}_secret_{letters(25)}",
        "created": account.now(),
        "currency": currency,
        "customer": customer,
        "description": description,
        "metadata": metadata,
        "payment_method_types": types,
        "receipt_email": receipt_email,
    }
    return account.create(intent, {"customer": customer} | _searchable(metadata))


def attempt(account: Account, intent: Document, method: Method, *, return_url: str | None) -> None:
    """One try with a method; afterwards the intent says what came of it."""
    made = account.create(payment_method(method, account.now()))
    intent |= {"payment_method": made["id"], "last_payment_error": None, "next_action": None}
    match method.does:
        case Does.PAY:
            _succeed(account, intent, method)
        case Does.DECLINE:
            assert method.decline
            _fail(account, intent, method, method.decline)
        case Does.CHALLENGE:
            _challenge(account, intent, return_url)
        case Does.DELAY:
            _delay(account, intent, method)


def answer_challenge(account: Account, intent: Document, *, completed: bool) -> None:
    """The customer has been to the bank's 3-D Secure page."""
    method = method_of(account, intent)
    intent["next_action"] = None
    if not completed:
        _fail(account, intent, method, UNAUTHENTICATED, charged=False)
    elif method.decline:
        _fail(account, intent, method, method.decline)
    else:
        _succeed(account, intent, method)


def settle(account: Account, intent: Document, *, succeeded: bool) -> None:
    """The bank's answer to a debit, days later."""
    charge = account.get("charge", intent["latest_charge"])
    intent["processing"] = None
    if succeeded:
        _pay_out(account, intent, charge)
        return
    charge |= {
        "status": "failed",
        "failure_code": DEBIT_RETURNED.code,
        "failure_message": DEBIT_RETURNED.message,
    }
    account.save(charge)
    _back_to_start(account, intent, DEBIT_RETURNED, charge["id"])


def cancel(account: Account, intent: Document, reason: str | None) -> None:
    """Nobody can pay it any more."""
    intent |= {"status": "canceled", "canceled_at": account.now(), "cancellation_reason": reason}
    intent["next_action"] = None
    account.save(intent)
    account.emit("payment_intent.canceled", intent)


def method_of(account: Account, intent: Document) -> Method:
    """How the intent is being paid."""
    made = account.get("payment_method", intent["payment_method"])
    return of_fingerprint(made[made["type"]]["fingerprint"])


def challenge_url(account: Account, intent_id: str) -> str:
    return f"{account.world.settings.url}/stripe/3ds/{intent_id}"


def _succeed(account: Account, intent: Document, method: Method) -> None:
    _pay_out(account, intent, _charge(account, intent, method, "pending"))


def _pay_out(account: Account, intent: Document, charge: Document) -> None:
    charge |= {"status": "succeeded", "captured": True, "paid": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = balance.record_charge(account, charge)["id"]
    account.save(charge)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    account.save(intent)
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)


def _fail(account: Account, intent: Document, method: Method, why: Decline, *, charged: bool = True) -> None:
    charge = _charge(account, intent, method, "failed", why) if charged else None
    _back_to_start(account, intent, why, charge["id"] if charge else intent["latest_charge"])


def _back_to_start(account: Account, intent: Document, why: Decline, charge_id: str | None) -> None:
    """A decline is not the end: the intent waits for another method."""
    error: dict[str, Any] = {"code": why.code, "message": why.message}
    error |= {"type": "card_error" if why is not UNAUTHENTICATED else "invalid_request_error"}
    error |= {"doc_url": DOCS + why.code.replace("_", "-")}
    error |= {"decline_code": why.decline_code} if why.decline_code else {}
    error |= {"charge": charge_id} if charge_id else {}
    error["payment_method"] = account.get("payment_method", intent["payment_method"])
    intent |= {"status": "requires_payment_method", "payment_method": None, "latest_charge": charge_id}
    intent["last_payment_error"] = error
    account.save(intent)
    account.emit("payment_intent.payment_failed", intent)


def _challenge(account: Account, intent: Document, return_url: str | None) -> None:
    go = {"url": challenge_url(account, intent["id"]), "return_url": return_url}
    intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": go}}
    account.save(intent)
    account.emit("payment_intent.requires_action", intent)


def _delay(account: Account, intent: Document, method: Method) -> None:
    charge = _charge(account, intent, method, "pending")
    intent |= {"status": "processing", "latest_charge": charge["id"]}
    account.save(intent)
    account.emit("payment_intent.processing", intent)
    account.world.timers.set(SETTLE, intent["id"], account.now() + SETTLES_AFTER_SECONDS)


def _charge(
    account: Account, intent: Document, method: Method, status: str, why: Decline | None = None
) -> Document:
    approved = {"network_status": "approved_by_network", "reason": None, "risk_level": "normal"}
    refused = {
        "network_status": "declined_by_network",
        "reason": why and why.decline_code,
        "risk_level": "normal",
    }
    charge = {
        **CHARGE,
        "id": new_id("ch_3" if method.type == "card" else "py_3"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "captured": False,
        "created": account.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "failure_code": why.code if why else None,
        "failure_message": why.message if why else None,
        "metadata": intent["metadata"],
        "outcome": (refused if why else approved) | {"type": "issuer_declined" if why else "authorized"},
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": method.details(),
        "receipt_email": intent["receipt_email"],
        "status": status,
    }
    keys = {"payment_intent": intent["id"], "customer": intent["customer"]}
    return account.create(charge, keys | _searchable(intent["metadata"]))


def _searchable(metadata: dict[str, str]) -> dict[str, str]:
    return {f"metadata.{name}": value for name, value in metadata.items()}

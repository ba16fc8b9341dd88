"""What happens to a PaymentIntent when somebody tries to pay it, and the charges that come of it."""

from typing import Any

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance, next_actions, payment_methods
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.blank import CHARGE, INTENT
from yuanyou_sandbox.stripe.errors import told_of
from yuanyou_sandbox.stripe.ids import letters, new_id
from yuanyou_sandbox.stripe.methods import ASKED, DEBIT_RETURNED, UNAUTHENTICATED, Decline, Does, details_of
from yuanyou_sandbox.stripe.payment_methods import Way, way_of

SETTLES_AFTER_SECONDS = 4 * 86_400
"""A bank debit is known to have worked after four days."""
SETTLE = "stripe.settle"
FOLLOW = "stripe.follow"
"""What some test cards bring about by themselves."""
PAYABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def new_intent(
    account: Account,
    *,
    amount: int,
    currency: str,
    types: list[str],
    metadata: dict[str, str],
    customer: str | None = None,
    options: dict[str, Any] | None = None,
    **told: str | None,
) -> Document:
    """A PaymentIntent nobody has tried to pay yet. `amount` in minor units.

    `options` are its payment_method_options, `told` other fields: description, receipt_email, ...
    """
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
        "metadata": metadata,
        "payment_method_options": options or {},
        "payment_method_types": types,
        **told,
    }
    return account.create(intent, {"customer": customer} | _searchable(metadata))


def attempt(
    account: Account,
    intent: Document,
    way: Way,
    *,
    return_url: str | None,
    off_session: bool = False,
    stops: bool = False,
) -> None:
    """One try; afterwards the intent says what came of it.

    Off session nobody is there to confirm; it `stops` when it would have to be confirmed.
    """
    intent |= {"payment_method": way.made["id"], "last_payment_error": None, "next_action": None}
    verify = options_of(intent, "card").get("request_three_d_secure") in {"any", "challenge"}
    does = way.method.acts(off_session=off_session, set_up=way.set_up, verify=verify)
    match ASKED if stops and does in {Does.CHALLENGE, Does.APPROVE} else does:
        case Does.PAY:
            _succeed(account, intent, way)
        case Does.DELAY:
            _delay(account, intent, way)
        case Does.CHALLENGE | Does.APPROVE:
            _ask(account, intent, way, return_url)
        case Decline() as why:
            _fail(account, intent, way, why)


def answer_challenge(account: Account, intent: Document, *, completed: bool) -> None:
    """The customer has been to the bank's 3-D Secure page, or to the page of a wallet."""
    way = current_way(account, intent)
    intent["next_action"] = None
    if not completed:
        _fail(account, intent, way, UNAUTHENTICATED, charged=False)
    elif way.method.decline:
        _fail(account, intent, way, way.method.decline)
    else:
        _succeed(account, intent, way, secured=True)


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


def current_way(account: Account, intent: Document) -> Way:
    """How the intent is being paid."""
    return way_of(account, account.get("payment_method", intent["payment_method"]))


def options_of(intent: Document, kind: str) -> dict[str, Any]:
    """The intent's payment_method_options for one type."""
    found: dict[str, Any] = intent["payment_method_options"].get(kind) or {}
    return found


def _succeed(account: Account, intent: Document, way: Way, *, secured: bool = False) -> None:
    charge = _charge(account, intent, way, "pending", secured=secured)
    _pay_out(account, intent, charge)
    if way.method.after:
        account.world.timers.set(FOLLOW, charge["id"], account.now())


def _pay_out(account: Account, intent: Document, charge: Document) -> None:
    charge |= {"status": "succeeded", "captured": True, "paid": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = balance.record_charge(account, charge)["id"]
    account.save(charge)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    account.save(intent)
    _keep_way(account, intent)
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)


def _keep_way(account: Account, intent: Document) -> None:
    """The way to pay is kept for the customer, if that was asked for."""
    if intent["customer"] is None:
        return
    way = current_way(account, intent)
    usage = options_of(intent, way.method.type).get("setup_future_usage", intent["setup_future_usage"])
    if usage and usage != "none" and way.method.keeps:
        payment_methods.keep(account, way, intent["customer"], set_up=usage == "off_session")


def _fail(account: Account, intent: Document, way: Way, why: Decline, *, charged: bool = True) -> None:
    charge = _charge(account, intent, way, "failed", why) if charged else None
    _back_to_start(account, intent, why, charge["id"] if charge else intent["latest_charge"])


def _back_to_start(account: Account, intent: Document, why: Decline, charge_id: str | None) -> None:
    """A decline is not the end: the intent waits for another method."""
    error = told_of(why)
    error |= {"charge": charge_id} if charge_id else {}
    error["payment_method"] = account.get("payment_method", intent["payment_method"])
    intent |= {"status": "requires_payment_method", "payment_method": None, "latest_charge": charge_id}
    intent["last_payment_error"] = error
    account.save(intent)
    account.emit("payment_intent.payment_failed", intent)


def _ask(account: Account, intent: Document, way: Way, return_url: str | None) -> None:
    action = next_actions.of(account.world.settings.url, intent["id"], way.method.type, return_url)
    intent |= {"status": "requires_action", "next_action": action}
    account.save(intent)
    account.emit("payment_intent.requires_action", intent)


def _delay(account: Account, intent: Document, way: Way) -> None:
    charge = _charge(account, intent, way, "pending")
    intent |= {"status": "processing", "latest_charge": charge["id"]}
    account.save(intent)
    account.emit("payment_intent.processing", intent)
    account.world.timers.set(SETTLE, intent["id"], account.now() + SETTLES_AFTER_SECONDS)


def _charge(
    account: Account,
    intent: Document,
    way: Way,
    status: str,
    why: Decline | None = None,
    *,
    secured: bool = False,
) -> Document:
    charge = {
        **CHARGE,
        "id": new_id("ch_3" if way.method.type == "card" else "py_3"),
        "object": "charge",
        "amount": intent["amount"],
        "billing_details": way.made["billing_details"],
        "created": account.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "failure_code": why.code if why else None,
        "failure_message": why.message if why else None,
        "metadata": intent["metadata"],
        "outcome": _outcome(why),
        "payment_intent": intent["id"],
        "payment_method": way.made["id"],
        "payment_method_details": details_of(way.made, way.method, intent["amount"], secured=secured),
        "receipt_email": intent["receipt_email"],
        "status": status,
    }
    keys = {"payment_intent": intent["id"], "customer": intent["customer"]}
    return account.create(charge, keys | _searchable(intent["metadata"]))


def _outcome(why: Decline | None) -> dict[str, Any]:
    codes = dict.fromkeys(("network_advice_code", "network_decline_code"))
    told = codes | {"risk_level": "normal", "risk_score": 12}
    if why is None:
        return told | {
            "network_status": "approved_by_network",
            "reason": None,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return told | {
        "advice_code": why.advice,
        "network_status": "declined_by_network",
        "reason": why.decline_code or why.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _searchable(metadata: dict[str, str]) -> dict[str, str]:
    return {f"metadata.{name}": value for name, value in metadata.items()}

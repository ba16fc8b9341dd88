"""Refunds: never above the charge; some take days, and some of those come back."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance, currency, disputes, fraud_warnings
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import of_fingerprint
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.methods import ALIPAY, WECHAT_PAY, Refunds
from yuanyou_sandbox.stripe.params import Params

KIND = "refund"
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
OUTCOMES = {"async": Refunds.LATER, "async_then_failed": Refunds.FAIL_LATER}
SETTLES_AFTER_SECONDS = 86_400
SUCCEED, FAIL = "stripe.refund_succeeds", "stripe.refund_fails"
WINDOW_DAYS = {ALIPAY: 90, WECHAT_PAY: 180}
"""How long wallets take money back. Sources: docs.stripe.com/payments/alipay and /wechat-pay."""
WHY = "expired_or_canceled_card"


def create(account: Account, params: Params) -> Document:
    """POST /v1/refunds, of a charge or of the charge of a payment_intent."""
    charge = _charge(account, params.text("charge"), params.text("payment_intent"))
    amount = params.integer("amount")
    reason, metadata = params.choice("reason", REASONS), params.metadata()
    params.without_effect("instructions_email")
    params.finish()
    return refund(account, charge, amount, reason=reason, metadata=metadata)


def refund(
    account: Account,
    charge: Document,
    amount: int | None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Document:
    """Give back `amount` (minor units; None is all that is left). ApiError beyond what is left."""
    amount = _possible(account, charge, amount)
    made = {
        "id": new_id("re_3"),
        "object": KIND,
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "description": None,
        "destination_details": None,
        "metadata": metadata or {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    made["balance_transaction"] = balance.record_refund(account, made, charge)["id"]
    _plan(account, made, charge)
    account.create(made, {"charge": charge["id"], "payment_intent": charge["payment_intent"]})
    _count_on(account, charge, amount)
    account.emit("refund.created", made)
    account.emit("charge.refunded", charge)
    if charge["refunded"]:
        fraud_warnings.settle(account, charge)
        disputes.close_inquiries(account, charge)
    return made


def succeed(account: Account, made: Document) -> None:
    """The customer's bank has taken the money; nothing when that is already known."""
    if made["status"] != "pending":
        return
    made |= {"status": "succeeded", "pending_reason": None}
    account.save(made)
    _tell(account, made, "refund.updated")


def fail(account: Account, made: Document) -> None:
    """The customer's bank sends it back; nothing when it already has."""
    if made["status"] not in {"pending", "succeeded"}:
        return
    back = balance.record_refund_failure(account, made)
    made |= {"status": "failed", "failure_reason": WHY, "failure_balance_transaction": back["id"]}
    account.save(made)
    _count_on(account, account.get("charge", made["charge"]), -made["amount"])
    _tell(account, made, "refund.failed", "refund.updated")


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/refunds/:id."""
    params.finish()
    return account.get(KIND, ident)


def update(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/refunds/:id: its metadata."""
    made = account.get(KIND, ident)
    made["metadata"] = params.changed_metadata(made["metadata"])
    params.finish()
    account.save(made)
    _tell(account, made, "refund.updated")
    return made


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/refunds, also by charge or payment_intent."""
    return paged(account, params, KIND, "/v1/refunds", by=("charge", "payment_intent"))


def of_charge(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/charges/:id/refunds: where the list inside a charge goes on."""
    account.get("charge", ident)
    return paged(account, params, KIND, f"/v1/charges/{ident}/refunds", key=("charge", ident))


def _tell(account: Account, made: Document, *events: str) -> None:
    """A refund has changed: charge.refund.updated is told, too, as before there were refund events."""
    for event in (*events, "charge.refund.updated"):
        account.emit(event, made)


def _charge(account: Account, charge: str | None, intent: str | None) -> Document:
    if charge and intent:
        raise ApiError("You may only specify one of these parameters: charge, payment_intent.")
    if charge:
        return account.get("charge", charge, "charge")
    if intent is None:
        told = "One of the following params should be provided for this request: payment_intent or charge."
        raise ApiError(told, code="parameter_missing")
    latest = account.get("payment_intent", intent, "payment_intent")["latest_charge"]
    if latest is None:
        raise ApiError(f"This PaymentIntent ({intent}) does not have a successful charge to refund.")
    return account.get("charge", latest, "charge")


def _check_window(charge: Document, now: int) -> None:
    """ApiError when a wallet does not take money back any more."""
    days = WINDOW_DAYS.get(charge["payment_method_details"]["type"])
    if days and now >= charge["created"] + days * 86_400:
        told = f"Charge {charge['id']} is more than {days} days old: it cannot be refunded any more."
        raise ApiError(told, code="charge_not_refundable", param="charge")


def _possible(account: Account, charge: Document, amount: int | None) -> int:
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} has not succeeded: it cannot be refunded.", param="charge")
    disputes.check_refundable(account, charge)
    _check_window(charge, account.now())
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        told = f"Charge {charge['id']} has already been refunded."
        raise ApiError(told, code="charge_already_refunded", param="charge")
    if amount is None:
        return int(left)
    if amount < 1:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        asked, rest = currency.shown(amount, charge["currency"]), currency.shown(left, charge["currency"])
        told = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise ApiError(told, param="amount")
    return amount


def _plan(account: Account, made: Document, charge: Document) -> None:
    """When and how it ends: as was ordered for the next one, or as the card does."""
    ordered = account.world.faults.take("stripe", "refunds.create", set(OUTCOMES))
    details = charge["payment_method_details"]
    outcome = (
        OUTCOMES[ordered.fault]
        if ordered
        else of_fingerprint(details[details["type"]]["fingerprint"]).refunds
    )
    if outcome is Refunds.AT_ONCE:
        return
    timer = SUCCEED if outcome is Refunds.LATER else FAIL
    account.world.timers.set(timer, made["id"], account.now() + SETTLES_AFTER_SECONDS)
    if ordered or outcome is Refunds.LATER:
        made |= {"status": "pending", "pending_reason": "processing"}


def _count_on(account: Account, charge: Document, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.save(charge)

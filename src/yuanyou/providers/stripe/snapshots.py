"""What a Checkout Session or a PaymentIntent says, in our words.

Sources: docs.stripe.com/api/checkout/sessions, /api/payment_intents, /api/charges, /api/refunds.
"""

from typing import Any

import stripe

from yuanyou.kernel.money import Money
from yuanyou.payments.port import RefundSnapshot, RefundTold, Saved, Snapshot, Told, Why
from yuanyou.providers.stripe.amounts import from_stripe
from yuanyou.providers.stripe.errors import why

OF_SESSION = [
    "payment_intent.latest_charge.balance_transaction",
    "payment_intent.latest_charge.refunds",
    "payment_intent.payment_method",
]
OF_INTENT = ["latest_charge.balance_transaction", "latest_charge.refunds", "payment_method"]
INTENT_TOLD = {
    "succeeded": Told.SUCCEEDED,
    "processing": Told.PROCESSING,
    "canceled": Told.CANCELED,
    "requires_payment_method": Told.FAILED,
    "requires_action": Told.ACTION_REQUIRED,
}
REFUND_TOLD = {
    "succeeded": RefundTold.SUCCEEDED,
    "failed": RefundTold.FAILED,
    "canceled": RefundTold.FAILED,
}


def tag(made: Any, name: str) -> str | None:
    """What we wrote on one of Stripe's objects. Their metadata has attributes, no `get`."""
    return getattr(getattr(made, "metadata", None), name, None)


def of_session(session: stripe.checkout.Session) -> Snapshot:
    intent: Any = session.payment_intent
    return _snapshot(
        told=_session_told(session, intent),
        ref=session.client_reference_id,
        provider_ref=session.id,
        amount=from_stripe(int(session.amount_total or 0), str(session.currency)),
        livemode=session.livemode,
        intent=intent,
        next_url=session.url,
    )


def of_intent(intent: stripe.PaymentIntent) -> Snapshot:
    told = INTENT_TOLD.get(intent.status, Told.PROCESSING)
    return _snapshot(
        told=told,
        ref=tag(intent, "attempt"),
        provider_ref=intent.id,
        amount=from_stripe(intent.amount, intent.currency),
        livemode=intent.livemode,
        intent=intent,
        next_url=next_url(intent),
    )


def next_url(intent: stripe.PaymentIntent) -> str | None:
    """Where the payer confirms it; None when there is nothing to confirm."""
    action: Any = intent.next_action
    redirect = getattr(action, "redirect_to_url", None) if action else None
    return str(redirect.url) if redirect else None


def of_refund(refund: stripe.Refund) -> RefundSnapshot:
    return RefundSnapshot(
        told=REFUND_TOLD.get(str(refund.status), RefundTold.PENDING),
        provider_ref=refund.id,
        amount=from_stripe(refund.amount, refund.currency),
        reason=getattr(refund, "failure_reason", None),
        ref=tag(refund, "refund"),
    )


def _snapshot(
    *,
    told: Told,
    ref: str | None,
    provider_ref: str,
    amount: Money,
    livemode: bool,
    intent: Any,
    next_url: str | None,
) -> Snapshot:
    charge = intent.latest_charge if intent else None
    kind, paid_with = _paid_with(charge)
    return Snapshot(
        told=told,
        ref=ref,
        provider_ref=provider_ref,
        amount=amount,
        merchant="live" if livemode else "test",
        charge_ref=charge.id if charge else None,
        fee=_fee(charge, amount.currency),
        reason=_reason(told, intent),
        next_url=next_url,
        card={"brand": paid_with.brand, "last4": paid_with.last4} if kind == "card" else {},
        fingerprint=getattr(paid_with, "fingerprint", None),
        saved=_saved(intent) if told is Told.SUCCEEDED else None,
        refunds=tuple(of_refund(each) for each in charge.refunds.auto_paging_iter()) if charge else (),
        disputed=bool(charge and charge.disputed),
    )


def _session_told(session: stripe.checkout.Session, intent: Any) -> Told:
    if session.payment_status == "paid":
        return Told.SUCCEEDED
    if session.status == "expired":
        return Told.EXPIRED
    if session.status == "open":
        return Told.ACTION_REQUIRED
    told = INTENT_TOLD.get(intent.status, Told.PROCESSING) if intent else Told.PROCESSING
    return Told.PROCESSING if told is Told.ACTION_REQUIRED else told


def _reason(told: Told, intent: Any) -> Why | None:
    if told in {Told.SUCCEEDED, Told.PROCESSING}:
        return None
    return why(intent.last_payment_error) if intent else None


def _fee(charge: Any, currency: str) -> Money | None:
    """Stripe's fee when it is known and in the currency of the charge."""
    moved = charge.balance_transaction if charge else None
    if not moved or isinstance(moved, str) or moved.currency.upper() != currency:
        return None
    return from_stripe(moved.fee, moved.currency)


def _paid_with(charge: Any) -> tuple[str | None, Any]:
    """The kind of method that was used, and what the charge says of it."""
    details = charge.payment_method_details if charge else None
    return (details.type, getattr(details, details.type, None)) if details else (None, None)


def _saved(intent: Any) -> Saved | None:
    """The card Stripe keeps for the payer, when the attempt asked for it."""
    method = intent.payment_method if intent else None
    if not method or isinstance(method, str) or not intent.customer or not intent.setup_future_usage:
        return None
    card = method.card
    if card is None:
        return None
    payer = intent.customer if isinstance(intent.customer, str) else intent.customer.id
    return Saved(
        payer_ref=payer,
        saved_ref=method.id,
        brand=card.brand,
        last4=card.last4,
        expires=f"{card.exp_year:04d}-{card.exp_month:02d}",
        country=card.country,
        fingerprint=card.fingerprint,
    )

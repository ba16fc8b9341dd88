"""Disputes and early fraud warnings of Stripe.

Sources: docs.stripe.com/api/disputes, /api/radar/early_fraud_warnings, /disputes/responding (evidence).
An inquiry (`warning_*`) and an early fraud warning have moved no money yet.
"""

from datetime import UTC, datetime
from typing import Any

import stripe

from yuanyou.kernel.money import Money
from yuanyou.payments.port import DisputeSnapshot, DisputeTold, Evidence, Refused
from yuanyou.providers.stripe.amounts import from_stripe
from yuanyou.providers.stripe.snapshots import tag

WARNING = "issfr_"
"""How the ids of early fraud warnings begin."""
LONGEST = 18_000
"""Of one text: Stripe takes 20,000 characters, and 150,000 of all eight."""
TOLD = {
    "warning_needs_response": DisputeTold.EARLY_WARNING,
    "warning_under_review": DisputeTold.EARLY_WARNING,
    "warning_closed": DisputeTold.PREVENTED,
    "needs_response": DisputeTold.NEEDS_RESPONSE,
    "under_review": DisputeTold.UNDER_REVIEW,
    "won": DisputeTold.WON,
    "lost": DisputeTold.LOST,
    "prevented": DisputeTold.PREVENTED,
}


def query(client: stripe.StripeClient, provider_ref: str) -> DisputeSnapshot:
    """Inside `translated()`."""
    if provider_ref.startswith(WARNING):
        return _of_warning(client, provider_ref)
    return _of_dispute(client.v1.disputes.retrieve(provider_ref, {"expand": ["charge"]}))


def contest(client: stripe.StripeClient, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
    """Sent to the bank at once. Inside `translated()`."""
    _is_dispute(provider_ref)
    fields = {
        "product_description": evidence.product,
        "customer_name": evidence.customer,
        "customer_email_address": evidence.email,
        "access_activity_log": "\n".join(part for part in (evidence.network, evidence.usage) if part),
        "service_date": evidence.delivered_on,
        "refund_policy_disclosure": evidence.refund_policy,
        "cancellation_policy_disclosure": evidence.terms,
        "uncategorized_text": "\n".join(part for part in (evidence.note, evidence.letters) if part),
    }
    cut = {name: text[:LONGEST] for name, text in fields.items() if text}
    sent: Any = {"evidence": cut, "submit": True}
    client.v1.disputes.update(provider_ref, sent)
    return query(client, provider_ref)


def concede(client: stripe.StripeClient, provider_ref: str) -> DisputeSnapshot:
    """Inside `translated()`."""
    _is_dispute(provider_ref)
    client.v1.disputes.close(provider_ref)
    return query(client, provider_ref)


def _is_dispute(provider_ref: str) -> None:
    if provider_ref.startswith(WARNING):
        raise Refused("only_a_warning", "an early fraud warning is answered with a refund, or not at all")


def _of_dispute(dispute: stripe.Dispute) -> DisputeSnapshot:
    charge: Any = dispute.charge
    moved = dispute.balance_transactions
    due = dispute.evidence_details.due_by if dispute.evidence_details else None
    return DisputeSnapshot(
        told=TOLD.get(dispute.status, DisputeTold.NEEDS_RESPONSE),
        provider_ref=dispute.id,
        charge_ref=charge.id,
        ref=tag(charge, "attempt"),
        amount=from_stripe(dispute.amount, dispute.currency),
        withdrawn=from_stripe(-sum(each.amount for each in moved), dispute.currency),
        fee=from_stripe(sum(each.fee for each in moved), dispute.currency),
        reason=dispute.reason,
        respond_by=datetime.fromtimestamp(due, UTC) if due else None,
    )


def _of_warning(client: stripe.StripeClient, provider_ref: str) -> DisputeSnapshot:
    warning = client.v1.radar.early_fraud_warnings.retrieve(provider_ref, {"expand": ["charge"]})
    charge: Any = warning.charge
    nothing = Money(0, charge.currency.upper())
    return DisputeSnapshot(
        told=DisputeTold.EARLY_WARNING if warning.actionable else DisputeTold.PREVENTED,
        provider_ref=warning.id,
        charge_ref=charge.id,
        ref=tag(charge, "attempt"),
        amount=from_stripe(charge.amount, charge.currency),
        withdrawn=nothing,
        fee=nothing,
        reason=warning.fraud_type,
        respond_by=None,
    )

"""What each of Stripe's events tells us to go and ask about. Source: docs.stripe.com/api/events/types."""

import json
from typing import Any

from yuanyou.payments.port import About, BadNotice, Notice

DISPUTES = ("charge.dispute.", "radar.early_fraud_warning.")
ATTEMPTS = ("checkout.session.", "payment_intent.", "charge.", "refund.")


def notice_of(body: bytes) -> Notice:
    """The notice in a proved body. BadNotice when it is not understood."""
    try:
        event = json.loads(body)
        kind, told = event["type"], event["data"]["object"]
        return _notice(event["id"], kind, told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadNotice(f"not understood: {error!r}") from error


def _notice(notice_id: str, kind: str, told: dict[str, Any]) -> Notice:
    if kind.startswith(DISPUTES):
        return Notice(
            notice_id,
            kind,
            provider_ref=None,
            ref=None,
            charge_ref=_id(told.get("charge")),
            about=About.DISPUTE,
            dispute_ref=told["id"],
        )
    if not kind.startswith(ATTEMPTS):
        return Notice(notice_id, kind, provider_ref=None, ref=None, about=About.NOTHING)
    what = told.get("object")
    named = told["id"] if what in {"checkout.session", "payment_intent"} else _id(told.get("payment_intent"))
    return Notice(
        notice_id,
        kind,
        provider_ref=named,
        ref=(told.get("metadata") or {}).get("attempt") or told.get("client_reference_id"),
        charge_ref=told["id"] if what == "charge" else _id(told.get("charge")),
    )


def _id(value: Any) -> str | None:
    """The id of what may be expanded."""
    return value.get("id") if isinstance(value, dict) else value

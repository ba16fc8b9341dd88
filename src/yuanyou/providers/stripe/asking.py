"""What is asked of Stripe: a Checkout Session to pay on, or a charge of a kept card.

The same ask gives the same parameters, for ever: the idempotency key wants that.
Sources: docs.stripe.com/api/checkout/sessions/create, /api/payment_intents/create, /payments/save-and-reuse.
"""

from typing import Any, cast

import stripe

from yuanyou.payments.port import Ask, Declined, Why
from yuanyou.providers.stripe.amounts import to_stripe
from yuanyou.providers.stripe.methods import options
from yuanyou.providers.stripe.snapshots import tag

LOCALE = {"zh-hans": "zh", "zh-hant": "zh-TW", "zh-hant-hk": "zh-HK", "en": "en"}
LOOK_BACK = 100
"""How many of a payer's latest PaymentIntents are looked through for ours."""


def open_page(client: stripe.StripeClient, ask: Ask) -> stripe.checkout.Session:
    """The pay page of an attempt; the same one when its key is known. Inside `translated()`."""
    return client.v1.checkout.sessions.create(
        cast(Any, _session_params(ask)), {"idempotency_key": ask.idempotency_key}
    )


def charge(client: stripe.StripeClient, ask: Ask) -> stripe.PaymentIntent:
    """Charge a kept card; looked for before it is charged: Stripe forgets a key after a day.

    A decline is an answer like others: the intent tells it. Inside `translated()`.
    """
    if (found := charge_made(client, ask)) is not None:
        return found
    intents = client.v1.payment_intents
    try:
        return intents.create(cast(Any, _intent_params(ask)), {"idempotency_key": ask.idempotency_key})
    except stripe.CardError as declined:
        made: Any = declined.error.payment_intent if declined.error else None
        if made is None:
            raise
        return intents.retrieve(made.id)
    except stripe.InvalidRequestError as error:
        if _is_about_the_card(error):
            raise Declined(Why.WRONG_DETAILS, error.user_message or "") from error
        raise


def charge_made(client: stripe.StripeClient, ask: Ask) -> stripe.PaymentIntent | None:
    """The charge of a kept card for this attempt; None: there is none. Inside `translated()`."""
    made = client.v1.payment_intents.list({"customer": ask.payer_ref or "", "limit": LOOK_BACK})
    return next((each for each in made.data if tag(each, "attempt") == ask.ref), None)


def _session_params(ask: Ask) -> dict[str, Any]:
    intent: dict[str, Any] = {"metadata": {"attempt": ask.ref}}
    if ask.keep:
        intent["setup_future_usage"] = "off_session"
    price = {
        "currency": ask.amount.currency.lower(),
        "unit_amount": to_stripe(ask.amount),
        "product_data": {"name": ask.description},
    }
    return {
        "mode": "payment",
        "client_reference_id": ask.ref,
        "metadata": {"attempt": ask.ref},
        "payment_intent_data": intent,
        "payment_method_types": [ask.method],
        "line_items": [{"quantity": 1, "price_data": price}],
        "locale": LOCALE.get(ask.language, "auto"),
        "success_url": ask.return_url,
        "cancel_url": ask.cancel_url,
        "expires_at": int(ask.expires_at.timestamp()),
        **_special(ask),
        **_payer(ask),
    }


def _payer(ask: Ask) -> dict[str, Any]:
    """A customer of Stripe's keeps what is kept; nobody else gets one."""
    if ask.keep and ask.payer_ref:
        return {"customer": ask.payer_ref}
    email = {"customer_email": ask.email} if ask.email else {}
    return {**email, "customer_creation": "always"} if ask.keep else email


def _intent_params(ask: Ask) -> dict[str, Any]:
    there = {"off_session": True} if ask.off_session else {"return_url": ask.return_url}
    return {
        "amount": to_stripe(ask.amount),
        "currency": ask.amount.currency.lower(),
        "customer": ask.payer_ref,
        "payment_method": ask.saved_ref,
        "payment_method_types": [ask.method],
        "confirm": True,
        "description": ask.description,
        "metadata": {"attempt": ask.ref},
        **there,
        **_special(ask),
    }


def _special(ask: Ask) -> dict[str, Any]:
    special = options(ask)
    return {"payment_method_options": special} if special else {}


def _is_about_the_card(error: stripe.InvalidRequestError) -> bool:
    """It was detached, or is another payer's. Stripe has no code for a detached one, only a sentence."""
    return error.param == "payment_method" or "PaymentMethod" in (error.user_message or "")

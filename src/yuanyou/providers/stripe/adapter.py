"""Stripe: hosted Checkout by redirect, on the official SDK. See README.md for the wire and its traps."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import stripe

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Ack,
    Ask,
    BadNotice,
    Capabilities,
    Closed,
    Method,
    Misconfigured,
    Movement,
    NextAction,
    Notice,
    RefundAsk,
    RefundSnapshot,
    RefundTold,
    Refused,
    Snapshot,
    StatementLine,
    Told,
)
from yuanyou.providers.stripe.amounts import CURRENCIES, from_stripe, to_stripe
from yuanyou.providers.stripe.errors import translated

EXPANDED = ["payment_intent.latest_charge.balance_transaction"]
LOCALE = {"zh-hans": "zh", "zh-hant": "zh-TW", "en": "en"}
CHECKOUT_HOST = "checkout.stripe.com"
TIMEOUT_SECONDS = (2, 3.5)
"""To connect, to answer. One retry with the same key stays within the 8 seconds a person waits."""
TOLERANCE_SECONDS = 300
METHODS = (
    Method(
        code="card",
        currencies=CURRENCIES,
        minimum={"USD": 50},
        maximum={"USD": 99_999_999},
        refund_window=timedelta(days=180),
        disputes=True,
        brands=("visa", "mastercard", "amex", "unionpay", "jcb", "discover", "diners"),
    ),
)
INTENT_TOLD = {
    "succeeded": Told.SUCCEEDED,
    "processing": Told.PROCESSING,
    "canceled": Told.CANCELED,
    "requires_payment_method": Told.FAILED,
}
MOVEMENTS = {
    "charge": Movement.PAYMENT,
    "payment": Movement.PAYMENT,
    "refund": Movement.REFUND,
    "payment_refund": Movement.REFUND,
    "refund_failure": Movement.REFUND_FAILED,
    "payout": Movement.PAYOUT,
    "stripe_fee": Movement.FEE,
}
REFUND_TOLD = {
    "succeeded": RefundTold.SUCCEEDED,
    "failed": RefundTold.FAILED,
    "canceled": RefundTold.FAILED,
}


class Stripe:
    """One Stripe account. `api_base` None is Stripe itself; `secrets` are tried in turn (rotation)."""

    name = "stripe"

    def __init__(
        self, *, secret_key: str, webhook_secrets: tuple[str, ...], api_base: str | None = None
    ) -> None:
        self.merchant = "live" if "_live_" in secret_key else "test"
        self._secrets = webhook_secrets
        self._pay_host = urlsplit(api_base).netloc if api_base else CHECKOUT_HOST
        base = cast(Any, {"api": api_base} if api_base else {})
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses=base,
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    def capabilities(self) -> Capabilities:
        return Capabilities(methods=METHODS, pay_hosts=(self._pay_host,))

    def verify(self) -> None:
        with translated():
            self._client.v1.balance.retrieve()

    def create(self, ask: Ask) -> NextAction:
        with translated():
            session = self._create(ask)
            return NextAction(session.id, str(session.url), datetime.fromtimestamp(session.expires_at, UTC))

    def query(self, ask: Ask) -> Snapshot:
        try:
            session_id = ask.provider_ref or self._find(ask)
        except Misconfigured:  # our keys, not this attempt: nothing is known about it
            raise
        except Refused as no:
            # The same key would have replayed a session that exists: there is none, nobody can pay it.
            return Snapshot(Told.FAILED, ask.ref, "", ask.amount, self.merchant, reason=no.reason)
        with translated():
            sessions = self._client.v1.checkout.sessions
            return _snapshot(sessions.retrieve(session_id, {"expand": EXPANDED}))

    def _find(self, ask: Ask) -> str:
        """The session whose answer we never saw: creating again with the stored key gives the same one."""
        with translated():
            return self._create(ask).id

    def close(self, ask: Ask) -> Closed:
        told = self.query(ask)
        if told.told is Told.ACTION_REQUIRED:
            try:
                with translated():
                    self._client.v1.checkout.sessions.expire(told.provider_ref)
            except Refused:  # it was completed in between: only asking tells how
                told = self.query(ask)
        return Closed.ALREADY_PAID if told.told in {Told.SUCCEEDED, Told.PROCESSING} else Closed.CLOSED

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        """Looked for before it is sent: Stripe forgets a key after a day, but no refund."""
        with translated():
            return _refund_snapshot(self._refund_sent(ask) or self._send_refund(ask))

    def _refund_sent(self, ask: RefundAsk) -> stripe.Refund | None:
        made = self._client.v1.refunds.list({"charge": ask.charge_ref, "limit": 100}).auto_paging_iter()
        return next((each for each in made if getattr(each.metadata, "refund", None) == ask.ref), None)

    def _send_refund(self, ask: RefundAsk) -> stripe.Refund:
        return self._client.v1.refunds.create(
            {"charge": ask.charge_ref, "amount": to_stripe(ask.amount), "metadata": {"refund": ask.ref}},
            {"idempotency_key": ask.idempotency_key},
        )

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        with translated():
            return _refund_snapshot(self._client.v1.refunds.retrieve(ask.provider_ref or ""))

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        del now  # signatures are checked against real time, as Stripe made them
        signature = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        self._prove(body, signature)
        try:
            event = json.loads(body)
            told = event["data"]["object"]
            return [Notice(event["id"], event["type"], *_about(told))]
        except (KeyError, TypeError, ValueError) as error:
            raise BadNotice(f"not understood: {error!r}") from error

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200 if kept else 400)

    def statement(self, day: date) -> Iterator[StatementLine]:
        starts = int(datetime.combine(day, time(), UTC).timestamp())
        with translated():
            lines = self._client.v1.balance_transactions.list(
                {"created": {"gte": starts, "lt": starts + 86_400}, "limit": 100}
            )
            for line in lines.auto_paging_iter():
                yield StatementLine(
                    provider_ref=line.id,
                    kind=MOVEMENTS.get(line.type, Movement.OTHER),
                    gross=from_stripe(line.amount, line.currency),
                    fee=from_stripe(line.fee, line.currency),
                    happened_at=datetime.fromtimestamp(line.created, UTC),
                )

    def _create(self, ask: Ask) -> stripe.checkout.Session:
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": ask.ref,
            "metadata": {"attempt": ask.ref},
            "payment_intent_data": {"metadata": {"attempt": ask.ref}},
            "payment_method_types": ["card"],
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": ask.amount.currency.lower(),
                        "unit_amount": to_stripe(ask.amount),
                        "product_data": {"name": ask.description},
                    },
                }
            ],
            "locale": LOCALE.get(ask.language, "auto"),
            "success_url": ask.return_url,
            "cancel_url": ask.cancel_url,
            "expires_at": int(ask.expires_at.timestamp()),
        }
        if ask.email:
            params["customer_email"] = ask.email
        return self._client.v1.checkout.sessions.create(
            cast(Any, params), {"idempotency_key": ask.idempotency_key}
        )

    def _prove(self, body: bytes, signature: str) -> None:
        """BadNotice unless one of our secrets signed exactly these bytes within five minutes."""
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, UnicodeDecodeError):
                continue
            return
        raise BadNotice("wrong signature")


def _about(told: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The session a notice is about, and our reference in it. Other objects carry only the reference."""
    session = told["id"] if told.get("object") == "checkout.session" else None
    ref = (told.get("metadata") or {}).get("attempt") or told.get("client_reference_id")
    return session, ref


def _snapshot(session: stripe.checkout.Session) -> Snapshot:
    intent = cast(Any, session.payment_intent)
    charge = cast(Any, intent.latest_charge) if intent else None
    return Snapshot(
        told=_told(session, intent),
        ref=session.client_reference_id,
        provider_ref=session.id,
        amount=from_stripe(int(session.amount_total or 0), str(session.currency)),
        merchant="live" if session.livemode else "test",
        charge_ref=charge.id if charge else None,
        fee=_fee(charge, str(session.currency)),
        reason=_reason(intent),
        next_url=session.url,
        card=_card(charge),
    )


def _told(session: stripe.checkout.Session, intent: Any) -> Told:
    if session.payment_status == "paid":
        return Told.SUCCEEDED
    if session.status == "expired":
        return Told.EXPIRED
    if session.status == "open":
        return Told.ACTION_REQUIRED
    return INTENT_TOLD.get(intent.status, Told.PROCESSING) if intent else Told.PROCESSING


def _fee(charge: Any, currency: str) -> Money | None:
    """Stripe's fee when it is known and in the currency of the charge."""
    moved = charge.balance_transaction if charge else None
    if not moved or isinstance(moved, str) or moved.currency != currency:
        return None
    return from_stripe(moved.fee, moved.currency)


def _reason(intent: Any) -> str | None:
    error = intent.last_payment_error if intent else None
    # Only cards have a decline code: a failed 3-D Secure or a returned debit has none, not even null.
    return (getattr(error, "decline_code", None) or getattr(error, "code", None)) if error else None


def _card(charge: Any) -> dict[str, str]:
    details = charge.payment_method_details if charge else None
    card = details.card if details and details.type == "card" else None
    return {"brand": card.brand, "last4": card.last4} if card else {}


def _refund_snapshot(refund: stripe.Refund) -> RefundSnapshot:
    return RefundSnapshot(
        told=REFUND_TOLD.get(str(refund.status), RefundTold.PENDING),
        provider_ref=refund.id,
        amount=from_stripe(refund.amount, refund.currency),
        reason=getattr(refund, "failure_reason", None),
    )

"""Stripe: hosted Checkout by redirect, kept cards by PaymentIntent, on the official SDK. See README.md."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import stripe

from yuanyou.payments.port import (
    Ack,
    Action,
    Ask,
    BadNotice,
    Capabilities,
    Closed,
    DisputeSnapshot,
    Evidence,
    Misconfigured,
    NextAction,
    Notice,
    RefundAsk,
    RefundSnapshot,
    Refused,
    Snapshot,
    StatementLine,
    Told,
    Unknown,
)
from yuanyou.providers.stripe import disputes, snapshots, statement
from yuanyou.providers.stripe.amounts import to_stripe
from yuanyou.providers.stripe.errors import translated
from yuanyou.providers.stripe.events import notice_of
from yuanyou.providers.stripe.methods import METHODS, options

LOCALE = {"zh-hans": "zh", "zh-hant": "zh-TW", "zh-hant-hk": "zh-HK", "en": "en"}
PAY_HOSTS = ("checkout.stripe.com", "hooks.stripe.com")
"""Checkout, and where banks confirm a payer when a kept card asks for it."""
TIMEOUT_SECONDS = (2, 3.5)
"""To connect, to answer. One retry with the same key stays within the 8 seconds a person waits."""
TOLERANCE_SECONDS = 300
INTENT = "pi_"
"""How the ids of PaymentIntents begin: what charged a kept card, without a page."""


class Stripe:
    """One Stripe account. `api_base` None is Stripe itself; `secrets` are tried in turn (rotation).

    `methods` are the codes of what this account is set up for, in the order pages offer them.
    """

    name = "stripe"

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        api_base: str | None = None,
        methods: tuple[str, ...] = tuple(METHODS),
    ) -> None:
        self.merchant = "live" if "_live_" in secret_key else "test"
        self._secrets = webhook_secrets
        self._methods = tuple(METHODS[code] for code in methods)
        self._pay_hosts = (urlsplit(api_base).netloc,) if api_base else PAY_HOSTS
        base = cast(Any, {"api": api_base} if api_base else {})
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses=base,
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    def capabilities(self) -> Capabilities:
        return Capabilities(methods=self._methods, pay_hosts=self._pay_hosts)

    def verify(self) -> None:
        with translated():
            self._client.v1.balance.retrieve()

    def create(self, ask: Ask) -> NextAction:
        with translated():
            if ask.saved_ref is not None:
                return self._charged(self._charge(ask))
            session = self._open_page(ask)
            return NextAction(session.id, str(session.url), datetime.fromtimestamp(session.expires_at, UTC))

    def query(self, ask: Ask) -> Snapshot:
        try:
            known = ask.provider_ref or self._find(ask)
        except Misconfigured:  # our keys, not this attempt: nothing is known about it
            raise
        except Refused as no:
            # The same key would have replayed what exists: there is nothing, nobody can pay it.
            return Snapshot(Told.FAILED, ask.ref, "", ask.amount, self.merchant, reason=no.reason)
        with translated():
            if known.startswith(INTENT):
                intents = self._client.v1.payment_intents
                return snapshots.of_intent(intents.retrieve(known, {"expand": snapshots.OF_INTENT}))
            sessions = self._client.v1.checkout.sessions
            return snapshots.of_session(sessions.retrieve(known, {"expand": snapshots.OF_SESSION}))

    def _find(self, ask: Ask) -> str:
        """What we never saw the answer about: creating again with the stored key gives the same one.

        For a kept card that would charge it, which is done only while it is still wanted.
        """
        with translated():
            if ask.saved_ref is None:
                return self._open_page(ask).id
            if ask.take:
                return self._charge(ask).id
            made = self._charge_made(ask)
        if made is None:
            raise Unknown("not_asked", "asking again would charge, and it is not wanted any more")
        return made.id

    def close(self, ask: Ask) -> Closed:
        told = self.query(ask)
        if told.told is Told.ACTION_REQUIRED:
            try:
                with translated():
                    self._stop(told.provider_ref)
            except Refused:  # it was completed in between: only asking tells how
                told = self.query(ask)
        return Closed.ALREADY_PAID if told.told in {Told.SUCCEEDED, Told.PROCESSING} else Closed.CLOSED

    def _stop(self, provider_ref: str) -> None:
        if provider_ref.startswith(INTENT):
            self._client.v1.payment_intents.cancel(provider_ref)
        else:
            self._client.v1.checkout.sessions.expire(provider_ref)

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        """Looked for before it is sent: Stripe forgets a key after a day, but no refund."""
        with translated():
            return snapshots.of_refund(self._refund_sent(ask) or self._send_refund(ask))

    def _refund_sent(self, ask: RefundAsk) -> stripe.Refund | None:
        made = self._client.v1.refunds.list({"charge": ask.charge_ref, "limit": 100}).auto_paging_iter()
        return next((each for each in made if snapshots.tag(each, "refund") == ask.ref), None)

    def _send_refund(self, ask: RefundAsk) -> stripe.Refund:
        return self._client.v1.refunds.create(
            {"charge": ask.charge_ref, "amount": to_stripe(ask.amount), "metadata": {"refund": ask.ref}},
            {"idempotency_key": ask.idempotency_key},
        )

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        with translated():
            return snapshots.of_refund(self._client.v1.refunds.retrieve(ask.provider_ref or ""))

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        with translated():
            return disputes.query(self._client, provider_ref)

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        with translated():
            return disputes.contest(self._client, provider_ref, evidence)

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        with translated():
            return disputes.concede(self._client, provider_ref)

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        del payer_ref  # the card's own name is enough
        try:
            with translated():
                self._client.v1.payment_methods.detach(saved_ref)
        except Misconfigured:
            raise
        except Refused:  # it is kept no longer
            pass

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        signature = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        self._prove(body, signature, now=now)
        return [notice_of(body)]

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200 if kept else 400)

    def statement(self, day: date) -> Iterator[StatementLine]:
        with translated():
            yield from statement.lines(self._client, day)

    def _open_page(self, ask: Ask) -> stripe.checkout.Session:
        intent: dict[str, Any] = {"metadata": {"attempt": ask.ref}}
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": ask.ref,
            "metadata": {"attempt": ask.ref},
            "payment_intent_data": intent,
            "payment_method_types": [ask.method],
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
        if special := options(ask):
            params["payment_method_options"] = special
        if ask.keep:
            intent["setup_future_usage"] = "off_session"
        if ask.keep and ask.payer_ref:
            params["customer"] = ask.payer_ref
        elif ask.email:
            params["customer_email"] = ask.email
        if ask.keep and not ask.payer_ref:
            params["customer_creation"] = "always"
        return self._client.v1.checkout.sessions.create(
            cast(Any, params), {"idempotency_key": ask.idempotency_key}
        )

    def _charge(self, ask: Ask) -> stripe.PaymentIntent:
        """Charge a kept card; looked for before it is charged: Stripe forgets a key after a day.

        A decline is an answer like others: the intent tells it.
        """
        if (found := self._charge_made(ask)) is not None:
            return found
        params: dict[str, Any] = {
            "amount": to_stripe(ask.amount),
            "currency": ask.amount.currency.lower(),
            "customer": ask.payer_ref,
            "payment_method": ask.saved_ref,
            "payment_method_types": [ask.method],
            "confirm": True,
            "description": ask.description,
            "metadata": {"attempt": ask.ref},
        }
        if ask.off_session:
            params["off_session"] = True
        else:
            params["return_url"] = ask.return_url
        if special := options(ask):
            params["payment_method_options"] = special
        intents = self._client.v1.payment_intents
        try:
            return intents.create(cast(Any, params), {"idempotency_key": ask.idempotency_key})
        except stripe.CardError as declined:
            made_it: Any = declined.error.payment_intent if declined.error else None
            if made_it is None:
                raise
            return intents.retrieve(made_it.id)

    def _charge_made(self, ask: Ask) -> stripe.PaymentIntent | None:
        made = self._client.v1.payment_intents.list({"customer": ask.payer_ref or "", "limit": 100})
        return next((each for each in made.data if snapshots.tag(each, "attempt") == ask.ref), None)

    def _charged(self, intent: stripe.PaymentIntent) -> NextAction:
        url = snapshots.next_url(intent)
        return NextAction(intent.id, url, action=Action.REDIRECT if url else Action.NONE)

    def _prove(self, body: bytes, signature: str, *, now: datetime) -> None:
        """BadNotice unless one of our secrets signed exactly these bytes within five minutes of now."""
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, UnicodeDecodeError):
                continue
            if _signed_at(signature) > now.timestamp() + TOLERANCE_SECONDS:
                raise BadNotice("signed in the future")  # the SDK looks only back
            return
        raise BadNotice("wrong signature")


def _signed_at(signature: str) -> int:
    """The `t` of a signature header that was proved."""
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))

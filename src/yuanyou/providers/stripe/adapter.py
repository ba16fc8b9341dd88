"""Stripe: hosted Checkout by redirect, kept cards by PaymentIntent, on the official SDK. See README.md."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import stripe

from yuanyou.payments.port import (
    Ack,
    Action,
    Ask,
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
from yuanyou.providers.patience import deadline
from yuanyou.providers.stripe import asking, disputes, snapshots, statement
from yuanyou.providers.stripe.amounts import to_stripe
from yuanyou.providers.stripe.client import connect
from yuanyou.providers.stripe.errors import translated
from yuanyou.providers.stripe.events import notice_of
from yuanyou.providers.stripe.methods import METHODS
from yuanyou.providers.stripe.webhooks import prove

PAY_HOSTS = ("checkout.stripe.com", "hooks.stripe.com")
"""Checkout, and where banks confirm a payer when a kept card asks for it."""
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
        self._client = connect(secret_key=secret_key, base=api_base)

    def capabilities(self) -> Capabilities:
        return Capabilities(methods=self._methods, pay_hosts=self._pay_hosts)

    @deadline()
    def verify(self) -> None:
        with translated():
            self._client.v1.balance.retrieve()

    @deadline()
    def create(self, ask: Ask) -> NextAction:
        with translated():
            if ask.saved_ref is not None:
                return _charged(asking.charge(self._client, ask))
            session = asking.open_page(self._client, ask)
            return NextAction(session.id, str(session.url), datetime.fromtimestamp(session.expires_at, UTC))

    @deadline()
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
                return asking.open_page(self._client, ask).id
            if ask.take:
                return asking.charge(self._client, ask).id
            made = asking.charge_made(self._client, ask)
        if made is None:
            raise Unknown("not_asked", "asking again would charge, and it is not wanted any more")
        return made.id

    @deadline()
    def close(self, ask: Ask) -> Closed:
        told = self.query(ask)
        if told.told is Told.ACTION_REQUIRED:
            try:
                with translated():
                    self._stop(told.provider_ref)
            except Misconfigured:
                raise
            except Refused as no:  # it was completed in between: only asking tells how
                told = self.query(replace(ask, provider_ref=told.provider_ref))
                if told.told is Told.ACTION_REQUIRED:
                    raise Unknown("not_closed", no.reason) from no
        return Closed.ALREADY_PAID if told.told in {Told.SUCCEEDED, Told.PROCESSING} else Closed.CLOSED

    def _stop(self, provider_ref: str) -> None:
        if provider_ref.startswith(INTENT):
            self._client.v1.payment_intents.cancel(provider_ref)
        else:
            self._client.v1.checkout.sessions.expire(provider_ref)

    @deadline()
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

    @deadline()
    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        """Unknown when it has no name yet and the payment lists none of this reference."""
        with translated():
            if ask.provider_ref:
                return snapshots.of_refund(self._client.v1.refunds.retrieve(ask.provider_ref))
            found = self._refund_sent(ask)
        if found is None:
            raise Unknown("no_such_refund", ask.ref)
        return snapshots.of_refund(found)

    @deadline()
    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        with translated():
            return disputes.query(self._client, provider_ref)

    @deadline()
    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        with translated():
            return disputes.contest(self._client, provider_ref, evidence)

    @deadline()
    def concede(self, provider_ref: str) -> DisputeSnapshot:
        with translated():
            return disputes.concede(self._client, provider_ref)

    @deadline()
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
        prove(self._secrets, headers=headers, body=body, now=now)
        return [notice_of(body)]

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200 if kept else 400)

    def statement(self, day: date) -> Iterator[StatementLine]:
        with translated():
            yield from statement.lines(self._client, day)


def _charged(intent: stripe.PaymentIntent) -> NextAction:
    url = snapshots.next_url(intent)
    return NextAction(intent.id, url, action=Action.REDIRECT if url else Action.NONE)

"""PayPal: Orders v2 by redirect, on the official SDK. See README.md for the wire and its traps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from yuanyou.payments.port import (
    Ack,
    Ask,
    Capabilities,
    Closed,
    DisputeSnapshot,
    Evidence,
    Method,
    NextAction,
    Notice,
    RefundAsk,
    RefundSnapshot,
    Refused,
    Snapshot,
    StatementLine,
)
from yuanyou.providers.paypal import disputes, refunds, statement
from yuanyou.providers.paypal.amounts import CURRENCIES
from yuanyou.providers.paypal.api import Api
from yuanyou.providers.paypal.checkout import Checkout
from yuanyou.providers.paypal.errors import MISSING, Problem, translated
from yuanyou.providers.paypal.events import notice_of
from yuanyou.providers.paypal.webhooks import Door

PAY_HOSTS = ("www.paypal.com", "www.paypalobjects.com")
METHOD = Method(
    code="paypal",
    currencies=CURRENCIES,
    minimum={"USD": 100},  # below, the fee eats most of it
    maximum={"USD": 1_000_000},
    refund_window=timedelta(days=180),
    disputes=True,
    delayed=True,  # a capture may wait for PayPal's review
    saves=True,
)


class PayPal:
    """One PayPal business account. `api_base` None is PayPal itself.

    `webhook_ids` are tried in turn (rotation). `merchant` is the account's id: a payment to another is not
    ours; None does not look. `cert_hosts` are further hosts, with their ports, whose signing certificates are
    taken by plain http: the sandbox's. `now` is business time.
    """

    name = "paypal"

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        webhook_ids: tuple[str, ...],
        now: Callable[[], datetime],
        merchant: str | None = None,
        api_base: str | None = None,
        cert_hosts: tuple[str, ...] = (),
    ) -> None:
        self.merchant = merchant
        self._api = Api(client_id=client_id, client_secret=client_secret, base=api_base)
        self._checkout = Checkout(self._api, now)
        self._pay_hosts = (urlsplit(api_base).netloc,) if api_base else PAY_HOSTS
        self._door = Door(webhook_ids=webhook_ids, sandbox_hosts=cert_hosts)

    def capabilities(self) -> Capabilities:
        return Capabilities(methods=(METHOD,), pay_hosts=self._pay_hosts)

    def verify(self) -> None:
        with translated():
            self._api.prove_keys()

    def create(self, ask: Ask) -> NextAction:
        if not METHOD.takes(ask.amount):
            raise Refused("amount_out_of_range", str(ask.amount))
        return self._checkout.create(ask)

    def query(self, ask: Ask) -> Snapshot:
        told = self._checkout.query(ask)
        return told if self.merchant else replace(told, merchant=None)

    def close(self, ask: Ask) -> Closed:
        return self._checkout.close(ask)

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        return refunds.refund(self._api, ask)

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        return refunds.query_refund(self._api, ask)

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        return disputes.query(self._api, provider_ref)

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        return disputes.contest(self._api, provider_ref, evidence)

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        return disputes.concede(self._api, provider_ref)

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        del payer_ref  # the token's own name is enough
        with translated():
            try:
                self._api.ask(lambda sdk: sdk.vault.delete_payment_token(saved_ref))
            except Problem as problem:
                if problem.status != MISSING:
                    raise

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        self._door.prove(headers=headers, body=body, now=now)
        return [notice_of(body)]

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200 if kept else 400)

    def statement(self, day: date) -> Iterator[StatementLine]:
        return statement.lines(self._api, day)

"""Alipay, mainland OpenAPI: a code on desktops, a redirect on phones, their code in shops. See README.md."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NoReturn
from urllib.parse import urlsplit

from yuanyou.payments.port import (
    Ack,
    Action,
    Ask,
    Capabilities,
    Closed,
    Evidence,
    Method,
    Misconfigured,
    NextAction,
    Notice,
    Place,
    RefundAsk,
    RefundSnapshot,
    Refused,
    Snapshot,
    StatementLine,
)
from yuanyou.providers.alipay import bills, doors, refunds
from yuanyou.providers.alipay.amounts import CNY
from yuanyou.providers.alipay.api import Api
from yuanyou.providers.alipay.errors import NO_TRADE, Problem, translated
from yuanyou.providers.alipay.keys import Certificates
from yuanyou.providers.alipay.notices import Door
from yuanyou.providers.alipay.trades import QUERY, Trades
from yuanyou.providers.patience import deadline

PAY_HOSTS = (
    "openapi.alipay.com",
    "mclient.alipay.com",
    "mobilegw.alipay.com",
    "qr.alipay.com",
    "render.alipay.com",
)
"""The gateway, the phone's cashier and what it needs; the text of the codes begins with one of them."""
METHOD = Method(
    code="alipay",
    currencies=frozenset({CNY}),
    minimum={CNY: 100},  # below, the fee eats too much of it
    maximum={CNY: 5_000_000},
    refund_window=timedelta(days=365),
    disputes=False,
    actions=(Action.QR, Action.REDIRECT, Action.NONE),
    places=frozenset({Place.BROWSER, Place.PHONE, Place.STORE}),
)
NOBODYS = "yuanyou_is_this_our_account"
"""The number of an order that never was."""


class Alipay:
    """One app of one merchant. `api_base` None is Alipay itself.

    `public_keys` are Alipay's and tried in turn (rotation); with `certificates` the app is in certificate
    mode. `merchant` is the seller's id (2088...): a payment to another is not ours. `now` is business time,
    `real` is real time, in which requests are signed.
    """

    name = "alipay"

    def __init__(
        self,
        *,
        app_id: str,
        private_key: str,
        merchant: str,
        notify_url: str,
        now: Callable[[], datetime],
        real: Callable[[], datetime],
        public_keys: tuple[str, ...] = (),
        certificates: Certificates | None = None,
        api_base: str | None = None,
    ) -> None:
        self.merchant = merchant
        self._now = now
        self._api = Api(
            app_id=app_id,
            private_key=private_key,
            public_keys=public_keys,
            certificates=certificates,
            notify_url=notify_url,
            real=real,
            base=api_base,
        )
        self._trades = Trades(self._api, merchant, now)
        self._door = Door(self._api.sdk, app_id=app_id, merchant=merchant)
        self._pay_hosts = (urlsplit(api_base).netloc,) if api_base else PAY_HOSTS

    def capabilities(self) -> Capabilities:
        return Capabilities(
            methods=(METHOD,),
            pay_hosts=self._pay_hosts,
            tells_fees=False,
            lists_refunds=False,
            refunds_at_once=True,
            refunds_come_back=False,
        )

    @deadline()
    def verify(self) -> None:
        with translated():
            try:
                self._api.ask(QUERY, {"out_trade_no": NOBODYS})
            except Problem as problem:
                if problem.sub_code != NO_TRADE:
                    raise

    @deadline()
    def create(self, ask: Ask) -> NextAction:
        if not METHOD.takes(ask.amount):
            raise Refused("amount_out_of_range", str(ask.amount))
        with translated():
            return doors.create(self._api, ask)

    @deadline()
    def query(self, ask: Ask) -> Snapshot:
        with translated():
            return self._trades.query(ask)

    @deadline()
    def close(self, ask: Ask) -> Closed:
        with translated():
            return self._trades.close(ask)

    @deadline()
    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        with translated():
            return refunds.refund(self._api, ask)

    @deadline()
    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        with translated():
            return refunds.query_refund(self._api, ask)

    def query_dispute(self, provider_ref: str) -> NoReturn:
        raise _no_disputes(provider_ref)

    def contest(self, provider_ref: str, evidence: Evidence) -> NoReturn:
        del evidence
        raise _no_disputes(provider_ref)

    def concede(self, provider_ref: str) -> NoReturn:
        raise _no_disputes(provider_ref)

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        """Nothing is ever kept."""

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        return [self._door.read(headers=headers, body=body, now=now)]

    def ack(self, *, kept: bool) -> Ack:
        """Alipay goes on until it reads exactly this word."""
        return Ack(200, b"success") if kept else Ack(400, b"fail")

    def statement(self, day: date) -> Iterator[StatementLine]:
        return bills.lines(self._api, day, self._now())


def _no_disputes(provider_ref: str) -> Misconfigured:
    return Misconfigured("no_disputes", f"Alipay has none, so {provider_ref} is none of its")

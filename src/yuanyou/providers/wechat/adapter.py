"""WeChat Pay, mainland, APIv3: codes, JSAPI, H5 and the shop's scanner, on wechatpayv3. See README.md."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from yuanyou.payments.port import (
    Ack,
    Action,
    Ask,
    Capabilities,
    Closed,
    DisputeSnapshot,
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
from yuanyou.providers.wechat import bills, refunds
from yuanyou.providers.wechat.api import Api
from yuanyou.providers.wechat.errors import MISSING, Problem, translated
from yuanyou.providers.wechat.keys import known_keys, private_line
from yuanyou.providers.wechat.notices import Door
from yuanyou.providers.wechat.orders import Orders

PAY_HOSTS = ("wx.tenpay.com", "pay.weixin.qq.com", "open.weixin.qq.com", "api.weixin.qq.com")
PRODUCTS = {
    "native": (Place.BROWSER, Action.QR),
    "jsapi": (Place.WECHAT, Action.SCRIPT),
    "h5": (Place.PHONE, Action.REDIRECT),
    "codepay": (Place.STORE, Action.NONE),
}
"""What a merchant number may be approved for: where the payer stands, and how it goes on."""
CODE = "wechat_pay"
NOT_KEPT = b'{"code":"FAIL","message":"\xe5\xa4\xb1\xe8\xb4\xa5"}'
NOBODY = "verify0000000000"
"""A number that no order has."""


class WeChat:
    """One merchant number. `api_base` None is WeChat itself; `notify_url` is where it tells us.

    `public_keys` are WeChat's own, as `keys.known_keys` reads them, the current one first; all are believed.
    `now` is business time, `real` the time of the world: WeChat signs with that.
    """

    name = "wechat"

    def __init__(
        self,
        *,
        mchid: str,
        app_id: str,
        api_key: str,
        cert_serial: str,
        private_key: str,
        public_keys: tuple[str, ...],
        notify_url: str,
        now: Callable[[], datetime],
        real: Callable[[], datetime],
        products: tuple[str, ...] = tuple(PRODUCTS),
        api_base: str | None = None,
    ) -> None:
        keys = known_keys(public_keys)
        self.merchant = mchid
        self._api = Api(
            mchid=mchid,
            app_id=app_id,
            cert_serial=cert_serial,
            private_key=private_line(private_key),
            api_key=api_key,
            keys=keys,
            notify_url=notify_url,
            base=api_base,
            real=real,
        )
        self._now = now
        self._orders = Orders(self._api, now)
        self._door = Door(keys=keys, api_key=api_key, mchid=mchid)
        self._method = _method(products)
        self._pay_hosts = (urlsplit(api_base).netloc,) if api_base else PAY_HOSTS

    def capabilities(self) -> Capabilities:
        return Capabilities(
            methods=(self._method,),
            pay_hosts=self._pay_hosts,
            tells_fees=False,
            lists_refunds=False,
            refunds_come_back=False,
        )

    def verify(self) -> None:
        """Ask for an order that nobody has: the answer says so only to whom it knows."""
        with translated():
            try:
                self._api.ask(lambda sdk: sdk.query(out_trade_no=NOBODY))
            except Problem as problem:
                if problem.code not in MISSING:
                    raise

    def create(self, ask: Ask) -> NextAction:
        if not self._method.takes(ask.amount):
            raise Refused("amount_out_of_range", str(ask.amount))
        if ask.place not in self._method.places:
            raise Refused("not_offered_here", ask.place)
        return self._orders.create(ask)

    def query(self, ask: Ask) -> Snapshot:
        return self._orders.query(ask)

    def close(self, ask: Ask) -> Closed:
        return self._orders.close(ask)

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        return refunds.refund(self._api, self._orders, ask)

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        return refunds.query_refund(self._api, ask)

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        """WeChat Pay has none; whoever asks has mixed up the providers."""
        raise Misconfigured("no_disputes", provider_ref)

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        del evidence
        return self.query_dispute(provider_ref)

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        return self.query_dispute(provider_ref)

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        """Nothing is ever kept."""

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        return [self._door.read(headers=headers, body=body, now=now)]

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200) if kept else Ack(400, NOT_KEPT, "application/json")

    def statement(self, day: date) -> Iterator[StatementLine]:
        return bills.lines(self._api, day, lambda: self._now().astimezone(UTC))


def _method(products: tuple[str, ...]) -> Method:
    doors = [PRODUCTS[each] for each in products]
    return Method(
        code=CODE,
        currencies=frozenset({"CNY"}),
        minimum={"CNY": 100},  # below, a refund's work costs more than it brings
        refund_window=timedelta(days=365),
        disputes=False,
        actions=tuple(action for _, action in doors),
        places=frozenset(place for place, _ in doors),
    )

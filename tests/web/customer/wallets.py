"""A company whose wallets are paid by a code, a button or a page, as it suits where the payer stands."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.test import Client

from tests.flows.bank import CARD
from tests.houses import renew
from tests.plans import MONTH
from tests.web.console.company import Company
from yuanyou.flows import links
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Action, Ask, Capabilities, Closed, Method, NextAction, Place, Unknown

DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile"
WECHAT = f"{PHONE} MicroMessenger/8.0.50"
ALIPAY = Method(
    code="alipay",
    currencies=frozenset({"USD"}),
    refund_window=timedelta(days=90),
    disputes=False,
    actions=(Action.REDIRECT, Action.QR),
    places=frozenset({Place.BROWSER, Place.PHONE}),
)
WECHAT_PAY = Method(
    code="wechat_pay",
    currencies=frozenset({"USD"}),
    refund_window=timedelta(days=90),
    disputes=False,
    actions=(Action.QR, Action.SCRIPT, Action.REDIRECT),
)
GOOD_FOR = timedelta(minutes=5)


@dataclass
class Wallets(Company):
    """`good_for`: how long a code or a button is good. `closes`: what it says when it is to close one."""

    good_for: timedelta = GOOD_FOR
    closes: Closed | None = Closed.CLOSED
    closed: list[str] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), methods=(CARD, ALIPAY, WECHAT_PAY))

    def create(self, ask: Ask) -> NextAction:
        shown = super().create(ask)
        until = settings.CLOCK.now() + self.good_for
        if ask.method == "card" or ask.place is Place.PHONE:
            return shown
        if ask.place is Place.WECHAT:
            params = {"appId": "wx1", "package": f"prepay_id={ask.ref}"}
            return NextAction(shown.provider_ref, None, until, Action.SCRIPT, params)
        return NextAction(shown.provider_ref, f"https://qr.example/{ask.ref}", until, Action.QR)

    def close(self, ask: Ask) -> Closed:
        self.closed.append(ask.ref)
        if self.closes is None:
            raise Unknown("timeout")
        return self.closes


def browser(agent: str = DESKTOP, *, language: str = "en") -> Client:
    return Client(headers={"user-agent": agent, "accept-language": language})


def begin(
    line_id: int, *, method: str = "alipay", place: Place = Place.BROWSER, payer_ref: str | None = None
) -> Attempt:
    """A renewal that waits to be paid like this."""
    tender = Tender(method, "stripe", use_wallet=False, place=place, payer_ref=payer_ref)
    order = renew(line_id, MONTH, tender=tender, again=True, now=settings.CLOCK.now())
    return last_of(order)


def last_of(order: Order) -> Attempt:
    """The last try to pay an order."""
    with in_cell(1):
        tries = Attempt.objects.select_related("payment__order").filter(payment__order=order)
        return tries.order_by("-number")[0]


def path_of(order: Order) -> str:
    return links.order_page(order).removeprefix(settings.CONFIG.site_url)

"""An order the whole way: form, provider's page, notice, applied; and somebody who looks on from outside."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from uuid import uuid4

from django.conf import settings
from django.db import connection

from yuanyou.flows import renewal
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import parse
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderState, Start
from yuanyou.payments.models import Attempt, Inbox
from yuanyou.project.bench._house import Tenant
from yuanyou.project.bench._load import Browser, Payer, Timings, together
from yuanyou.project.steps import NotAsTold

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Way:
    """How an order is paid at one provider."""

    provider: str
    method: str
    pay: Callable[[Payer, str], None]
    """The customer pays the provider's session or order of this name."""
    notice: str
    """The kind of notice that tells of it first."""
    currency: str | None = None
    """What it is charged in, when it is not the book currency."""

    @property
    def tender(self) -> Tender:
        return Tender(method=self.method, provider=self.provider, use_wallet=False, currency=self.currency)

    def named(self, address: str, *, cell: int) -> str:
        """What the provider calls what is paid at this address."""
        order = re.search("/orders/(ord_[^/]+)/", address)
        if order is None:
            return re.split("[/=]", address.rstrip("/"))[-1]
        with in_cell(cell):  # a code to scan is on our own page
            attempt = Attempt.objects.get(payment__order_id=parse(order[1], "ord").id, provider=self.provider)
        return str(attempt.provider_ref)


BY_CARD = Way("stripe", "card", Payer.pay, "checkout.session.completed")
BY_ALIPAY = Way("alipay", "alipay", Payer.scan_alipay, "TRADE_SUCCESS", "CNY")
BY_WECHAT = Way("wechat", "wechat_pay", Payer.scan_wechat, "TRANSACTION.SUCCESS", "CNY")
BY_PAYPAL = Way("paypal", "paypal", Payer.approve, "CHECKOUT.ORDER.APPROVED")


def begin(tenant: Tenant, version_id: int, tender: Tender) -> Order:
    """An order to renew, with its pay page unless the wallet covers it."""
    order, _ = renewal.begin(
        tenant.line_id,
        version_id=version_id,
        start=Start.AFTER,
        tender=tender,
        key=uuid4(),
        by_guest=False,
        language="en",
        again=True,
        now=settings.CLOCK.now(),
    )
    return order


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that this thread sends meanwhile."""
    seen: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def whole_way(
    sandbox_url: str, browsers: Sequence[Browser], way: Way, *, cell: int, seconds: float
) -> tuple[Timings, Timings]:
    """Every browser again and again; and from the notice's arrival to the commit a stranger sees."""
    watch = _Watch(cell)
    watch.start()
    acts = [partial(_once, browser, Payer(sandbox_url), way, watch, cell) for browser in browsers]
    try:
        whole = together(acts, seconds=seconds)
    finally:
        watch.stop()
    return whole, watch.applied(way.notice)


def _once(browser: Browser, payer: Payer, way: Way, watch: "_Watch", cell: int) -> None:
    name = way.named(browser.renew(method=f"{way.provider}:{way.method}"), cell=cell)
    seen = watch.expect(name)
    way.pay(payer, name)
    if not seen.wait(PATIENCE_SECONDS):
        raise NotAsTold(f"{name} was paid and never applied")


class _Watch:
    """A connection of its own that looks for commits, as any stranger would see them."""

    def __init__(self, cell: int) -> None:
        self._cell = cell
        self._waiting: dict[str, Event] = {}
        self._seen: dict[str, float] = {}
        self._over = Event()
        self._thread = Thread(target=self._look)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def expect(self, provider_ref: str) -> Event:
        """Set as soon as the order is fulfilled that this session or order of the provider pays."""
        self._waiting[provider_ref] = seen = Event()
        return seen

    def applied(self, kind: str) -> Timings:
        """Seconds from the arrival of the notices of this kind to the sight of what they led to."""
        offset = settings.CLOCK.offset()
        received = Inbox.objects.filter(provider_ref__in=list(self._seen), kind=kind).values_list(
            "provider_ref", "received_at"
        )
        return Timings([self._seen[str(ref)] - (at - offset).timestamp() for ref, at in received], 1)

    def _look(self) -> None:
        while not self._over.wait(0.003):
            waiting = list(self._waiting)
            if not waiting:
                continue
            with in_cell(self._cell):
                found = list(
                    Attempt.objects.filter(
                        provider_ref__in=waiting, payment__order__state=OrderState.FULFILLED
                    ).values_list("provider_ref", flat=True)
                )
            now = time.time()
            for ref in found:
                self._seen[str(ref)] = now
                self._waiting.pop(str(ref)).set()
        connection.close()

"""Renewals per second: from the wallet, by settlement, the whole way; and pgbench beside them."""

import os
import time
from functools import partial
from threading import Event, Thread
from uuid import uuid4

from django.conf import settings
from django.db import connection

from yuanyou.catalog import queries as catalog
from yuanyou.flows import renewal, settlement
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.orders.models import Order, Receipt
from yuanyou.orders.rules import OrderState, Start
from yuanyou.payments import actions as payments
from yuanyou.payments.models import Attempt, Inbox
from yuanyou.payments.port import Notice
from yuanyou.project.bench._house import FROM_WALLET, PLAN, Tenant, furnish
from yuanyou.project.bench._load import Browser, Payer, Timings, together
from yuanyou.project.bench._yardstick import transactions_per_second
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.target import Target

SECONDS = int(os.environ.get("YUANYOU_BENCH_SECONDS", "20"))
CLIENTS = 8
LINES_EACH = 20
"""Enough lines that none queues more terms than a traveller would."""
BY_CARD = Tender(method="card", provider="stripe", use_wallet=False)
PATIENCE_SECONDS = 120


def run(target: Target, step: Step) -> dict[str, object]:
    if target.sandbox_url is None:
        raise NotAsTold("this measurement needs the sandbox's companies")
    with step("furnish the house"):
        tenants = furnish(CLIENTS * LINES_EACH, now=settings.CLOCK.now())
        version_id = catalog.on_sale(PLAN)
        browsers = [Browser(target.site_url, tenants[n::CLIENTS], version_id) for n in range(CLIENTS)]
    with step(f"pgbench for {SECONDS} s"):
        tps = transactions_per_second(target, seconds=SECONDS)
    with step(f"renew from the wallet for {SECONDS} s"):
        acts = [partial(_from_wallet, browser) for browser in browsers]
        together(acts, seconds=2)
        wallet = together(acts, seconds=SECONDS)
    with step("count queries"):
        queries = _queries_per_renewal(tenants[0], version_id)
    with step("settle stored notices"):
        settle = _settle(target.sandbox_url, tenants, version_id)
    with step(f"the whole way for {SECONDS} s"):
        whole, applied = _whole_way(target.sandbox_url, browsers, tenants[0].cell)
    return {
        "pgbench_tps": tps,
        "wallet_http": {
            "per_s": wallet.per_s,
            "ratio": round(wallet.per_s / tps, 3),
            "p50_ms": wallet.ms(50),
            "p99_ms": wallet.ms(99),
        },
        "settle": {"per_s": settle, "ratio": round(settle / tps, 3)},
        "full_path": {"per_s": whole.per_s},
        "notice_to_applied_ms": {"p50": applied.ms(50), "p99": applied.ms(99)},
        "queries_per_renewal": queries,
    }


def _from_wallet(browser: Browser) -> None:
    browser.renew(use_wallet="1")


def _begin(tenant: Tenant, version_id: int, tender: Tender) -> Order:
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


def _queries_per_renewal(tenant: Tenant, version_id: int) -> int:
    """Statements of one renewal from the wallet, from the form's plan to the receipt."""
    seen: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    _begin(tenant, version_id, FROM_WALLET)
    with connection.execute_wrapper(count):
        _begin(tenant, version_id, FROM_WALLET)
    return len(seen)


def _settle(sandbox_url: str, tenants: list[Tenant], version_id: int) -> float:
    """Paid sessions whose notices are stored at once: how fast they are asked about and receipted."""
    count = max(CLIENTS * 4, SECONDS * 20)
    payer, cell = Payer(sandbox_url), tenants[0].cell
    payer.control("faults", notices="drop", company="stripe", count=count * 8)
    orders = [_begin(tenants[n % len(tenants)], version_id, BY_CARD) for n in range(count)]
    with in_cell(cell):
        attempts = list(Attempt.objects.filter(payment__order__in=orders, provider="stripe"))
    for attempt in attempts:
        payer.pay(str(attempt.provider_ref))
    payer.all_is_well()
    began = time.perf_counter()
    with in_cell(cell):
        for attempt in attempts:
            notice = Notice(
                f"bench_{uuid4().hex}", "checkout.session.completed", attempt.provider_ref, attempt.ref
            )
            payments.keep(notice, provider="stripe", sealed=b"", now=settings.CLOCK.now())
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {settlement.CHANNEL}")
    _wait_for_receipts(cell, [order.pk for order in orders])
    return round(count / (time.perf_counter() - began), 1)


def _wait_for_receipts(cell: int, order_ids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with in_cell(cell):
            done = Receipt.objects.filter(order_id__in=order_ids, number__isnull=False).count()
        if done == len(order_ids):
            return
        time.sleep(0.05)
    raise NotAsTold(f"after {PATIENCE_SECONDS} s only {done} of {len(order_ids)} are receipted")


def _whole_way(sandbox_url: str, browsers: list[Browser], cell: int) -> tuple[Timings, Timings]:
    """Form, provider's page, notice, applied; and from the notice's arrival to the commit a stranger sees."""
    watch = _Watch(cell)
    watch.start()
    acts = [_way(browser, Payer(sandbox_url), watch) for browser in browsers]
    try:
        whole = together(acts, seconds=SECONDS)
    finally:
        watch.stop()
    return whole, watch.applied()


def _way(browser: Browser, payer: Payer, watch: "_Watch"):  # type: ignore[no-untyped-def]
    def once() -> None:
        session_id = browser.renew(method="stripe:card").rstrip("/").rpartition("/")[2]
        seen = watch.expect(session_id)
        payer.pay(session_id)
        if not seen.wait(PATIENCE_SECONDS):
            raise NotAsTold(f"{session_id} was paid and never applied")

    return once


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

    def expect(self, session_id: str) -> Event:
        self._waiting[session_id] = seen = Event()
        return seen

    def applied(self) -> Timings:
        """Seconds from the notice's arrival to the sight of its fulfilment."""
        offset = settings.CLOCK.offset()
        received = Inbox.objects.filter(
            provider_ref__in=list(self._seen), kind="checkout.session.completed"
        ).values_list("provider_ref", "received_at")
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

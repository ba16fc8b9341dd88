"""Renewals per second: from the wallet, by settlement, the whole way; and pgbench beside them."""

import os
import time
from functools import partial
from uuid import uuid4

from django.conf import settings
from django.db import connection

from yuanyou.catalog import queries as catalog
from yuanyou.flows import settlement
from yuanyou.flows.step import in_cell
from yuanyou.orders.models import Receipt
from yuanyou.payments import actions as payments
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Notice
from yuanyou.project.bench._house import FROM_WALLET, PLAN, Tenant, furnish
from yuanyou.project.bench._load import Browser, Payer, together
from yuanyou.project.bench._way import BY_CARD, begin, counted, whole_way
from yuanyou.project.bench._yardstick import transactions_per_second
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.target import Target

SECONDS = int(os.environ.get("YUANYOU_BENCH_SECONDS", "20"))
CLIENTS = 8
LINES_EACH = 20
"""Enough lines that none queues more terms than a traveller would."""
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
        whole, applied = whole_way(
            target.sandbox_url, browsers, BY_CARD, cell=tenants[0].cell, seconds=SECONDS
        )
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


def _queries_per_renewal(tenant: Tenant, version_id: int) -> int:
    """Statements of one renewal from the wallet, from the form's plan to the receipt."""
    begin(tenant, version_id, FROM_WALLET)
    with counted() as seen:
        begin(tenant, version_id, FROM_WALLET)
    return len(seen)


def _settle(sandbox_url: str, tenants: list[Tenant], version_id: int) -> float:
    """Paid sessions whose notices are stored at once: how fast they are asked about and receipted."""
    count = max(CLIENTS * 4, SECONDS * 20)
    payer, cell = Payer(sandbox_url), tenants[0].cell
    payer.control("faults", notices="drop", company="stripe", count=count * 8)
    orders = [begin(tenants[n % len(tenants)], version_id, BY_CARD.tender) for n in range(count)]
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

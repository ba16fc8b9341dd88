"""Orders per second through each provider, create to applied; notice to applied; and pgbench beside them."""

import os

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.flows import settlement
from yuanyou.flows.step import in_cell
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderState
from yuanyou.payments.models import Attempt
from yuanyou.project.bench._house import PLAN, Tenant, furnish
from yuanyou.project.bench._load import Browser, Payer
from yuanyou.project.bench._way import (
    BY_ALIPAY,
    BY_CARD,
    BY_PAYPAL,
    BY_WECHAT,
    Way,
    begin,
    counted,
    whole_way,
)
from yuanyou.project.bench._yardstick import transactions_per_second
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.target import Target

SECONDS = int(os.environ.get("YUANYOU_BENCH_SECONDS", "20"))
WARM_UP_SECONDS = 2
CLIENTS = 8
LINES_EACH = 20
"""Enough lines that none queues more terms than a traveller would."""
NOTICES_OF_AN_ORDER = 8
"""More than any provider sends about one payment."""


def run(target: Target, step: Step) -> dict[str, object]:
    if target.sandbox_url is None:
        raise NotAsTold("this measurement needs the sandbox's companies")
    with step("furnish the house"):
        tenants = furnish(CLIENTS * LINES_EACH, now=settings.CLOCK.now())
        version_id = catalog.on_sale(PLAN)
        browsers = [Browser(target.site_url, tenants[n::CLIENTS], version_id) for n in range(CLIENTS)]
    with step(f"pgbench for {SECONDS} s"):
        tps = transactions_per_second(target, seconds=SECONDS)
    figures: dict[str, object] = {"pgbench_tps": tps}
    for way in (BY_CARD, BY_PAYPAL, BY_ALIPAY, BY_WECHAT):
        with step(f"{way.provider}: count statements"):
            statements = _statements(target.sandbox_url, tenants[0], version_id, way)
        with step(f"{way.provider}: the whole way for {SECONDS} s"):
            cell = tenants[0].cell
            whole_way(target.sandbox_url, browsers, way, cell=cell, seconds=WARM_UP_SECONDS)
            whole, applied = whole_way(target.sandbox_url, browsers, way, cell=cell, seconds=SECONDS)
        figures[way.provider] = {
            "orders_per_s": whole.per_s,
            "ratio": round(whole.per_s / tps, 3),
            "order_ms": {"p50": whole.ms(50), "p99": whole.ms(99)},
            "notice_to_applied_ms": {"p50": applied.ms(50), "p99": applied.ms(99)},
            "statements_per_order": statements,
        }
    return figures


def _statements(sandbox_url: str, tenant: Tenant, version_id: int, way: Way) -> dict[str, int]:
    """Of an order up to its pay page, and of asking and applying; without the notice, which is dropped."""
    payer = Payer(sandbox_url)
    _one_order(payer, tenant, version_id, way)
    payer.control("faults", notices="drop", company=way.provider, count=NOTICES_OF_AN_ORDER)
    try:
        return _one_order(payer, tenant, version_id, way)
    finally:
        payer.all_is_well()


def _one_order(payer: Payer, tenant: Tenant, version_id: int, way: Way) -> dict[str, int]:
    with counted() as beginning:
        order = begin(tenant, version_id, way.tender)
    with in_cell(tenant.cell):
        attempt = Attempt.objects.get(payment__order=order, provider=way.provider)
    way.pay(payer, str(attempt.provider_ref))
    with counted() as settling:
        settlement.ask(attempt.pk, source="bench", now=settings.CLOCK.now())
    _must_be_applied(order, cell=tenant.cell)
    return {"begin": len(beginning), "settle": len(settling)}


def _must_be_applied(order: Order, *, cell: int) -> None:
    with in_cell(cell):
        state = Order.objects.values_list("state", flat=True).get(pk=order.pk)
    if state != OrderState.FULFILLED:
        raise NotAsTold(f"{order.ref} was paid and is {state}")

"""Plans that tests sell: small, each different in one way."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from yuanyou.catalog import actions, queries
from yuanyou.catalog.rules import DayRule, PlanFacts, Policy, ProductClass, StartRule, TaxRule
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import GB

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def texts(name: str) -> dict[str, dict[str, str]]:
    return {language: {"name": name, "summary": name} for language in ("en", "zh-Hans", "zh-Hant")}


MONTH = PlanFacts(
    code="test-us-30",
    version=0,
    version_id=0,
    product_class=ProductClass.VOICE,
    days=30,
    day_rule=DayRule.CALENDAR,
    start_rule=StartRule.ON_PAYMENT,
    first_use_within_days=0,
    data_bytes=10 * GB,
    slow_kbps=128,
    seconds=None,
    messages=500,
    hotspot_bytes=None,
    countries=("US",),
    has_number=True,
    keep_number=False,
    shareable_lines=1,
    policy=Policy(),
    texts=texts("US 30 days 10 GB"),
)
WEEK = replace(
    MONTH, code="test-us-7", days=7, data_bytes=3 * GB, policy=Policy(grace_days=2), texts=texts("US 7 days")
)
ROLLING = replace(MONTH, code="test-rolling", day_rule=DayRule.ROLLING, texts=texts("US 30 times 24 hours"))
LATER = replace(
    MONTH,
    code="test-later",
    start_rule=StartRule.FIRST_USE,
    first_use_within_days=60,
    product_class=ProductClass.DATA,
    has_number=False,
    seconds=0,
    messages=0,
    texts=texts("Starts when first used"),
)
PRICES = {MONTH.code: 2500, WEEK.code: 900, ROLLING.code: 2600, LATER.code: 1500}
TAXES = (
    TaxRule(
        "test-sales",
        "US-NY",
        ProductClass.VOICE,
        Decimal("4.0000"),
        None,
        texts("Sales tax"),
        date(2026, 1, 1),
    ),
    TaxRule(
        "test-911",
        "US-NY",
        ProductClass.VOICE,
        None,
        90,
        texts("Prepaid 911 fee"),
        date(2026, 1, 1),
        flat_others={"CNY": 630},
    ),
)


def stock() -> None:
    """Put the test plans on sale; safe to repeat."""
    for rule in TAXES:
        actions.set_tax(rule)
    for plan in (MONTH, WEEK, ROLLING, LATER):
        try:
            queries.on_sale(plan.code)
        except queries.NotOnSale:
            prices = [Money(PRICES[plan.code], "USD"), Money(PRICES[plan.code] * 7, "CNY")]
            version = actions.draft(plan, prices=prices)
            actions.publish(version, now=LONG_AGO)


def version_of(plan: PlanFacts) -> int:
    return queries.on_sale(plan.code)

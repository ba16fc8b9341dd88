"""Puts the demo operator's plans, taxes and coverage into the catalog; what is unchanged stays."""

import tomllib
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from yuanyou.catalog import actions, queries
from yuanyou.catalog.models import Coverage
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import DayRule, PlanFacts, Policy, ProductClass, StartRule, TaxRule
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import GB, MINUTE


def load(*, now: datetime) -> None:
    """Safe to repeat: a plan that changed gets a new version, one that did not keeps the one on sale."""
    for tax in _read("taxes")["tax"]:
        actions.set_tax(_tax(tax))
    told = _read("plans")
    for shelf, plan in enumerate(told["plan"]):
        facts = _facts(plan, regions=told["regions"])
        prices = [Money(plan["usd_minor"], "USD"), Money(plan["cny_minor"], "CNY")]
        _offer(facts, prices=prices, shelf=shelf, now=now)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for into, rate in _read("rates")["usd"].items():
        actions.tell_rate(base="USD", into=into, rate=Decimal(rate), source="demo", at=today)
    coverage = _read("coverage")
    actions.set_coverage(
        [
            Coverage(
                country=row["country"],
                network=row["network"],
                technologies=row["technologies"],
                as_of=coverage["as_of"],
            )
            for row in coverage["network"]
        ]
    )


def _offer(facts: PlanFacts, *, prices: list[Money], shelf: int, now: datetime) -> None:
    try:
        version_id = queries.on_sale(facts.code)
        on_sale = [
            queries.quote_of(version_id, currency=price.currency, jurisdiction="", now=now)
            for price in prices
        ]
        plan = replace(on_sale[0].plan, version=0, version_id=0)
        same = plan == facts and [quote.net for quote in on_sale] == prices
    except NotOnSale:
        same = False
    if not same:
        actions.publish(actions.draft(facts, prices=prices, shelf=shelf), now=now)


def _facts(plan: dict[str, Any], *, regions: dict[str, list[str]]) -> PlanFacts:
    policy = {field.name: plan[field.name] for field in fields(Policy) if field.name in plan}
    return PlanFacts(
        code=plan["code"],
        version=0,
        version_id=0,
        product_class=ProductClass(plan["class"]),
        days=plan["days"],
        day_rule=DayRule(plan.get("day_rule", "calendar")),
        start_rule=StartRule(plan.get("start_rule", "on_payment")),
        first_use_within_days=plan.get("first_use_within_days", 0),
        data_bytes=_limit(plan["gb"], GB),
        slow_kbps=plan.get("slow_kbps"),
        seconds=_limit(plan.get("minutes", 0), MINUTE),
        messages=_limit(plan.get("messages", 0), 1),
        hotspot_bytes=None,
        countries=(
            *plan.get("countries", ()),
            *(country for region in plan.get("regions", ()) for country in regions[region]),
        ),
        has_number=plan.get("has_number", True),
        keep_number=plan.get("keep_number", False),
        shareable_lines=plan.get("shareable_lines", 1),
        policy=Policy.from_json(policy),
        texts=plan["texts"],
    )


def _limit(told: int | str, unit: int) -> int | None:
    """So many of a unit; None is without limit."""
    return None if isinstance(told, str) and told == "unlimited" else int(told) * unit


def _tax(tax: dict[str, Any]) -> TaxRule:
    percent = tax.get("percent")
    return TaxRule(
        code=tax["code"],
        jurisdiction=tax["jurisdiction"],
        product_class=ProductClass(tax["class"]),
        percent=Decimal(percent) if percent is not None else None,
        flat_minor=tax.get("flat_minor"),
        flat_others=tax.get("flat_others", {}),
        texts={language: {"name": name} for language, name in tax["names"].items()},
        valid_from=date(2026, 1, 1),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("yuanyou.project.demo") / f"{name}.toml").read_text(encoding="utf-8"))

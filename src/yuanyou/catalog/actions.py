"""Every write to the catalog."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from yuanyou.catalog import limits
from yuanyou.catalog.models import Coverage, FxRate, Plan, PlanPrice, PlanVersion, Tax, VersionState
from yuanyou.catalog.rules import LANGUAGES, PlanFacts, TaxRule
from yuanyou.kernel.money import Money, exponent


class MissingTexts(Exception):
    """A plan is published only when its name and summary stand in every enabled language."""


class NoPrice(Exception):
    """A published version's prices never change, so one without a price could never be sold."""


class TaxChanged(Exception):
    """The rate of a rule that may have been charged: a new rate is a new rule from its own day."""


def draft(facts: PlanFacts, *, prices: list[Money], shelf: int = 100) -> PlanVersion:
    """A new version of a plan, not yet on sale. BadPlan or BadPolicy when it may not be sold like that."""
    limits.check(facts)
    plan, _ = Plan.objects.get_or_create(code=facts.code, defaults={"shelf": shelf})
    last = plan.versions.order_by("-number").values_list("number", flat=True).first()
    told = replace(facts, version=0, version_id=0).to_json()
    version = PlanVersion.objects.create(
        plan=plan,
        number=(last or 0) + 1,
        days=facts.days,
        grace_days=facts.policy.grace_days,
        countries=list(facts.countries),
        facts=told,
    )
    PlanPrice.objects.bulk_create(
        [PlanPrice(version=version, currency=price.currency, net_minor=price.minor) for price in prices]
    )
    return version


def publish(version: PlanVersion, *, now: datetime) -> None:
    """Put a version on sale in place of the one before. MissingTexts, NoPrice."""
    texts: Mapping[str, Mapping[str, str]] = version.facts["texts"]
    missing = [
        f"{language}.{field}"
        for language in LANGUAGES
        for field in ("name", "summary")
        if not texts.get(language, {}).get(field, "").strip()
    ]
    if missing:
        raise MissingTexts(", ".join(missing))
    if not version.prices.exists():
        raise NoPrice(str(version))
    withdraw(version.plan_id)
    version.state, version.published_at = VersionState.PUBLISHED, now
    version.save(update_fields=["state", "published_at"])


def withdraw(plan_id: int) -> None:
    """Take a plan off sale; who bought it keeps it. Harmless to repeat."""
    PlanVersion.objects.filter(plan_id=plan_id, state=VersionState.PUBLISHED).update(
        state=VersionState.WITHDRAWN
    )


def set_tax(rule: TaxRule) -> None:
    """Write a tax rule, or correct its names, its last day or what the seller keeps. TaxChanged.

    The same rule again changes nothing.
    """
    mutable = {
        "texts": rule.texts,
        "valid_to": rule.valid_to,
        "seller_keeps_percent": rule.seller_keeps_percent,
    }
    rate = {
        "percent": rule.percent,
        "flat_minor": rule.flat_minor,
        "flat_others": dict(rule.flat_others),
        "in_base": rule.in_base,
    }
    row, new = Tax.objects.get_or_create(
        jurisdiction=rule.jurisdiction,
        code=rule.code,
        product_class=rule.product_class,
        valid_from=rule.valid_from,
        defaults=mutable | rate,
    )
    if new or row.rule() == rule:
        return
    if any(getattr(row, name) != value for name, value in rate.items()):
        raise TaxChanged(f"{rule.jurisdiction} {rule.code} from {rule.valid_from}")
    Tax.objects.filter(pk=row.pk).update(**mutable)


def set_coverage(rows: list[Coverage]) -> None:
    """Write all partner networks. What was said before is replaced: a network that is not told is gone."""
    told = Coverage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["country", "network"],
        update_fields=["technologies", "as_of"],
    )
    Coverage.objects.exclude(pk__in=[row.pk for row in told]).delete()


def tell_rate(*, base: str, into: str, rate: Decimal, source: str, at: datetime) -> None:
    """A rate as a source told it; what was told before stays. UnknownCurrency, BadRate."""
    if rate <= 0 or base == into or not (exponent(base) >= 0 <= exponent(into)):
        raise BadRate(f"{base}/{into} {rate}")
    FxRate.objects.update_or_create(
        base=base, into=into, at=at, defaults={"rate": rate, "source": source[:60]}
    )


class BadRate(ValueError):
    """A rate is a positive number between two different currencies."""

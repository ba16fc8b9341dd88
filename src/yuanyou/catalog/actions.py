"""Every write to the catalog."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from yuanyou.catalog.models import Coverage, Plan, PlanPrice, PlanVersion, Tax, VersionState
from yuanyou.catalog.rules import LANGUAGES, PlanFacts, TaxRule
from yuanyou.kernel.money import Money


class MissingTexts(Exception):
    """A plan is published only when its name and summary stand in every enabled language."""


def draft(facts: PlanFacts, *, prices: list[Money], shelf: int = 100) -> PlanVersion:
    """A new version of a plan, not yet on sale. BadPolicy when its policy may not be sold."""
    facts.policy.check(plan_days=facts.days)
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
    """Put a version on sale in place of the one before. MissingTexts."""
    texts: Mapping[str, Mapping[str, str]] = version.facts["texts"]
    missing = [
        f"{language}.{field}"
        for language in LANGUAGES
        for field in ("name", "summary")
        if not texts.get(language, {}).get(field, "").strip()
    ]
    if missing:
        raise MissingTexts(", ".join(missing))
    PlanVersion.objects.filter(plan_id=version.plan_id, state=VersionState.PUBLISHED).update(
        state=VersionState.WITHDRAWN
    )
    version.state, version.published_at = VersionState.PUBLISHED, now
    version.save(update_fields=["state", "published_at"])


def set_tax(rule: TaxRule) -> None:
    """Write a tax rule; the same rule again changes nothing."""
    Tax.objects.get_or_create(
        code=rule.code,
        product_class=rule.product_class,
        valid_from=rule.valid_from,
        defaults={
            "jurisdiction": rule.jurisdiction,
            "percent": rule.percent,
            "flat_minor": rule.flat_minor,
            "texts": rule.texts,
            "valid_to": rule.valid_to,
        },
    )


def set_coverage(rows: list[Coverage]) -> None:
    """Write partner networks; what was said of them before is replaced."""
    Coverage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["country", "network"],
        update_fields=["technologies", "as_of"],
    )

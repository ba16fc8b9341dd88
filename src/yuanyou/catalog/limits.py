"""What a plan may not be, whoever writes it. Pure."""

from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from yuanyou.catalog.rules import PlanFacts, ProductClass, StartRule

CODE_LENGTH = 2
"""ISO 3166-1 alpha-2; longer codes are regions."""


class BadPlan(ValueError):
    """A plan that cannot be what it says."""


def check(plan: PlanFacts) -> None:
    """BadPlan or BadPolicy unless the plan can be sold as it is written."""
    problems = [*_terms(plan), *_amounts(plan), *_places(plan)]
    if problems:
        raise BadPlan(f"{plan.code}: {', '.join(problems)}")
    plan.policy.check(plan_days=plan.days)


def _terms(plan: PlanFacts) -> Iterator[str]:
    if plan.days < 1:
        yield "a term of no day"
    if (plan.start_rule is StartRule.FIRST_USE) != (plan.first_use_within_days > 0):
        yield "first_use_within_days belongs to plans that start at first use"
    if plan.keep_number and not plan.has_number:
        yield "no number to keep"
    if plan.shareable_lines < 1:
        yield "for no line"


def _amounts(plan: PlanFacts) -> Iterator[str]:
    granted = (plan.data_bytes, plan.seconds, plan.messages, plan.hotspot_bytes)
    if any(amount is not None and amount < 0 for amount in granted):
        yield "less than nothing"
    if plan.slow_kbps is not None and plan.slow_kbps < 1:
        yield "no speed is said as None"
    if plan.product_class is ProductClass.DATA and (plan.seconds, plan.messages) != (0, 0):
        # Internet access alone is taxed otherwise than telephone service.
        yield "calls or texts in a data plan"


def _places(plan: PlanFacts) -> Iterator[str]:
    if not plan.countries or len(set(plan.countries)) < len(plan.countries):
        yield "each country once, and one at least"
    if unknown := set(plan.countries) - _known():
        yield f"unknown countries {sorted(unknown)}"


@cache
def _known() -> frozenset[str]:
    names: Mapping[str, str] = Locale("en").territories
    return frozenset(code for code in names if len(code) == CODE_LENGTH and code.isalpha())

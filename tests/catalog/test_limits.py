"""Plans that contradict themselves are not drafted; each differs from one that may be sold in one thing."""

from dataclasses import replace
from typing import Any

import pytest

from tests.plans import LATER, MONTH, ROLLING, WEEK
from yuanyou.catalog import limits
from yuanyou.catalog.limits import BadPlan
from yuanyou.catalog.rules import BadPolicy, PlanFacts, Policy, StartRule


@pytest.mark.parametrize("plan", [MONTH, WEEK, ROLLING, LATER], ids=lambda plan: str(plan.code))
def test_a_plan_that_makes_sense_may_be_sold(plan: PlanFacts) -> None:
    limits.check(plan)


@pytest.mark.parametrize(
    ("plan", "changes", "problem"),
    [
        (MONTH, {"days": 0, "policy": Policy(grace_days=0)}, "a term of no day"),
        (MONTH, {"first_use_within_days": 60}, "first use"),
        (MONTH, {"start_rule": StartRule.FIRST_USE}, "first use"),
        (LATER, {"keep_number": True}, "no number to keep"),
        (MONTH, {"shareable_lines": 0}, "for no line"),
        (MONTH, {"data_bytes": -1}, "less than nothing"),
        (MONTH, {"seconds": -1}, "less than nothing"),
        (MONTH, {"messages": -1}, "less than nothing"),
        (MONTH, {"hotspot_bytes": -1}, "less than nothing"),
        (MONTH, {"slow_kbps": 0}, "no speed"),
        (LATER, {"seconds": 60}, "calls or texts in a data plan"),
        (LATER, {"seconds": None}, "calls or texts in a data plan"),
        (LATER, {"messages": 1}, "calls or texts in a data plan"),
        (MONTH, {"countries": ()}, "one at least"),
        (MONTH, {"countries": ("US", "US")}, "each country once"),
        (MONTH, {"countries": ("US", "UK")}, "unknown countries ['UK']"),
        (MONTH, {"countries": ("us",)}, "unknown countries ['us']"),
        (MONTH, {"countries": ("150",)}, "unknown countries ['150']"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(
    plan: PlanFacts, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadPlan) as refused:
        limits.check(replace(plan, **changes))
    assert problem in str(refused.value)
    assert str(refused.value).startswith(plan.code)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadPlan, match="for no line, less than nothing"):
        limits.check(replace(MONTH, shareable_lines=0, seconds=-1))


def test_a_policy_out_of_its_limits_is_refused_too() -> None:
    with pytest.raises(BadPolicy):
        limits.check(replace(MONTH, policy=Policy(grace_days=8)))


@pytest.mark.parametrize("field", ["data_bytes", "seconds", "messages", "hotspot_bytes", "slow_kbps"])
def test_without_limit_is_no_contradiction(field: str) -> None:
    unlimited: Any = {field: None}
    limits.check(replace(MONTH, **unlimited))

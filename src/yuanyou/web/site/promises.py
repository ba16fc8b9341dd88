"""What we promise, read from the policies that drive the engine (law 12): a new grace changes the pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yuanyou.catalog.rules import PlanFacts, Policy
from yuanyou.flows.lapse import HOLD_LONGER, WARNINGS_NEEDED
from yuanyou.messages.queries import RELEASE_WARNING, REMINDER
from yuanyou.messages.render import can_tell
from yuanyou.web.site.shelf import PlanCard


@dataclass(frozen=True, slots=True)
class Span:
    """From the least to the most over all plans."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy and the names of the plans that have it."""

    policy: Policy
    plans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promises:
    """The rules of everything on sale: row by row, and as spans for sentences. Days are whole."""

    rows: tuple[PolicyRow, ...]
    grace: Span
    suspended: Span
    quarantine: Span
    refund_window: Span
    refund_used: Span
    """Percent of the data that may be used."""
    warnings: int
    """How many have to reach somebody, off the line, before their number is given up."""
    held: int
    """Days that it is kept on when fewer did, each time anew."""
    warn_days: tuple[int, ...]
    """Days before a number is given up on which every plan warns; none while warnings cannot be sent."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """When a plan's customers are reminded, before the end of a term."""

    days: tuple[int, ...]
    hours: tuple[int, ...]


def reminders(plan: PlanFacts) -> Reminders | None:
    """Only those that fall within a term: nobody is reminded of a day pass seven days before.

    None while reminders cannot be sent.
    """
    if not can_tell(REMINDER):
        return None
    policy = plan.policy
    days = tuple(day for day in policy.remind_days_before if day < plan.days)
    return Reminders(days=days, hours=policy.remind_hours_before)


def of(cards: Iterable[PlanCard]) -> Promises | None:
    """None while nothing is on sale."""
    by_policy: dict[Policy, list[str]] = {}
    for card in cards:
        by_policy.setdefault(card.plan.policy, []).append(card.name)
    if not by_policy:
        return None
    policies = list(by_policy)
    return Promises(
        rows=tuple(PolicyRow(policy, tuple(names)) for policy, names in by_policy.items()),
        grace=_span(policy.grace_days for policy in policies),
        suspended=_span(policy.suspended_days for policy in policies),
        quarantine=_span(policy.quarantine_days for policy in policies),
        refund_window=_span(policy.refund_window_days for policy in policies),
        refund_used=_span(policy.refund_max_used_percent for policy in policies),
        warnings=WARNINGS_NEEDED,
        held=HOLD_LONGER.days,
        warn_days=_in_all([policy.release_warning_days for policy in policies])
        if can_tell(RELEASE_WARNING)
        else (),
    )


def _span(values: Iterable[int]) -> Span:
    found = list(values)
    return Span(min(found), max(found))


def _in_all(days: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted(set(days[0]).intersection(*days[1:]), reverse=True))

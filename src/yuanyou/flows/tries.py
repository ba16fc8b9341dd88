"""When an automatic renewal of a line is tried: the plan's policy, counted from the end of the last term."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from yuanyou.catalog.queries import plan_version
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import LineState, TermState
from yuanyou.payments import off_session
from yuanyou.payments.off_session import DAILY

RENEWED_BY_ITSELF = frozenset({LineState.ACTIVE, LineState.GRACE, LineState.SUSPENDED})


def key(current: Timeline) -> UUID:
    """The key of the order: the same for everybody who renews this line at the end of this term."""
    return uuid5(NAMESPACE_URL, f"auto-renewal:{current.line.pk}:{current.paid_until}")


def is_due(current: Timeline, *, now: datetime) -> bool:
    """Nothing is paid for beyond the term that ends, and the time for trying has come and is not over.

    A term that was cut (its money went back) did not come to its end: nobody wants that charged again.
    """
    end, ended = current.paid_until, current.last
    if end is None or ended is None or current.waiting or current.line.state not in RENEWED_BY_ITSELF:
        return False
    if ended.state == TermState.CUT:
        return False
    return off_session.may_charge(end, retry_hours=_hours(current), now=now)


def first(current: Timeline, *, now: datetime) -> datetime:
    """When a line that begins to be renewed by itself is tried first."""
    end = current.paid_until
    return max(now, end + timedelta(hours=_hours(current)[0])) if end else now + DAILY


def following(current: Timeline, *, now: datetime) -> datetime:
    """The next try after `now`; a daily look once all are over."""
    end = current.paid_until
    if end is None:
        return now + DAILY
    return off_session.next_look(end, retry_hours=_hours(current), now=now)


def last(current: Timeline) -> datetime | None:
    """The last try of this term; None without a term."""
    end = current.paid_until
    return end + timedelta(hours=_hours(current)[-1]) if end else None


def announced(current: Timeline, *, now: datetime) -> datetime | None:
    """The next try, to tell the customer; None when all of this term are over."""
    at, end = following(current, now=now), last(current)
    return at if end is not None and at <= end else None


def _hours(current: Timeline) -> tuple[int, ...]:
    """Hours from the end of the term: before it (negative) and after it."""
    assert current.last is not None
    return plan_version(current.last.plan_version_id).policy.retry_hours

"""The life of a line (one SIM and its service) and of its terms. Pure: states, instants, choices.

A line's next transition is a stored instant (`next_at`), which `next_instant` computes; the sweep
claims lines whose instant has come and asks `due` what happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yuanyou.kernel.state import Machine


class LineState(StrEnum):
    ORDERED = "ordered"
    ACTIVE = "active"
    GRACE = "grace"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    RELEASED = "released"
    CLOSED = "closed"


class LineEvent(StrEnum):
    ACTIVATED = "activated"
    RENEWED = "renewed"
    TERM_FOLLOWED = "term_followed"
    RAN_OUT = "ran_out"
    GRACE_ENDED = "grace_ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    RELEASED = "released"
    CLOSED = "closed"


class TermState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CUT = "cut"
    CANCELED = "canceled"


class TermEvent(StrEnum):
    STARTED = "started"
    ENDED = "ended"
    CUT = "cut"
    CANCELED = "canceled"


class NumberState(StrEnum):
    FREE = "free"
    ASSIGNED = "assigned"
    QUARANTINE = "quarantine"


class NumberEvent(StrEnum):
    ASSIGNED = "assigned"
    RELEASED = "released"
    RESTED = "rested"


S, E = LineState, LineEvent
LINE = Machine(
    "line",
    {
        (S.ORDERED, E.ACTIVATED): S.ACTIVE,
        (S.ORDERED, E.CLOSED): S.CLOSED,
        (S.ACTIVE, E.RENEWED): S.ACTIVE,
        (S.ACTIVE, E.TERM_FOLLOWED): S.ACTIVE,
        (S.ACTIVE, E.RAN_OUT): S.GRACE,
        (S.ACTIVE, E.GRACE_ENDED): S.SUSPENDED,  # a policy without grace, or found only after grace
        (S.ACTIVE, E.PAUSED): S.PAUSED,
        (S.ACTIVE, E.CLOSED): S.CLOSED,
        (S.GRACE, E.RENEWED): S.ACTIVE,
        (S.GRACE, E.GRACE_ENDED): S.SUSPENDED,
        (S.GRACE, E.CLOSED): S.CLOSED,
        (S.SUSPENDED, E.RENEWED): S.ACTIVE,
        (S.SUSPENDED, E.PAUSED): S.PAUSED,
        (S.SUSPENDED, E.RELEASED): S.RELEASED,
        (S.SUSPENDED, E.CLOSED): S.CLOSED,
        (S.PAUSED, E.RESUMED): S.ACTIVE,
        (S.PAUSED, E.RENEWED): S.ACTIVE,
        (S.PAUSED, E.RAN_OUT): S.SUSPENDED,
        (S.PAUSED, E.CLOSED): S.CLOSED,
    },
)

T, TE = TermState, TermEvent
TERM = Machine(
    "term",
    {
        (T.WAITING, TE.STARTED): T.RUNNING,
        (T.WAITING, TE.CANCELED): T.CANCELED,
        (T.RUNNING, TE.ENDED): T.ENDED,
        (T.RUNNING, TE.CUT): T.CUT,
    },
)

N, NE = NumberState, NumberEvent
NUMBER = Machine(
    "number",
    {
        (N.FREE, NE.ASSIGNED): N.ASSIGNED,
        (N.ASSIGNED, NE.RELEASED): N.QUARANTINE,
        (N.QUARANTINE, NE.RESTED): N.FREE,
    },
)

RENEWABLE = frozenset({S.ACTIVE, S.GRACE, S.SUSPENDED, S.PAUSED})


class NotRenewable(Exception):
    """This line cannot be renewed: it is not yet active, or its number is gone."""


@dataclass(frozen=True, slots=True)
class Span:
    """A term's [start, end). A waiting term has its planned span."""

    starts_at: datetime
    ends_at: datetime
    state: TermState


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks of a line: when service stops, and when the number is given up."""

    paid_until: datetime | None
    grace_ends: datetime | None
    released_at: datetime | None


def paid_until(terms: Sequence[Span]) -> datetime | None:
    """When the last paid term ends; None without any."""
    return max((term.ends_at for term in terms if term.state is not T.CANCELED), default=None)


def renewal_start(state: LineState, *, last_end: datetime | None, now: datetime) -> datetime:
    """When a term bought now begins, if it is not wished to begin at once.

    Early and in grace it counts from the old end (no paid day is lost, no free day is given);
    suspended or paused, from the payment. NotRenewable for a line whose number is gone.
    """
    if state not in RENEWABLE:
        raise NotRenewable(state)
    if state in {S.SUSPENDED, S.PAUSED} or last_end is None:
        return now
    return last_end


def clocks(
    last_end: datetime | None, *, grace: timedelta, suspended: timedelta, suspended_at: datetime | None
) -> Clocks:
    """What will happen if nobody renews. A line already suspended counts from that instant."""
    if last_end is None:
        return Clocks(None, None, None)
    grace_ends = last_end + grace
    return Clocks(last_end, grace_ends, (suspended_at or grace_ends) + suspended)


class Due(StrEnum):
    """What has become due on a line."""

    NEXT_TERM = "next_term"
    RAN_OUT = "ran_out"
    GRACE_ENDED = "grace_ended"
    RELEASE = "release"


def due(
    state: LineState,
    *,
    running_end: datetime | None,
    waiting_start: datetime | None,
    life: Clocks,
    now: datetime,
) -> tuple[Due, datetime] | None:
    """The next thing that was due by `now`, with the instant it was due; None: nothing yet.

    Called until it answers None, so that a sweep that was down catches up in order.
    """
    if state is S.ACTIVE:
        found = _due_while_active(running_end, waiting_start, life)
        return found if found is not None and found[1] <= now else None
    if state is S.GRACE and life.grace_ends is not None and life.grace_ends <= now:
        return Due.GRACE_ENDED, life.grace_ends
    if state is S.SUSPENDED and life.released_at is not None and life.released_at <= now:
        return Due.RELEASE, life.released_at
    return None


def _due_while_active(
    running_end: datetime | None, waiting_start: datetime | None, life: Clocks
) -> tuple[Due, datetime] | None:
    if running_end is not None:
        return (Due.RAN_OUT if waiting_start is None else Due.NEXT_TERM), running_end
    if waiting_start is not None:
        return Due.NEXT_TERM, waiting_start  # its first use never came: it begins by itself
    # Without any term left, the last one was taken back.
    return (Due.RAN_OUT, life.paid_until) if life.paid_until is not None else None


def next_instant(
    state: LineState, *, running_end: datetime | None, waiting_start: datetime | None, life: Clocks
) -> datetime | None:
    """The stored instant at which the sweep must look at the line again."""
    match state:
        case S.ACTIVE:
            return running_end or waiting_start
        case S.GRACE:
            return life.grace_ends
        case S.SUSPENDED:
            return life.released_at
        case _:
            return None


def earned_through(net_minor: int, *, starts_at: datetime, ends_at: datetime, through: datetime) -> int:
    """Straight-line revenue of a term up to an instant, in minor units, rounded down.

    All of it from the end on, none before the start; never falls as `through` grows.
    """
    if through >= ends_at:
        return net_minor
    if through <= starts_at:
        return 0
    microsecond = timedelta(microseconds=1)
    return net_minor * ((through - starts_at) // microsecond) // ((ends_at - starts_at) // microsecond)

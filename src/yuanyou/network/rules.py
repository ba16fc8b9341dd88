"""What is wished of the network for a line, and the life of one wish. Pure.

Wishes of a line are followed one at a time, in order. One that was not sent yet is superseded by the
next; one that was sent is asked about until it is known what became of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yuanyou.kernel.state import Machine
from yuanyou.network.port import Outcome, Seen, Service


class Kind(StrEnum):
    OPEN = "open"
    BAR = "bar"
    RESTORE = "restore"
    CLOSE = "close"


LEADS_TO = {
    Kind.OPEN: Service.OPEN,
    Kind.BAR: Service.BARRED,
    Kind.RESTORE: Service.OPEN,
    Kind.CLOSE: Service.CLOSED,
}


class WishState(StrEnum):
    WANTED = "wanted"
    ASKED = "asked"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    STUCK = "stuck"
    SUPERSEDED = "superseded"


class WishEvent(StrEnum):
    ASKED = "asked"
    LOST = "lost"
    ACCEPTED = "accepted"
    SEEN = "seen"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    SUPERSEDED = "superseded"


S, E = WishState, WishEvent
SENT = (S.ASKED, S.UNKNOWN, S.ACCEPTED)
"""It may have been followed: nothing else is asked for the line until that is known."""
OPEN_STATES = (S.WANTED, *SENT)
WISH = Machine(
    "wish",
    {
        (S.WANTED, E.ASKED): S.ASKED,
        (S.WANTED, E.SUPERSEDED): S.SUPERSEDED,
        **{(state, E.LOST): S.UNKNOWN for state in (S.ASKED, S.UNKNOWN)},
        (S.ACCEPTED, E.LOST): S.ACCEPTED,  # the carrier said yes: only the reading back failed
        **{(state, E.ACCEPTED): S.ACCEPTED for state in SENT},
        **{(state, E.SEEN): S.CONFIRMED for state in SENT},
        **{(state, E.REFUSED): S.REFUSED for state in SENT},
        **{(state, E.GAVE_UP): S.STUCK for state in SENT},
    },
)

AGAIN_AFTER = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 2, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 24 * 3600)
)
"""Our patience with one wish: somebody waits at its beginning, a person is asked at its end."""
URGENT, LATER = 0, 1
"""What gives service goes before what takes it away, also before a midnight's thousands."""


@dataclass(frozen=True, slots=True)
class Before:
    """The last wish of a line that had, or may have had, an effect."""

    kind: Kind
    state: WishState


def needed(wanted: Service, before: Before | None) -> Kind | None:
    """What must be asked so that the line stands as `wanted`; None: it does, or is about to.

    A wish that got stuck may or may not have been followed, so the next one is always asked.
    """
    if before is None:
        return {Service.OPEN: Kind.OPEN, Service.BARRED: Kind.BAR, Service.CLOSED: None}[wanted]
    if LEADS_TO[before.kind] is wanted and before.state is not S.STUCK:
        return None
    if wanted is Service.OPEN:
        return Kind.RESTORE if before.kind is Kind.BAR else Kind.OPEN
    return Kind.BAR if wanted is Service.BARRED else Kind.CLOSE


def urgency(kind: Kind) -> int:
    return URGENT if LEADS_TO[kind] is Service.OPEN else LATER


class Look(StrEnum):
    """What reading back tells about a wish."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WAIT = "wait"
    ASK = "ask"  # the carrier does not know it: asking (again) is safe


def judged(kind: Kind, seen: Seen, *, hosts: tuple[str, ...] = ()) -> Look:
    """Is the line as this wish wants it, a barred one with every host it must reach?"""
    reaches = kind is not Kind.BAR or set(hosts) <= set(seen.hosts)
    if seen.service is LEADS_TO[kind] and reaches:
        return Look.CONFIRMED
    match seen.outcome:
        case Outcome.REFUSED:
            return Look.REFUSED
        case None:
            return Look.ASK
        case _:
            return Look.WAIT


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When to go on after so many tries; None: no more, a person is asked."""
    return now + AGAIN_AFTER[tries] if tries < len(AGAIN_AFTER) else None

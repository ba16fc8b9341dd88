"""A term as a journey: the days of it, where the traveller is now, where it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yuanyou.web.shared.formats import last_moment

WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Trip:
    """`day` counts from 1; `days_left` is 0 on the last day; `along` is in thousandths of the way."""

    starts_at: datetime
    ends_at: datetime
    day: int
    days: int
    days_left: int
    along: int


def trip(starts_at: datetime, ends_at: datetime, *, zone: str, now: datetime) -> Trip:
    """The journey of a term [starts_at, ends_at) in the line's zone; before it 0, after it 1000 along."""
    here = ZoneInfo(zone)
    first = starts_at.astimezone(here).date()
    last = last_moment(ends_at, zone).astimezone(here).date()
    today = min(max(now.astimezone(here).date(), first), last)
    gone = min(max(now - starts_at, timedelta(0)), ends_at - starts_at)
    return Trip(
        starts_at=starts_at,
        ends_at=ends_at,
        day=(today - first).days + 1,
        days=(last - first).days + 1,
        days_left=(last - today).days,
        along=gone * WHOLE // (ends_at - starts_at),
    )

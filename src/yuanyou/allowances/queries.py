"""Reading what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yuanyou.allowances.models import Allowance, Usage
from yuanyou.kernel.units import Unit
from yuanyou.tables import hot

USABLE = "WHERE line_id = %s AND NOT frozen AND ends_at > %s ORDER BY priority, ends_at, granted_at, id"


@dataclass(frozen=True, slots=True)
class Left:
    """One bucket of a line. `granted` and `left` None: without limit."""

    source: str
    unit: Unit
    granted: int | None
    left: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """All usable buckets of one unit together; None: without limit."""

    unit: Unit
    granted: int | None
    left: int | None


def buckets(line_id: int, *, now: datetime) -> list[Left]:
    """Buckets that are usable now or later, in burn order."""
    rows = hot.fetch(Allowance, USABLE, [line_id, now])
    return [
        Left(
            row.source,
            Unit(row.unit),
            row.granted,
            None if row.granted is None else row.granted - row.used,
            row.starts_at,
            row.ends_at,
        )
        for row in rows
    ]


def balances(left: Sequence[Left], *, now: datetime) -> dict[Unit, Balance]:
    """What is usable now, summed by unit."""
    found: dict[Unit, Balance] = {}
    for bucket in left:
        if bucket.starts_at > now:
            continue
        before = found.get(bucket.unit, Balance(bucket.unit, 0, 0))
        unlimited = bucket.granted is None or before.granted is None
        found[bucket.unit] = Balance(
            bucket.unit,
            None if unlimited else (before.granted or 0) + (bucket.granted or 0),
            None if unlimited else (before.left or 0) + (bucket.left or 0),
        )
    return found


def out_of_data(left: Sequence[Left], *, now: datetime) -> bool:
    """Whether no byte is usable now."""
    data = balances(left, now=now).get(Unit.BYTES)
    return data is None or data.left == 0


def used_of(source: str) -> dict[Unit, int]:
    """What was drawn from a source's buckets, by unit."""
    rows = Allowance.objects.filter(source=source).values_list("unit", "used")
    return {Unit(unit): used for unit, used in rows}


def last_used_at(line_id: int) -> datetime | None:
    """When the network last told us of usage."""
    return Usage.objects.filter(line_id=line_id).order_by("-at").values_list("at", flat=True).first()

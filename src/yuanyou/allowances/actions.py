"""Every write to allowances and usage."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from yuanyou.allowances.models import Allowance, Usage
from yuanyou.allowances.rules import Bucket, draw
from yuanyou.kernel.units import Quantity, Unit
from yuanyou.tables import hot


def grant(
    line_id: int,
    quantities: Iterable[Quantity],
    *,
    source: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> None:
    """Grant one bucket for each quantity that is not nothing. The same source grants once."""
    hot.insert_all(
        [
            Allowance(
                line_id=line_id,
                source=source,
                unit=quantity.unit,
                granted=quantity.amount,
                starts_at=starts_at,
                ends_at=ends_at,
                granted_at=now,
            )
            for quantity in quantities
            if quantity.amount != 0
        ],
        ignore_conflicts=True,
    )


def move_span(source: str, *, starts_at: datetime, ends_at: datetime) -> None:
    """A term that waits got another span; its buckets go with it."""
    Allowance.objects.filter(source=source).update(starts_at=starts_at, ends_at=ends_at)


def close(source: str) -> None:
    """What the source granted is taken back, but for what is used and lent to open sessions."""
    Allowance.objects.filter(source=source).update(granted=F("used") + F("held"))


def freeze(source: str, *, frozen: bool) -> None:
    """Let nothing be drawn from what the source granted, or let it be drawn again."""
    Allowance.objects.filter(source=source).update(frozen=frozen)


def use(line_id: int, unit: Unit, amount: int, *, key: str, country: str, now: datetime) -> int:
    """Draw usage from the line's buckets in burn order; what none of them covered.

    The key makes a repeat harmless: it draws nothing again and answers the same.
    """
    known = Usage.objects.filter(line_id=line_id, key=key).first()
    if known is not None:
        return known.uncovered
    rows = list(
        Allowance.objects.select_for_update()
        .filter(line_id=line_id, unit=unit, frozen=False, starts_at__lte=now, ends_at__gt=now)
        .order_by("id")
    )
    draws, uncovered = draw([_bucket(row) for row in rows], amount)
    for part in draws:
        Allowance.objects.filter(pk=part.bucket_id).update(used=F("used") + part.amount)
    Usage.objects.create(
        line_id=line_id, key=key, unit=unit, amount=amount, uncovered=uncovered, country=country, at=now
    )
    return uncovered


def _bucket(row: Allowance) -> Bucket:
    left = None if row.granted is None else row.granted - row.used - row.held
    return Bucket(row.pk, Unit(row.unit), left, row.priority, row.ends_at, row.granted_at)

"""Once a day what nobody needs any more is deleted, in batches, so that nothing waits for it.

forget_expired() ended sessions, the devices they were on, entries of the shared cache (in real time)
forget_trails()  from which browser and network a try to pay came, long after limits have looked
"""

from datetime import datetime, timedelta

from django.db import transaction

from yuanyou.flows.step import in_cell
from yuanyou.identity import expired
from yuanyou.payments import actions as payments

TRAILS_KEPT = timedelta(days=30)
"""Limits look back a day; a person who looks into an abuse, a few weeks."""


def forget_expired(*, at: datetime, limit: int = 1000) -> int:
    """A batch of what is shared; how many rows went. `at` is real time."""
    with transaction.atomic():
        return expired.forget(at=at, limit=limit)


def forget_trails(cell: int, *, now: datetime, limit: int = 1000) -> int:
    """A batch of one cell's attempts; how many are without their trail now."""
    with in_cell(cell):
        return payments.forget_trails(before=now - TRAILS_KEPT, limit=limit)

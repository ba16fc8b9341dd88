"""What a term (or a gift) lets a line use, and in which order it is used up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yuanyou.kernel.units import Unit


@dataclass(frozen=True, slots=True)
class Bucket:
    """One allowance as the burn order sees it. `left` None: without limit."""

    id: int
    unit: Unit
    left: int | None
    priority: int
    ends_at: datetime
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """So much is taken from one bucket."""

    bucket_id: int
    amount: int


def burn_order(buckets: Sequence[Bucket]) -> list[Bucket]:
    """The total order in which buckets are used: priority, earlier end, earlier grant, id (law 16)."""
    return sorted(buckets, key=lambda b: (b.priority, b.ends_at, b.granted_at, b.id))


def draw(buckets: Sequence[Bucket], amount: int) -> tuple[list[Draw], int]:
    """Take `amount` in burn order; what each bucket gives, and what none of them covered."""
    draws: list[Draw] = []
    for bucket in burn_order(buckets):
        if amount == 0:
            break
        part = amount if bucket.left is None else min(bucket.left, amount)
        if part:
            draws.append(Draw(bucket.id, part))
            amount -= part
    return draws, amount

"""Reading what was wished of the network."""

from dataclasses import dataclass
from datetime import datetime

from yuanyou.network.models import Wish
from yuanyou.network.rules import OPEN_STATES, Kind, WishState


@dataclass(frozen=True, slots=True)
class WishView:
    """One wish of a line and what became of it. `ended_at` of a confirmed one: when it was read back."""

    ref: str
    kind: Kind
    state: WishState
    tries: int
    trouble: str
    wished_at: datetime
    asked_at: datetime | None
    ended_at: datetime | None


def wishes_of(line_id: int, *, limit: int = 20) -> list[WishView]:
    """A line's wishes, newest first."""
    rows = Wish.objects.filter(line_id=line_id).order_by("-turn")[:limit]
    return [
        WishView(
            r.ref, Kind(r.kind), WishState(r.state), r.tries, r.trouble, r.wished_at, r.asked_at, r.ended_at
        )
        for r in rows
    ]


def restoring(line_id: int) -> bool:
    """Is a line that was barred paid for again, and not yet read back open?"""
    return Wish.objects.filter(line_id=line_id, kind=Kind.RESTORE, state__in=OPEN_STATES).exists()


def restored_at(line_id: int, *, since: datetime) -> datetime | None:
    """When a line that was barred was read back open, the first time after `since`; None: not yet."""
    restored = Wish.objects.filter(
        line_id=line_id, kind=Kind.RESTORE, state=WishState.CONFIRMED, ended_at__gte=since
    )
    return restored.order_by("turn").values_list("ended_at", flat=True).first()

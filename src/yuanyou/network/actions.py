"""Every write to the outbox of wishes. Who wishes holds the locks of the lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from yuanyou.kernel.ids import Ref
from yuanyou.kernel.sql import load
from yuanyou.network.models import REF, Wish
from yuanyou.network.port import Allow, Ask, Service
from yuanyou.network.rules import (
    LATER,
    URGENT,
    WISH,
    Before,
    Kind,
    WishEvent,
    WishState,
    needed,
    next_try,
    urgency,
)
from yuanyou.tables import hot


@dataclass(frozen=True, slots=True)
class Want:
    """How a line is to stand with the carrier. `allow` is for a barred one."""

    line_id: int
    iccid: str
    service: Service
    allow: Allow


@dataclass(frozen=True, slots=True)
class Claimed:
    """A wish to follow now, as it was wished."""

    id: int
    kind: Kind
    ask: Ask
    allow: Allow
    never_sent: bool


@dataclass(slots=True)
class _Standing:
    """Where the wishes of a line have come to."""

    turn: int
    waiting: tuple[int, Kind] | None = None
    before: tuple[int, Before] | None = None

    def needs(self, wanted: Service) -> Kind | None:
        return needed(wanted, self.before[1] if self.before else None)

    def suits(self, wanted: Service) -> bool:
        """Nothing has to be wished, and nothing taken back."""
        return self.needs(wanted) is (self.waiting[1] if self.waiting else None)


def want(wants: Sequence[Want], *, now: datetime) -> int:
    """These lines, each once, are to stand so with the carrier; how many new wishes that takes.

    A wish that was not sent yet and leads elsewhere is superseded; one that was sent is hurried. One
    look is all that nearly every step needs, and what a loop does to a wish meanwhile does not change its
    answer; only where something changes are the wishes locked. So many lines cost as many statements as one.
    """
    standing = _standing(want.line_id for want in wants)
    changing = [want for want in wants if not standing[want.line_id].suits(want.service)]
    if not changing:
        return 0
    line_ids = [want.line_id for want in changing]
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.network.sql", "lock_waiting"), {"line_ids": line_ids})
    standing = _standing(line_ids)
    _make_way([standing[want.line_id] for want in changing], now=now)
    needs = [(want, standing[want.line_id], standing[want.line_id].needs(want.service)) for want in changing]
    _hurry([(standing, kind) for _, standing, kind in needs if kind], now=now)
    wishes = [_wish(want, kind, turn=standing.turn + 1, now=now) for want, standing, kind in needs if kind]
    hot.insert_all(wishes)
    return len(wishes)


def _standing(line_ids: Iterable[int]) -> dict[int, _Standing]:
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.network.sql", "last_wishes"), {"line_ids": list(line_ids)})
        rows = cursor.fetchall()
    found: dict[int, _Standing] = {}
    for line_id, turn, wish_id, kind, state in rows:
        standing = found.setdefault(line_id, _Standing(turn))
        if state == WishState.WANTED:
            standing.waiting = wish_id, Kind(kind)
        elif state is not None and standing.before is None:
            standing.before = wish_id, Before(Kind(kind), WishState(state))
    return found


def _make_way(standings: Sequence[_Standing], *, now: datetime) -> None:
    """What waits to be sent leads elsewhere."""
    ids = [standing.waiting[0] for standing in standings if standing.waiting]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(load("yuanyou.network.sql", "supersede"), {"ids": ids, "now": now})


def _hurry(waiting: Sequence[tuple[_Standing, Kind]], *, now: datetime) -> None:
    """Somebody waits behind what was sent."""
    sent = [(standing.before[0], urgency(kind)) for standing, kind in waiting if standing.before]
    if sent:
        ids, urgencies = [wish_id for wish_id, _ in sent], [rank for _, rank in sent]
        with connection.cursor() as cursor:
            cursor.execute(
                load("yuanyou.network.sql", "hurry"), {"ids": ids, "urgencies": urgencies, "now": now}
            )


def _wish(want: Want, kind: Kind, *, turn: int, now: datetime) -> Wish:
    barred = kind is Kind.BAR
    return Wish(
        line_id=want.line_id,
        turn=turn,
        kind=kind,
        iccid=want.iccid,
        hosts=list(want.allow.hosts) if barred else [],
        incoming_sms=want.allow.incoming_sms if barred else False,
        urgency=urgency(kind),
        ask_at=now,
        wished_at=now,
    )


def claim_due(*, now: datetime, lease: timedelta, limit: int, urgent_only: bool = False) -> list[Claimed]:
    """Wishes to follow now, taken until the lease ends."""
    rank = URGENT if urgent_only else LATER
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.network.sql", "claim_due"),
            {"now": now, "until": now + lease, "limit": limit, "least_urgent": rank},
        )
        rows = cursor.fetchall()
    return [
        Claimed(
            id=wish_id,
            kind=Kind(kind),
            ask=Ask(str(Ref(REF, wish_id)), iccid),
            allow=Allow(tuple(hosts), incoming_sms=sms),
            never_sent=never_sent,
        )
        for wish_id, kind, iccid, hosts, sms, never_sent in rows
    ]


def lock(wish_id: int) -> Wish:
    """Wish.DoesNotExist."""
    return hot.lock(Wish, wish_id)


def confirmed(wish: Wish, *, now: datetime) -> None:
    """Read back: the line stands as this wish wants it."""
    _end(wish, WishEvent.SEEN, now=now)


def refused(wish: Wish, *, why: str, now: datetime) -> None:
    """The carrier said no: a person has to look at it."""
    _end(wish, WishEvent.REFUSED, why=why, now=now)


def put_off(wish: Wish, event: WishEvent, *, why: str, now: datetime) -> None:
    """ACCEPTED or LOST: looked at again later; after the last time a person has to."""
    again = next_try(wish.tries, now=now)
    if again is None:
        _end(wish, WishEvent.GAVE_UP, why=why, now=now)
        return
    wish.state = WISH.after(WishState(wish.state), event)
    wish.tries += 1
    wish.ask_at, wish.trouble = again, why[:200]
    hot.update(wish, "state", "tries", "ask_at", "trouble")


def _end(wish: Wish, event: WishEvent, *, now: datetime, why: str = "") -> None:
    wish.state = WISH.after(WishState(wish.state), event)
    wish.ask_at, wish.ended_at, wish.trouble = None, now, why[:200]
    hot.update(wish, "state", "ask_at", "ended_at", "trouble")

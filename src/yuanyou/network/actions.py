"""Every write to the outbox of wishes. Who wishes holds the line's lock."""

from datetime import datetime, timedelta

from django.db import connection

from yuanyou.kernel.sql import load
from yuanyou.network.models import Wish
from yuanyou.network.port import Allow, Service
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

WITHOUT_EFFECT = (WishState.SUPERSEDED, WishState.REFUSED)
LOOKED_AT_LATER = (WishState.UNKNOWN, WishState.ACCEPTED)


def want(line_id: int, wanted: Service, *, iccid: str, allow: Allow, now: datetime) -> Wish | None:
    """The line is to stand so with the carrier. The new wish; None when nothing new has to be asked.

    A wish that was not sent yet and leads elsewhere is superseded; one that was sent is hurried.
    """
    if _is_wished(line_id, wanted):
        return None
    last = Wish.objects.select_for_update().filter(line_id=line_id).exclude(state__in=WITHOUT_EFFECT)
    known = list(last.order_by("-turn")[:2])
    waiting = next((wish for wish in known if wish.state == WishState.WANTED), None)
    before = next((wish for wish in known if wish.state != WishState.WANTED), None)
    kind = needed(wanted, Before(Kind(before.kind), WishState(before.state)) if before else None)
    if waiting is not None:
        if waiting.kind == kind:
            return None
        _end(waiting, WishEvent.SUPERSEDED, now=now)
    if kind is None:
        return None
    if before is not None and before.state in LOOKED_AT_LATER:
        _hurry(before, urgency(kind), now=now)
    return Wish.objects.create(
        line_id=line_id,
        turn=_next_turn(line_id),
        kind=kind,
        iccid=iccid,
        hosts=list(allow.hosts) if kind is Kind.BAR else [],
        incoming_sms=allow.incoming_sms if kind is Kind.BAR else False,
        urgency=urgency(kind),
        ask_at=now,
        wished_at=now,
    )


def _is_wished(line_id: int, wanted: Service) -> bool:
    """One look without a lock, for it is all that nearly every renewal needs: what a loop does to a wish
    meanwhile changes nothing, for only who holds the line's lock adds one."""
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.network.sql", "last_wishes"), {"line_id": line_id})
        known = [Before(Kind(kind), WishState(state)) for kind, state in cursor.fetchall()]
    waiting = next((wish for wish in known if wish.state is WishState.WANTED), None)
    before = next((wish for wish in known if wish.state is not WishState.WANTED), None)
    return needed(wanted, before) is (waiting.kind if waiting else None)


def claim_due(
    *, now: datetime, lease: timedelta, limit: int, urgent_only: bool = False
) -> list[tuple[int, WishState]]:
    """Ids of wishes to serve now with the states they were in, taken until the lease ends."""
    rank = URGENT if urgent_only else LATER
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.network.sql", "claim_due"),
            {"now": now, "until": now + lease, "limit": limit, "least_urgent": rank},
        )
        return [(wish_id, WishState(state)) for wish_id, state in cursor.fetchall()]


def lock(wish_id: int) -> Wish:
    """Wish.DoesNotExist."""
    return Wish.objects.select_for_update().get(pk=wish_id)


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
    wish.save(update_fields=["state", "tries", "ask_at", "trouble"])


def _end(wish: Wish, event: WishEvent, *, now: datetime, why: str = "") -> None:
    wish.state = WISH.after(WishState(wish.state), event)
    wish.ask_at, wish.ended_at, wish.trouble = None, now, why[:200]
    wish.save(update_fields=["state", "ask_at", "ended_at", "trouble"])


def _hurry(wish: Wish, rank: int, *, now: datetime) -> None:
    """Somebody waits behind this one: it is looked up at once, with their urgency."""
    wish.ask_at, wish.urgency = min(wish.ask_at or now, now), min(wish.urgency, rank)
    wish.save(update_fields=["ask_at", "urgency"])


def _next_turn(line_id: int) -> int:
    last = Wish.objects.filter(line_id=line_id).order_by("-turn").values_list("turn", flat=True).first()
    return (last or 0) + 1

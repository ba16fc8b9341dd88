"""Charging a kept way to pay while nobody is there: which one comes next, and when none does. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yuanyou.payments.port import Why

HARD = frozenset({Why.EXPIRED, Why.WRONG_DETAILS, Why.NOT_SUPPORTED, Why.SUSPECTED})
"""Another try of the same card without its owner cannot work, and banks count such tries against us."""
TROUBLES = HARD | {Why.INSUFFICIENT_FUNDS, Why.LIMIT_EXCEEDED, Why.DECLINED}
"""What is wrong with the card itself, shown beside it until it is charged again."""
ASKS_THE_PAYER = Why.AUTHENTICATION_REQUIRED
"""The bank wants to see the payer: no other card is tried behind their back, and this one not again."""
DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept way to pay, as the choice sees it; given in the order in which they are charged."""

    id: int
    trouble: str | None
    tried_today: bool
    """Tried off-session today without success, for whatever line."""


def next_to_charge(kept: Sequence[Kept], *, refusals: Sequence[str | None]) -> int | None:
    """The one to charge now; None: it is the payer's turn. `refusals` are this order's so far."""
    if ASKS_THE_PAYER in refusals:
        return None
    return next((each.id for each in kept if each.trouble not in HARD and not each.tried_today), None)


def worth_another_try(kept: Sequence[Kept], *, refusals: Sequence[str | None]) -> bool:
    """Whether any of them will be tried again on a later day."""
    return ASKS_THE_PAYER not in refusals and any(each.trouble not in HARD for each in kept)


def next_look(end: datetime, *, retry_hours: Sequence[int], now: datetime) -> datetime:
    """When an unpaid renewal of a term that ends at `end` is tried next; daily once all tries are over."""
    tries = (end + timedelta(hours=hours) for hours in retry_hours)
    return next((at for at in tries if at > now), now + DAILY)


def may_charge(end: datetime, *, retry_hours: Sequence[int], now: datetime) -> bool:
    """From the first try on, until a day after the last."""
    first, last = (end + timedelta(hours=hours) for hours in (retry_hours[0], retry_hours[-1]))
    return first <= now < last + DAILY

"""A small model of DESIGN §4 and law 9: when one line's service ends, and where its customer's money is.

It shares nothing with the code but `term_end`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.people import NEW_YORK
from yuanyou.catalog.rules import PlanFacts, term_end
from yuanyou.orders.rules import Start

ORDER_LIVES = timedelta(minutes=15)


@dataclass(slots=True)
class Span:
    """A term."""

    starts_at: datetime
    ends_at: datetime
    plan: PlanFacts


@dataclass(frozen=True, slots=True)
class Wish:
    """What an order is for: a plan on the line, or (None) money in the wallet."""

    plan: PlanFacts | None
    start: Start = Start.AFTER


@dataclass(slots=True)
class Try:
    """An order that waits for the provider's word; `held` is the wallet's part of it."""

    wish: Wish
    card_part: int
    held: int
    begun_at: datetime
    given_up: bool = False
    """The provider said that it failed or expired."""
    open: bool = True
    received: bool = False


@dataclass(slots=True)
class Model:
    """What must be true of one line and one wallet. Money in minor units."""

    spans: list[Span]
    wallet: int
    surplus_goes_back: bool
    tries: list[Try] = field(default_factory=list)

    @property
    def last(self) -> Span:
        return max(self.spans, key=lambda span: span.ends_at)

    def state(self, *, now: datetime) -> str:
        if now < self.last.ends_at:
            return "active"
        return "grace" if now < self._grace_ends() else "suspended"

    def paid(self, wish: Wish, amount: int, *, now: datetime) -> None:
        """An order is paid: all of it means what was wished."""
        if wish.plan is None:
            self.wallet += amount
        else:
            self._renew(wish.plan, wish.start, now=now)

    def success(self, told: Try, *, now: datetime) -> bool:
        """The provider's yes, whenever and however often it comes; was it new?"""
        if told.received:
            return False
        told.received = True
        if told.open:
            told.open = False
            self.paid(told.wish, told.card_part + told.held, now=now)
        elif not self.surplus_goes_back:
            self.wallet += told.card_part
        return True

    def sweep(self, *, now: datetime) -> None:
        """Orders whose time is over and that wait for nobody end; what they held is free again."""
        for each in self.tries:
            if each.open and each.given_up and now >= each.begun_at + ORDER_LIVES:
                each.open = False
                self.wallet += each.held

    def _renew(self, plan: PlanFacts, start: Start, *, now: datetime) -> None:
        """Early and in grace from the old end; suspended from now; at once cuts, and what waits follows."""
        running = next((span for span in self.spans if span.starts_at <= now < span.ends_at), None)
        if start is Start.NOW and running is not None:
            self._begin_at_once(plan, running, now=now)
        else:
            self.spans.append(span_of(plan, self.last.ends_at if now < self._grace_ends() else now))

    def _begin_at_once(self, plan: PlanFacts, running: Span, *, now: datetime) -> None:
        running.ends_at = now
        new = span_of(plan, now)
        follows = new.ends_at
        for waiting in sorted((s for s in self.spans if s.starts_at > now), key=lambda s: s.starts_at):
            moved = span_of(waiting.plan, follows)
            waiting.starts_at, waiting.ends_at, follows = moved.starts_at, moved.ends_at, moved.ends_at
        self.spans.append(new)

    def _grace_ends(self) -> datetime:
        return self.last.ends_at + timedelta(days=self.last.plan.policy.grace_days)


def span_of(plan: PlanFacts, start: datetime) -> Span:
    return Span(start, term_end(start, days=plan.days, rule=plan.day_rule, zone=NEW_YORK), plan)

"""Every write to lines, terms and numbers. Callers hold the line's lock (`lock`) while they move it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.lines.models import Line, LineMove, Number, Term
from yuanyou.lines.rules import (
    LINE,
    NUMBER,
    TERM,
    Clocks,
    LineEvent,
    LineState,
    NumberEvent,
    NumberState,
    TermEvent,
    TermState,
    clocks,
    next_instant,
)
from yuanyou.tables import hot

THAT_MATTER = """
    WHERE line_id = %s AND state IN ('running', 'waiting') OR id = (
        SELECT id FROM lines_term WHERE line_id = %s AND state IN ('ended', 'cut')
        ORDER BY ended_at DESC LIMIT 1
    )
    ORDER BY starts_at
"""
"""Terms of a line that run or wait, and the one that ended last."""


class NoFreeNumber(Exception):
    """The pool of numbers is empty."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A term as it was sold: what its order froze."""

    order_id: int
    plan_version_id: int
    plan_code: str
    product_class: str
    zone: str
    at_first_use: bool
    grace_days: int
    suspended_days: int
    quarantine_days: int
    net: Money


@dataclass(frozen=True, slots=True)
class Timeline:
    """A line with the terms that still matter: the running one, those that wait, the last one."""

    line: Line
    running: Term | None
    waiting: tuple[Term, ...]
    last: Term | None
    """The term that ends (or ended) last."""

    @property
    def paid_until(self) -> datetime | None:
        return (self.last.ended_at or self.last.ends_at) if self.last else None

    @property
    def clocks(self) -> Clocks:
        policy = self.last
        life = clocks(
            self.paid_until,
            grace=timedelta(days=policy.grace_days if policy else 0),
            suspended=timedelta(days=policy.suspended_days if policy else 0),
            suspended_at=self.line.suspended_at,
        )
        held = self.line.held_until
        if held is None or life.released_at is None:
            return life
        return replace(life, released_at=max(life.released_at, held))


def open_line(*, customer_id: int, zone: str, now: datetime) -> Line:
    """A line that was ordered: no number, no card, no term yet."""
    return Line.objects.create(customer_id=customer_id, zone=zone, created_at=now)


def lock(line_id: int) -> Timeline:
    """Lock the line and read its terms. Line.DoesNotExist."""
    return timeline(hot.lock(Line, line_id))


def timeline(line: Line) -> Timeline:
    """The line with its terms, without a lock."""
    terms = hot.fetch(Term, THAT_MATTER, [line.pk, line.pk])
    for term in terms:
        term.line = line
    return _timeline(line, terms)


def joined(current: Timeline, term: Term) -> Timeline:
    """The timeline once a term was written, without asking the database again."""
    known = [t for t in (current.running, *current.waiting, current.last) if t is not None]
    return _timeline(current.line, list({t.pk: t for t in (*known, term)}.values()))


def _timeline(line: Line, terms: Sequence[Term]) -> Timeline:
    running = next((term for term in terms if term.state == TermState.RUNNING), None)
    waiting = tuple(
        sorted((t for t in terms if t.state == TermState.WAITING), key=lambda term: term.starts_at)
    )
    last = max(terms, key=lambda term: term.ended_at or term.ends_at, default=None)
    return Timeline(line, running, waiting, last)


def add_term(line: Line, sold: Sold, *, starts_at: datetime, ends_at: datetime, now: datetime) -> Term:
    """Write a sold term: it runs at once if its start has come, else it waits."""
    runs = starts_at <= now and not sold.at_first_use
    term = Term(
        line=line,
        order_id=sold.order_id,
        plan_version_id=sold.plan_version_id,
        plan_code=sold.plan_code,
        product_class=sold.product_class,
        state=TermState.RUNNING if runs else TermState.WAITING,
        zone=sold.zone,
        at_first_use=sold.at_first_use,
        starts_at=starts_at,
        ends_at=ends_at,
        grace_days=sold.grace_days,
        suspended_days=sold.suspended_days,
        quarantine_days=sold.quarantine_days,
        net_minor=sold.net.minor,
        currency=sold.net.currency,
        created_at=now,
    )
    hot.insert(term)
    return term


def move_term(term: Term, event: TermEvent, *, at: datetime) -> None:
    """Start, end, cut or cancel a term at an instant."""
    term.state = TERM.after(TermState(term.state), event)
    fields = ["state"]
    if event in {TermEvent.ENDED, TermEvent.CUT}:
        term.ended_at = min(at, term.ends_at)
        fields.append("ended_at")
    term.save(update_fields=fields)


def plan_term(term: Term, *, starts_at: datetime, ends_at: datetime) -> None:
    """Give a waiting term another span (a term before it was cut, or it is first used now)."""
    term.starts_at, term.ends_at = starts_at, ends_at
    term.save(update_fields=["starts_at", "ends_at"])


def move(line: Line, event: LineEvent, *, at: datetime, cause: str, term_id: int | None = None) -> None:
    """Move a line's state and write its history. NotAllowed when its life has no such move.

    The next instant is set apart (`schedule`), once all moves of the step are made.
    """
    before = LineState(line.state)
    line.state = LINE.after(before, event)
    if line.state == LineState.SUSPENDED:
        line.suspended_at = at
    elif line.state not in {LineState.RELEASED, LineState.CLOSED}:
        line.suspended_at = line.held_until = None
    hot.insert(
        LineMove(
            line=line,
            term_id=term_id,
            at=at,
            event=event,
            state_before=before,
            state_after=line.state,
            cause=cause,
        )
    )


def schedule(current: Timeline) -> None:
    """Store the line's state and the instant at which the sweep must look at it again."""
    line = current.line
    running_end = current.running.ends_at if current.running else None
    instant = next_instant(
        LineState(line.state),
        running_end=running_end,
        waiting_start=current.waiting[0].starts_at if current.waiting else None,
        life=current.clocks,
    )
    line.next_at = instant
    hot.update(line, "state", "suspended_at", "held_until", "next_at")


def hold_number(line: Line, *, until: datetime) -> None:
    """Keep a number that was due to be given up; it is looked at again then."""
    line.held_until = until


def carry(line: Line, *, iccid: str) -> None:
    """The line's card is known."""
    line.iccid = iccid
    line.save(update_fields=["iccid"])


def give_number(line: Line) -> str:
    """Take a free number from the shared pool for the line. NoFreeNumber.

    Touches two schemas: the pool in `public` first, then the line (docs/cells.md).
    """
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.lines.sql", "take_number"), {"line_id": line.pk})
        row = cursor.fetchone()
    if row is None:
        raise NoFreeNumber
    line.number = row[0]
    line.save(update_fields=["number"])
    return line.number


def release_number(line: Line, *, rests_until: datetime) -> None:
    """Give the line's number up: it rests before anybody else can get it."""
    number = Number.objects.select_for_update().get(pk=line.number)
    number.state = NUMBER.after(NumberState(number.state), NumberEvent.RELEASED)
    number.line_id, number.rests_until = None, rests_until
    number.save()
    line.number = None
    line.save(update_fields=["number"])


def stock_numbers(numbers: Iterable[str]) -> None:
    """Put numbers (E.164) into the shared pool; those already there stay as they are."""
    Number.objects.bulk_create([Number(number=number) for number in numbers], ignore_conflicts=True)


def claim_due(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Line ids whose instant has come, taken so that no other sweep gets them until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.lines.sql", "claim_due"), {"now": now, "until": now + lease, "limit": limit}
        )
        return [line_id for (line_id,) in cursor.fetchall()]

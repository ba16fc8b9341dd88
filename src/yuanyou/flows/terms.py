"""Putting a sold term on a line, starting and cutting terms before their time: alike in every flow."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from yuanyou.allowances import actions as allowances
from yuanyou.catalog.rules import PlanFacts, Quote, term_end
from yuanyou.flows.earning import earn_rest
from yuanyou.flows.paid import Paid
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Sold, Timeline
from yuanyou.lines.models import Line, Term
from yuanyou.lines.rules import LineEvent, TermEvent
from yuanyou.orders.models import Order


def source(term: Term) -> str:
    """What a term's allowances are kept under."""
    return f"term:{term.pk}"


def put(
    line: Line, order: Order, quote: Quote, *, starts_at: datetime, at_first_use: bool, now: datetime
) -> Term:
    """The term with its allowances. What is left of it lives until its grace ends."""
    plan = quote.plan
    sold = Sold(
        order_id=order.pk,
        plan_version_id=plan.version_id,
        plan_code=plan.code,
        product_class=plan.product_class,
        zone=line.zone,
        at_first_use=at_first_use,
        grace_days=plan.policy.grace_days,
        suspended_days=plan.policy.suspended_days,
        quarantine_days=plan.policy.quarantine_days,
        net=quote.net,
    )
    term = lines.add_term(
        line, sold, starts_at=starts_at, ends_at=end_of(plan, starts_at, line.zone), now=now
    )
    allowances.grant(
        line.pk,
        plan.quantities,
        source=source(term),
        starts_at=term.starts_at,
        ends_at=usable_until(term),
        now=now,
    )
    return term


def plan_anew(term: Term, *, starts_at: datetime) -> None:
    """Give a term that waits another start, and its allowances with it."""
    plan = Quote.from_json(term.order.quote).plan
    lines.plan_term(term, starts_at=starts_at, ends_at=end_of(plan, starts_at, term.zone))
    allowances.move_span(source(term), starts_at=term.starts_at, ends_at=usable_until(term))


def follow_on(waiting: Sequence[Term], *, after: datetime) -> list[tuple[datetime, datetime]]:
    """The [start, end) of each of these terms when they follow `after`, one after the other."""
    spans: list[tuple[datetime, datetime]] = []
    for term in waiting:
        spans.append((after, end_of(Quote.from_json(term.order.quote).plan, after, term.zone)))
        after = spans[-1][1]
    return spans


def let_follow(waiting: Sequence[Term], *, after: datetime) -> None:
    """Terms bought earlier that wait follow one that ends at `after`, one after the other."""
    starts = [start for start, _end in follow_on(waiting, after=after)]
    moved = list(zip(waiting, starts, strict=True))
    later = bool(moved) and moved[0][1] > moved[0][0].starts_at
    # Terms never overlap, not even for a moment: what moves later moves last first.
    for term, starts_at in reversed(moved) if later else moved:
        plan_anew(term, starts_at=starts_at)


def start_waiting(current: Timeline, *, cause: str, now: datetime) -> None:
    """The first term that waits begins now, and what waits behind it follows it.

    The line is locked and no term runs; the caller schedules it.
    """
    term, *behind = current.waiting
    plan_anew(term, starts_at=now)
    let_follow(behind, after=term.ends_at)
    lines.move_term(term, TermEvent.STARTED, at=now)
    lines.move(current.line, LineEvent.TERM_FOLLOWED, at=now, cause=cause, term_id=term.pk)


def cut(running: Term, *, at: datetime) -> None:
    """End a running term before its time: its days are given up, what is left of it stays usable."""
    lines.move_term(running, TermEvent.CUT, at=at)
    earn_rest(running, at=at)


def book_sale(paid: Paid, quote: Quote, *, now: datetime) -> None:
    """The money received for the order buys its term."""
    sale = recipes.term_sold(
        order_id=paid.order.pk,
        payment_id=paid.payment_id,
        product_class=quote.plan.product_class,
        net=quote.net,
        taxes=[(line.code, line.amount) for line in quote.taxes],
    )
    ledger.post(*paid.entries, sale, happened_at=now)


def end_of(plan: PlanFacts, starts_at: datetime, zone: str) -> datetime:
    return term_end(starts_at, days=plan.days, rule=plan.day_rule, zone=zone)


def usable_until(term: Term) -> datetime:
    return term.ends_at + timedelta(days=term.grace_days)

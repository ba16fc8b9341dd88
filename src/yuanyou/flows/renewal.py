"""Renewal, from choosing a plan to a working line. Read top to bottom.

offer()   the customer sees plans, what each costs and until when it carries   (changes nothing)
begin()   the customer picks one and pays    (one transaction, then the provider)
finish()  it is paid                         (part of settlement's transaction, safe to run twice)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from yuanyou.allowances import queries as allowances
from yuanyou.catalog import queries as catalog
from yuanyou.catalog.rules import Quote, days_given_up
from yuanyou.flows import checkout, receipts, terms
from yuanyou.flows.checkout import Tender
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.moves import settle
from yuanyou.flows.paid import Paid
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import Unit
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.models import Line
from yuanyou.lines.rules import LineEvent, LineState, NotRenewable, renewal_start
from yuanyou.messages import actions as messages
from yuanyou.orders import actions as orders
from yuanyou.orders import queries as order_queries
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderEvent, OrderKind, Start

SAME_AGAIN_WITHIN = timedelta(minutes=10)


class PlanDoesNotFit(Exception):
    """A plan without a number on a line that has one (it would be lost), or the other way round."""


class PaidJustNow(Exception):
    """The same amount was paid for the same line a moment ago: ask before taking it again."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.ref)
        self.order = order


@dataclass(frozen=True, slots=True)
class Choice:
    """One plan as the renewal page offers it."""

    quote: Quote
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class StartNow:
    """What it means to begin at once: the running term's last days are given up."""

    days_given_up: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything the renewal page shows. `preselected` is the version of the plan the line has now."""

    line: Line
    paid_until: datetime | None
    data_left: int | None
    """Bytes left now; None without limit."""
    ran_out: bool
    choices: tuple[Choice, ...]
    preselected: int | None
    wallet: Money
    start_now: dict[int, StartNow]
    """By plan version; empty unless the line may begin a term at once."""


def offer(line_id: int, *, currency: str | None = None, now: datetime) -> Offer:
    """What the line can be renewed with, and until when each plan carries. NotRenewable.

    `currency`: which price list; None: the book currency's.
    """
    config = settings.CONFIG
    currency = currency or config.book_currency
    with in_cell(cell_of(line_id)):
        current = bring_up_to_date(lines.lock(line_id), now=now)
        line = current.line
        starts_at = renewal_start(LineState(line.state), last_end=current.paid_until, now=now)
        buckets = allowances.buckets(line_id, now=now)
        wallet = books.wallet_balance(line.customer_id, currency)
    on_sale = catalog.quotes(currency=currency, jurisdiction=config.tax_jurisdiction, now=now)
    quotes = [quote for quote in on_sale if fits(line, quote)]
    choices = tuple(Choice(q, starts_at, terms.end_of(q.plan, starts_at, line.zone)) for q in quotes)
    data = allowances.balances(buckets, now=now).get(Unit.BYTES)
    running = current.running
    return Offer(
        line=line,
        paid_until=current.paid_until,
        data_left=data.left if data else 0,
        ran_out=allowances.out_of_data(buckets, now=now),
        choices=choices,
        preselected=_same_plan(current, quotes),
        wallet=wallet,
        start_now={
            q.plan.version_id: StartNow(
                days_given_up=days_given_up(now=now, end=running.ends_at),
                ends_at=terms.end_of(q.plan, now, line.zone),
            )
            for q in quotes
        }
        if running is not None
        else {},
    )


def begin(
    line_id: int,
    *,
    version_id: int,
    start: Start,
    tender: Tender,
    key: UUID,
    by_guest: bool,
    language: str,
    again: bool,
    now: datetime,
) -> tuple[Order, str | None]:
    """The order of this key and the page where it is paid (None: nothing more to do there).

    NotRenewable, NotOnSale, PlanDoesNotFit, PaidJustNow, NothingToPayWith; nothing is written then.
    """
    quote = catalog.quote_of(
        version_id,
        currency=tender.currency or settings.CONFIG.book_currency,
        jurisdiction=settings.CONFIG.tax_jurisdiction,
        now=now,
    )
    if by_guest:  # only the owner may give up days that are paid for
        start = Start.AFTER
    with in_cell(cell_of(line_id)):
        # Locked, so that of two tabs the second sees what the first has just paid for.
        current = lines.lock(line_id)
        line = current.line
        renewal_start(LineState(line.state), last_end=None, now=now)
        if not fits(line, quote):
            raise PlanDoesNotFit(quote.plan.code)
        order, new = orders.open_order(
            key=key,
            kind=OrderKind.RENEWAL,
            customer_id=line.customer_id,
            by_guest=by_guest,
            line_id=line_id,
            plan_version_id=version_id,
            start=start,
            quote=quote.to_json(),
            language=language,
            total=quote.total,
            begin_by=quote.begin_by,
            now=now,
        )
        if new and not again:
            _refuse_same_again(order, now=now)
        started = checkout.start(order, tender, now=now) if new else None
        if started is not None and started.covered:
            paid = checkout.collect(started.locked, order, entries=started.entries, now=now)
            finish(paid, current=current, now=now)
    return order, checkout.go_on(order, started, tender, now=now)


def finish(paid: Paid, *, current: Timeline | None = None, now: datetime) -> None:
    """Everything a paid renewal means, all of it or none of it. `current`: its line, if locked already."""
    order, quote = paid.order, Quote.from_json(paid.order.quote)
    assert order.line_id is not None
    assert order.start is not None
    current = bring_up_to_date(current or lines.lock(order.line_id), now=now)
    try:
        starts_at = _start(current, Start(order.start), now=now)
    except NotRenewable:
        _give_back(paid, now=now)
        return
    before = _situation(current, now=now)
    terms.book_sale(paid, quote, now=now)
    if starts_at == now:
        terms.let_follow(current.waiting, after=terms.end_of(quote.plan, now, current.line.zone))
    term = terms.put(current.line, order, quote, starts_at=starts_at, at_first_use=False, now=now)
    lines.move(current.line, LineEvent.RENEWED, at=now, cause=order.ref, term_id=term.pk)
    after = lines.joined(current, term)
    settle(after, now=now)
    result = {"before": before, "after": _after(before, after, quote), "plan_texts": quote.plan.texts}
    orders.fulfil(order, result=result, line_id=current.line.pk, now=now)
    receipts.write(paid, quote=quote, now=now)


def _start(current: Timeline, wish: Start, *, now: datetime) -> datetime:
    """When the bought term begins. At once cuts the running term; what is left of it stays usable."""
    state = LineState(current.line.state)
    after = renewal_start(state, last_end=current.paid_until, now=now)
    if wish is Start.AFTER or current.running is None:
        return after
    terms.cut(current.running, at=now)
    return now


def _give_back(paid: Paid, *, now: datetime) -> None:
    """The number was given up while the money was on its way: the money is the customer's wallet money."""
    order = paid.order
    entry = recipes.order_returned(
        order_id=order.pk, payment_id=paid.payment_id, customer_id=order.customer_id, amount=order.total
    )
    ledger.post(*paid.entries, entry, happened_at=now)
    orders.end(order, OrderEvent.CANCELED)
    messages.queue(
        "order_returned",
        key=f"returned:{order.pk}",
        customer_id=order.customer_id,
        line_id=order.line_id,
        language=order.language,
        facts={"amount_minor": order.total_minor, "currency": order.currency},
        now=now,
    )


def _refuse_same_again(order: Order, *, now: datetime) -> None:
    assert order.line_id is not None
    earlier = order_queries.renewed_since(
        line_id=order.line_id, total=order.total, since=now - SAME_AGAIN_WITHIN
    )
    if earlier is not None:
        raise PaidJustNow(earlier)


def fits(line: Line, quote: Quote) -> bool:
    """A line with a number stays one, and one without stays without."""
    return quote.plan.has_number == (line.number is not None)


def _same_plan(current: Timeline, quotes: list[Quote]) -> int | None:
    """The version on sale of the plan the line had last, or of the first plan."""
    code = current.last.plan_code if current.last else None
    on_sale = [q.plan.version_id for q in quotes]
    same = [q.plan.version_id for q in quotes if q.plan.code == code]
    return next(iter(same or on_sale), None)


def _situation(current: Timeline, *, now: datetime) -> dict[str, Any]:
    """What the result page compares: state, end of what is paid, bytes left now or later (None: no limit)."""
    data = [bucket for bucket in allowances.buckets(current.line.pk, now=now) if bucket.unit is Unit.BYTES]
    unlimited = any(bucket.left is None for bucket in data)
    return _told(current, None if unlimited else sum(bucket.left or 0 for bucket in data))


def _after(before: dict[str, Any], current: Timeline, quote: Quote) -> dict[str, Any]:
    """The same once the plan's bytes were granted."""
    had, got = before["data_left"], quote.plan.data_bytes
    return _told(current, None if had is None or got is None else had + got)


def _told(current: Timeline, data_left: int | None) -> dict[str, Any]:
    until = current.paid_until
    return {
        "state": current.line.state,
        "paid_until": until.isoformat() if until else None,
        "data_left": data_left,
    }

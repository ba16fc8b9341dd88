"""What a refund takes back: a sold term ends or never begins, wallet money goes out again, or nothing.

Part of the step that approves the refund: the value is taken in the transaction that lets the money go.
"""

from datetime import datetime, timedelta

from yuanyou.allowances import actions as allowances
from yuanyou.catalog.rules import Quote
from yuanyou.flows import terms
from yuanyou.flows.earning import rest_entry, rest_of
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.moves import settle
from yuanyou.kernel.money import Money
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.lines import actions as lines
from yuanyou.lines import queries as line_queries
from yuanyou.lines.actions import Timeline
from yuanyou.lines.models import Term
from yuanyou.lines.rules import LineEvent, LineState, TermEvent, TermState
from yuanyou.orders.models import Order
from yuanyou.payments import queries as payments
from yuanyou.payments.models import Refund
from yuanyou.payments.rules import TakesBack, taxes_back


def take_back(refund: Refund, order: Order, *, now: datetime) -> tuple[Entry, ...]:
    """Take back what the refund says; the entries that turn its value into money that is due."""
    match refund.what:
        case TakesBack.TERM:
            return _term(refund, order, now=now)
        case TakesBack.TOP_UP:
            taken = recipes.top_up_refunded(
                refund_id=refund.pk, customer_id=order.customer_id, amount=refund.amount
            )
            return (taken,)
        case TakesBack.SUSPENSE:
            taken = recipes.suspense_to_refund(
                attempt_id=refund.attempt_id, refund_id=refund.pk, amount=refund.amount
            )
            return (taken,)
        case TakesBack.NOTHING:
            return (recipes.goodwill_refunded(refund_id=refund.pk, amount=refund.amount),)
        case TakesBack.SURPLUS:  # it bought nothing, and surplus.keep has booked it
            return ()


def _term(refund: Refund, order: Order, *, now: datetime) -> tuple[Entry, ...]:
    """Taxes go back in proportion; the net part comes from what is not yet earned, then from revenue."""
    quote = Quote.from_json(order.quote)
    before = payments.taken_back(order.pk, but=refund.pk)
    taxes = taxes_back(
        [(line.code, line.amount) for line in quote.taxes],
        total=order.total,
        refunded=before.amount_minor + refund.amount_minor,
        returned=before.taxes,
        at_most=refund.amount,
    )
    refund.takes_back["taxes"] = {code: amount.minor for code, amount in taxes}
    net = refund.amount - Money(sum(amount.minor for _, amount in taxes), refund.currency)
    term, rest = end_term(order, cause=refund.ref, now=now)
    unearned = min(rest, net)
    refunded = recipes.term_refunded(
        refund_id=refund.pk,
        product_class=term.product_class,
        unearned=unearned,
        earned=net - unearned,
        taxes=taxes,
    )
    return (refunded, rest_entry(term, rest - unearned))


def end_term(order: Order, *, cause: str, now: datetime) -> tuple[Term, Money]:
    """End or cancel the order's term; what waits behind it follows. The term, and its rest not yet earned."""
    assert order.line_id is not None
    current = bring_up_to_date(lines.lock(order.line_id), now=now)
    term = line_queries.term_of_order(order.pk)
    if term.state == TermState.RUNNING:
        rest = rest_of(term, at=now)
        lines.move_term(term, TermEvent.CUT, at=now)
        _after(current, after=term.starts_at, then=now)
    elif term.state == TermState.WAITING:
        lines.move_term(term, TermEvent.CANCELED, at=now)
        rest = rest_of(term, at=now)
        _after(current, after=term.starts_at, then=term.starts_at)
    else:  # it is over: its books are closed, and all that goes back is less revenue
        return term, Money(0, term.currency)
    allowances.close(terms.source(term))
    _settle(lines.timeline(current.line), quarantine=term.quarantine_days, cause=cause, now=now)
    return term, rest


def _after(current: Timeline, *, after: datetime, then: datetime) -> None:
    """Terms that waited behind the one that is gone follow what is before it."""
    terms.let_follow([term for term in current.waiting if term.starts_at > after], after=then)


def _settle(current: Timeline, *, quarantine: int, cause: str, now: datetime) -> None:
    """The line goes on as its terms now say. One that never had its card is closed with its last term."""
    line = current.line
    if line.state == LineState.ORDERED and not current.waiting:
        if line.number is not None:
            lines.release_number(line, rests_until=now + timedelta(days=quarantine))
        lines.move(line, LineEvent.CLOSED, at=now, cause=cause)
        settle(lines.timeline(line), now=now)
        return
    settle(bring_up_to_date(current, now=now), now=now)

"""What a refund would do, found by doing it and undoing it: so what is shown is what happens.

of_request()      before staff ask for it
of_approval()     before a second person agrees
of_explanation()  before somebody says what a refund made outside takes back
Nothing stays of any of them, and nothing is recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yuanyou.flows import refund_care, refund_request
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money, total
from yuanyou.ledger import queries as books
from yuanyou.lines import actions as lines
from yuanyou.lines.models import Line, Term
from yuanyou.lines.rules import LineState, TermState
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.payments import actions as payments
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Refund
from yuanyou.payments.rules import Destination, TakesBack


@dataclass(frozen=True, slots=True)
class Standing:
    """What a refund may change: the term that was bought, its line, its owner's wallet."""

    term: TermState | None
    term_ends: datetime | None
    line: LineState | None
    paid_until: datetime | None
    wallet: Money


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A refund as it would be. `taxes` go back to the customer and are owed to nobody any more."""

    amount: Money
    destination: Destination
    takes_back: TakesBack
    taxes: tuple[tuple[str, Money], ...]
    before: Standing
    after: Standing
    needs_second: bool

    @property
    def net(self) -> Money:
        """What goes back besides taxes."""
        taxes = total((amount for _, amount in self.taxes), currency=self.amount.currency)
        return self.amount - taxes


def of_request(attempt_id: int, wish: RefundWish, *, amount: Money, now: datetime) -> Foreseen:
    """CannotRefund, RefundTooLarge, Overdrawn."""
    with _undone(cell_of(attempt_id)):
        locked, attempt = payments.lock_attempt(attempt_id)
        order = orders.lock(locked.payment.order_id)
        refund_request.check(attempt, order, wish, amount=amount, now=now)
        refund = payments.request_refund(attempt, amount=amount, wanted=wish, now=now)
        before = _standing(order)
        second = refund_request.needs_second(attempt, refund)
        refund_request.go(refund, order, by=None, now=now)
        return _foreseen(refund, order, before, needs_second=second)


def of_approval(refund_id: int, *, now: datetime) -> Foreseen:
    """CannotRefund, Overdrawn."""
    with _undone(cell_of(refund_id)):
        locked, refund = refund_request.lock(refund_id)
        order = orders.lock(locked.payment.order_id)
        refund_request.check_waiting(refund, order)
        before = _standing(order)
        refund_request.go(refund, order, by=None, now=now)
        return _foreseen(refund, order, before, needs_second=True)


def of_explanation(refund_id: int, what: TakesBack, *, now: datetime) -> Foreseen:
    """Overdrawn."""
    with _undone(cell_of(refund_id)):
        locked, refund = refund_request.lock(refund_id)
        order = orders.lock(locked.payment.order_id)
        before = _standing(order)
        refund_care.settle(refund, order, what, by=None, now=now)
        return _foreseen(refund, order, before, needs_second=False)


@contextmanager
def _undone(cell: int) -> Iterator[None]:
    """A step of which nothing stays."""
    with in_cell(cell):
        yield
        transaction.set_rollback(True)


def _foreseen(refund: Refund, order: Order, before: Standing, *, needs_second: bool) -> Foreseen:
    taxes = refund.takes_back.get("taxes", {})
    return Foreseen(
        amount=refund.amount,
        destination=Destination(refund.destination),
        takes_back=refund.what,
        taxes=tuple((code, Money(minor, refund.currency)) for code, minor in taxes.items() if minor),
        before=before,
        after=_standing(order),
        needs_second=needs_second,
    )


def _standing(order: Order) -> Standing:
    wallet = books.wallet_balance(order.customer_id, order.currency)
    if order.line_id is None:
        return Standing(None, None, None, None, wallet)
    current = lines.timeline(Line.objects.get(pk=order.line_id))
    term = Term.objects.filter(order_id=order.pk).first()
    return Standing(
        term=TermState(term.state) if term else None,
        term_ends=term.ends_at if term else None,
        line=LineState(current.line.state),
        paid_until=current.paid_until,
        wallet=wallet,
    )

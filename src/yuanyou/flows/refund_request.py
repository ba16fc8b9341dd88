"""Money is to go back: asked for by staff or a rule, approved (by a second person above a limit), then sent.

request()  reserve it, say what it takes back; below the limit it is approved at once
approve()  take the value back and let the money go           (one transaction)
reject()   nothing happened, the reserve is free again
explain()  somebody refunded in the provider's own pages: say what that takes back
retry()    the provider refused: send the money that waits once more
Sending is flows/refund.py.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from yuanyou.flows.step import in_cell
from yuanyou.flows.take_back import take_back
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.messages import actions as messages
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind, OrderState
from yuanyou.payments import actions as payments
from yuanyou.payments import queries
from yuanyou.payments.actions import Locked, RefundWish
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.rules import AttemptState, Destination, RefundEvent, RefundState, TakesBack
from yuanyou.wiring import payment_provider


class Why(StrEnum):
    """Why a refund cannot be, as a code that pages word."""

    NOT_RECEIVED = "not_received"
    DISPUTED = "disputed"
    WINDOW_OVER = "window_over"
    WHOLE_ONLY = "whole_only"
    GUEST = "guest"
    CURRENCY = "currency"
    OWN = "own"
    STATE = "state"


class CannotRefund(Exception):
    """This cannot be refunded, or not this way."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Options:
    """What can be given back of one attempt."""

    attempt: Attempt
    left: Money
    takes_back: tuple[TakesBack, ...]
    destinations: tuple[Destination, ...]


def options(attempt: Attempt, order: Order, *, now: datetime) -> Options:
    """How much of an attempt can go back, for what, and where to."""
    left = payments.refundable(attempt)
    bought = _bought(attempt, order)
    choices = (bought,) if bought is TakesBack.SUSPENSE else (bought, TakesBack.NOTHING)
    found = [Destination.ORIGIN] if not attempt.is_wallet and not _too_late(attempt, now=now) else []
    if not order.by_guest and left.currency == order.currency:
        found.append(Destination.WALLET)
    return Options(attempt, left, choices, tuple(found))


def request(attempt_id: int, wish: RefundWish, *, amount: Money, now: datetime) -> Refund:
    """Reserve a refund; approved at once below the limit. CannotRefund, RefundTooLarge, Overdrawn."""
    with in_cell(cell_of(attempt_id)):
        locked, attempt = _locked(attempt_id)
        order = orders.lock(locked.payment.order_id)
        _check(attempt, order, wish, amount=amount, now=now)
        refund = payments.request_refund(attempt, amount=amount, wanted=wish, now=now)
        if amount.minor <= settings.CONFIG.refund_approval_above:
            _go(refund, order, by=None, now=now)
    return refund


def approve(refund_id: int, *, by: int, now: datetime) -> None:
    """A second person agrees. CannotRefund, Overdrawn (what was bought is spent)."""
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state != RefundState.REQUESTED:
            raise CannotRefund(Why.STATE)
        if refund.requested_by == by:
            raise CannotRefund(Why.OWN)
        if queries.disputed(refund.attempt_id):
            raise CannotRefund(Why.DISPUTED)
        _go(refund, orders.lock(locked.payment.order_id), by=by, now=now)


def reject(refund_id: int, *, now: datetime) -> None:
    """It is not given; nothing was taken back. CannotRefund."""
    with in_cell(cell_of(refund_id)):
        _locked_payment, refund = lock(refund_id)
        if refund.state != RefundState.REQUESTED:
            raise CannotRefund(Why.STATE)
        refund.why_failed = "rejected"
        payments.move_refund(refund, RefundEvent.REJECTED, source="staff", now=now)


def explain(refund_id: int, takes_back: TakesBack, *, by: int, now: datetime) -> None:
    """Say what a refund made in the provider's own pages takes back. CannotRefund, Overdrawn."""
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state != RefundState.SUCCEEDED or not refund.is_unexplained:
            raise CannotRefund(Why.STATE)
        order = orders.lock(locked.payment.order_id)
        refund.takes_back = {"what": str(takes_back)}
        refund.approved_by = by
        entries = take_back(refund, order, now=now)
        refund.save(update_fields=["takes_back", "approved_by"])
        explained = recipes.outside_explained(refund_id=refund.pk, amount=refund.amount)
        ledger.post(*entries, explained, happened_at=now)


def retry(refund_id: int, *, by: int, now: datetime) -> Refund:
    """Send money that waits after a refusal once more, as a refund of its own. CannotRefund."""
    with in_cell(cell_of(refund_id)):
        locked, old = lock(refund_id)
        waits = -books.balance(recipes.refund_due(old.pk), old.currency)
        if old.state != RefundState.FAILED or waits != old.amount:
            raise CannotRefund(Why.STATE)
        attempt = locked.attempt(old.attempt_id)
        wish = RefundWish(old.customer_id, old.reason, Destination.ORIGIN, TakesBack.SURPLUS, by=by)
        new = payments.request_refund(attempt, amount=old.amount, wanted=wish, now=now)
        payments.move_refund(new, RefundEvent.APPROVED, source="staff", now=now, ask_at=now)
        moved = recipes.refund_moved(refund_id=new.pk, from_refund_id=old.pk, amount=old.amount)
        ledger.post(moved, happened_at=now)
    return new


def lock(refund_id: int) -> tuple[Locked, Refund]:
    """A refund under its payment's lock."""
    payment_id = Refund.objects.values_list("attempt__payment_id", flat=True).get(pk=refund_id)
    locked = payments.lock(payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.attempt = locked.attempt(refund.attempt_id)
    return locked, refund


def _go(refund: Refund, order: Order, *, by: int | None, now: datetime) -> None:
    """Approved: the value is taken back and the money is due; to the wallet it goes at once."""
    refund.approved_by = by
    entries = take_back(refund, order, now=now)
    source = "staff" if by else "rule"
    payments.move_refund(refund, RefundEvent.APPROVED, source=source, now=now, ask_at=now)
    to_wallet = refund.destination == Destination.WALLET
    if to_wallet:
        payments.move_refund(refund, RefundEvent.SUCCEEDED, source=source, now=now)
        entries += (
            recipes.refund_to_wallet(
                refund_id=refund.pk, customer_id=refund.customer_id, amount=refund.amount
            ),
        )
    ledger.post(*entries, happened_at=now)
    messages.queue(
        "refund_to_wallet" if to_wallet else "refund_on_its_way",
        key=f"refund:{refund.pk}",
        customer_id=refund.customer_id,
        line_id=order.line_id,
        language=order.language,
        facts={"amount_minor": refund.amount_minor, "currency": refund.currency, "order": order.ref},
        now=now,
    )


def _check(attempt: Attempt, order: Order, wish: RefundWish, *, amount: Money, now: datetime) -> None:
    if attempt.state not in {AttemptState.SUCCEEDED, AttemptState.MISMATCH}:
        raise CannotRefund(Why.NOT_RECEIVED)
    if queries.disputed(attempt.pk):
        raise CannotRefund(Why.DISPUTED)  # the bank takes it back already: it would be paid twice
    if amount.currency != attempt.received.currency:
        raise CannotRefund(Why.CURRENCY)
    if wish.takes_back not in {_bought(attempt, order), TakesBack.NOTHING}:
        raise CannotRefund(Why.STATE)
    if wish.destination is Destination.WALLET:
        if order.by_guest:
            raise CannotRefund(Why.GUEST)  # the wallet is the owner's, the money was not
        if amount.currency != order.currency:
            raise CannotRefund(Why.CURRENCY)
        return
    if attempt.is_wallet:
        raise CannotRefund(Why.STATE)
    if _too_late(attempt, now=now):
        raise CannotRefund(Why.WINDOW_OVER)
    method = payment_provider(attempt.provider).capabilities().method(attempt.method)
    if amount != attempt.received and method is not None and not method.partial_refunds:
        raise CannotRefund(Why.WHOLE_ONLY)


def _too_late(attempt: Attempt, *, now: datetime) -> bool:
    """Is the provider's window over? Counted from when the money came."""
    if attempt.is_wallet:
        return True
    method = payment_provider(attempt.provider).capabilities().method(attempt.method)
    came = attempt.settled_at or attempt.created_at
    return method is None or now - came >= method.refund_window


def _bought(attempt: Attempt, order: Order) -> TakesBack:
    """What an attempt's money became."""
    if attempt.state == AttemptState.MISMATCH:
        return TakesBack.SUSPENSE
    in_wallet = order.kind == OrderKind.TOP_UP or order.state != OrderState.FULFILLED
    if in_wallet or books.entries_about(f"surplus:{attempt.pk}"):
        return TakesBack.TOP_UP
    return TakesBack.TERM


def _locked(attempt_id: int) -> tuple[Locked, Attempt]:
    payment_id = Attempt.objects.values_list("payment_id", flat=True).get(pk=attempt_id)
    locked = payments.lock(payment_id)
    return locked, locked.attempt(attempt_id)

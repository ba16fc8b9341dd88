"""Refunds that need a person after they have begun.

explain()  somebody refunded in the provider's own pages: say what that takes back
retry()    the provider refused, and the money waits: send it once more
follow()   nobody could tell us what became of it: ask on
Each is recorded with its reason.
"""

from datetime import datetime

from yuanyou.flows import acts
from yuanyou.flows.refund_request import CannotRefund, Why, bought, lock, record
from yuanyou.flows.step import in_cell
from yuanyou.flows.take_back import take_back
from yuanyou.kernel.ids import cell_of
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.payments import actions as payments
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Refund
from yuanyou.payments.rules import REFUND_OVER, Destination, RefundEvent, RefundState, TakesBack


def meanings(refund: Refund, order: Order) -> tuple[TakesBack, ...]:
    """What a refund made outside may take back: what its money had bought, or nothing."""
    return (bought(refund.attempt, order), TakesBack.NOTHING)


def explain(refund_id: int, takes_back: TakesBack, *, by: int, note: str, now: datetime) -> None:
    """Say what a refund made in the provider's own pages takes back. CannotRefund, Overdrawn, NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state != RefundState.SUCCEEDED or not refund.is_unexplained:
            raise CannotRefund(Why.STATE)
        order = orders.lock(locked.payment.order_id)
        if takes_back not in meanings(refund, order):
            raise CannotRefund(Why.STATE)
        settle(refund, order, takes_back, by=by, now=now)
        record("refund_explain", refund, order, by=by, note=said, now=now)


def settle(refund: Refund, order: Order, what: TakesBack, *, by: int | None, now: datetime) -> None:
    """Take back what was said, and close what was open in the books."""
    refund.takes_back = {"what": str(what)}
    refund.approved_by = by
    entries = take_back(refund, order, now=now)
    refund.save(update_fields=["takes_back", "approved_by"])
    explained = recipes.outside_explained(refund_id=refund.pk, amount=refund.amount)
    ledger.post(*entries, explained, happened_at=now)


def retry(refund_id: int, *, by: int, note: str, now: datetime) -> Refund:
    """Send money that waits after a refusal once more, as a refund of its own. CannotRefund, NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(refund_id)):
        locked, old = lock(refund_id)
        waits = -books.balance(recipes.refund_due(old.pk), old.currency)
        if old.state != RefundState.FAILED or waits != old.amount:
            raise CannotRefund(Why.STATE)
        order = orders.lock(locked.payment.order_id)
        attempt = locked.attempt(old.attempt_id)
        wish = RefundWish(old.customer_id, old.reason, Destination.ORIGIN, TakesBack.SURPLUS, by=by)
        new = payments.request_refund(attempt, amount=old.amount, wanted=wish, now=now)
        payments.move_refund(new, RefundEvent.APPROVED, source="staff", now=now, ask_at=now)
        moved = recipes.refund_moved(refund_id=new.pk, from_refund_id=old.pk, amount=old.amount)
        ledger.post(moved, happened_at=now)
        record("refund_retry", old, order, by=by, note=said, now=now)
    return new


def follow(refund_id: int, *, by: int, note: str, now: datetime) -> None:
    """Ask the provider again about one that we had given up asking about. CannotRefund, NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state in REFUND_OVER | {RefundState.REQUESTED} or refund.ask_at is not None:
            raise CannotRefund(Why.STATE)
        order = orders.lock(locked.payment.order_id)
        payments.follow_refund(refund, now=now)
        record("refund_follow", refund, order, by=by, note=said, now=now)

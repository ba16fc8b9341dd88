"""Money is to go back: asked for by staff or a rule, approved (by a second person above a limit), then sent.

options()  what can go back of an attempt, for what, and where to
request()  reserve it, say what it takes back; below the limit it is approved at once
approve()  take the value back and let the money go           (one transaction)
reject()   nothing happened, the reserve is free again
What staff do is recorded with its reason. Sending is flows/refund.py; refund_preview.py shows it beforehand.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from yuanyou.flows import acts
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
from yuanyou.payments.actions import Locked, RefundTooLarge, RefundWish
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.rules import AttemptState, Destination, RefundEvent, RefundState, TakesBack
from yuanyou.wiring import payment_provider

REJECTED = "rejected"
"""Why a refund failed that a second person did not give."""


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
    left = _left(attempt)
    what = bought(attempt, order)
    choices = (what,) if what is TakesBack.SUSPENSE else (what, TakesBack.NOTHING)
    found = [Destination.ORIGIN] if not attempt.is_wallet and not _too_late(attempt, now=now) else []
    if not order.by_guest and left.currency == order.currency:
        found.append(Destination.WALLET)
    return Options(attempt, left, choices, tuple(found))


def request(
    attempt_id: int,
    wish: RefundWish,
    *,
    amount: Money,
    note: str = "",
    key: UUID | None = None,
    now: datetime,
) -> Refund:
    """Reserve a refund; approved at once below the limit. The same `key` asks once.

    Staff say why in `note`. CannotRefund, RefundTooLarge, Overdrawn, OtherRefund, NoReason.
    """
    said = acts.reasoned(note) if wish.by is not None else note
    with in_cell(cell_of(attempt_id)):
        locked, attempt = payments.lock_attempt(attempt_id)
        if key is not None and (known := payments.refund_of_key(key, attempt, amount=amount, wanted=wish)):
            return known
        order = orders.lock(locked.payment.order_id)
        check(attempt, order, wish, amount=amount, now=now)
        refund = payments.request_refund(attempt, amount=amount, wanted=wish, key=key, now=now)
        if wish.by is not None:
            record("refund_request", refund, order, by=wish.by, note=said, now=now)
        if not needs_second(attempt, refund):
            go(refund, order, by=None, now=now)
    return refund


def needs_second(attempt: Attempt, refund: Refund) -> bool:
    """Must a second person agree? What went without one before counts too, so that parts do not help."""
    alone = queries.given_alone(attempt.pk, but=refund.pk)
    config = settings.CONFIG
    return alone + refund.amount_minor > config.limit_in(config.refund_approval_above, refund.currency)


def approve(refund_id: int, *, by: int, note: str, now: datetime) -> None:
    """A second person agrees. CannotRefund, Overdrawn (what was bought is spent), NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state == RefundState.REQUESTED and refund.requested_by == by:
            raise CannotRefund(Why.OWN)
        order = orders.lock(locked.payment.order_id)
        check_waiting(refund, order)
        record("refund_approve", refund, order, by=by, note=said, now=now)
        go(refund, order, by=by, now=now)


def check_waiting(refund: Refund, order: Order) -> None:
    """May it still be approved? CannotRefund."""
    if refund.state != RefundState.REQUESTED:
        raise CannotRefund(Why.STATE)
    if queries.disputed(refund.attempt_id):
        raise CannotRefund(Why.DISPUTED)
    if refund.what not in {bought(refund.attempt, order), TakesBack.NOTHING}:
        raise CannotRefund(Why.STATE)


def reject(refund_id: int, *, by: int, note: str, now: datetime) -> None:
    """It is not given; nothing was taken back. CannotRefund, NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(refund_id)):
        locked, refund = lock(refund_id)
        if refund.state != RefundState.REQUESTED:
            raise CannotRefund(Why.STATE)
        order = orders.lock(locked.payment.order_id)
        record("refund_reject", refund, order, by=by, note=said, now=now)
        refund.why_failed = REJECTED
        payments.move_refund(refund, RefundEvent.REJECTED, source="staff", now=now)


def record(verb: str, refund: Refund, order: Order, *, by: int, note: str, now: datetime) -> None:
    """What somebody did about a refund, in the step that does it."""
    facts = {
        "order": order.ref,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "code": refund.reason,
        "takes_back": refund.takes_back["what"],
        "destination": refund.destination,
    }
    acts.record(
        actor_id=by,
        verb=verb,
        subject=refund.ref,
        reason=note,
        facts=facts,
        now=now,
        about=refund.customer_id,
    )


def lock(refund_id: int) -> tuple[Locked, Refund]:
    """A refund under its payment's lock."""
    payment_id = Refund.objects.values_list("attempt__payment_id", flat=True).get(pk=refund_id)
    locked = payments.lock(payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.attempt = locked.attempt(refund.attempt_id)
    return locked, refund


def go(refund: Refund, order: Order, *, by: int | None, now: datetime) -> None:
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


def check(attempt: Attempt, order: Order, wish: RefundWish, *, amount: Money, now: datetime) -> None:
    if attempt.state not in {AttemptState.SUCCEEDED, AttemptState.MISMATCH}:
        raise CannotRefund(Why.NOT_RECEIVED)
    if queries.disputed(attempt.pk):
        raise CannotRefund(Why.DISPUTED)  # the bank takes it back already: it would be paid twice
    if amount.currency != attempt.received.currency:
        raise CannotRefund(Why.CURRENCY)
    if amount > _left(attempt):
        raise RefundTooLarge(f"{attempt.ref}: {amount} of {_left(attempt)}")
    if wish.takes_back not in {bought(attempt, order), TakesBack.NOTHING}:
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


def bought(attempt: Attempt, order: Order) -> TakesBack:
    """What an attempt's money became."""
    if attempt.state == AttemptState.MISMATCH:
        return TakesBack.SUSPENSE
    in_wallet = order.kind == OrderKind.TOP_UP or order.state != OrderState.FULFILLED
    if in_wallet or books.entries_about(f"surplus:{attempt.pk}"):
        return TakesBack.TOP_UP
    return TakesBack.TERM


def _left(attempt: Attempt) -> Money:
    """What can still be asked for: not what a failed refund has put into the wallet, or still reserves."""
    failed = attempt.refunds.filter(state=RefundState.FAILED)
    kept = sum(
        refund.amount_minor for refund in failed if in_wallet(refund.pk) or waits(refund.pk, refund.currency)
    )
    left = payments.refundable(attempt)
    return Money(max(left.minor - kept, 0), left.currency)


def in_wallet(refund_id: int) -> bool:
    """It failed, and the customer's wallet has its money."""
    return bool(books.entries_about(f"refund-failed:{refund_id}"))


def waits(refund_id: int, currency: str) -> bool:
    """Its money is reserved and lies with us."""
    return books.balance(recipes.refund_due(refund_id), currency).minor < 0

"""Money arrives: a notice is proved, kept and answered; then the provider is asked, and its word is settled.

receive()  a notice comes in                (one transaction; answered at once)
work()     the inbox loop asks about it     (the provider, then settle, then the stamp)
ask()      the same for one attempt         (landing page, janitor)
settle()   what the provider said, applied  (one transaction under the payment's lock; safe to repeat)
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from yuanyou.flows import activation, checkout, dispute, refund, renewal, saved_methods, surplus, top_up
from yuanyou.flows.checkout import ask_for
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.identity import seal
from yuanyou.kernel.ids import BadReference, cell_of, parse
from yuanyou.kernel.money import Money
from yuanyou.kernel.redact import redact
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.orders import actions as orders
from yuanyou.orders.rules import OrderEvent, OrderKind
from yuanyou.payments import actions as payments
from yuanyou.payments import queries
from yuanyou.payments.models import Attempt, Inbox
from yuanyou.payments.port import Ack, ProviderTrouble, Snapshot, Why
from yuanyou.payments.rules import AttemptEvent, AttemptState, PaymentEvent, PaymentState, covers
from yuanyou.wiring import payment_provider

log = logging.getLogger(__name__)

FINISH: dict[str, Callable[..., None]] = {
    OrderKind.FIRST_ORDER: activation.finish,
    OrderKind.RENEWAL: renewal.finish,
    OrderKind.TOP_UP: top_up.finish,
}
CHANNEL = "yuanyou_inbox"
PAY_LATER = timedelta(days=1)
"""Who had not enough money gets this long to come back to the same order and price."""


def receive(
    provider: str, *, headers: Mapping[str, str], body: bytes, now: datetime, real: datetime | None = None
) -> Ack:
    """Prove a notice, keep it once, and say how the provider wants to be answered. BadNotice.

    `real` is real time, in which signatures are made; None: the same as `now`.
    """
    adapter = payment_provider(provider)
    notices = adapter.parse_notice(headers=headers, body=body, now=real or now)
    kept = redact(body.decode(errors="replace")).encode()  # proved as it came, kept without card numbers
    with transaction.atomic():
        for notice in notices:
            payments.keep(notice, provider=provider, sealed=seal.seal(seal.NOTICES, kept), now=now)
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    return adapter.ack(kept=True)


def work(provider: str, *, now: datetime, limit: int = 20) -> int:
    """Ask about the notices that wait, and settle what the provider says; how many were taken."""
    with transaction.atomic():
        notices = payments.claim_notices(provider, now=now, lease=LEASE, limit=limit)
    about: dict[int, list[Inbox]] = {}
    for notice in notices:
        if notice.dispute_ref is not None:
            with apart(f"settling dispute {notice.dispute_ref}"):
                _disputed(notice, notice.dispute_ref, now=now)
            continue
        attempt_id = _attempt_of(notice)
        if attempt_id is None:
            log.warning("notice %s of %s is about nothing of ours", notice.notice_id, provider)
            payments.handled([notice.pk], outcome="unmatched", now=now)
        else:
            about.setdefault(attempt_id, []).append(notice)
    for attempt_id, told in about.items():
        with apart(f"settling attempt {attempt_id}"):
            if ask(attempt_id, source="notice", now=now):
                payments.handled([notice.pk for notice in told], outcome="asked", now=now)
            else:
                for notice in told:
                    payments.put_off(notice, now=now)
    return len(notices)


def _disputed(notice: Inbox, dispute_ref: str, *, now: datetime) -> None:
    """A notice about a dispute: the provider is asked about that."""
    settled = dispute.ask(notice.provider, dispute_ref, attempt_id=_attempt_of(notice), now=now)
    if settled is False:
        payments.put_off(notice, now=now)
    else:
        payments.handled([notice.pk], outcome="asked" if settled else "unmatched", now=now)


def _attempt_of(notice: Inbox) -> int | None:
    """The attempt a notice is about: by our reference in it, else by the provider's name for it."""
    try:
        if notice.ref:
            found_ref = parse(notice.ref, "att")
            # Somebody else's words may read like a reference of ours, to a cell that we do not have.
            if found_ref.cell in settings.CONFIG.cells:
                with in_cell(found_ref.cell):
                    if Attempt.objects.filter(pk=found_ref.id, provider=notice.provider).exists():
                        return found_ref.id
    except (BadReference, ValueError):
        pass
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            found = queries.attempt_of(
                notice.provider, provider_ref=notice.provider_ref, charge_ref=notice.charge_ref
            )
        if found is not None:
            return found
    return None


def ask(attempt_id: int, *, source: str, now: datetime) -> bool:
    """Ask the provider about one attempt and settle its answer; False when there was no answer."""
    provider, question = ask_for(attempt_id)
    try:
        told = payment_provider(provider).query(question)
    except ProviderTrouble as trouble:
        log.warning("%s did not answer about %s: %s", provider, question.ref, trouble)
        return False
    with in_cell(cell_of(attempt_id)):
        settle(attempt_id, told, source=source, now=now)
    return True


def janitor(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Ask about attempts that are open or unknown, on a schedule that grows patient; how many."""
    with in_cell(cell):
        due = payments.claim_attempts(now=now, lease=LEASE, limit=limit)
    for attempt_id in due:
        with apart(f"settling attempt {attempt_id}"):
            ask(attempt_id, source="janitor", now=now)
            with in_cell(cell):
                payments.patience(Attempt.objects.get(pk=attempt_id), now=now)
    return len(due)


def settle(attempt_id: int, told: Snapshot, *, source: str, now: datetime) -> None:
    """Everything a provider's word means: books, payment, fulfilment; all of it or none of it."""
    locked, attempt = payments.lock_attempt(attempt_id)
    merchant = payment_provider(attempt.provider).merchant
    event = payments.told(attempt, told, merchant=merchant, source=source, now=now)
    saved_methods.remember(attempt, told, customer_id=locked.payment.customer_id, now=now)
    if event is AttemptEvent.MISMATCHED:
        log.error("money that was not owed: %s %s", attempt.ref, attempt.reason)
        received = recipes.mismatch_received(
            attempt_id=attempt.pk, provider=attempt.provider, amount=told.amount
        )
        ledger.post(received, happened_at=now)
    if attempt.reason == Why.INSUFFICIENT_FUNDS:
        payments.keep_open(locked.payment, until=now + PAY_LATER)
    fee = _fee(attempt, told)
    if event is AttemptEvent.SUCCEEDED:
        _received(locked, attempt, (_brought(locked, attempt, told), *fee), now=now)
    elif fee:  # learnt later: the provider did not say it at first
        ledger.post(*fee, happened_at=now)
    if attempt.state in {AttemptState.SUCCEEDED, AttemptState.MISMATCH}:
        refund.heard(locked, attempt, told.refunds, source=source, now=now)


def _brought(locked: payments.Locked, attempt: Attempt, told: Snapshot) -> Entry:
    return recipes.payment_received(
        attempt_id=attempt.pk, payment_id=locked.payment.pk, provider=attempt.provider, amount=told.amount
    )


def _fee(attempt: Attempt, told: Snapshot) -> tuple[Entry, ...]:
    if attempt.state not in {AttemptState.SUCCEEDED, AttemptState.MISMATCH} or told.fee is None:
        return ()
    return (recipes.fee_charged(attempt_id=attempt.pk, provider=attempt.provider, fee=told.fee),)


def _received(
    locked: payments.Locked, attempt: Attempt, entries: tuple[Entry, ...], *, now: datetime
) -> None:
    """The money that was owed is there: the order is fulfilled, or the money is surplus and gets a home."""
    if locked.payment.state == PaymentState.OPEN and covers(locked.parts, owed=locked.payment.amount):
        order = orders.lock(locked.payment.order_id)
        paid = checkout.collect(locked, order, entries=entries, now=now)
        FINISH[order.kind](paid, now=now)
        return
    ledger.post(*entries, happened_at=now)
    if locked.payment.state != PaymentState.OPEN:
        surplus.keep(locked, attempt, now=now)


def expire(cell: int, *, now: datetime, limit: int = 50) -> int:
    """End open payments whose time is over and for whom nobody is waited; how many ended."""
    with in_cell(cell):
        over = queries.ended_waiting(now=now, limit=limit)
    ended = 0
    for payment_id in over:
        with apart(f"ending payment {payment_id}"), in_cell(cell):
            ended += give_up(payments.lock(payment_id), now=now)
    return ended


def give_up(locked: payments.Locked, *, now: datetime) -> bool:
    """End an unpaid order. One with an attempt that may still succeed waits for its last word: False."""
    payment = locked.payment
    if payment.state != PaymentState.OPEN or not locked.waits_for_nobody:
        return False
    released = checkout.settle_wallet_part(locked, needed=Money(0, payment.currency), now=now)
    ledger.post(*released, happened_at=now)
    payments.end(payment, PaymentEvent.EXPIRED)
    orders.end(orders.lock(payment.order_id), OrderEvent.EXPIRED)
    return True

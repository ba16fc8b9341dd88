"""Money goes back the way it came: sent once under its own key, followed to its end, booked when confirmed.

work()   the refunds loop: claim, ask the provider, write down its answer
heard()  what a snapshot of an attempt lists of its refunds, also those that began at the provider
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from yuanyou.flows.refund_request import lock
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.kernel.ids import BadReference, parse
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.messages import actions as messages
from yuanyou.orders.models import Order
from yuanyou.payments import actions as payments
from yuanyou.payments.actions import Locked
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import (
    Misconfigured,
    ProviderTrouble,
    RefundAsk,
    RefundSnapshot,
    RefundTold,
    Refused,
    Unknown,
)
from yuanyou.payments.rules import REFUND_OVER, RefundEvent, RefundState
from yuanyou.wiring import payment_provider

log = logging.getLogger(__name__)


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Send or follow the refunds that are due; how many."""
    with in_cell(cell):
        due = payments.claim_refunds(now=now, lease=LEASE, limit=limit)
    for refund_id in due:
        with apart(f"following refund {refund_id}"):
            _follow(cell, refund_id, now=now)
    return len(due)


def _follow(cell: int, refund_id: int, *, now: datetime) -> None:
    with in_cell(cell):
        refund = Refund.objects.select_for_update(of=("self",)).select_related("attempt").get(pk=refund_id)
        if refund.state in {RefundState.APPROVED, RefundState.UNKNOWN}:
            payments.move_refund(refund, RefundEvent.SENT, source="refunds", now=now, ask_at=now + LEASE)
        provider, question = refund.attempt.provider, _ask(refund)
    try:
        adapter = payment_provider(provider)
        told = adapter.query_refund(question) if question.provider_ref else adapter.refund(question)
    except Refused as no:
        if question.provider_ref or isinstance(no, Misconfigured):
            _lost(cell, refund_id, no, now=now)  # the question was refused: that says nothing of the refund
            return
        told = RefundSnapshot(RefundTold.FAILED, "", question.amount, no.reason)
    except Unknown as trouble:
        _lost(cell, refund_id, trouble, now=now)
        return
    with in_cell(cell):
        locked, refund = lock(refund_id)
        _told(locked, refund, told, source="refunds", now=now)


def _lost(cell: int, refund_id: int, trouble: ProviderTrouble, *, now: datetime) -> None:
    with in_cell(cell):
        _locked, refund = lock(refund_id)
        log.warning("%s did not answer about %s: %s", refund.attempt.provider, refund.ref, trouble)
        if refund.state not in REFUND_OVER | {RefundState.EXTERNAL}:
            payments.refund_lost(refund, reason=trouble.reason, now=now)


def heard(
    locked: Locked, attempt: Attempt, told: Iterable[RefundSnapshot], *, source: str, now: datetime
) -> None:
    """Take in every refund the provider lists of an attempt. Part of settling, under the payment's lock."""
    for snapshot in told:
        refund = _ours(attempt, snapshot)
        if refund is None:
            if snapshot.told is RefundTold.FAILED:
                continue  # begun outside and over before we heard of it: nothing moved
            customer_id = locked.payment.customer_id
            refund = payments.found_refund(attempt, snapshot, customer_id=customer_id, now=now)
            log.warning("%s was refunded at %s itself", attempt.ref, attempt.provider)
        refund.attempt = attempt
        _told(locked, refund, snapshot, source=source, now=now)


def _ours(attempt: Attempt, snapshot: RefundSnapshot) -> Refund | None:
    """By our reference in it, else by the provider's name for it."""
    refunds = attempt.refunds.select_for_update()
    try:
        if snapshot.ref:
            return refunds.filter(pk=parse(snapshot.ref, "ref").id).first()
    except BadReference:
        pass
    return refunds.filter(provider_ref=snapshot.provider_ref).first()


def _told(locked: Locked, refund: Refund, told: RefundSnapshot, *, source: str, now: datetime) -> None:
    before = RefundState(refund.state)
    event = payments.refund_told(refund, told, source=source, now=now)
    if event is RefundEvent.SUCCEEDED:
        ledger.post(_sent(refund), happened_at=now)
    elif event is RefundEvent.FAILED:
        _failed(locked, refund, was_sent=before is RefundState.SUCCEEDED, now=now)


def _sent(refund: Refund) -> Entry:
    book = recipes.refunded_outside if refund.is_outside else recipes.refund_sent
    return book(refund_id=refund.pk, provider=refund.attempt.provider, amount=refund.amount)


def _failed(locked: Locked, refund: Refund, *, was_sent: bool, now: datetime) -> None:
    """The money stayed (or came back): the customer's wallet gets it; a guest's waits for a person."""
    entries: list[Entry] = []
    if was_sent:
        back = recipes.outside_bounced if refund.is_unexplained else recipes.refund_bounced
        entries.append(back(refund_id=refund.pk, provider=refund.attempt.provider, amount=refund.amount))
    order = Order.objects.only("by_guest", "language", "line_id").get(pk=locked.payment.order_id)
    if not refund.is_unexplained and not order.by_guest:
        entries.append(
            recipes.refund_failed(refund_id=refund.pk, customer_id=refund.customer_id, amount=refund.amount)
        )
        messages.queue(
            "refund_failed_to_wallet",
            key=f"refund-failed:{refund.pk}",
            customer_id=refund.customer_id,
            line_id=order.line_id,
            language=order.language,
            facts={"amount_minor": refund.amount_minor, "currency": refund.currency},
            now=now,
        )
    ledger.post(*entries, happened_at=now)


def _ask(refund: Refund) -> RefundAsk:
    return RefundAsk(
        ref=refund.ref,
        idempotency_key=refund.ref,
        amount=refund.amount,
        charge_ref=refund.attempt.charge_ref or refund.attempt.provider_ref or "",
        provider_ref=refund.provider_ref or None,
    )

"""Money goes back the way it came: sent, followed, and given to the wallet when the provider refuses.

work()   the refunds loop: claim, ask the provider, write down its answer
"""

import logging
from datetime import datetime

from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.payments import actions as payments
from yuanyou.payments.models import Refund
from yuanyou.payments.port import (
    Misconfigured,
    ProviderTrouble,
    RefundAsk,
    RefundSnapshot,
    RefundTold,
    Refused,
    Unknown,
)
from yuanyou.payments.rules import RefundEvent, RefundState
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
        refund = Refund.objects.select_for_update().select_related("attempt").get(pk=refund_id)
        if refund.state in {RefundState.APPROVED, RefundState.UNKNOWN}:
            payments.move_refund(refund, RefundEvent.SENT, now=now, ask_at=now + LEASE)
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
        _told(_lock(refund_id), told, now=now)


def _lost(cell: int, refund_id: int, trouble: ProviderTrouble, *, now: datetime) -> None:
    with in_cell(cell):
        refund = _lock(refund_id)
        log.warning("%s did not answer about %s: %s", refund.attempt.provider, refund.ref, trouble)
        if refund.state not in {RefundState.SUCCEEDED, RefundState.FAILED}:
            payments.refund_lost(refund, reason=trouble.reason, now=now)


def _told(refund: Refund, told: RefundSnapshot, *, now: datetime) -> None:
    if refund.state in {RefundState.SUCCEEDED, RefundState.FAILED}:
        return
    event = payments.refund_told(refund, told, now=now)
    if event is RefundEvent.SUCCEEDED:
        entry = recipes.refund_sent(
            refund_id=refund.pk, provider=refund.attempt.provider, amount=refund.amount
        )
        ledger.post(entry, happened_at=now)
    elif event is RefundEvent.FAILED:
        entry = recipes.refund_failed(
            refund_id=refund.pk, customer_id=refund.customer_id, amount=refund.amount
        )
        ledger.post(entry, happened_at=now)


def _lock(refund_id: int) -> Refund:
    return Refund.objects.select_for_update(of=("self",)).select_related("attempt").get(pk=refund_id)


def _ask(refund: Refund) -> RefundAsk:
    return RefundAsk(
        ref=refund.ref,
        idempotency_key=refund.ref,
        amount=refund.amount,
        charge_ref=refund.attempt.charge_ref or refund.attempt.provider_ref or "",
        provider_ref=refund.provider_ref or None,
    )

"""Kept ways to pay: kept when a payment that was to be kept is paid, put in order, removed for good.

remember()  what a provider's word means for them   (part of the settling step, safe to run twice)
place()     the customer says which is charged first
remove()    the customer wants it kept no longer    (one transaction; the provider is told after it)
work()      the loop: tell providers what they must forget
"""

import logging
from datetime import datetime, timedelta

from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.payments import saved
from yuanyou.payments.models import Attempt, SavedMethod
from yuanyou.payments.port import ProviderTrouble, Snapshot
from yuanyou.payments.rules import AttemptState
from yuanyou.wiring import NoSuchProvider, payment_provider

log = logging.getLogger(__name__)
TELL_AGAIN_AFTER = timedelta(hours=1)


def remember(attempt: Attempt, told: Snapshot, *, customer_id: int, now: datetime) -> None:
    """Keep what the customer agreed to keep; note what is wrong with what was charged."""
    saved.charged(attempt)
    agreed = attempt.keep or attempt.saved_method_id is not None
    if told.saved is not None and agreed and attempt.state == AttemptState.SUCCEEDED:
        saved.keep(
            told.saved, customer_id=customer_id, provider=attempt.provider, method=attempt.method, now=now
        )


def place(customer_id: int, saved_id: int, *, rank: int) -> None:
    """Charge it as the first (rank 0), as the backup (1), or later. NoSuchMethod."""
    with in_cell(cell_of(saved_id)):
        saved.place(customer_id, saved_id, rank=rank)


def remove(customer_id: int, saved_id: int, *, now: datetime) -> None:
    """Never charge it again. Harmless to repeat. NoSuchMethod."""
    with in_cell(cell_of(saved_id)):
        saved.remove(customer_id, saved_id, now=now)


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Tell providers what to forget; how many were taken."""
    with in_cell(cell):
        due = saved.claim_forgettable(now=now, lease=LEASE, limit=limit)
    for saved_id in due:
        with apart(f"forgetting way to pay {saved_id}"):
            _forget(cell, saved_id, now=now)
    return len(due)


def _forget(cell: int, saved_id: int, *, now: datetime) -> None:
    with in_cell(cell):
        kept = SavedMethod.objects.get(pk=saved_id)
    try:
        payment_provider(kept.provider).forget(payer_ref=kept.payer_ref, saved_ref=kept.saved_ref)
    except (ProviderTrouble, NoSuchProvider) as trouble:
        log.warning("%s was not told to forget %s: %s", kept.provider, kept.ref, trouble)
        with in_cell(cell):
            saved.tell_later(saved_id, at=now + TELL_AGAIN_AFTER)
        return
    with in_cell(cell):
        saved.forgotten(saved_id)

"""Every write to disputes, and reading them. The caller holds the lock of the disputed attempt's payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.payments.models import Attempt, Dispute, PaymentEvent
from yuanyou.payments.port import DisputeSnapshot
from yuanyou.payments.rules import DISPUTE, DISPUTE_EVENT, DISPUTE_OVER, DisputeEvent, DisputeState

FOLLOW = timedelta(hours=12)
"""How often an open dispute is asked about: its notices may be lost."""
FREEZING = frozenset({DisputeState.EARLY_WARNING, DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW})


@dataclass(frozen=True, slots=True)
class Shift:
    """What a provider's word changed of a dispute's money; signed, in the dispute's currency."""

    move: int
    withdrawn: Money
    fee: Money
    lost: Money


def heard(
    attempt: Attempt, told: DisputeSnapshot, *, customer_id: int, now: datetime
) -> tuple[Dispute, Shift]:
    """Take in what the provider says of a dispute: the dispute, and what its money did since."""
    dispute, _new = Dispute.objects.select_for_update().get_or_create(
        provider=attempt.provider,
        provider_ref=told.provider_ref,
        defaults={
            "attempt": attempt,
            "customer_id": customer_id,
            "reason": told.reason[:60],
            "amount_minor": told.amount.minor,
            "currency": told.amount.currency,
            "opened_at": now,
        },
    )
    event = DISPUTE_EVENT[told.told]
    if DISPUTE.allows(DisputeState(dispute.state), event):
        _move(dispute, event, now=now)
    lost = told.withdrawn.minor if dispute.state in {DisputeState.LOST, DisputeState.PREVENTED} else 0
    shift = Shift(
        dispute.moves + 1,
        Money(told.withdrawn.minor - dispute.withdrawn_minor, dispute.currency),
        Money(told.fee.minor - dispute.fee_minor, dispute.currency),
        Money(lost - dispute.lost_minor, dispute.currency),
    )
    dispute.moves += 1
    dispute.amount_minor, dispute.withdrawn_minor = told.amount.minor, told.withdrawn.minor
    dispute.fee_minor, dispute.lost_minor = told.fee.minor, lost
    dispute.respond_by = told.respond_by
    dispute.ask_at = None if dispute.state in DISPUTE_OVER else now + FOLLOW
    dispute.save()
    return dispute, shift


def _move(dispute: Dispute, event: DisputeEvent, *, now: datetime) -> None:
    before = DisputeState(dispute.state)
    dispute.state = DISPUTE.after(before, event)
    dispute.closed_at = now if dispute.state in DISPUTE_OVER else None
    PaymentEvent.objects.create(
        attempt_id=dispute.attempt_id,
        about=dispute.ref,
        at=now,
        event=event,
        state_before=before,
        state_after=dispute.state,
        source="provider",
    )


def froze(dispute: Dispute, amount: Money) -> int:
    """So much of the wallet is set aside now; the number of this move."""
    dispute.frozen_minor = amount.minor
    dispute.moves += 1
    dispute.save(update_fields=["frozen_minor", "moves"])
    return dispute.moves


def ended_value(dispute: Dispute) -> None:
    """What the lost money had bought was taken back."""
    dispute.value_ended = True
    dispute.save(update_fields=["value_ended"])


def contested(dispute: Dispute, *, now: datetime) -> None:
    """Our evidence was sent."""
    dispute.contested_at = now
    dispute.save(update_fields=["contested_at"])


def claim(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Open disputes to ask about, taken until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.payments.sql", "claim_disputes"), {"now": now, "until": now + lease, "limit": limit}
        )
        return [dispute_id for (dispute_id,) in cursor.fetchall()]


def of_attempts(attempt_ids: Sequence[int]) -> list[Dispute]:
    """The disputes of these attempts, oldest first."""
    return list(Dispute.objects.filter(attempt_id__in=attempt_ids).order_by("id"))


def open_ones(*, limit: int = 100) -> list[Dispute]:
    """What is not decided, the most urgent first."""
    found = Dispute.objects.exclude(state__in=DISPUTE_OVER).select_related("attempt__payment__order")
    return list(found.order_by("respond_by", "id")[:limit])


def decided(*, limit: int = 20) -> list[Dispute]:
    """What is over, the newest first."""
    found = Dispute.objects.filter(state__in=DISPUTE_OVER).select_related("attempt__payment__order")
    return list(found.order_by("-closed_at", "-id")[:limit])


def holds(customer_id: int) -> bool:
    """Is money of this customer disputed or lost? Then nothing new is sold on a card."""
    harmless = (DisputeState.WON, DisputeState.PREVENTED, DisputeState.EARLY_WARNING)
    return Dispute.objects.filter(customer_id=customer_id).exclude(state__in=harmless).exists()

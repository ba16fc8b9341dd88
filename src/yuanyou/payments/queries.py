"""Reading payments without a lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from yuanyou.kernel.money import Money
from yuanyou.payments.models import WALLET, Attempt, Payment, PaymentEvent, Refund
from yuanyou.payments.rules import OPEN, AttemptState, PaymentState, RefundState


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try, as pages show it."""

    id: int
    ref: str
    provider: str
    method: str
    state: AttemptState
    amount: Money
    reason: str | None
    next_url: str | None
    provider_ref: str | None
    card: dict[str, str]
    expires_at: datetime
    ask_at: datetime | None

    @property
    def is_wallet(self) -> bool:
        return self.provider == WALLET


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What is owed for an order, with every try."""

    id: int
    order_id: int
    state: PaymentState
    amount: Money
    expires_at: datetime
    paid_at: datetime | None
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class EventView:
    """One fact of an attempt's history."""

    at: datetime
    attempt_id: int
    event: str
    state_before: str
    state_after: str
    source: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class RefundView:
    id: int
    ref: str
    attempt_id: int
    state: RefundState
    amount: Money
    reason: str
    created_at: datetime


def payment_of(order_id: int) -> PaymentView | None:
    """The payment of an order with its attempts, oldest first."""
    payment = Payment.objects.filter(order_id=order_id).prefetch_related("attempts").first()
    return _view(payment) if payment else None


def attempt_of(provider: str, provider_ref: str) -> int | None:
    """The attempt a provider calls by this name, in the cell that is entered."""
    return (
        Attempt.objects.filter(provider=provider, provider_ref=provider_ref)
        .values_list("id", flat=True)
        .first()
    )


def story(attempt_ids: Sequence[int]) -> list[EventView]:
    """Everything that happened to these attempts, oldest first."""
    rows = PaymentEvent.objects.filter(attempt_id__in=attempt_ids).order_by("id")
    return [
        EventView(r.at, r.attempt_id, r.event, r.state_before, r.state_after, r.source, r.facts) for r in rows
    ]


def refunds_of(attempt_ids: Sequence[int]) -> list[RefundView]:
    rows = Refund.objects.filter(attempt_id__in=attempt_ids).order_by("id")
    return [
        RefundView(r.pk, r.ref, r.attempt_id, RefundState(r.state), r.amount, r.reason, r.created_at)
        for r in rows
    ]


def ended_waiting(*, now: datetime, limit: int) -> list[int]:
    """Open payments past their time of which no attempt with a provider may still succeed."""
    asked = Attempt.objects.filter(payment=OuterRef("pk"), state__in=OPEN).exclude(provider=WALLET)
    over = Payment.objects.filter(state=PaymentState.OPEN, expires_at__lte=now)
    found = over.exclude(Exists(asked)).order_by("expires_at")
    return list(found.values_list("id", flat=True)[:limit])


def _view(payment: Payment) -> PaymentView:
    attempts = sorted(payment.attempts.all(), key=lambda attempt: attempt.number)
    return PaymentView(
        payment.pk,
        payment.order_id,
        PaymentState(payment.state),
        payment.amount,
        payment.expires_at,
        payment.paid_at,
        tuple(
            AttemptView(
                a.pk,
                a.ref,
                a.provider,
                a.method,
                AttemptState(a.state),
                a.amount,
                a.reason,
                a.next_url,
                a.provider_ref,
                a.card,
                a.expires_at,
                a.ask_at,
            )
            for a in attempts
        ),
    )

"""Reading payments without a lock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from yuanyou.kernel.money import Money
from yuanyou.payments.models import WALLET, Attempt, Dispute, Payment, PaymentEvent, Refund
from yuanyou.payments.rules import OPEN, AttemptState, DisputeState, PaymentState, RefundState, TakesBack


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


def attempt_of(provider: str, *, provider_ref: str | None, charge_ref: str | None) -> int | None:
    """The attempt a provider calls by one of these names, in the cell that is entered."""
    names = ("provider_ref", provider_ref), ("charge_ref", charge_ref)
    for field, name in names:
        found = Attempt.objects.filter(provider=provider, **{field: name}) if name else Attempt.objects.none()
        if (attempt_id := found.values_list("id", flat=True).first()) is not None:
            return attempt_id
    return None


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


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What refunds have taken back of the term an order bought, in minor units."""

    amount_minor: int
    taxes: dict[str, int]


def taken_back(order_id: int, *, but: int) -> TakenBack:
    """What earlier refunds of an order took of its term; `but` is the refund that asks."""
    done = Refund.objects.filter(attempt__payment__order_id=order_id, takes_back__what=str(TakesBack.TERM))
    taken = [r for r in done.exclude(pk=but).only("amount_minor", "takes_back") if "taxes" in r.takes_back]
    taxes: Counter[str] = Counter()
    for refund in taken:
        taxes.update(refund.takes_back["taxes"])
    return TakenBack(sum(refund.amount_minor for refund in taken), dict(taxes))


def disputed(attempt_id: int) -> bool:
    """Does a payer's bank want the money of this attempt, or has it taken it? An early warning is neither."""
    harmless = (DisputeState.WON, DisputeState.EARLY_WARNING)
    return Dispute.objects.filter(attempt_id=attempt_id).exclude(state__in=harmless).exists()


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

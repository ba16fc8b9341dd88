"""Reading payments without a lock."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from yuanyou.kernel.ids import BadReference, parse
from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.payments.limits import Lately
from yuanyou.payments.models import (
    WALLET,
    Attempt,
    Dispute,
    Mandate,
    Payment,
    PaymentEvent,
    Refund,
    SavedMethod,
    StatementRow,
)
from yuanyou.payments.port import Action, Movement, Place
from yuanyou.payments.rules import (
    OPEN,
    AttemptState,
    Destination,
    DisputeState,
    PaymentState,
    RefundState,
    TakesBack,
)
from yuanyou.tables import hot


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
    place: Place
    action: Action | None
    next_url: str | None
    next_params: dict[str, str]
    provider_ref: str | None
    card: dict[str, str]
    expires_at: datetime
    ask_at: datetime | None
    saved_id: int | None
    about: dict[str, Any] | None
    """About how much it is in the payer's own currency, as it was shown."""

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
    about: str
    """The refund or dispute that moved; empty: the attempt itself."""


@dataclass(frozen=True, slots=True)
class RefundView:
    id: int
    ref: str
    attempt_id: int
    state: RefundState
    amount: Money
    reason: str
    destination: Destination
    takes_back: str
    """What it takes back; empty while nobody has said (a refund made outside)."""
    requested_by: int | None
    approved_by: int | None
    why_failed: str | None
    created_at: datetime
    settled_at: datetime | None

    def is_behind(self, row: StatementRow) -> bool:
        """Does the statement know more of it than we do?"""
        if row.kind == Movement.REFUND_FAILED:
            return self.state is not RefundState.FAILED
        return self.state not in {RefundState.SUCCEEDED, RefundState.FAILED, RefundState.PENDING}


def payment_of(order_id: int) -> PaymentView | None:
    """The payment of an order with its attempts, oldest first."""
    payment = Payment.objects.filter(order_id=order_id).prefetch_related("attempts").first()
    return _view(payment) if payment else None


def attempt(attempt_id: int) -> Attempt:
    """An attempt with its payment, not locked. Attempt.DoesNotExist."""
    found = hot.read(Attempt, attempt_id)
    found.payment = hot.read(Payment, found.payment_id)
    return found


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
        EventView(r.at, r.attempt_id, r.event, r.state_before, r.state_after, r.source, r.facts, r.about)
        for r in rows
    ]


def refunds_of(attempt_ids: Sequence[int]) -> list[RefundView]:
    rows = Refund.objects.filter(attempt_id__in=attempt_ids).order_by("id")
    return [_refund_view(row) for row in rows]


def refund_named(provider: str, *, ref: str | None, provider_ref: str | None) -> RefundView | None:
    """A refund by our reference, else by the provider's name for it, in the entered cell."""
    of = Refund.objects.filter(attempt__provider=provider)
    try:
        found = of.filter(pk=parse(ref, "ref").id).first() if ref else None
    except BadReference:
        found = None
    if found is None and provider_ref:
        found = of.filter(provider_ref=provider_ref).first()
    return _refund_view(found) if found else None


def brought_between(provider: str, since: datetime, until: datetime) -> list[Attempt]:
    """Attempts whose money came in [since, until)."""
    came = Attempt.objects.filter(
        provider=provider,
        state__in=[AttemptState.SUCCEEDED, AttemptState.MISMATCH],
        settled_at__gte=since,
        settled_at__lt=until,
    )
    return list(came.order_by("id"))


def first_attempt_at() -> datetime | None:
    """When the first attempt with a provider was begun."""
    found = Attempt.objects.exclude(provider=WALLET).order_by("id")
    return found.values_list("created_at", flat=True).first()


def _refund_view(row: Refund) -> RefundView:
    return RefundView(
        row.pk,
        row.ref,
        row.attempt_id,
        RefundState(row.state),
        row.amount,
        row.reason,
        Destination(row.destination),
        str(row.takes_back.get("what", "")),
        row.requested_by,
        row.approved_by,
        row.why_failed,
        row.created_at,
        row.settled_at,
    )


def given_alone(attempt_id: int, *, but: int) -> int:
    """What one person alone has given back of an attempt, in minor units; `but` is left out."""
    alone = Refund.objects.filter(
        attempt_id=attempt_id, requested_by__isnull=False, approved_by__isnull=True
    ).exclude(state__in=[RefundState.FAILED, RefundState.REQUESTED])
    return sum(alone.exclude(pk=but).values_list("amount_minor", flat=True))


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


def unfinished(customer_id: int) -> bool:
    """Is money of this customer on its way: a payment, an attempt, a refund or a dispute that is not over?"""
    over = (RefundState.SUCCEEDED, RefundState.FAILED)
    return (
        Payment.objects.filter(customer_id=customer_id, state=PaymentState.OPEN).exists()
        or Attempt.objects.filter(payment__customer_id=customer_id, state__in=OPEN).exists()
        or Refund.objects.filter(customer_id=customer_id).exclude(state__in=over).exists()
        or Dispute.objects.filter(customer_id=customer_id, closed_at__isnull=True).exists()
    )


def paid_before(customer_id: int, *, fingerprint: str | None, but: int) -> int:
    """How often this card has paid for this customer without a dispute; `but` is left out."""
    if not fingerprint:
        return 0
    paid = Attempt.objects.filter(
        fingerprint=fingerprint, state=AttemptState.SUCCEEDED, payment__customer_id=customer_id
    )
    return paid.filter(disputes__isnull=True).exclude(pk=but).count()


def lately(
    customer_id: int | None,
    *,
    device: str | None,
    address: str | None,
    worth: Mapping[str, Decimal],
    now: datetime,
) -> Lately:
    """What was tried and paid before, in the entered cell. None: a guest, known by the browser.

    `worth`: as how many minor units of the currency of the limits one of each currency counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.payments.sql", "lately"),
            {
                "customer": customer_id,
                "device": device,
                "address": address,
                "worth": json.dumps({code: str(count) for code, count in worth.items()}),
                "day_ago": now - timedelta(days=1),
                "hour_ago": now - timedelta(hours=1),
                "ten_minutes_ago": now - timedelta(minutes=10),
            },
        )
        return Lately(*cursor.fetchone())


def ended_waiting(*, now: datetime, limit: int) -> list[int]:
    """Open payments past their time of which no attempt with a provider may still succeed."""
    asked = Attempt.objects.filter(payment=OuterRef("pk"), state__in=OPEN).exclude(provider=WALLET)
    over = Payment.objects.filter(state=PaymentState.OPEN, expires_at__lte=now)
    found = over.exclude(Exists(asked)).order_by("expires_at")
    return list(found.values_list("id", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class SavedView:
    """A kept way to pay, as its owner sees it. `rank` 0 is the main one, 1 the backup."""

    id: int
    ref: str
    provider: str
    method: str
    brand: str
    last4: str
    expires: str | None
    rank: int
    trouble: str | None

    def months_left(self, today: date) -> int | None:
        """Whole months after this one that it is good for; negative: expired, None: nobody says."""
        if self.expires is None:
            return None
        year, month = (int(part) for part in self.expires.split("-"))
        return (year - today.year) * 12 + month - today.month


def saved_of(customer_id: int) -> list[SavedView]:
    """What a customer keeps, in the order in which it is charged."""
    rows = SavedMethod.objects.filter(customer_id=customer_id, removed_at__isnull=True).order_by("rank")
    return [
        SavedView(r.pk, r.ref, r.provider, r.method, r.brand, r.last4, r.expires, r.rank, r.trouble)
        for r in rows
    ]


def kept(customer_id: int, saved_id: int) -> SavedMethod | None:
    """What this customer keeps under this id; None: nothing, or no longer."""
    return SavedMethod.objects.filter(pk=saved_id, customer_id=customer_id, removed_at__isnull=True).first()


def payer_ref(customer_id: int, provider: str, *, saved_id: int | None = None) -> str | None:
    """The provider's name for a customer (as the owner of one kept way to pay), if it ever kept anything."""
    rows = SavedMethod.objects.filter(customer_id=customer_id, provider=provider).order_by("-id")
    if saved_id is not None:
        rows = rows.filter(pk=saved_id)
    return rows.values_list("payer_ref", flat=True).first()


def tried_off_session(saved_ids: Sequence[int], *, since: datetime) -> set[int]:
    """Those of them that were tried since then with nobody there, and brought nothing (yet)."""
    tries = Attempt.objects.filter(saved_method_id__in=saved_ids, off_session=True, created_at__gte=since)
    missed = tries.exclude(state=AttemptState.SUCCEEDED).values_list("saved_method_id", flat=True)
    return {saved_id for saved_id in missed if saved_id is not None}


@dataclass(frozen=True, slots=True)
class MandateView:
    """A consent that a line is renewed by itself."""

    id: int
    customer_id: int
    line_id: int
    plan_code: str
    limit: Money
    text: str
    given_at: datetime
    ended_at: datetime | None
    order_id: int | None


def mandate_of(line_id: int) -> MandateView | None:
    """The consent that holds for a line."""
    row = Mandate.objects.filter(line_id=line_id, ended_at__isnull=True).first()
    return _mandate(row) if row else None


def mandate(mandate_id: int) -> MandateView:
    """One consent, also when it has ended. Mandate.DoesNotExist."""
    return _mandate(Mandate.objects.get(pk=mandate_id))


def renewed_by_themselves(customer_id: int) -> list[int]:
    """The lines that a customer lets renew automatically."""
    rows = Mandate.objects.filter(customer_id=customer_id, ended_at__isnull=True).order_by("id")
    return list(rows.values_list("line_id", flat=True))


def _mandate(row: Mandate) -> MandateView:
    return MandateView(
        row.pk,
        row.customer_id,
        row.line_id,
        row.plan_code,
        row.limit,
        row.text,
        row.given_at,
        row.ended_at,
        row.order_id,
    )


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
                Place(a.place),
                Action(a.action) if a.action else None,
                a.next_url,
                a.next_params,
                a.provider_ref,
                a.card,
                a.expires_at,
                a.ask_at,
                a.saved_method_id,
                a.about,
            )
            for a in attempts
        ),
    )

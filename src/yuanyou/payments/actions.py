"""Every write to payments, attempts, refunds and the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.payments import rules
from yuanyou.payments.models import OUTSIDE, WALLET, Attempt, Inbox, Payment, PaymentEvent, Refund
from yuanyou.payments.port import (
    Action,
    NextAction,
    Notice,
    Place,
    RefundSnapshot,
    RefundTold,
    Snapshot,
    Told,
)
from yuanyou.payments.rules import (
    ATTEMPT,
    FINAL,
    PAYMENT,
    REFUND,
    REFUND_OVER,
    AttemptEvent,
    AttemptState,
    Destination,
    Part,
    PaymentState,
    RefundEvent,
    RefundState,
    TakesBack,
)
from yuanyou.payments.rules import PaymentEvent as PaymentMove
from yuanyou.tables import hot

ATTEMPT_LIFE, CODE_LIFE = timedelta(minutes=45), timedelta(minutes=10)
"""How long a pay page stays open, and what we show ourselves. Stripe wants 30 minutes at least, also when
asked again after a silence."""
FIRST_ASK = timedelta(seconds=30)
OF_ATTEMPT = "WHERE id = (SELECT payment_id FROM payments_attempt WHERE id = %s) FOR UPDATE"


@dataclass(frozen=True, slots=True)
class RefundWish:
    """Who wants money back for whom, why, where to, and what is taken back for it."""

    customer_id: int
    reason: str
    destination: Destination
    takes_back: TakesBack
    by: int | None = None
    """The staff account that asks; None: a rule of ours."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A payment under its lock, with all its attempts."""

    payment: Payment
    attempts: tuple[Attempt, ...]

    def attempt(self, attempt_id: int) -> Attempt:
        return next(attempt for attempt in self.attempts if attempt.pk == attempt_id)

    @property
    def parts(self) -> list[Part]:
        return [Part(a.pk, AttemptState(a.state), a.amount, a.is_wallet) for a in self.attempts]

    @property
    def wallet_part(self) -> Attempt | None:
        """The wallet's part while it is held."""
        return next((a for a in self.attempts if a.is_wallet and a.state == AttemptState.PROCESSING), None)

    @property
    def waits_for_nobody(self) -> bool:
        """Every attempt with a provider has come to its end."""
        return all(a.state in FINAL for a in self.attempts if not a.is_wallet)


def open_payment(
    *, order_id: int, customer_id: int, amount: Money, expires_at: datetime, now: datetime
) -> Payment:
    payment = Payment(
        order_id=order_id,
        customer_id=customer_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        expires_at=expires_at,
        created_at=now,
    )
    hot.insert(payment)
    return payment


def lock(payment_id: int) -> Locked:
    """Lock the payment, then read its attempts. The first lock of every settlement."""
    return _with_attempts(hot.lock(Payment, payment_id))


def lock_attempt(attempt_id: int) -> tuple[Locked, Attempt]:
    """Lock the payment of an attempt: the payment with all its attempts, and this one of them."""
    (payment,) = hot.fetch(Payment, OF_ATTEMPT, [attempt_id])
    locked = _with_attempts(payment)
    return locked, locked.attempt(attempt_id)


def _with_attempts(payment: Payment) -> Locked:
    attempts = hot.fetch(Attempt, "WHERE payment_id = %s ORDER BY number", [payment.pk])
    for attempt in attempts:
        attempt.payment = payment
    return Locked(payment, tuple(attempts))


@dataclass(frozen=True, slots=True)
class Manner:
    """Where and how an attempt is made; stored, so that a repeated request says the same."""

    place: Place = Place.BROWSER
    keep: bool = False
    saved_id: int | None = None
    payer_ref: str | None = None
    off_session: bool = False
    verify: bool = False
    about: dict[str, Any] | None = None
    tried_by: int | None = None
    device: str | None = None
    address: str | None = None
    life: timedelta = ATTEMPT_LIFE
    """How long the payer has."""


def open_attempt(
    locked: Locked,
    *,
    provider: str,
    method: str,
    amount: Money,
    now: datetime,
    state: AttemptState,
    manner: Manner = Manner(),
) -> Attempt:
    """A try with one provider, stored before the provider hears of it."""
    attempt = Attempt(
        payment=locked.payment,
        number=len(locked.attempts) + 1,
        provider=provider,
        method=method,
        state=state,
        amount_minor=amount.minor,
        currency=amount.currency,
        expires_at=now + manner.life,
        ask_at=None if provider == WALLET else now + FIRST_ASK,
        place=manner.place,
        keep=manner.keep,
        saved_method_id=manner.saved_id,
        payer_ref=manner.payer_ref,
        off_session=manner.off_session,
        verify=manner.verify,
        about=manner.about,
        tried_by=manner.tried_by,
        device=manner.device,
        address=manner.address,
        created_at=now,
    )
    hot.insert(attempt)
    return attempt


def move(
    attempt: Attempt,
    event: AttemptEvent,
    *,
    source: str,
    now: datetime,
    facts: dict[str, object] | None = None,
) -> None:
    """Move an attempt and write its history. A final attempt is asked about no more."""
    before = AttemptState(attempt.state)
    attempt.state = ATTEMPT.after(before, event)
    if attempt.state in FINAL:
        attempt.ask_at, attempt.settled_at = None, now
    hot.save(attempt)
    hot.insert(
        PaymentEvent(
            attempt=attempt,
            at=now,
            event=event,
            state_before=before,
            state_after=attempt.state,
            source=source,
            facts=facts or {},
        )
    )


def shown(attempt: Attempt, action: NextAction, *, now: datetime) -> None:
    """The provider made a pay page for the attempt, or took it as it is and asks the payer nothing."""
    attempt.provider_ref, attempt.next_url = action.provider_ref, action.url
    attempt.action, attempt.next_params = action.action, dict(action.params)
    attempt.expires_at = action.expires_at or attempt.expires_at
    event = AttemptEvent.ACCEPTED if action.action is Action.NONE else AttemptEvent.SHOWN
    if ATTEMPT.allows(AttemptState(attempt.state), event):
        move(attempt, event, source="create", now=now)
    else:
        attempt.save(update_fields=["provider_ref", "action", "next_url", "next_params", "expires_at"])


def lost(attempt: Attempt, *, reason: str, source: str, now: datetime) -> None:
    """We do not know what became of it; the janitor asks until we do."""
    attempt.reason = reason[:60]
    if ATTEMPT.allows(AttemptState(attempt.state), AttemptEvent.LOST):
        move(attempt, AttemptEvent.LOST, source=source, now=now, facts={"reason": reason})


def refused(attempt: Attempt, *, reason: str, source: str, now: datetime) -> None:
    """The provider said no, explicitly: the only thing that makes an attempt failed."""
    attempt.reason = reason[:60]
    if ATTEMPT.allows(AttemptState(attempt.state), AttemptEvent.FAILED):
        move(attempt, AttemptEvent.FAILED, source=source, now=now, facts={"reason": reason})


def told(
    attempt: Attempt, snapshot: Snapshot, *, merchant: str | None, source: str, now: datetime
) -> AttemptEvent | None:
    """Take in what the provider says of an attempt; the move it made, None when it changed nothing."""
    event = rules.attempt_event(
        AttemptState(attempt.state), expected=attempt.expected(merchant), told=snapshot
    )
    if event is None:
        _note_reason(attempt, snapshot)
        return None
    attempt.provider_ref = attempt.provider_ref or snapshot.provider_ref or None
    attempt.charge_ref = snapshot.charge_ref or attempt.charge_ref
    attempt.next_url = snapshot.next_url or attempt.next_url
    attempt.reason = snapshot.reason[:60] if snapshot.reason else attempt.reason
    attempt.card = dict(snapshot.card) or attempt.card
    attempt.fingerprint = snapshot.fingerprint or attempt.fingerprint
    facts: dict[str, object] = {"told": snapshot.told, "amount": str(snapshot.amount)}
    if event is AttemptEvent.MISMATCHED:
        odd = rules.oddity(attempt.expected(merchant), snapshot)
        attempt.reason = str(odd)
        attempt.odd_minor, attempt.odd_currency = snapshot.amount.minor, snapshot.amount.currency
        facts["odd"] = str(odd)
    move(attempt, event, source=source, now=now, facts=facts)
    return event


def _note_reason(attempt: Attempt, snapshot: Snapshot) -> None:
    """A card was declined and the page stays open for another: nothing moves, the customer is told why."""
    if snapshot.reason and snapshot.told is Told.ACTION_REQUIRED and attempt.reason != snapshot.reason[:60]:
        attempt.reason = snapshot.reason[:60]
        attempt.save(update_fields=["reason"])


def keep_open(payment: Payment, *, until: datetime) -> None:
    """Leave an open payment payable for longer."""
    if payment.state == PaymentState.OPEN and payment.expires_at < until:
        payment.expires_at = until
        payment.save(update_fields=["expires_at"])


def paid(payment: Payment, *, now: datetime) -> None:
    payment.state = PAYMENT.after(PaymentState(payment.state), PaymentMove.PAID)
    payment.paid_at = now
    hot.update(payment, "state", "paid_at")


def end(payment: Payment, event: PaymentMove) -> None:
    """The payment expired or was canceled: nobody is asked for this money any more."""
    payment.state = PAYMENT.after(PaymentState(payment.state), event)
    payment.save(update_fields=["state"])


def claim_attempts(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Attempts the janitor must ask about, taken until the lease ends."""
    return _claim("claim_attempts", now=now, lease=lease, limit=limit)


def patience(attempt: Attempt, *, now: datetime) -> None:
    """Asked again and nothing settled: set the next time, or leave it to a person."""
    Attempt.objects.filter(pk=attempt.pk, ask_at__isnull=False).update(
        asked=attempt.asked + 1, ask_at=rules.next_ask(attempt.asked + 1, now=now)
    )


def forget_trails(*, before: datetime, limit: int) -> int:
    """Forget which browser and network tries made before this came from; at most `limit`, how many."""
    traced = Attempt.objects.filter(created_at__lt=before).exclude(device=None, address=None)
    # The newest first: they lie together, and the long tail of those without a trail is looked through once.
    batch = list(traced.order_by("-created_at").values_list("id", flat=True)[:limit])
    return Attempt.objects.filter(pk__in=batch).update(device=None, address=None)


def keep(notice: Notice, *, provider: str, sealed: bytes, now: datetime) -> bool:
    """Keep a proved notice once; False when it was there already."""
    kept = Inbox.objects.bulk_create(
        [
            Inbox(
                provider=provider,
                notice_id=notice.notice_id,
                kind=notice.kind,
                provider_ref=notice.provider_ref,
                ref=notice.ref,
                charge_ref=notice.charge_ref,
                dispute_ref=notice.dispute_ref,
                body=sealed,
                received_at=now,
                ask_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return bool(kept)


def claim_notices(provider: str, *, now: datetime, lease: timedelta, limit: int) -> list[Inbox]:
    """Notices of one provider that wait to be worked on, taken until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.payments.sql", "claim_notices"),
            {"provider": provider, "now": now, "until": now + lease, "limit": limit},
        )
        ids = [notice_id for (notice_id,) in cursor.fetchall()]
    return list(Inbox.objects.filter(pk__in=ids).order_by("id").defer("body"))


def handled(notice_ids: Sequence[int], *, outcome: str, now: datetime) -> None:
    """Stamp notices as worked on; after the cell's transaction, which is harmless to repeat."""
    Inbox.objects.filter(pk__in=notice_ids, handled_at__isnull=True).update(
        handled_at=now, ask_at=None, outcome=outcome
    )


def put_off(notice: Inbox, *, now: datetime) -> None:
    """The provider could not be asked: try the notice again later, or leave it to a person."""
    again = rules.next_ask(notice.asked, now=now)
    Inbox.objects.filter(pk=notice.pk, handled_at__isnull=True).update(asked=notice.asked + 1, ask_at=again)


def request_refund(
    attempt: Attempt, *, amount: Money, wanted: RefundWish, now: datetime, key: UUID | None = None
) -> Refund:
    """Reserve a refund of what an attempt brought. The caller holds the payment's lock.

    RefundTooLarge when all refunds that have not failed would exceed what was received.
    """
    left = refundable(attempt)
    if amount.currency != left.currency or amount > left:
        raise RefundTooLarge(f"{attempt.ref}: {amount} of {left}")
    return Refund.objects.create(
        attempt=attempt,
        customer_id=wanted.customer_id,
        reason=wanted.reason,
        destination=wanted.destination,
        takes_back={"what": str(wanted.takes_back)},
        requested_by=wanted.by,
        amount_minor=amount.minor,
        currency=amount.currency,
        key=key,
        created_at=now,
    )


def refund_of_key(key: UUID, attempt: Attempt, *, amount: Money, wanted: RefundWish) -> Refund | None:
    """The refund that was asked for under this key. OtherRefund: same key, other content."""
    known = Refund.objects.filter(key=key).first()
    if known is None:
        return None
    was = (known.attempt_id, known.amount, known.reason, known.destination, known.requested_by)
    asked = (attempt.pk, amount, wanted.reason, wanted.destination, wanted.by)
    if (*was, known.takes_back["what"]) != (*asked, wanted.takes_back):
        raise OtherRefund(known.ref)
    return known


def found_refund(attempt: Attempt, told: RefundSnapshot, *, customer_id: int, now: datetime) -> Refund:
    """A refund that began in the provider's own pages."""
    refund = Refund.objects.create(
        attempt=attempt,
        customer_id=customer_id,
        reason=OUTSIDE,
        takes_back={"what": ""},
        provider_ref=told.provider_ref,
        amount_minor=told.amount.minor,
        currency=told.amount.currency,
        created_at=now,
    )
    move_refund(refund, RefundEvent.FOUND, source="provider", now=now, ask_at=now + rules.ASK_AFTER[6])
    return refund


def refundable(attempt: Attempt) -> Money:
    """What of an attempt's money is not yet on its way back."""
    live = attempt.refunds.exclude(state=RefundState.FAILED).values_list("amount_minor", flat=True)
    return Money(max(attempt.received.minor - sum(live), 0), attempt.received.currency)


class RefundTooLarge(Exception):
    """Refunds may not exceed what was received."""


class OtherRefund(Exception):
    """The key was used before for something else: the form was changed after it was sent."""


def follow_refund(refund: Refund, *, now: datetime) -> None:
    """Ask on about a refund that was left to a person."""
    Refund.objects.filter(pk=refund.pk).update(ask_at=now, asked=0)


def move_refund(
    refund: Refund, event: RefundEvent, *, source: str, now: datetime, ask_at: datetime | None = None
) -> None:
    """Move a refund and write its history; an open one is due at `ask_at`, None: a person must look."""
    before = RefundState(refund.state)
    refund.state = REFUND.after(before, event)
    refund.ask_at = None if refund.state in REFUND_OVER else ask_at
    refund.settled_at = now if refund.state in REFUND_OVER else None
    refund.save()
    PaymentEvent.objects.create(
        attempt_id=refund.attempt_id,
        about=refund.ref,
        at=now,
        event=event,
        state_before=before,
        state_after=refund.state,
        source=source,
        facts={"reason": refund.why_failed} if refund.why_failed else {},
    )


def refund_told(
    refund: Refund, snapshot: RefundSnapshot, *, source: str, now: datetime
) -> RefundEvent | None:
    """Take in what the provider says of a refund; the move it made, None when it changed nothing."""
    event = {
        RefundTold.PENDING: RefundEvent.ACCEPTED,
        RefundTold.SUCCEEDED: RefundEvent.SUCCEEDED,
        RefundTold.FAILED: RefundEvent.FAILED,
    }[snapshot.told]
    if not REFUND.allows(RefundState(refund.state), event):
        return None
    refund.provider_ref = snapshot.provider_ref or refund.provider_ref
    refund.why_failed = snapshot.reason[:60] if snapshot.reason else None
    refund.asked += 1
    # It is known to be on its way, and a bank may take weeks: it is followed daily to its end.
    again = rules.next_ask(refund.asked, now=now) or now + rules.ASK_AFTER[-1]
    move_refund(refund, event, source=source, now=now, ask_at=again)
    return event


def refund_lost(refund: Refund, *, reason: str, now: datetime) -> None:
    """No clear answer about a refund: it is unknown until the provider is asked again."""
    refund.asked += 1
    refund.why_failed = reason[:60]
    again = rules.next_ask(refund.asked, now=now)
    move_refund(refund, RefundEvent.LOST, source="refunds", now=now, ask_at=again)


def claim_refunds(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Refunds to send or to ask about, taken until the lease ends."""
    return _claim("claim_refunds", now=now, lease=lease, limit=limit)


def _claim(name: str, *, now: datetime, lease: timedelta, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.payments.sql", name), {"now": now, "until": now + lease, "limit": limit})
        return [row_id for (row_id,) in cursor.fetchall()]

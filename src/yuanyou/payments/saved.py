"""Every write to kept ways to pay, and to the consents under which they are charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, F, QuerySet, SmallIntegerField, When

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.payments.models import Attempt, Mandate, SavedMethod
from yuanyou.payments.off_session import TROUBLES
from yuanyou.payments.port import Saved
from yuanyou.payments.rules import AttemptState


class NoSuchMethod(LookupError):
    """This customer keeps no such way to pay."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer agreed to: the plan, the most that is taken at once, and the words as shown."""

    plan_code: str
    limit: Money
    wording: str
    language: str
    text: str


def keep(told: Saved, *, customer_id: int, provider: str, method: str, now: datetime) -> None:
    """Keep a way to pay, once. The same card shown again takes the place of the one that was kept.

    What was removed does not come back by a notice that tells of it once more.
    """
    shown = {"brand": told.brand[:20], "last4": told.last4[:8], "expires": told.expires}
    known = SavedMethod.objects.filter(
        customer_id=customer_id, provider=provider, saved_ref=told.saved_ref
    ).order_by("-id")
    while not known.exists():
        SavedMethod.objects.bulk_create(
            [
                SavedMethod(
                    customer_id=customer_id,
                    provider=provider,
                    method=method,
                    payer_ref=told.payer_ref,
                    saved_ref=told.saved_ref,
                    country=told.country,
                    fingerprint=told.fingerprint,
                    rank=_free_rank(told, customer_id=customer_id, provider=provider, now=now),
                    created_at=now,
                    **shown,
                )
            ],
            ignore_conflicts=True,  # another settlement took the rank: look again
        )
    known.filter(removed_at__isnull=True).update(**shown)


def _free_rank(told: Saved, *, customer_id: int, provider: str, now: datetime) -> int:
    """The rank of the same card, which goes; else the next one."""
    mine = list(_live(customer_id).select_for_update().order_by("id"))
    for old in mine:
        if told.fingerprint and (old.provider, old.fingerprint) == (provider, told.fingerprint):
            _go(old, now=now)
            return old.rank
    return max((each.rank for each in mine), default=-1) + 1


def place(customer_id: int, saved_id: int, *, rank: int) -> None:
    """Put a kept way to pay at a rank (0: charged first, 1: the backup); the others move. NoSuchMethod."""
    order = [each.pk for each in _locked(customer_id)]
    if saved_id not in order:
        raise NoSuchMethod(str(saved_id))
    order.remove(saved_id)
    order.insert(rank, saved_id)
    _arrange(order)


def remove(customer_id: int, saved_id: int, *, now: datetime) -> None:
    """Keep it no longer; the provider is told after the commit. Harmless to repeat. NoSuchMethod."""
    mine = _locked(customer_id)
    found = next((each for each in mine if each.pk == saved_id), None)
    if found is not None:
        _go(found, now=now)
        _arrange([each.pk for each in mine if each.pk != saved_id])
    elif not SavedMethod.objects.filter(pk=saved_id, customer_id=customer_id).exists():
        raise NoSuchMethod(str(saved_id))


def charged(attempt: Attempt) -> None:
    """An attempt on a kept way to pay has moved: remember what is wrong with it, or that nothing is."""
    if attempt.saved_method_id is None:
        return
    kept = SavedMethod.objects.filter(pk=attempt.saved_method_id)
    if attempt.state == AttemptState.SUCCEEDED:
        kept.update(trouble=None)
    elif attempt.state == AttemptState.FAILED and attempt.reason in TROUBLES:
        kept.update(trouble=attempt.reason)


def claim_forgettable(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Removed ways to pay of which the provider must be told, taken until the lease ends."""
    return _claim("claim_forgettable", now=now, lease=lease, limit=limit)


def forgotten(saved_id: int) -> None:
    """The provider keeps it no longer."""
    SavedMethod.objects.filter(pk=saved_id).update(forget_at=None)


def tell_later(saved_id: int, *, at: datetime) -> None:
    """The provider could not be told."""
    SavedMethod.objects.filter(pk=saved_id, forget_at__isnull=False).update(forget_at=at)


def consent(
    given: Consent, *, customer_id: int, line_id: int, next_at: datetime, now: datetime
) -> tuple[Mandate, bool]:
    """The consent for a line, and whether it is new. A new one ends the old one.

    The same words said twice are one consent, also when they are said at once.
    """
    before = lock_mandate(line_id)
    if before is not None:
        if (before.customer_id, before.plan_code, before.limit, before.text) == (
            customer_id,
            given.plan_code,
            given.limit,
            given.text,
        ):
            return before, False
        end(before, now=now)
    earlier = Mandate.objects.filter(line_id=line_id, customer_id=customer_id).order_by("-id").first()
    mandate = Mandate(
        customer_id=customer_id,
        line_id=line_id,
        plan_code=given.plan_code,
        limit_minor=given.limit.minor,
        currency=given.limit.currency,
        wording=given.wording,
        language=given.language,
        text=given.text,
        given_at=now,
        next_at=next_at,
        # A renewal that already waits for its money goes on under the new words: never two of one term.
        order_id=earlier.order_id if earlier else None,
    )
    Mandate.objects.bulk_create([mandate], ignore_conflicts=True)
    found = lock_mandate(line_id)
    assert found is not None
    return found, found.given_at == now


def lock_mandate(line_id: int) -> Mandate | None:
    """The consent of a line under its lock, which goes before a payment's; None when there is none."""
    return Mandate.objects.select_for_update().filter(line_id=line_id, ended_at__isnull=True).first()


def end(mandate: Mandate, *, now: datetime) -> None:
    """Nothing is renewed under it any more."""
    mandate.ended_at, mandate.next_at = now, None
    mandate.save(update_fields=["ended_at", "next_at"])


def look_again(mandate: Mandate, *, at: datetime, order_id: int | None) -> None:
    """When the consent is looked at next, and the renewal it waits for."""
    mandate.next_at, mandate.order_id = at, order_id
    mandate.save(update_fields=["next_at", "order_id"])


def claim_mandates(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Lines whose automatic renewal is to be looked at, taken until the lease ends."""
    return _claim("claim_mandates", now=now, lease=lease, limit=limit)


def _live(customer_id: int) -> "QuerySet[SavedMethod, SavedMethod]":
    return SavedMethod.objects.filter(customer_id=customer_id, removed_at__isnull=True)


def _locked(customer_id: int) -> list[SavedMethod]:
    """All that a customer keeps, locked in the order of their ids, in the order of their ranks."""
    rows = list(_live(customer_id).select_for_update().order_by("id"))
    return sorted(rows, key=lambda each: each.rank)


def _go(saved: SavedMethod, *, now: datetime) -> None:
    saved.removed_at = saved.forget_at = now
    saved.save(update_fields=["removed_at", "forget_at"])


def _arrange(order: Sequence[int]) -> None:
    """Ranks 0, 1, ... in this order; out of the way first, as no two may share a rank for a moment."""
    rows = SavedMethod.objects.filter(pk__in=order)
    rows.update(rank=-1 - F("rank"))
    ranks = (When(pk=pk, then=rank) for rank, pk in enumerate(order))
    rows.update(rank=Case(*ranks, output_field=SmallIntegerField()))


def _claim(name: str, *, now: datetime, lease: timedelta, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.payments.sql", name), {"now": now, "until": now + lease, "limit": limit})
        return [row_id for (row_id,) in cursor.fetchall()]

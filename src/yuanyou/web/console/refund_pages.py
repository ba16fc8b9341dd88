"""What the console shows of refunds: plain values, read over all cells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from yuanyou.audit import queries as audit
from yuanyou.catalog.rules import Quote
from yuanyou.flows import refund_care, refund_preview, refund_request
from yuanyou.flows.refund_preview import Foreseen
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.ledger import recipes
from yuanyou.lines.rules import TermState
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind
from yuanyou.payments import queries as payments
from yuanyou.payments.models import OUTSIDE, Attempt, Refund
from yuanyou.payments.rules import AttemptState, TakesBack
from yuanyou.web.console import log, money_words
from yuanyou.web.console.log import Act

LATEST = 20
"""How many of the newest refunds the list shows."""


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund in a list. `asked_by` empty: a rule of ours, or the provider's own pages."""

    id: int
    ref: str
    order_ref: str
    state: str
    why_failed: str | None
    amount: Money
    reason: str
    takes_back: str
    destination: str
    asked_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RefundPage:
    """One refund with everything a second person needs to know."""

    row: RefundRow
    refund: Refund
    order: Order
    hint: str
    provider: str
    approved_by: str
    received: Money
    siblings: list[RefundRow]
    """The other refunds of the same order."""
    waits_for: str
    """second, outside, refused, silent or empty."""
    acts: list[Act]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a refund would do, with its taxes by name; or why it cannot be."""

    what: str
    seen: Foreseen | None
    refusal: str
    plan: str
    taxes: list[tuple[str, Money]]
    term: str
    """never (it has not begun), now (it ends), over, or empty: no term is touched."""


@dataclass(frozen=True, slots=True)
class Suspense:
    """Money that came and was not owed. `why` is a code: wrong_amount, wrong_currency, ..."""

    ref: str
    order_ref: str
    owed: Money
    came: Money
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Refunds that wait for a person, by what for; money without a home; and the newest refunds of all."""

    second: list[RefundRow]
    outside: list[RefundRow]
    refused: list[RefundRow]
    silent: list[RefundRow]
    suspense: list[Suspense]
    latest: list[RefundRow]


def waiting() -> Waiting:
    """Over all cells, what waits oldest first."""
    found: dict[str, list[RefundRow]] = {"second": [], "outside": [], "refused": [], "silent": []}
    latest: list[RefundRow] = []
    suspense: list[Suspense] = []
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            kinds = _kinds()
            for row in _rows(Refund.objects.filter(pk__in=kinds).order_by("id")):
                found[kinds[row.id]].append(row)
            suspense += _suspense()
            latest += _rows(Refund.objects.order_by("-id")[:LATEST])
    newest = sorted(latest, key=lambda row: row.created_at, reverse=True)[:LATEST]
    return Waiting(**found, suspense=suspense, latest=newest)


def counts() -> dict[str, int]:
    """How many refunds of the entered cell wait for a person, by what for."""
    found = {"second": 0, "outside": 0, "refused": 0, "silent": 0}
    for waits_for in _kinds().values():
        found[waits_for] += 1
    return found


def in_suspense() -> list[int]:
    """The attempts of the entered cell whose money nobody owed and nobody has given a home."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.web.console.sql", "attempts_in_suspense"), {"suspense": recipes.suspense(0).name}
        )
        return [attempt_id for (attempt_id,) in cursor.fetchall()]


def of_order(order_id: int) -> list[RefundRow]:
    """The refunds of one order, oldest first."""
    with in_cell(cell_of(order_id)):
        return _rows(Refund.objects.filter(attempt__payment__order_id=order_id).order_by("id"))


def page(refund_id: int) -> RefundPage:
    """Refund.DoesNotExist."""
    with in_cell(cell_of(refund_id)):
        refund = Refund.objects.select_related("attempt__payment__order__line").get(pk=refund_id)
        order = refund.attempt.payment.order
        rows = _rows(Refund.objects.filter(attempt__payment__order=order).order_by("id"))
        return RefundPage(
            row=next(row for row in rows if row.id == refund_id),
            refund=refund,
            order=order,
            hint=identity.person(order.customer_id).hint,
            provider=f"{refund.attempt.provider} {refund.attempt.method}",
            approved_by=_names().get(refund.approved_by or 0, ""),
            received=refund.attempt.received,
            siblings=[row for row in rows if row.id != refund_id],
            waits_for=_kinds().get(refund.pk, ""),
            acts=log.shown(audit.story_of(refund.ref)),
        )


def refundable(order: Order, *, now: datetime) -> dict[int, Money]:
    """What can go back of each attempt of an order, by the attempt's id; only where something can."""
    with in_cell(cell_of(order.pk)):
        brought = Attempt.objects.filter(
            payment__order=order, state__in=[AttemptState.SUCCEEDED, AttemptState.MISMATCH]
        )
        found = [refund_request.options(attempt, order, now=now) for attempt in brought.order_by("id")]
        return {
            each.attempt.pk: each.left
            for each in found
            if each.left and each.destinations and not payments.disputed(each.attempt.pk)
        }


def expected(seen: Foreseen, order: Order, *, language: str) -> Expected:
    """A foreseen refund in words."""
    if order.kind == OrderKind.TOP_UP:
        plan, names = "", {}
    else:
        quote = Quote.from_json(order.quote)
        plan = quote.plan.name(language)
        names = {tax.code: tax.name(language) for tax in quote.taxes}
    takes_term = seen.takes_back is TakesBack.TERM
    return Expected(
        what=str(money_words.TAKES_BACK[seen.takes_back]),
        seen=seen,
        refusal="",
        plan=plan if takes_term else "",
        taxes=[(names.get(code, code), amount) for code, amount in seen.taxes],
        term=_term(seen) if takes_term else "",
    )


def of_waiting(found: RefundPage, *, language: str, now: datetime) -> list[Expected]:
    """What would happen if it was approved, or for each meaning that a refund made outside may have."""
    refund_id, order = found.refund.pk, found.order
    if found.waits_for == "second":
        return [
            _foreseen(
                found.refund.what,
                order,
                partial(refund_preview.of_approval, refund_id, now=now),
                language=language,
            )
        ]
    if found.waits_for != "outside":
        return []
    with in_cell(cell_of(refund_id)):
        meanings = refund_care.meanings(found.refund, order)
    return [
        _foreseen(
            what,
            order,
            partial(refund_preview.of_explanation, refund_id, what, now=now),
            language=language,
        )
        for what in meanings
    ]


def _foreseen(what: TakesBack, order: Order, look: Callable[[], Foreseen], *, language: str) -> Expected:
    """What would happen, or why it cannot."""
    try:
        return expected(look(), order, language=language)
    except money_words.REFUSALS as why:
        words = str(money_words.TAKES_BACK[what])
        return Expected(words, None, money_words.refusal(why), plan="", taxes=[], term="")


def _term(seen: Foreseen) -> str:
    return {TermState.WAITING: "never", TermState.RUNNING: "now"}.get(
        seen.before.term or TermState.ENDED, "over"
    )


def _suspense() -> list[Suspense]:
    found = Attempt.objects.filter(pk__in=in_suspense()).select_related("payment__order").order_by("id")
    return [
        Suspense(
            attempt.ref,
            attempt.payment.order.ref,
            attempt.amount,
            attempt.received,
            attempt.reason or "",
            attempt.settled_at or attempt.created_at,
        )
        for attempt in found
    ]


def _rows(refunds: QuerySet[Refund]) -> list[RefundRow]:
    names = _names()
    return [_row(refund, names) for refund in refunds.select_related("attempt__payment__order")]


def _row(refund: Refund, names: dict[int, str]) -> RefundRow:
    return RefundRow(
        id=refund.pk,
        ref=refund.ref,
        order_ref=refund.attempt.payment.order.ref,
        state=refund.state,
        why_failed=refund.why_failed,
        amount=refund.amount,
        reason=money_words.reason(refund.reason),
        takes_back=str(money_words.TAKES_BACK[refund.takes_back["what"]]),
        destination=str(money_words.DESTINATIONS[refund.destination]),
        asked_by=names.get(refund.requested_by or 0, ""),
        created_at=refund.created_at,
    )


def _names() -> dict[int, str]:
    return {staff.id: staff.name for staff in identity.all_staff()}


def _kinds() -> dict[int, str]:
    """What each refund of the entered cell waits for, of those that wait for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.web.console.sql", "refunds_waiting"),
            {"outside": OUTSIDE, "due": recipes.refund_due(0).name},
        )
        return dict(cursor.fetchall())

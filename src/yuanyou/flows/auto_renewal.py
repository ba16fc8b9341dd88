"""Automatic renewal under a consent (flows/consent.py), when a term nears its end.

due()     the lines to look at now
charge()  one line: from the wallet, else from a kept way to pay, else the customer is asked

charge() may be called at any time and by many at once: the order's key is made of the line and the end of
its term, the consent's row is its lock, and every pass looks at what is stored and takes the one next step.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import Quote
from yuanyou.flows import checkout, renewal, settlement, tries
from yuanyou.flows.checkout import Tender
from yuanyou.flows.consent import tell
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.step import LEASE, in_cell
from yuanyou.identity import queries as identity
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger.actions import Overdrawn
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import LineState
from yuanyou.orders import actions as orders
from yuanyou.orders import queries as orders_so_far
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind, OrderState, Start
from yuanyou.payments import actions as payments
from yuanyou.payments import disputes, off_session, queries, saved
from yuanyou.payments.models import Mandate, Payment
from yuanyou.payments.off_session import DAILY, Kept
from yuanyou.payments.queries import SavedView
from yuanyou.payments.rules import AttemptState
from yuanyou.wiring import NoSuchProvider, payment_provider

GONE = frozenset({LineState.RELEASED, LineState.CLOSED})
STEPS_AT_ONCE = 8
"""More kept ways to pay than that are not tried in one go."""
SOON = timedelta(minutes=5)
"""When to look again while an answer is awaited: the janitor asks, this only goes on from there."""


class Outcome(StrEnum):
    """What charge() has come to."""

    OFF = "off"  # there is no consent (any more)
    NOT_DUE = "not_due"
    RENEWED = "renewed"
    WAITING = "waiting"  # a try may still succeed: nothing else is tried
    ASKED = "asked"  # it is the customer's turn: a message with a link to pay went out


@dataclass(frozen=True, slots=True)
class Waiting:
    """A renewal under a consent, everything of it locked."""

    mandate: Mandate
    order: Order
    locked: payments.Locked
    current: Timeline
    next_try: datetime

    @property
    def owed(self) -> Money:
        """What is left to pay beside a part of the wallet that is held."""
        held = self.locked.wallet_part
        return self.order.total - held.amount if held else self.order.total


def due(cell: int, *, now: datetime, limit: int = 50) -> list[int]:
    """The lines to charge or to look at again, taken until a lease ends."""
    with in_cell(cell):
        return saved.claim_mandates(now=now, lease=LEASE, limit=limit)


def charge(line_id: int, *, now: datetime) -> Outcome:
    """Renew a line that is due, at most once for each term. Network between the steps, never in one."""
    for _ in range(STEPS_AT_ONCE):
        try:
            with in_cell(cell_of(line_id)):
                step = _step(line_id, now=now)
        except Overdrawn:  # the wallet was spent elsewhere a moment ago
            continue
        if isinstance(step, Outcome):
            return step
        checkout.send(step, now=now)
        settlement.ask(step, source="auto_renewal", now=now)
    return Outcome.WAITING


def _step(line_id: int, *, now: datetime) -> Outcome | int:
    """What comes next: how it ended, or the attempt to send."""
    mandate = saved.lock_mandate(line_id)
    if mandate is None:
        return Outcome.OFF
    opened = _opened(mandate)
    current = bring_up_to_date(lines.lock(line_id), now=now)
    if current.line.state in GONE or current.line.customer_id != mandate.customer_id:
        saved.end(mandate, now=now)
        return Outcome.OFF
    if opened is not None and opened[0].state != OrderState.OPEN:
        return _over(mandate, *opened, current, now=now)
    if opened is not None and opened[0].key != tries.key(current):
        return _overtaken(mandate, opened[1], current, now=now)
    return _begin_or_go_on(mandate, opened, current, now=now)


Opened = tuple[Order, payments.Locked]


def _begin_or_go_on(
    mandate: Mandate, opened: Opened | None, current: Timeline, *, now: datetime
) -> Outcome | int:
    """Nothing else renewed the line: take the money if it is time."""
    next_try = tries.following(current, now=now)
    saved.look_again(mandate, at=next_try, order_id=mandate.order_id)
    if not tries.is_due(current, now=now):
        return Outcome.NOT_DUE
    if opened is None:
        if orders_so_far.with_key(mandate.customer_id, tries.key(current)) is not None:
            return Outcome.NOT_DUE  # once for each term, also when that renewal was refunded
        quote = _quote(mandate, current, now=now)
        if quote is None:
            gone = f"auto:gone:{tries.key(current)}"
            tell("auto_renewal_plan_gone", mandate, key=gone, facts={}, now=now)
            return Outcome.ASKED
        opened = _open(mandate, current, quote, now=now)
    return _take(Waiting(mandate, *opened, current, next_try), now=now)


def _opened(mandate: Mandate) -> Opened | None:
    """The renewal that the consent waits for: payment, then order locked."""
    if mandate.order_id is None:
        return None
    locked = payments.lock(Payment.objects.values_list("id", flat=True).get(order_id=mandate.order_id))
    return orders.lock(mandate.order_id), locked


def _over(
    mandate: Mandate, order: Order, locked: payments.Locked, current: Timeline, *, now: datetime
) -> Outcome:
    """The order has come to its end: paid, by us or by the customer, or unpaid."""
    saved.look_again(mandate, at=tries.following(current, now=now), order_id=None)
    if order.state != OrderState.FULFILLED:
        return Outcome.NOT_DUE
    if any(a.off_session and a.state == AttemptState.SUCCEEDED for a in locked.attempts):
        _tell_renewed(mandate, order, current, now=now)
    return Outcome.RENEWED


def _overtaken(mandate: Mandate, locked: payments.Locked, current: Timeline, *, now: datetime) -> Outcome:
    """The line was renewed another way meanwhile: nobody shall pay this order as well."""
    if not settlement.give_up(locked, now=now):
        saved.look_again(mandate, at=now + SOON, order_id=mandate.order_id)
        return Outcome.WAITING
    saved.look_again(mandate, at=tries.following(current, now=now), order_id=None)
    return Outcome.NOT_DUE


def _quote(mandate: Mandate, current: Timeline, *, now: datetime) -> Quote | None:
    """What the plan costs now; None when it is not sold any more, or would lose the number."""
    config = settings.CONFIG
    try:
        quote = catalog.quote_of(
            catalog.on_sale(mandate.plan_code),
            currency=config.book_currency,
            jurisdiction=config.tax_jurisdiction,
            now=now,
        )
    except NotOnSale:
        return None
    return quote if renewal.fits(current.line, quote) else None


def _open(mandate: Mandate, current: Timeline, quote: Quote, *, now: datetime) -> Opened:
    """The renewal as the owner would order it, without a try yet. It stays open until all tries are over."""
    last = tries.last(current)
    assert last is not None
    order, _new = orders.open_order(
        key=tries.key(current),
        kind=OrderKind.RENEWAL,
        customer_id=mandate.customer_id,
        by_guest=False,
        line_id=mandate.line_id,
        plan_version_id=quote.plan.version_id,
        start=Start.AFTER,
        quote=quote.to_json(),
        language=identity.person(mandate.customer_id).language,
        total=quote.total,
        begin_by=quote.begin_by,
        now=now,
    )
    payment = payments.open_payment(
        order_id=order.pk,
        customer_id=order.customer_id,
        amount=order.total,
        expires_at=last + DAILY,
        now=now,
    )
    return order, payments.Locked(payment, ())


def _take(waiting: Waiting, *, now: datetime) -> Outcome | int:
    """Take the money the way that was agreed, or ask for it."""
    mandate, order, locked = waiting.mandate, waiting.order, waiting.locked
    if not locked.waits_for_nobody or any(a.state == AttemptState.MISMATCH for a in locked.attempts):
        saved.look_again(mandate, at=min(now + SOON, waiting.next_try), order_id=order.pk)
        return Outcome.WAITING
    if order.currency != mandate.currency or order.total > mandate.limit:
        return _ask(waiting, "auto_renewal_price", [], now=now)
    in_wallet = books.wallet_balance(mandate.customer_id, order.currency)
    if mandate.wallet_first and locked.wallet_part is None and in_wallet >= order.total:
        return _from_wallet(waiting, now=now)
    kept = _kept(waiting, now=now)
    saved_id = off_session.next_to_charge(kept, refusals=_refusals(waiting))
    if saved_id is None:
        return _ask(waiting, "auto_renewal_failed", kept, now=now)
    method = queries.kept(mandate.customer_id, saved_id)
    assert method is not None
    tender = Tender(method.method, method.provider, use_wallet=False, saved_id=saved_id)
    attempt = checkout.try_with(locked, tender, amount=waiting.owed, off_session=True, now=now)
    saved.look_again(mandate, at=min(now + SOON, waiting.next_try), order_id=order.pk)
    return attempt.pk


def _from_wallet(waiting: Waiting, *, now: datetime) -> Outcome:
    mandate, order = waiting.mandate, waiting.order
    started = checkout.spend_wallet(waiting.locked, now=now)
    renewal.finish(checkout.collect(started.locked, order, entries=started.entries, now=now), now=now)
    after = lines.lock(waiting.current.line.pk)
    saved.look_again(mandate, at=tries.following(after, now=now), order_id=None)
    _tell_renewed(mandate, order, after, now=now)
    return Outcome.RENEWED


def _kept(waiting: Waiting, *, now: datetime) -> list[Kept]:
    """What may be charged behind the customer's back, in their order; nothing while a dispute is open."""
    customer_id = waiting.mandate.customer_id
    if disputes.holds(customer_id):
        return []
    zone = ZoneInfo(waiting.current.line.zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    views = [view for view in queries.saved_of(customer_id) if _takes(view, waiting.owed)]
    tried = queries.tried_off_session([view.id for view in views], since=midnight)
    return [Kept(view.id, view.trouble, view.id in tried) for view in views]


def _takes(view: SavedView, amount: Money) -> bool:
    try:
        method = payment_provider(view.provider).capabilities().method(view.method)
    except NoSuchProvider:
        return False
    return method is not None and method.takes(amount)


def _refusals(waiting: Waiting) -> list[str | None]:
    return [attempt.reason for attempt in waiting.locked.attempts if attempt.off_session]


def _ask(waiting: Waiting, event: str, kept: list[Kept], *, now: datetime) -> Outcome:
    """Tell the customer why, and where to pay without signing in: the order stays open. Once per try."""
    mandate, order, refusals = waiting.mandate, waiting.order, _refusals(waiting)
    saved.look_again(mandate, at=waiting.next_try, order_id=order.pk)
    again = tries.announced(waiting.current, now=now)
    if not off_session.worth_another_try(kept, refusals=refusals):
        again = None
    facts: dict[str, object] = {
        "reason": _why(mandate, refusals),
        "to_pay_id": order.pk,
        "amount_minor": waiting.owed.minor,
        "currency": order.currency,
        "limit_minor": mandate.limit_minor,
        "at": again.isoformat() if again else None,
    }
    tell(event, mandate, key=f"auto:{order.pk}:{len(refusals)}", facts=facts, now=now)
    return Outcome.ASKED


def _why(mandate: Mandate, refusals: list[str | None]) -> str | None:
    if refusals:
        return refusals[-1]
    return "disputed" if disputes.holds(mandate.customer_id) else "no_method"


def _tell_renewed(mandate: Mandate, order: Order, current: Timeline, *, now: datetime) -> None:
    end = current.paid_until
    facts: dict[str, object] = {
        "amount_minor": order.total_minor,
        "currency": order.currency,
        "at": end.isoformat() if end else None,
    }
    tell("auto_renewed", mandate, key=f"auto:{order.pk}:renewed", facts=facts, now=now)

"""The first order: a plan becomes a line with a number and an eSIM.

begin()   choose a plan and pay              (one transaction, then the provider)
finish()  it is paid: line, number, term and the wish for a profile   (part of settlement's transaction)
work()    the eSIM loop asks the platform    (then the line is active)
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.rules import Quote, StartRule
from yuanyou.esim import actions as esim
from yuanyou.esim.models import Profile
from yuanyou.esim.port import EsimRefused, EsimTrouble, IssuedProfile
from yuanyou.flows import checkout, receipts, terms
from yuanyou.flows.checkout import Tender
from yuanyou.flows.moves import settle
from yuanyou.flows.paid import Paid
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity.queries import Person
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import LineEvent, LineState
from yuanyou.messages import actions as messages
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind
from yuanyou.wiring import esim_platform

log = logging.getLogger(__name__)


def begin(
    person: Person, *, version_id: int, tender: Tender, key: UUID, language: str, now: datetime
) -> tuple[Order, str | None]:
    """The order of this key and the page where it is paid. NotOnSale, NothingToPayWith."""
    quote = catalog.quote_of(
        version_id,
        currency=tender.currency or settings.CONFIG.book_currency,
        jurisdiction=settings.CONFIG.tax_jurisdiction,
        now=now,
    )
    with in_cell(person.cell):
        order, new = orders.open_order(
            key=key,
            kind=OrderKind.FIRST_ORDER,
            customer_id=person.id,
            by_guest=False,
            line_id=None,
            plan_version_id=version_id,
            start=None,
            quote=quote.to_json(),
            language=language,
            total=quote.total,
            begin_by=quote.begin_by,
            now=now,
        )
        started = checkout.start(order, tender, now=now) if new else None
        if started is not None and started.covered:
            finish(checkout.collect(started.locked, order, entries=started.entries, now=now), now=now)
    return order, checkout.go_on(order, started, tender, now=now)


def finish(paid: Paid, *, now: datetime) -> None:
    """Everything a paid first order means. The term waits for its card, or for its first use.

    Touches two schemas: the pool of numbers in `public` first, then the cell (docs/cells.md).
    """
    order, quote = paid.order, Quote.from_json(paid.order.quote)
    person = identity.person(order.customer_id)
    line = lines.open_line(customer_id=order.customer_id, zone=person.zone, now=now)
    if quote.plan.has_number:
        lines.give_number(line)
    terms.book_sale(paid, quote, now=now)
    terms.put(line, order, quote, starts_at=_latest_start(quote, now=now), at_first_use=True, now=now)
    esim.wish(line.pk, now=now)
    result = {"number": line.number, "plan_texts": quote.plan.texts}
    orders.fulfil(order, result=result, line_id=line.pk, now=now)
    receipts.write(paid, quote=quote, now=now)


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Ask the platform for the profiles that are wanted and activate their lines; how many were due."""
    with in_cell(cell):
        due = esim.claim_due(now=now, lease=LEASE, limit=limit)
    for profile_id in due:
        with apart(f"activating profile {profile_id}"):
            _order(cell, profile_id, now=now)
    return len(due)


def _order(cell: int, profile_id: int, *, now: datetime) -> None:
    with in_cell(cell):
        reference = Profile.objects.get(pk=profile_id).ref
    try:
        issued = esim_platform().order(reference)
    except (EsimTrouble, EsimRefused) as trouble:
        log.warning("no profile for %s yet: %s", reference, trouble)
        with in_cell(cell):
            esim.put_off(Profile.objects.get(pk=profile_id), now=now)
        return
    with in_cell(cell):
        _activate(profile_id, issued, now=now)


def _activate(profile_id: int, issued: IssuedProfile, *, now: datetime) -> None:
    """The card is there: the line is active, and a term that starts on payment starts now."""
    profile = Profile.objects.get(pk=profile_id)
    current = lines.lock(profile.line_id)
    esim.issued(profile, issued)
    line = current.line
    if line.state != LineState.ORDERED:
        return
    lines.carry(line, iccid=issued.iccid)
    lines.move(line, LineEvent.ACTIVATED, at=now, cause=profile.ref)
    if current.waiting and _plan_starts_on_payment(current):
        terms.start_waiting(current, cause=profile.ref, now=now)
    settle(lines.timeline(line), now=now)
    messages.queue(
        "line_active",
        key=f"line-active:{line.pk}",
        customer_id=line.customer_id,
        line_id=line.pk,
        language=identity.person(line.customer_id).language,
        now=now,
    )


def _plan_starts_on_payment(current: Timeline) -> bool:
    plan = Quote.from_json(current.waiting[0].order.quote).plan
    return plan.start_rule is StartRule.ON_PAYMENT


def _latest_start(quote: Quote, *, now: datetime) -> datetime:
    """When the term begins by itself: at latest after so many days, at first use before."""
    if quote.plan.start_rule is StartRule.FIRST_USE:
        return now + timedelta(days=quote.plan.first_use_within_days)
    return now

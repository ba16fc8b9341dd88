"""What a customer agreed to: that a line is renewed by itself, up to a limit, until they say stop.

give()      the customer agrees to the words that were shown   (one transaction)
stop()      and ends it, with one tap                          (the same)
upcoming()  what the line's pages say of it
tell()      a message about it
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.flows import links, renewal, tries
from yuanyou.flows.renewal import PlanDoesNotFit
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.models import Line
from yuanyou.lines.rules import LineState, renewal_start
from yuanyou.messages import actions as messages
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderState
from yuanyou.payments import queries, saved
from yuanyou.payments.models import Mandate
from yuanyou.payments.saved import Consent


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What a line's pages say of its automatic renewal."""

    limit: Money
    next_try: datetime | None
    """When it is charged next; None: not by itself any more in this term."""
    to_pay: str | None
    """The order that waits for the customer."""


def give(line_id: int, *, customer_id: int, version_id: int, given: Consent, now: datetime) -> Mandate:
    """From now on the line is renewed by itself. The same words said twice are one consent.

    Line.DoesNotExist unless it is this customer's; NotRenewable, NotOnSale, PlanDoesNotFit.
    """
    config = settings.CONFIG
    quote = catalog.quote_of(
        version_id, currency=config.book_currency, jurisdiction=config.tax_jurisdiction, now=now
    )
    with in_cell(cell_of(line_id)):
        current = lines.timeline(Line.objects.get(pk=line_id, customer_id=customer_id))
        renewal_start(LineState(current.line.state), last_end=None, now=now)
        if not renewal.fits(current.line, quote):
            raise PlanDoesNotFit(quote.plan.code)
        mandate, new = saved.consent(
            given,
            customer_id=customer_id,
            line_id=line_id,
            next_at=tries.first(current, now=now),
            now=now,
        )
        if new:
            tell("auto_renewal_on", mandate, key=f"auto:on:{mandate.pk}", facts={}, now=now)
    return mandate


def stop(line_id: int, *, now: datetime) -> None:
    """Renew the line by itself no longer. Harmless to repeat; money that is on its way still counts."""
    with in_cell(cell_of(line_id)):
        mandate = saved.lock_mandate(line_id)
        if mandate is not None:
            saved.end(mandate, now=now)
            tell("auto_renewal_off", mandate, key=f"auto:off:{mandate.pk}", facts={}, now=now)


def upcoming(current: Timeline, *, now: datetime) -> Upcoming | None:
    """What is known of a line's automatic renewal; None while it is off. Part of the caller's step."""
    mandate = queries.mandate_of(current.line.pk)
    if mandate is None:
        return None
    waiting = Order.objects.filter(pk=mandate.order_id or 0, state=OrderState.OPEN).first()
    return Upcoming(
        limit=mandate.limit,
        next_try=tries.announced(current, now=now),
        to_pay=links.order_page(waiting) if waiting else None,
    )


def tell(event: str, mandate: Mandate, *, key: str, facts: dict[str, object], now: datetime) -> None:
    """Say something about it to the customer, once per key. Part of the caller's step."""
    messages.queue(
        event,
        key=key,
        customer_id=mandate.customer_id,
        line_id=mandate.line_id,
        language=identity.person(mandate.customer_id).language,
        facts=facts | {"mandate_id": mandate.pk},
        now=now,
    )

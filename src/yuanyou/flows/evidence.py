"""What we know of a disputed sale, as text for the bank that judges it. In English: banks read English."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from yuanyou.allowances import queries as allowances
from yuanyou.catalog.rules import Quote
from yuanyou.flows import links, terms
from yuanyou.identity import queries as identity
from yuanyou.kernel.redact import redact
from yuanyou.kernel.units import Unit
from yuanyou.lines import queries as lines
from yuanyou.messages import queries as messages
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind
from yuanyou.payments import queries as payments
from yuanyou.payments.models import Dispute
from yuanyou.payments.port import Evidence


def collect(dispute: Dispute, *, note: str) -> Evidence:
    """The pack for one dispute, in the entered cell. Changes nothing: staff see it before it is sent."""
    order = dispute.attempt.payment.order
    person = identity.person(order.customer_id)
    return Evidence(
        product=_product(order),
        customer=person.name,
        email="" if order.by_guest else person.email or "",
        network=_network(dispute, order),
        delivered_on=_instant(order.fulfilled_at),
        usage=_usage(order),
        terms=f"{settings.CONFIG.site_url}/terms/ (shown before payment; the order keeps what was agreed)",
        refund_policy=f"{settings.CONFIG.site_url}/refunds/",
        letters=_letters(order),
        note=redact(note),
    )


def _product(order: Order) -> str:
    if order.kind == OrderKind.TOP_UP:
        return f"Prepaid account balance, {order.total}, order {order.ref}."
    plan = Quote.from_json(order.quote).plan
    name = plan.texts.get("en", {}).get("name", plan.code)
    return f"Prepaid mobile plan '{name}', {plan.days} days, {order.total}, order {order.ref}."


def _network(dispute: Dispute, order: Order) -> str:
    attempt = dispute.attempt
    before = payments.paid_before(order.customer_id, fingerprint=attempt.fingerprint, but=attempt.pk)
    lines_ = [f"Order begun {_instant(order.created_at)}, paid on {attempt.provider}'s own page."]
    if before:
        lines_.append(f"The same card paid us {before} times before without a dispute.")
    return " ".join(lines_)


def _usage(order: Order) -> str:
    if order.line_id is None or order.kind == OrderKind.TOP_UP:
        return ""
    term = lines.term_of_order(order.pk)
    used = allowances.used_of(terms.source(term))
    parts = [f"Service from {_instant(term.starts_at)} to {_instant(term.ended_at or term.ends_at)}."]
    parts += [f"Used of it: {amount} {_unit(unit)}." for unit, amount in used.items() if amount]
    last = allowances.last_used_at(order.line_id)
    if last is not None:
        parts.append(f"Last used {_instant(last)}.")
    return " ".join(parts)


def _unit(unit: Unit) -> str:
    return unit.value


def _letters(order: Order) -> str:
    sent = messages.of_line(order.line_id) if order.line_id is not None else []
    return "\n".join(_accepted((m.accepted_at, m.event) for m in sent) or [links.order_page(order)])


def _accepted(sent: Iterable[tuple[datetime | None, str]]) -> list[str]:
    return [f"{_instant(at)}: {event} accepted by the customer's mail server" for at, event in sent if at]


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""

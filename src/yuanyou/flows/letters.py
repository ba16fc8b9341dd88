"""Letters: what the outbox holds is rendered in the customer's language and handed to the mail server.

work()  the messages loop: claim, render, send, write down what the channel said
"""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings

from yuanyou.flows import links
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.identity import queries as identity
from yuanyou.kernel.money import Money
from yuanyou.messages import actions as messages
from yuanyou.messages.models import Message
from yuanyou.messages.port import AddressRefused, ChannelDown
from yuanyou.messages.receipt import receipt_page
from yuanyou.messages.render import render
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.payments import queries as payments
from yuanyou.wiring import mail

log = logging.getLogger(__name__)


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Send the messages that are due; how many were taken."""
    with in_cell(cell):
        due = messages.claim_due(now=now, lease=LEASE, limit=limit)
    for message_id in due:
        with apart(f"sending message {message_id}"):
            _send(cell, message_id, now=now)
    return len(due)


def _send(cell: int, message_id: int, *, now: datetime) -> None:
    with in_cell(cell):
        message = Message.objects.get(pk=message_id)
        address = identity.email_of(message.customer_id)
        context = _context(message)
    why, gone = "", address is None
    if address is not None:
        try:
            mail().send(render(message, to=address, context=context))
        except AddressRefused as no:
            why, gone = str(no), True
        except ChannelDown as trouble:
            why = str(trouble)
            log.warning("mail waits: %s", why)
    with in_cell(cell):
        message = Message.objects.select_for_update().get(pk=message_id)
        if gone:
            messages.refused(message, why=why or "no address")
        elif why:
            messages.lost(message, why=why, now=now)
        else:
            messages.accepted(message, now=now)


def _context(message: Message) -> dict[str, Any]:
    """What the templates show: the facts, and what they name, as values."""
    facts = message.facts
    context: dict[str, Any] = {"site_url": settings.CONFIG.site_url, "zone": settings.CONFIG.books_zone}
    if "amount_minor" in facts:
        context["amount"] = Money(facts["amount_minor"], facts["currency"])
    if message.line is not None:
        line = message.line
        line_link = f"{settings.CONFIG.site_url}/lines/{line.ref}/"
        context |= {"number": line.number, "zone": line.zone, "line_link": line_link}
    context |= _of_auto_renewal(facts)
    if "order_id" in facts:
        order = Order.objects.get(pk=facts["order_id"])
        kept = orders.receipt_of(order.pk)
        assert kept is not None
        page = receipt_page(kept)
        context |= {"receipt": page, "lines": page.lines(message.language), "link": links.order_page(order)}
    return context


def _of_auto_renewal(facts: dict[str, Any]) -> dict[str, Any]:
    """What letters about an automatic renewal show: words agreed to, links to pay and to stop, instants."""
    context: dict[str, Any] = {"reason": facts.get("reason")}
    if "mandate_id" in facts:
        agreed = payments.mandate(facts["mandate_id"])
        context |= {"stop_link": links.stop_page(agreed.id), "agreed": agreed.text.splitlines()}
    if "limit_minor" in facts:
        context["limit"] = Money(facts["limit_minor"], facts["currency"])
    if "to_pay_id" in facts:
        context["pay_link"] = links.order_page(Order.objects.get(pk=facts["to_pay_id"]))
    if facts.get("at"):
        context["at"] = datetime.fromisoformat(facts["at"])
    return context

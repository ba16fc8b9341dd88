"""Letters: what the outbox holds is rendered in the customer's language and handed to the mail server.

work()  the messages loop: claim, render, send, write down what the channel said
"""

import logging
from datetime import datetime

from yuanyou.flows.step import LEASE, in_cell
from yuanyou.identity import queries as identity
from yuanyou.messages import actions as messages
from yuanyou.messages.models import Message
from yuanyou.messages.port import AddressRefused, ChannelDown
from yuanyou.messages.render import render
from yuanyou.wiring import mail

log = logging.getLogger(__name__)


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Send the messages that are due; how many were taken."""
    with in_cell(cell):
        due = messages.claim_due(now=now, lease=LEASE, limit=limit)
    for message_id in due:
        _send(cell, message_id, now=now)
    return len(due)


def _send(cell: int, message_id: int, *, now: datetime) -> None:
    with in_cell(cell):
        message = Message.objects.get(pk=message_id)
        address = identity.email_of(message.customer_id)
    why, gone = "", address is None
    if address is not None:
        try:
            mail().send(render(message, to=address))
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

"""Every write to the outbox."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from yuanyou.kernel.sql import load
from yuanyou.messages.models import Message
from yuanyou.messages.rules import MESSAGE, MessageEvent, MessageState, next_try


def queue(
    event: str,
    *,
    key: str,
    customer_id: int,
    language: str,
    now: datetime,
    line_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Say something to a customer, once per key."""
    Message.objects.bulk_create(
        [
            Message(
                event=event,
                key=key,
                customer_id=customer_id,
                line_id=line_id,
                language=language,
                facts=facts or {},
                ask_at=now,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def claim_due(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Messages to send now, taken for one sender until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.messages.sql", "claim_due"), {"now": now, "until": now + lease, "limit": limit}
        )
        return [message_id for (message_id,) in cursor.fetchall()]


def accepted(message: Message, *, now: datetime) -> None:
    """The channel took it."""
    _move(message, MessageEvent.ACCEPTED)
    message.ask_at, message.accepted_at = None, now
    message.save(update_fields=["state", "ask_at", "accepted_at"])


def refused(message: Message, *, why: str) -> None:
    """The channel will never take it."""
    _move(message, MessageEvent.REFUSED)
    message.ask_at, message.why_failed = None, why[:120]
    message.save(update_fields=["state", "ask_at", "why_failed"])


def lost(message: Message, *, why: str, now: datetime) -> None:
    """The channel did not answer: try again later, until patience ends."""
    again = next_try(message.tried, now=now)
    if again is None:
        refused(message, why=why)
        return
    _move(message, MessageEvent.LOST)
    message.ask_at = again
    message.save(update_fields=["state", "ask_at"])


def _move(message: Message, event: MessageEvent) -> None:
    message.state = MESSAGE.after(MessageState(message.state), event)

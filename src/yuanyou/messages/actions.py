"""Every write to the outbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from yuanyou.kernel.sql import load
from yuanyou.messages.models import Message
from yuanyou.messages.rules import MESSAGE, MessageEvent, MessageState, next_try
from yuanyou.tables import hot


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Something to tell a customer."""

    event: str
    key: str
    customer_id: int
    language: str
    line_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


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
    said = Saying(
        event=event, key=key, customer_id=customer_id, language=language, line_id=line_id, facts=facts or {}
    )
    queue_all([said], now=now)


def queue_all(sayings: Iterable[Saying], *, now: datetime) -> None:
    """Say many things at once, each once per key."""
    hot.insert_all(
        [
            Message(
                event=said.event,
                key=said.key,
                customer_id=said.customer_id,
                line_id=said.line_id,
                language=said.language,
                facts=dict(said.facts),
                ask_at=now,
                created_at=now,
            )
            for said in sayings
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

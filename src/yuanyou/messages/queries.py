"""Reading the outbox."""

from dataclasses import dataclass
from datetime import datetime

from yuanyou.messages.models import Message
from yuanyou.messages.rules import MessageState

RELEASE_WARNING = "release_warning"
"""A number, or a line without one, is about to be given up."""
REMINDER = "reminder"
"""A term is about to end."""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message on a timeline."""

    id: int
    event: str
    state: MessageState
    language: str
    created_at: datetime
    accepted_at: datetime | None
    why_failed: str | None


def warnings_accepted(line_id: int, *, since: datetime) -> int:
    """How many warnings that the number will be given up were accepted since then, off the line."""
    return Message.objects.filter(
        line_id=line_id, event=RELEASE_WARNING, state=MessageState.ACCEPTED, accepted_at__gte=since
    ).count()


def of_line(line_id: int, *, limit: int = 50) -> list[MessageView]:
    """What was said about a line, newest first."""
    rows = Message.objects.filter(line_id=line_id).order_by("-id")[:limit]
    return [
        MessageView(
            r.pk, r.event, MessageState(r.state), r.language, r.created_at, r.accepted_at, r.why_failed
        )
        for r in rows
    ]

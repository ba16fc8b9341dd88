"""Messages to people: what there is to say and the life of one message."""

from datetime import datetime, timedelta
from enum import StrEnum

from yuanyou.kernel.state import Machine


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"


class MessageEvent(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"


S, E = MessageState, MessageEvent
MESSAGE = Machine(
    "message",
    {
        (S.QUEUED, E.SENT): S.SENDING,
        (S.SENDING, E.SENT): S.SENDING,  # its sender died: the lease ran out
        (S.SENDING, E.ACCEPTED): S.ACCEPTED,
        (S.SENDING, E.LOST): S.QUEUED,
        (S.SENDING, E.REFUSED): S.FAILED,
        (S.QUEUED, E.REFUSED): S.FAILED,
    },
)

AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 6 * 3600, 24 * 3600))


def next_try(tried: int, *, now: datetime) -> datetime | None:
    """When to try again after `tried` tries the mail server did not answer; None: it failed."""
    return now + AGAIN_AFTER[tried - 1] if tried <= len(AGAIN_AFTER) else None

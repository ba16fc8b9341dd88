"""What we need of a channel that carries messages."""

from dataclasses import dataclass
from typing import Protocol


class ChannelDown(Exception):
    """No clear answer, or "not now": try again later."""


class AddressRefused(Exception):
    """The channel will never deliver there."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One rendered message."""

    message_ref: str
    to: str
    subject: str
    text: str
    html: str


class Channel(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand over for delivery. ChannelDown or AddressRefused when it was not taken."""
        ...

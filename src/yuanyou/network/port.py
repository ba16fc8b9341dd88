"""What we need of the company whose network carries a line: serve it, bar it, and say how it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CarrierTrouble(Exception):
    """No clear answer: the wish may have been followed or not. Read back before asking again."""


class CarrierRefused(Exception):
    """The carrier said no, and nothing was changed."""


class Service(StrEnum):
    """How a line stands with the carrier."""

    OPEN = "open"
    BARRED = "barred"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What the carrier says of one wish."""

    DONE = "done"
    ACCEPTED = "accepted"  # it will be done; nobody knows when
    REFUSED = "refused"  # only ever read back: a refusal in the answer is CarrierRefused


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish for one line. `ref` is ours, made and kept before the call; the same one asks the same."""

    ref: str
    iccid: str


@dataclass(frozen=True, slots=True)
class Allow:
    """What a barred line still reaches. Emergency calls always; nothing else."""

    hosts: tuple[str, ...]
    """Our own pages and every pay page."""
    incoming_sms: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read back: how the line stands, what a barred one reaches, and what became of our wish."""

    service: Service
    hosts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    """None: the carrier does not know this wish."""


class Carrier(Protocol):
    """Every call is harmless to repeat with the same `ask`. CarrierTrouble, CarrierRefused."""

    def open(self, ask: Ask) -> Outcome:
        """Serve a card that was never served."""
        ...

    def bar(self, ask: Ask, allow: Allow) -> Outcome:
        """Stop charged services; the number stays."""
        ...

    def restore(self, ask: Ask) -> Outcome:
        """Serve a barred line again."""
        ...

    def close(self, ask: Ask) -> Outcome:
        """Serve the line no more, for good."""
        ...

    def read_back(self, ask: Ask) -> Seen:
        """How the line stands now. A card that was never served, or is no longer, is closed."""
        ...

"""State machines as one table: (state, event) -> state. Anything not in the table is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class NotAllowed(Exception):
    """The event is a fact or a wish that this state does not accept."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: {event} is not allowed while {state}")
        self.machine, self.state, self.event = machine, state, event


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, E]):
    """A life. `docs/states/` is drawn from it and the database CHECK is made from `states`."""

    name: str
    moves: Mapping[tuple[S, E], S]

    def after(self, state: S, event: E) -> S:
        """The state that follows, or NotAllowed."""
        try:
            return self.moves[state, event]
        except KeyError:
            raise NotAllowed(self.name, state, event) from None

    def allows(self, state: S, event: E) -> bool:
        return (state, event) in self.moves

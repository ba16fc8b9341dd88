"""What an allowance is measured in: bytes, seconds or messages, always whole."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """The unit of an allowance. The value is what the database stores."""

    BYTES = "bytes"
    SECONDS = "seconds"
    MESSAGES = "messages"


GB = 1_000_000_000
"""Plans are sold in decimal gigabytes, as phones count them (1 GB = 10^9 bytes)."""
MB = 1_000_000
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of one unit. `amount` None means without limit."""

    unit: Unit
    amount: int | None

    def __post_init__(self) -> None:
        if self.amount is not None and (type(self.amount) is not int or self.amount < 0):
            raise ValueError(f"a quantity is a whole number, not {self.amount!r}")

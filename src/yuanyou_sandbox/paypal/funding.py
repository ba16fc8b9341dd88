"""What the payer pays with on the approval page, and what becomes of it at the capture."""

from dataclasses import dataclass
from enum import StrEnum

DAY = 86_400


class Ends(StrEnum):
    """What becomes of a capture."""

    COMPLETED = "completed"
    PENDING = "pending"
    PENDING_THEN_DENIED = "pending_then_denied"
    DECLINED = "declined"  # a capture, without money
    FAILED = "failed"
    INSTRUMENT_DECLINED = "instrument_declined"  # no capture: the payer may choose another way


PENDING = frozenset({Ends.PENDING, Ends.PENDING_THEN_DENIED})


@dataclass(frozen=True, slots=True)
class Funding:
    """One way to pay. `reason` is why its captures are pending."""

    name: str
    ends: Ends
    label: str
    reason: str = "PENDING_REVIEW"
    seconds: int = DAY
    """Until a pending capture is decided."""


FUNDINGS = (
    Funding("balance", Ends.COMPLETED, "PayPal balance: pays"),
    Funding("card", Ends.COMPLETED, "Visa ending in 1111: pays"),
    Funding("card_declined", Ends.INSTRUMENT_DECLINED, "Visa ending in 0002: is declined"),
    Funding("echeck", Ends.PENDING, "E-check: the money comes days later", "ECHECK", 4 * DAY),
    Funding("echeck_bounces", Ends.PENDING_THEN_DENIED, "E-check: bounces days later", "ECHECK", 4 * DAY),
)
BY_NAME = {each.name: each for each in FUNDINGS}
USUAL = FUNDINGS[0]


def offered(*, immediate: bool) -> tuple[Funding, ...]:
    """What the page shows; `immediate` when the shop takes no pending money."""
    return tuple(each for each in FUNDINGS if not (immediate and each.ends in PENDING))

"""Personal data, masked everywhere else, is shown to a member of staff once, for a reason that is recorded.

reveal()  what was asked for, and the record of who asked and why   (one transaction)
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yuanyou.flows import acts
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity.queries import ContactPoint
from yuanyou.lines import queries as lines


class What(StrEnum):
    """What is revealed: no more than somebody needs."""

    CONTACT = "contact"  # the name, and where the customer can be written to or called
    NUMBERS = "numbers"  # the phone numbers of their lines


@dataclass(frozen=True, slots=True)
class Revealed:
    """What a member of staff sees once. Never stored."""

    name: str
    contacts: tuple[ContactPoint, ...]
    numbers: tuple[str, ...]


def reveal(
    customer_id: int, what: What, *, subject: str, actor_id: int, reason: str, now: datetime
) -> Revealed:
    """Show it, and write down that it was shown. Customer.DoesNotExist, NoReason.

    `subject` is where the person was looking: a line, an order, or the customer.
    """
    said = acts.reasoned(reason)
    with in_cell(identity.person(customer_id).cell):
        acts.record(
            actor_id=actor_id,
            verb="reveal",
            subject=subject,
            reason=said,
            facts={"what": str(what)},
            now=now,
            about=customer_id,
        )
        if what is What.NUMBERS:
            numbers = [line.number for line in lines.lines_of(customer_id) if line.number]
            return Revealed("", (), tuple(numbers))
        return Revealed(identity.person(customer_id).name, tuple(identity.contacts_of(customer_id)), ())

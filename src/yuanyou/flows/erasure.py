"""A person is forgotten: their directory rows, and the key of what is sealed for them (law 23).

obstacles()  what has to be settled first: service that was paid for, money that is theirs or on its way
erase()      stop what goes by itself, give kept ways to pay back, forget   (one transaction)
Books, history and this act stay, and name an id.
"""

from datetime import datetime
from enum import StrEnum

from yuanyou.flows import acts
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity import queries as directory
from yuanyou.identity import seal
from yuanyou.ledger import queries as books
from yuanyou.lines import queries as lines
from yuanyou.lines.rules import LineState
from yuanyou.payments import queries as payments
from yuanyou.payments import saved

GONE = frozenset({LineState.RELEASED, LineState.CLOSED})


class Obstacle(StrEnum):
    """Why somebody cannot be forgotten yet."""

    LINE = "line"
    WALLET = "wallet"
    PAYMENT = "payment"


class CannotErase(Exception):
    """Something has to be settled first; nothing was done."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(", ".join(obstacles))
        self.obstacles = obstacles


def obstacles(customer_id: int) -> list[Obstacle]:
    """What has to be settled first. Part of a step in the customer's cell."""
    found = []
    if any(line.state not in GONE for line in lines.lines_of(customer_id)):
        found.append(Obstacle.LINE)
    if books.wallets(customer_id):
        found.append(Obstacle.WALLET)
    if payments.unfinished(customer_id):
        found.append(Obstacle.PAYMENT)
    return found


def erase(customer_id: int, *, actor_id: int, reason: str, now: datetime) -> None:
    """Forget a person. Cannot be undone; harmless to repeat. Customer.DoesNotExist, NoReason, CannotErase.

    The reason outlives the person's key, so it must not name them. Touches two schemas: the directory in
    `public` first, then the cell (docs/cells.md).
    """
    said = acts.reasoned(reason)
    with in_cell(directory.person(customer_id).cell):
        if seal.is_erased(customer_id):
            return
        if in_the_way := obstacles(customer_id):
            raise CannotErase(in_the_way)
        identity.erase(customer_id, now=now)
        for line in lines.lines_of(customer_id):
            if mandate := saved.lock_mandate(line.pk):
                saved.end(mandate, now=now)
        for way in payments.saved_of(customer_id):
            saved.remove(customer_id, way.id, now=now)
        acts.record(
            actor_id=actor_id,
            verb="erase",
            subject=f"customer:{customer_id}",
            reason=said,
            facts={},
            now=now,
            about=customer_id,
        )

"""A paid order, as settlement hands it to the flow that fulfils it."""

from collections.abc import Mapping
from dataclasses import dataclass

from yuanyou.kernel.money import Money
from yuanyou.ledger.rules import Entry
from yuanyou.orders.models import Order


@dataclass(frozen=True, slots=True)
class Paid:
    """The order is locked, under its payment's lock. `method` is what brought the last of the money."""

    order: Order
    payment_id: int
    wallet_part: Money
    method: str
    card: Mapping[str, str]
    entries: tuple[Entry, ...]
    """What brought the money, to be posted with what it becomes."""

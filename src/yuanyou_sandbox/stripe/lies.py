"""Answers and notices that say something else than what is true: each must be caught by whoever asks."""

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.store import Document

AMOUNT, CURRENCY, REFERENCE = "wrong_amount", "wrong_currency", "wrong_reference"
FEE, MERCHANT, OMITTED = "wrong_fee", "wrong_merchant", "missing_line"
AMOUNTS = frozenset({"amount_total", "amount_subtotal", "amount", "amount_received", "amount_captured"})
Liar: TypeAlias = Callable[[str, Any, str | None], Any]
OFF_BY = 100
"""Minor units more than is true, when no value is given."""


def told_falsely(answer: Document, lie: Fault) -> Document:
    """The same answer, falsified throughout. What is kept stays true."""
    told: Document = _told(answer, lie)
    if lie.fault == OMITTED and told.get("object") == "list":
        told["data"] = told["data"][1:]
    return told


def _told(node: Any, lie: Fault) -> Any:
    if isinstance(node, list):
        return [_told(each, lie) for each in node]
    if not isinstance(node, dict):
        return node
    told = {name: _field(name, _told(value, lie), lie) for name, value in node.items()}
    if told.get("object") == "balance_transaction":
        told["net"] = told["amount"] - told["fee"]
    return told


def _field(name: str, value: Any, lie: Fault) -> Any:
    liar = LIARS.get(lie.fault)
    return liar(name, value, lie.value) if liar and value is not None else value


def _number(names: Collection[str]) -> Liar:
    def lies(name: str, value: Any, told: str | None) -> Any:
        if name not in names or (value == 0 and name in AMOUNTS):
            return value
        return int(told) if told else value + OFF_BY

    return lies


def _currency(name: str, value: Any, told: str | None) -> Any:
    return told or ("eur" if value == "usd" else "usd") if name == "currency" else value


def _reference(name: str, value: Any, told: str | None) -> Any:
    somebody = told or "somebody_else"
    if name == "client_reference_id":
        return somebody
    return dict.fromkeys(value, somebody) if name == "metadata" else value


def _merchant(name: str, value: Any, _told: str | None) -> Any:
    return not value if name == "livemode" else value


LIARS: dict[str, Liar] = {
    AMOUNT: _number(AMOUNTS),
    FEE: _number({"fee"}),
    CURRENCY: _currency,
    REFERENCE: _reference,
    MERCHANT: _merchant,
}
"""What each lie makes of a field: its name, the truth, and what was ordered to be said."""
LIES = frozenset({*LIARS, OMITTED})

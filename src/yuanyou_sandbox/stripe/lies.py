"""Answers and notices that say something else than what is true: each must be caught by whoever asks."""

from typing import Any

from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.store import Document

AMOUNT, CURRENCY, REFERENCE = "wrong_amount", "wrong_currency", "wrong_reference"
LIES = frozenset({AMOUNT, CURRENCY, REFERENCE})
AMOUNTS = frozenset({"amount_total", "amount_subtotal", "amount", "amount_received", "amount_captured"})
OFF_BY = 100
"""Minor units more than is true, when no value is given."""


def told_falsely(answer: Document, lie: Fault) -> Document:
    """The same answer, falsified throughout. What is kept stays true."""
    told: Document = _told(answer, lie)
    return told


def _told(node: Any, lie: Fault) -> Any:
    if isinstance(node, list):
        return [_told(each, lie) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: _field(name, _told(value, lie), lie) for name, value in node.items()}


def _field(name: str, value: Any, lie: Fault) -> Any:
    if lie.fault == AMOUNT and name in AMOUNTS and value:
        return int(lie.value) if lie.value else value + OFF_BY
    if lie.fault == CURRENCY and name == "currency" and value:
        return lie.value or ("eur" if value == "usd" else "usd")
    if lie.fault == REFERENCE and name == "client_reference_id" and value:
        return lie.value or "somebody_else"
    if lie.fault == REFERENCE and name == "metadata" and value:
        return dict.fromkeys(value, lie.value or "somebody_else")
    return value

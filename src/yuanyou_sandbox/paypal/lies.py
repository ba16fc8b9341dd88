"""Answers and notices that say something else than what is true: each must be caught by whoever asks."""

from typing import Any

from yuanyou_sandbox.paypal import money
from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.store import Document

AMOUNT, CURRENCY, MERCHANT, REFERENCE = "wrong_amount", "wrong_currency", "wrong_merchant", "wrong_reference"
LIES = frozenset({AMOUNT, CURRENCY, MERCHANT, REFERENCE})
AMOUNTS = frozenset({"amount", "gross_amount", "net_amount", "transaction_amount", "dispute_amount"})
MERCHANTS = frozenset({"merchant_id", "account_number"})
REFERENCES = frozenset({"custom_id", "invoice_id", "custom_field", "custom", "invoice_number"})
OFF_BY = 100
"""Smallest units more than is true, when no value is given."""


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
    if lie.fault == AMOUNT and name in AMOUNTS and isinstance(value, dict) and "value" in value:
        units = int(lie.value) if lie.value else money.units_of(value) + OFF_BY
        return value | {"value": money.value_of(units, value["currency_code"])}
    if lie.fault == CURRENCY and name == "currency_code":
        return lie.value or ("EUR" if value == "USD" else "USD")
    if lie.fault == MERCHANT and name in MERCHANTS:
        return lie.value or "SOMEBODYELSE1"
    if lie.fault == REFERENCE and name in REFERENCES:
        return lie.value or "somebody_else"
    return value

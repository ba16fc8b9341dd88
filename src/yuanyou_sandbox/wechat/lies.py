"""Answers and notices that say something else than what is true: each must be caught by whoever asks."""

from typing import Any

from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.store import Document

AMOUNT, CURRENCY, MERCHANT, REFERENCE = "wrong_amount", "wrong_currency", "wrong_merchant", "wrong_reference"
APP = "wrong_app"
LIES = frozenset({AMOUNT, CURRENCY, MERCHANT, REFERENCE, APP})
AMOUNTS = frozenset({"total", "payer_total", "refund", "payer_refund"})
CURRENCIES = frozenset({"currency", "payer_currency"})
TEXTS = {
    MERCHANT: ("mchid", "1900000000"),
    REFERENCE: ("out_trade_no", "somebody_else"),
    APP: ("appid", "wx0000000000000000"),
}
OFF_BY = 100
"""Fen more than is true, when no value is given."""


def told_falsely(answer: Document, lie: Fault) -> Document:
    """The same answer, falsified throughout. What is kept stays true."""
    return {name: _field(name, value, lie) for name, value in answer.items()}


def _field(name: str, value: Any, lie: Fault) -> Any:
    if isinstance(value, dict):
        return told_falsely(value, lie)
    if lie.fault == AMOUNT and name in AMOUNTS:
        return int(lie.value) if lie.value else value + OFF_BY
    if lie.fault == CURRENCY and name in CURRENCIES:
        return lie.value or "HKD"
    field, told = TEXTS.get(lie.fault, ("", ""))
    return (lie.value or told) if name == field else value

"""PayPal's currencies and amounts: strings with as many decimals as the currency has there.

Inside the sandbox an amount is a whole number of the smallest unit PayPal counts in (a cent; a yen).
Source: developer.paypal.com/api/rest/reference/currency-codes.
"""

import re
from typing import Any

from yuanyou_sandbox.paypal.errors import unprocessable
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.store import Document

WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
SUPPORTED = WITHOUT_DECIMALS | frozenset(
    {
        *("AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "MXN", "MYR"),
        *("NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"),
    }
)
"""CNY is for accounts in mainland China only, which the sandbox's is not."""
SYNTAX = re.compile(r"(-?[0-9]+|-?[0-9]*\.[0-9]+)")
CODE = re.compile(r"[A-Z]{3}")
MOST_DIGITS, LONGEST_VALUE = 15, 32


def money(units: int, currency: str) -> Document:
    """As the API shows it."""
    return {"currency_code": currency, "value": value_of(units, currency)}


def value_of(units: int, currency: str) -> str:
    sign = "-" if units < 0 else ""
    if currency in WITHOUT_DECIMALS:
        return f"{sign}{abs(units)}"
    whole, part = divmod(abs(units), 100)
    return f"{sign}{whole}.{part:02}"


def units_of(amount: dict[str, Any]) -> int:
    """The other way round, for an amount we made."""
    return int(str(amount["value"]).replace(".", ""))


def shown(units: int, currency: str) -> str:
    """As people read it, with the ISO code: `USD 1,200.00`."""
    sign = "-" if units < 0 else ""
    whole, _, part = value_of(abs(units), currency).partition(".")
    return f"{currency} {sign}{int(whole):,}{'.' if part else ''}{part}"


def read(group: Reader, *, positive: bool = True) -> tuple[int, str]:
    """(units, currency) of a money object. ApiError for what PayPal would not take, and why."""
    code = group.need_text("currency_code", shortest=3, longest=3)
    if not CODE.fullmatch(code):
        raise group.wrong("INVALID_PARAMETER_SYNTAX", "currency_code", code)
    told = group.need_text("value", longest=LONGEST_VALUE)
    if not SYNTAX.fullmatch(told):
        raise group.wrong("INVALID_PARAMETER_SYNTAX", "value", told)
    if code not in SUPPORTED:
        raise unprocessable("CURRENCY_NOT_SUPPORTED", group.full("currency_code"))
    units = _units(told, code, group.full("value"))
    if units < 0 or (positive and units == 0):
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", group.full("value"))
    return units, code


def _units(told: str, code: str, field: str) -> int:
    sign, digits = (-1, told[1:]) if told.startswith("-") else (1, told)
    whole, _, part = digits.partition(".")
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise unprocessable("MAX_VALUE_EXCEEDED", field)
    if code in WITHOUT_DECIMALS:
        if part:
            raise unprocessable("DECIMALS_NOT_SUPPORTED", field)
        return sign * int(whole)
    if len(part) > len("00"):
        raise unprocessable("DECIMAL_PRECISION", field)
    return sign * int((whole or "0") + part.ljust(2, "0"))

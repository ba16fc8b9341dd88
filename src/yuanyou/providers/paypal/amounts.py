"""PayPal's amounts: a decimal string, with no decimals at all for a few currencies.

Source: PayPal's currency codes (developer.paypal.com/api/rest/reference/currency-codes). Left out are the
currencies that only domestic accounts may use (BRL, CNY, MYR). Round trips are tested for all.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from yuanyou.kernel.money import Money, exponent

WHOLE = frozenset({"JPY", "HUF", "TWD"})
"""Whole units only. For HUF and TWD ISO 4217 has two decimals."""
CURRENCIES = frozenset(
    {"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "ILS", "MXN"}
    | {"HKD", "SGD", "PHP", "THB"}
    | WHOLE
)


class NotExpressible(ValueError):
    """This amount cannot be said in PayPal's units."""


def to_paypal(amount: Money) -> dict[str, str]:
    """The `amount` object of PayPal's API. NotExpressible for a fraction PayPal does not know."""
    value = amount.decimal
    if amount.currency in WHOLE:
        if value != value.to_integral_value():
            raise NotExpressible(str(amount))
        value = value.to_integral_value()
    return {"currency_code": amount.currency, "value": str(value)}


def from_paypal(amount: Mapping[str, str]) -> Money:
    """Money of PayPal's `amount` object, signed. ValueError when it is no amount."""
    try:
        currency, value = amount["currency_code"], Decimal(amount["value"])
        minor = value.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} {currency} has too many decimals")
    except (InvalidOperation, KeyError, TypeError) as error:
        raise ValueError(f"not an amount: {amount!r}") from error
    return Money(int(minor), currency)

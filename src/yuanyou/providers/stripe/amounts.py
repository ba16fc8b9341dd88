"""Stripe's amounts: minor units, with a few currencies counted differently from ISO 4217.

Source: docs.stripe.com/currencies (zero-decimal and special cases). Round trips are tested for all.
"""

from yuanyou.kernel.money import Money

TIMES_100 = frozenset({"ISK", "UGX"})
"""ISO 4217 has no minor unit; Stripe still wants two decimals, always 00."""
OVER_100 = frozenset({"MGA"})
"""ISO 4217 has two decimals; Stripe takes whole units only."""
CURRENCIES = frozenset(
    {"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "CNY", "HKD", "TWD", "JPY", "KRW", "SGD", "MYR", "THB"}
    | {"MXN", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "VND", "PHP", "IDR", "INR", "AED"}
    | TIMES_100
    | OVER_100
)


class NotExpressible(ValueError):
    """This amount cannot be said in Stripe's units."""


def to_stripe(amount: Money) -> int:
    """The `amount` field of Stripe's API. NotExpressible for a fraction Stripe does not know."""
    if amount.currency in TIMES_100:
        return amount.minor * 100
    if amount.currency in OVER_100:
        whole, rest = divmod(amount.minor, 100)
        if rest:
            raise NotExpressible(str(amount))
        return whole
    return amount.minor


def from_stripe(amount: int, currency: str) -> Money:
    """Money of Stripe's `amount` and (lower-case) `currency`."""
    code = currency.upper()
    if code in TIMES_100:
        return Money(amount // 100, code)
    return Money(amount * 100 if code in OVER_100 else amount, code)

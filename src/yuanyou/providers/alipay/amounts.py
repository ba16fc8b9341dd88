"""Alipay's amounts: yuan as a decimal string. What is not yuan it names by its ISO 4217 code."""

from decimal import Decimal, InvalidOperation

from yuanyou.kernel.money import Money, exponent

CNY = "CNY"


def to_yuan(amount: Money) -> str:
    """26.90"""
    return str(amount.decimal)


def from_yuan(text: object, currency: str = CNY) -> Money:
    """ValueError when it is no amount in whole minor units."""
    try:
        value = Decimal(str(text).strip()).scaleb(exponent(currency))
        if not value.is_finite() or value != value.to_integral_value():
            raise ValueError(f"{text} {currency} has no whole minor units")
    except (InvalidOperation, KeyError) as error:
        raise ValueError(f"not an amount: {text!r} {currency!r}") from error
    return Money(int(value), currency)

"""Amounts as people type them into a form of ours: `12.34`, exactly, or not at all."""

import re

from yuanyou.kernel.money import Money, exponent

WHOLE_DIGITS = 9
"""More than anybody here is ever paid, and far from where 63 bits end."""


class NotAnAmount(ValueError):
    """Not plain digits with at most the currency's decimals, or nothing at all."""


def parse_amount(text: str, currency: str) -> Money:
    """`parse_amount("12.3", "USD")` is USD 12.30. NotAnAmount for everything that could be misread.

    No sign, no exponent, no separator of thousands, no decimals that the currency does not have, and only
    the digits 0 to 9: a full-width digit may be a slip of an input method in the middle of a number.
    """
    places = exponent(currency)
    decimals = rf"(?:\.(?P<part>[0-9]{{1,{places}}}))?" if places else ""
    found = re.fullmatch(rf"(?P<whole>[0-9]{{1,{WHOLE_DIGITS}}}){decimals}", text.strip(" "))
    if found is None:
        raise NotAnAmount(text)
    part = (found.groupdict().get("part") or "").ljust(places, "0")
    amount = Money(int(found["whole"]) * 10**places + int(part or 0), currency)
    if not amount:
        raise NotAnAmount(text)
    return amount

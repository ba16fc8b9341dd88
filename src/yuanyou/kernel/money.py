"""Money is a whole number of minor units (cents, fen) and an ISO 4217 currency; never a float.

Minor digits come from the ISO table (`iso4217`), never from a display library: Babel gives display
digits, which differ (ISK, LAK, MGA ...). Displaying money is `web/shared`'s task.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from iso4217 import Currency


class UnknownCurrency(ValueError):
    """Not an ISO 4217 code with minor units."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum. Crossing currencies goes through an FX account."""


@cache
def exponent(currency: str) -> int:
    """Digits after the decimal point in ISO 4217: 2 for USD, 0 for JPY, 3 for KWD."""
    try:
        digits = Currency(currency).exponent
    except ValueError:
        raise UnknownCurrency(currency) from None
    if digits is None:
        raise UnknownCurrency(currency)
    return digits


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """`Money(2322, "USD")` is USD 23.22."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.minor!r}")
        exponent(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal}"

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact: `Decimal("23.22")`."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def times(self, ratio: Decimal) -> "Money":
        """Multiply and round half up to a whole minor unit: the one place where money is rounded."""
        exact = Decimal(self.minor) * ratio
        return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Share out by weight so that the parts sum to the whole (largest remainder first)."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        shares = [divmod(self.minor * weight, total) for weight in weights]
        left = self.minor - sum(quotient for quotient, _ in shares)
        by_remainder = sorted(range(len(shares)), key=lambda i: (-shares[i][1], i))
        extra = set(by_remainder[:left])
        return [Money(q + (i in extra), self.currency) for i, (q, _) in enumerate(shares)]

    def _same(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatch(f"cannot mix {self.currency} and {other.currency}")
        return other


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """The sum of amounts that are all in `currency`; zero when there are none."""
    return sum(amounts, Money(0, currency))

"""Double entry: an entry is a key and postings that sum to zero in every currency."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from yuanyou.kernel.money import Money


class Unbalanced(ValueError):
    """The postings of an entry do not sum to zero in every currency."""


class Side(StrEnum):
    """What an account is; the first word of its name."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    INCOME = "income"
    EXPENSES = "expenses"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart, and whose it is.

    `name` is `side:what[:which]`; `party` is the customer, payment or attempt it is kept for (0: nobody's).
    A guarded account keeps a stored balance that may never fall below zero in the owner's favour.
    """

    name: str
    party: int = 0
    guarded: bool = False

    @property
    def side(self) -> Side:
        return Side(self.name.split(":", 1)[0])


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry. Positive is a debit, negative a credit."""

    account: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One event that moves money. `key` says what it is about: posting it twice is one entry."""

    key: str
    kind: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        totals: dict[str, int] = defaultdict(int)
        for posting in self.postings:
            totals[posting.amount.currency] += posting.amount.minor
        if any(totals.values()):
            raise Unbalanced(f"{self.key}: {dict(totals)}")


def entry(key: str, kind: str, *postings: Posting) -> Entry:
    """An entry without its zero lines. One that moves nothing at all is not posted."""
    return Entry(key, kind, tuple(posting for posting in postings if posting.amount))


def debit(account: Account, amount: Money) -> Posting:
    return Posting(account, amount)


def credit(account: Account, amount: Money) -> Posting:
    return Posting(account, -amount)


def booking_day(happened_at: datetime, *, zone: str) -> date:
    """The day of the books (in the installation's books zone) on which something happened."""
    return happened_at.astimezone(ZoneInfo(zone)).date()


def day_end(day: date, *, zone: str) -> datetime:
    """The instant at which a day of the books is over: the next local midnight."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)

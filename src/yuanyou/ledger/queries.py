"""Reading the books. Balances are sums of entries; the stored ones are a cache for guarded accounts."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Account
from yuanyou.tables import hot


@dataclass(frozen=True, slots=True)
class AccountSum:
    """An account of the chart with the sum of its postings; debits positive."""

    account: str
    amount: Money

    @property
    def credit(self) -> Money:
        return -self.amount


@dataclass(frozen=True, slots=True)
class Drift:
    """A stored balance that is not the sum of its postings."""

    account: Account
    stored: Money
    posted: Money


@dataclass(frozen=True, slots=True)
class BookLine:
    """One posting as the console shows it."""

    key: str
    kind: str
    happened_at: datetime
    account: str
    party: int
    amount: Money

    @property
    def credit(self) -> Money:
        return -self.amount


def wallet_balance(customer_id: int, currency: str) -> Money:
    """What the customer may spend now (what open orders hold is not in it)."""
    return -_stored(recipes.wallet(customer_id), currency)


def wallets(customer_id: int) -> list[Money]:
    """What the customer may spend now in each currency, without empty wallets."""
    wallet = recipes.wallet(customer_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, minor FROM ledger_balance"
            " WHERE account = %s AND party = %s AND minor <> 0 ORDER BY currency",
            [wallet.name, wallet.party],
        )
        return [Money(-minor, currency) for currency, minor in cursor.fetchall()]


def balance(account: Account, currency: str) -> Money:
    """The sum of an account's postings for its party; debits positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting"
            " WHERE account = %s AND party = %s AND currency = %s",
            [account.name, account.party, currency],
        )
        (minor,) = cursor.fetchone()
    return Money(int(minor), currency)


def trial_balance() -> list[AccountSum]:
    """Every account by currency. The amounts of one currency sum to zero."""
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.ledger.sql", "trial_balance"))
        return [AccountSum(account, Money(minor, currency)) for account, currency, minor in cursor.fetchall()]


def drifted_balances() -> list[Drift]:
    """Stored balances that differ from their postings: none, unless something is broken."""
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.ledger.sql", "drifted_balances"), {"guarded": list(recipes.GUARDED)})
        return [
            Drift(Account(account, party, guarded=True), Money(stored, currency), Money(posted, currency))
            for account, party, currency, stored, posted in cursor.fetchall()
        ]


def entries_about(*keys: str) -> list[BookLine]:
    """The postings of these entry keys, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.key, e.kind, e.happened_at, p.account, p.party, p.amount_minor, p.currency"
            " FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id"
            " WHERE e.key = ANY (%s) ORDER BY e.id, p.line_no",
            [list(keys)],
        )
        return [
            BookLine(key, kind, at, account, party, Money(minor, currency))
            for key, kind, at, account, party, minor, currency in cursor.fetchall()
        ]


def last_earned_day() -> date | None:
    """The last day whose straight-line revenue is posted; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM ledger_entry WHERE key LIKE 'earned:%' ORDER BY key DESC LIMIT 1")
        row = cursor.fetchone()
    return date.fromisoformat(row[0].split(":")[1]) if row else None


def _stored(account: Account, currency: str) -> Money:
    with hot.cursor() as cursor:
        cursor.execute(
            "SELECT minor FROM ledger_balance WHERE account = %s AND party = %s AND currency = %s",
            [account.name, account.party, currency],
        )
        row = cursor.fetchone()
    return Money(row[0] if row else 0, currency)

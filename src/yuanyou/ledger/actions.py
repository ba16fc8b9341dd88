"""Every write to the books."""

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, connection

from yuanyou.kernel.sql import load
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry, booking_day
from yuanyou.tables import hot


class Overdrawn(Exception):
    """A guarded account (a wallet, a float) does not hold that much; nothing was written."""


def post(*entries: Entry, happened_at: datetime) -> frozenset[str]:
    """Write the entries in one round trip; the keys that were new. A key posted before adds nothing.

    Overdrawn leaves the transaction unusable: nothing of it is kept.
    """
    entries = tuple(entry for entry in entries if entry.postings)
    if not entries:
        return frozenset()
    lines = [(no, posting) for no, entry in enumerate(entries, start=1) for posting in entry.postings]
    try:
        with hot.cursor() as cursor:
            cursor.execute(
                load("yuanyou.ledger.sql", "post"),
                {
                    "keys": [entry.key for entry in entries],
                    "kinds": [entry.kind for entry in entries],
                    "happened_at": happened_at,
                    "booked_on": booking_day(happened_at, zone=settings.CONFIG.books_zone),
                    "of_entry": [no for no, _ in lines],
                    "accounts": [posting.account.name for _, posting in lines],
                    "parties": [posting.account.party for _, posting in lines],
                    "currencies": [posting.amount.currency for _, posting in lines],
                    "amounts": [posting.amount.minor for _, posting in lines],
                    "guarded": [posting.account.guarded for _, posting in lines],
                },
            )
            return frozenset(key for (key,) in cursor.fetchall())
    except IntegrityError as error:
        if "ledger_balance_not_overdrawn" in str(error):
            raise Overdrawn from error
        raise


def rebuild_balances() -> None:
    """Make the stored balances anew from the entries."""
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.ledger.sql", "rebuild_balances"), {"guarded": list(recipes.GUARDED)})


def close_books(*, through: date, now: datetime) -> None:
    """Close the books through a day: what happened before and comes late goes to the next open day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_closing (closed_through, closed_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [through, now],
        )

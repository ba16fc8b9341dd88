"""A day of Stripe's balance: every movement with what it is about.

Sources: docs.stripe.com/api/balance_transactions, /reports/balance-transaction-types.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import stripe

from yuanyou.payments.port import Movement, StatementLine
from yuanyou.providers.stripe.amounts import from_stripe
from yuanyou.providers.stripe.snapshots import tag

PAGE_SIZE = 100
TYPES = {
    "charge": Movement.PAYMENT,
    "payment": Movement.PAYMENT,
    "refund": Movement.REFUND,
    "payment_refund": Movement.REFUND,
    "refund_failure": Movement.REFUND_FAILED,
    "payout": Movement.PAYOUT,
    "payout_cancel": Movement.PAYOUT,
    "payout_failure": Movement.PAYOUT,
    "stripe_fee": Movement.FEE,
}
# A debit that fails after it was paid (payment_failure_refund) is none of these: a person looks at it.
CATEGORIES = {"dispute": Movement.DISPUTE, "dispute_reversal": Movement.DISPUTE_REVERSED}
"""Of `adjustment`, which is many things."""
DAY_SECONDS = 86_400


def lines(client: stripe.StripeClient, day: date) -> Iterator[StatementLine]:
    """Every movement created on that day (UTC), oldest first. Inside `translated()`."""
    starts = int(datetime.combine(day, time(), UTC).timestamp())
    asked: Any = {
        "created": {"gte": starts, "lt": starts + DAY_SECONDS},
        "expand": ["data.source"],
        "limit": PAGE_SIZE,
    }
    found = list(client.v1.balance_transactions.list(asked).auto_paging_iter())
    yield from (_line(each) for each in reversed(found))


def _line(moved: stripe.BalanceTransaction) -> StatementLine:
    source: Any = moved.source
    about = source if source and not isinstance(source, str) else None
    return StatementLine(
        provider_ref=moved.id,
        kind=TYPES.get(moved.type) or CATEGORIES.get(moved.reporting_category, Movement.OTHER),
        gross=from_stripe(moved.amount, moved.currency),
        fee=from_stripe(moved.fee, moved.currency),
        happened_at=datetime.fromtimestamp(moved.created, UTC),
        ref=tag(about, "refund") or tag(about, "attempt"),
        about_ref=about.id if about else source,
        charge_ref=_charge(about),
    )


def _charge(about: Any) -> str | None:
    """The charge a refund or a dispute is of."""
    charge = getattr(about, "charge", None) if about else None
    return charge if charge is None or isinstance(charge, str) else str(charge.id)

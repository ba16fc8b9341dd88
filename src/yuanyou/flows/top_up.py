"""Wallet top-up: money into the wallet, to renew from later.

begin()   choose an amount and a method     (one transaction, then the provider)
finish()  the provider says it is paid      (part of settlement's transaction, safe to run twice)
"""

from datetime import datetime, timedelta
from uuid import UUID

from yuanyou.flows import checkout, receipts
from yuanyou.flows.checkout import Tender
from yuanyou.flows.paid import Paid
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind

SMALLEST, LARGEST = 500, 20_000
"""In minor units: below, fees eat it; above, the law asks for more than we know (31 CFR 1010.100)."""
BEGIN_WITHIN = timedelta(minutes=15)


class AmountOutOfRange(Exception):
    """Less than the smallest or more than the largest top-up."""


def begin(
    person: Person, *, amount: Money, tender: Tender, key: UUID, language: str, now: datetime
) -> tuple[Order, str | None]:
    """The order of this key and the page where it is paid."""
    if not SMALLEST <= amount.minor <= LARGEST:
        raise AmountOutOfRange(str(amount))
    with in_cell(person.cell):
        order, new = orders.open_order(
            key=key,
            kind=OrderKind.TOP_UP,
            customer_id=person.id,
            by_guest=False,
            line_id=None,
            plan_version_id=None,
            start=None,
            quote={},
            language=language,
            total=amount,
            begin_by=now + BEGIN_WITHIN,
            now=now,
        )
        started = checkout.start(order, tender, now=now) if new else None
    return order, checkout.go_on(order, started, tender, now=now)


def finish(paid: Paid, *, now: datetime) -> None:
    """Everything a paid top-up means."""
    order = paid.order
    entry = recipes.wallet_topped_up(
        order_id=order.pk, payment_id=paid.payment_id, customer_id=order.customer_id, amount=order.total
    )
    ledger.post(*paid.entries, entry, happened_at=now)
    after = books.wallet_balance(order.customer_id, order.currency)
    result = {"wallet_before_minor": after.minor - order.total_minor, "wallet_after_minor": after.minor}
    orders.fulfil(order, result=result, line_id=None, now=now)
    receipts.write(paid, wallet_after=after, now=now)

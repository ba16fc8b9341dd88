"""Receipts: written with the fulfilment, numbered within a second, sent when numbered.

write()   inside the transaction that fulfils an order
number()  the loop: gap-free numbers in (paid_at, id) order; then the letter that carries them
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from yuanyou.catalog.rules import Quote
from yuanyou.flows.paid import Paid
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.messages import actions as messages
from yuanyou.messages.actions import Saying
from yuanyou.orders import actions as orders


def write(
    paid: Paid, *, quote: Quote | None = None, wallet_after: Money | None = None, now: datetime
) -> None:
    """Everything a receipt prints, as ids and figures; texts come from the frozen quote."""
    order = paid.order
    facts: dict[str, Any] = {
        "seller": settings.CONFIG.operator_name,
        "kind": order.kind,
        "reference": order.ref,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "wallet_part_minor": paid.wallet_part.minor,
        "method": paid.method,
        "card": dict(paid.card),
        "result": order.result,
    }
    if quote is not None:
        told = quote.to_json()
        facts |= {"net_minor": quote.net.minor, "plan_texts": quote.plan.texts, "taxes": told["taxes"]}
    if wallet_after is not None:
        facts["wallet_after_minor"] = wallet_after.minor
    orders.write_receipt(order, facts=facts, paid_at=now)


def number(cell: int, *, now: datetime, limit: int = 500) -> int:
    """Number the receipts that wait and queue their letters; how many."""
    with in_cell(cell):
        numbered = orders.number_receipts(limit=limit)
        letters = [
            Saying(
                event="receipt",
                key=f"receipt:{one.order_id}",
                customer_id=one.customer_id,
                line_id=one.line_id,
                language=one.language,
                facts={"order_id": one.order_id},
            )
            for one in numbered
        ]
        messages.queue_all(letters, now=now)
    return len(numbered)

"""Reading orders and receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order, Receipt
from yuanyou.orders.rules import OrderKind, OrderState
from yuanyou.tables import hot


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt as pages show it. `number` None: it follows within a second."""

    order_id: int
    order_ref: str
    token: UUID
    number: int | None
    paid_at: datetime
    facts: dict[str, Any]


def read(order_id: int) -> Order:
    """Order.DoesNotExist when there is none."""
    return hot.read(Order, order_id)


def opened_by(order_id: int, token: UUID) -> Order | None:
    """The order that a secret link opens; None when the secret is not its own."""
    return Order.objects.filter(pk=order_id, token=token).first()


def with_key(customer_id: int, key: UUID) -> Order | None:
    """The order that was made under this key, whatever became of it."""
    return Order.objects.filter(customer_id=customer_id, key=key).first()


def renewed_since(*, line_id: int, total: Money, since: datetime) -> Order | None:
    """The last renewal of the same line for the same amount that was paid since then."""
    return (
        Order.objects.filter(
            line_id=line_id,
            kind=OrderKind.RENEWAL,
            state=OrderState.FULFILLED,
            total_minor=total.minor,
            currency=total.currency,
            fulfilled_at__gte=since,
        )
        .order_by("-id")
        .first()
    )


def orders_of(customer_id: int, *, limit: int = 50) -> list[Order]:
    """A customer's orders, newest first."""
    return list(Order.objects.filter(customer_id=customer_id).order_by("-id")[:limit])


def orders_of_line(line_id: int, *, limit: int = 50) -> list[Order]:
    return list(Order.objects.filter(line_id=line_id).order_by("-id")[:limit])


def order_of_receipt(number: int) -> Order | None:
    """The order that a receipt of this cell is for."""
    return Order.objects.filter(receipt__number=number).first()


def receipt_of(order_id: int) -> ReceiptView | None:
    row = Receipt.objects.select_related("order").filter(order_id=order_id).first()
    return _receipt(row) if row else None


def receipts_of(customer_id: int, *, limit: int = 100) -> list[ReceiptView]:
    """A customer's receipts, newest first."""
    rows = Receipt.objects.select_related("order").filter(order__customer_id=customer_id).order_by("-id")
    return [_receipt(row) for row in rows[:limit]]


def _receipt(row: Receipt) -> ReceiptView:
    return ReceiptView(row.order_id, row.order.ref, row.order.token, row.number, row.paid_at, row.facts)

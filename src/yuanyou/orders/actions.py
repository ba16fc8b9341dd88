"""Every write to orders and receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Json

from yuanyou.kernel.money import Money
from yuanyou.kernel.sql import load
from yuanyou.orders.models import Order, Receipt, ReceiptSeries
from yuanyou.orders.rules import ORDER, OrderEvent, OrderKind, OrderState, Start
from yuanyou.tables import hot


class OtherOrder(Exception):
    """The key was used before for something else: the form was changed after it was sent."""


def open_order(
    *,
    key: UUID,
    kind: OrderKind,
    customer_id: int,
    by_guest: bool,
    line_id: int | None,
    plan_version_id: int | None,
    start: Start | None,
    quote: dict[str, Any],
    language: str,
    total: Money,
    begin_by: datetime,
    now: datetime,
) -> tuple[Order, bool]:
    """The order of this key, and whether it is new. OtherOrder: same key, other content."""
    order = Order(
        key=key,
        kind=kind,
        customer_id=customer_id,
        by_guest=by_guest,
        line_id=line_id,
        plan_version_id=plan_version_id,
        start=start,
        quote=quote,
        language=language,
        total_minor=total.minor,
        currency=total.currency,
        begin_by=begin_by,
        created_at=now,
    )
    if _insert(order):
        return order, True
    known = Order.objects.get(customer_id=customer_id, key=key)
    asked = (kind, line_id, plan_version_id, start, total)
    about = None if kind is OrderKind.FIRST_ORDER else known.line_id  # its line came with its fulfilment
    if (known.kind, about, known.plan_version_id, known.start, known.total) != asked:
        raise OtherOrder(known.ref)
    return known, False


def _insert(order: Order) -> bool:
    """Write the order in one statement; False when its key is taken."""
    values = {field.attname: getattr(order, field.attname) for field in order._meta.concrete_fields}
    with hot.cursor() as cursor:
        cursor.execute(
            load("yuanyou.orders.sql", "open_order"),
            values | {"quote": Json(order.quote), "result": Json(order.result)},
        )
        row = cursor.fetchone()
    if row is None:
        return False
    order.pk, order._state.adding, order._state.db = row[0], False, connection.alias
    return True


def lock(order_id: int) -> Order:
    return hot.lock(Order, order_id)


def fulfil(order: Order, *, result: dict[str, Any], line_id: int | None, now: datetime) -> None:
    """The order did what it was for; `result` is what the result page shows."""
    order.state = ORDER.after(OrderState(order.state), OrderEvent.FULFILLED)
    order.result, order.fulfilled_at, order.line_id = result, now, line_id
    hot.update(order, "state", "result", "fulfilled_at", "line_id")


def end(order: Order, event: OrderEvent) -> None:
    """The order expired or was canceled, unpaid."""
    order.state = ORDER.after(OrderState(order.state), event)
    order.save(update_fields=["state"])


def write_receipt(order: Order, *, facts: dict[str, Any], paid_at: datetime) -> Receipt:
    """The receipt of a paid order; its number follows (`number_receipts`)."""
    receipt = Receipt(order=order, facts=facts, paid_at=paid_at)
    hot.insert(receipt)
    return receipt


@dataclass(frozen=True, slots=True)
class Numbered:
    """A receipt that has its number now, and whose it is."""

    order_id: int
    customer_id: int
    line_id: int | None
    language: str


def number_receipts(*, limit: int) -> list[Numbered]:
    """Give the next numbers to receipts that wait, in (paid_at, id) order, without a gap; those it numbered.

    The series row is locked first and by nobody else, so that a paying transaction never waits for it.
    """
    if not Receipt.objects.filter(number__isnull=True).exists():
        return []
    ReceiptSeries.objects.get_or_create(pk=1)
    last = ReceiptSeries.objects.select_for_update().get(pk=1).last
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.orders.sql", "number_receipts"), {"limit": limit, "last": last})
        return [Numbered(*row) for row in cursor.fetchall()]

"""Orders with the terms they were quoted, and receipts with their gap-free numbers."""

import uuid

from django.db import models
from django.db.models import Q

from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.orders.rules import OrderKind, OrderState
from yuanyou.tables import Row, one_of


class Order(Row):
    """A frozen quote. `quote` is catalog's Quote as JSON (empty for a top-up); `result` what it did."""

    key = models.UUIDField()
    """Made when the form was shown: a second tap is the same order."""
    token = models.UUIDField(default=uuid.uuid4)
    """The secret in the link to this order's page, for guests."""
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default=OrderState.OPEN)
    customer_id = models.BigIntegerField()
    by_guest = models.BooleanField(default=False)
    line = models.ForeignKey("lines.Line", models.PROTECT, null=True, related_name="+")
    plan_version_id = models.BigIntegerField(null=True)
    start = models.CharField(max_length=6, null=True)
    quote = models.JSONField(default=dict)
    language = models.CharField(max_length=10)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    begin_by = models.DateTimeField()
    created_at = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [
            one_of("kind", OrderKind, name="order_kind_known"),
            one_of("state", OrderState, name="order_state_known"),
            models.UniqueConstraint(fields=["customer_id", "key"], name="order_key_once"),
            models.UniqueConstraint(fields=["token"], name="order_token_once"),
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="order_total_positive"),
            models.CheckConstraint(
                condition=Q(state=OrderState.FULFILLED, fulfilled_at__isnull=False)
                | (~Q(state=OrderState.FULFILLED) & Q(fulfilled_at__isnull=True)),
                name="order_fulfilled_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="order_of_customer"),
            models.Index(fields=["line", "-id"], name="order_of_line"),
        ]

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def ref(self) -> str:
        return str(Ref("ord", self.pk))


class Receipt(Row):
    """What a customer can show for their money. Its number follows within a second, gap-free."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="receipt")
    number = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField()
    facts = models.JSONField()
    """What is printed: seller, lines, taxes, tender, balances; no personal data."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="receipt_number_once")]
        indexes = [
            models.Index(fields=["paid_at", "id"], condition=Q(number__isnull=True), name="receipt_waiting")
        ]


class ReceiptSeries(models.Model):
    """The last number given in this cell. One row, locked by the numberer alone."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="receipt_series_is_one")]

    def __str__(self) -> str:
        return f"receipts up to {self.last}"

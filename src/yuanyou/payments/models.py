"""What is owed, each try to get it, what providers told us, and what goes back."""

from django.db import models
from django.db.models import Q

from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.payments.rules import (
    FINAL,
    AttemptState,
    Expected,
    PaymentState,
    RefundState,
)
from yuanyou.tables import Row, one_of

WALLET = "wallet"
"""The provider name of an attempt that is paid from the customer's own wallet."""


class Payment(Row):
    """What is owed for one order."""

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default=PaymentState.OPEN)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("state", PaymentState, name="payment_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(state=PaymentState.PAID, paid_at__isnull=False)
                | (~Q(state=PaymentState.PAID) & Q(paid_at__isnull=True)),
                name="payment_paid_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state=PaymentState.OPEN), name="payment_open")
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Attempt(Row):
    """One try with one provider (or the wallet). Ids and keys are stored before the provider hears of it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField()
    provider = models.CharField(max_length=20)
    method = models.CharField(max_length=20)
    state = models.CharField(max_length=16, default=AttemptState.CREATED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider_ref = models.CharField(max_length=120, null=True)
    charge_ref = models.CharField(max_length=120, null=True)
    next_url = models.TextField(null=True)
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=60, null=True)
    card = models.JSONField(default=dict)
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", AttemptState, name="attempt_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="attempt_amount_positive"),
            models.UniqueConstraint(fields=["payment", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=Q(provider_ref__isnull=False),
                name="attempt_provider_ref_once",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(provider=WALLET) & ~Q(state__in=list(FINAL)),
                name="attempt_one_wallet_part",
            ),
        ]
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="attempt_due")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def ref(self) -> str:
        """What the provider is told to call this attempt."""
        return str(Ref("att", self.pk))

    @property
    def is_wallet(self) -> bool:
        return self.provider == WALLET

    def expected(self, merchant: str | None) -> Expected:
        return Expected(ref=self.ref, amount=self.amount, merchant=merchant)


class PaymentEvent(Row):
    """The history of an attempt: every move and every odd thing told, never changed."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    event = models.CharField(max_length=16)
    state_before = models.CharField(max_length=16)
    state_after = models.CharField(max_length=16)
    source = models.CharField(max_length=20)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["attempt", "id"], name="payment_event_story")]


class Refund(Row):
    """Money that goes back the way one attempt brought it; reserved in the books when it is requested."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="refunds")
    customer_id = models.BigIntegerField()
    reason = models.CharField(max_length=30)
    state = models.CharField(max_length=10, default=RefundState.REQUESTED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider_ref = models.CharField(max_length=120, null=True)
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    why_failed = models.CharField(max_length=60, null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", RefundState, name="refund_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
        ]
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="refund_due")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def ref(self) -> str:
        return str(Ref("ref", self.pk))


class Inbox(Row):
    """Every proved notice, kept once before anything acts on it. Shared; stamped after the cell's work."""

    provider = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    provider_ref = models.CharField(max_length=120, null=True)
    ref = models.CharField(max_length=40, null=True)
    body = models.BinaryField()
    """The raw notice, sealed."""
    received_at = models.DateTimeField()
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "notice_id"], name="inbox_once"),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True) | Q(ask_at__isnull=True), name="inbox_handled_is_not_due"
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "ask_at"], condition=Q(ask_at__isnull=False), name="inbox_due")
        ]

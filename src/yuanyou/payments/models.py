"""What is owed, each try to get it, what providers told us, what goes back, and what is disputed."""

from django.db import models
from django.db.models import F, Q

from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Action, Movement, Place
from yuanyou.payments.rules import (
    FINAL,
    AttemptState,
    CaseState,
    Destination,
    Difference,
    DisputeState,
    Expected,
    PaymentState,
    RefundState,
    TakesBack,
)
from yuanyou.tables import Row, one_of

WALLET = "wallet"
"""The provider name of an attempt that is paid from the customer's own wallet."""
OUTSIDE = "outside"
"""The reason of a refund that somebody made in the provider's own pages."""


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
            models.Index(fields=["expires_at"], condition=Q(state=PaymentState.OPEN), name="payment_open"),
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
    place = models.CharField(max_length=10, default=Place.BROWSER)
    """Where the payer stood when it was made."""
    action = models.CharField(max_length=10, null=True)
    """How it goes on for the payer; null until the provider has said so."""
    next_url = models.TextField(null=True)
    """Where the payer goes, or what we draw as a QR code."""
    next_params = models.JSONField(default=dict)
    """What our page hands to the host app (WeChat JSAPI)."""
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=60, null=True)
    card = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, null=True)
    """The provider's fingerprint of the card: the same card, whoever shows it."""
    about = models.JSONField(null=True)
    """About how much it is in the payer's own currency, as it was shown (catalog's FxQuote)."""
    tried_by = models.BigIntegerField(null=True)
    """The customer who tries; null: a guest."""
    device = models.CharField(max_length=64, null=True)
    """Keyed hash of the browser that began it, for limits; nothing can be read from it."""
    address = models.CharField(max_length=64, null=True)
    """Keyed hash of the network address that began it, for limits."""
    saved_method = models.ForeignKey("SavedMethod", models.PROTECT, null=True, related_name="+")
    """The kept way to pay that is charged."""
    payer_ref = models.CharField(max_length=120, null=True)
    """The provider's name for the customer, as it was when the attempt was made."""
    odd_minor = models.BigIntegerField(null=True)
    odd_currency = models.CharField(max_length=3, null=True)
    """What came, when it is not what was owed (mismatch)."""
    keep = models.BooleanField(default=False)
    """The customer agreed that the way to pay is kept for later."""
    off_session = models.BooleanField(default=False)
    """Nobody was there: an automatic renewal."""
    verify = models.BooleanField(default=False)
    """The payer's bank is asked to confirm the payer."""
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", AttemptState, name="attempt_state_known"),
            one_of("place", Place, name="attempt_place_known"),
            one_of("action", Action, name="attempt_action_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="attempt_amount_positive"),
            models.UniqueConstraint(fields=["payment", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=Q(provider_ref__isnull=False),
                name="attempt_provider_ref_once",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(provider=WALLET) & ~Q(state__in=sorted(FINAL)),
                name="attempt_one_wallet_part",
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="attempt_due"),
            models.Index(
                fields=["charge_ref"], condition=Q(charge_ref__isnull=False), name="attempt_of_charge"
            ),
            models.Index(fields=["-created_at"], name="attempt_lately"),
            models.Index(fields=["tried_by"], condition=Q(tried_by__isnull=False), name="attempt_of_payer"),
            models.Index(fields=["device"], condition=Q(device__isnull=False), name="attempt_of_device"),
            models.Index(fields=["address"], condition=Q(address__isnull=False), name="attempt_of_address"),
        ]

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

    @property
    def received(self) -> Money:
        """What it brought; nothing while it has not succeeded."""
        if self.state == AttemptState.MISMATCH and self.odd_minor is not None:
            return Money(self.odd_minor, self.odd_currency or self.currency)
        return Money(self.amount_minor if self.state == AttemptState.SUCCEEDED else 0, self.currency)

    def expected(self, merchant: str | None) -> Expected:
        return Expected(ref=self.ref, amount=self.amount, merchant=merchant)


class PaymentEvent(Row):
    """The history of an attempt, its refunds and its disputes: every move and every odd thing told."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events")
    about = models.CharField(max_length=40, default="")
    """The reference of the refund or dispute that moved; empty: the attempt itself."""
    at = models.DateTimeField()
    event = models.CharField(max_length=16)
    state_before = models.CharField(max_length=16)
    state_after = models.CharField(max_length=16)
    source = models.CharField(max_length=20)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["attempt", "id"], name="payment_event_story")]


class Refund(Row):
    """Money of one attempt that goes back: reserved when it is requested, with the value it pays for."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="refunds")
    customer_id = models.BigIntegerField()
    reason = models.CharField(max_length=30)
    destination = models.CharField(max_length=6, default=Destination.ORIGIN)
    takes_back = models.JSONField(default=dict)
    """What the money had bought and is taken back with it, in minor units by trade (flows/refund.py)."""
    requested_by = models.BigIntegerField(null=True)
    """The staff account that asked; null: a rule of ours, or the provider's own pages."""
    key = models.UUIDField(null=True, unique=True)
    """The form that asked for it: sent twice it is one refund."""
    approved_by = models.BigIntegerField(null=True)
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
            one_of("destination", Destination, name="refund_destination_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(approved_by=F("requested_by")),
                name="refund_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["attempt", "provider_ref"],
                condition=Q(provider_ref__isnull=False) & ~Q(provider_ref=""),
                name="refund_provider_ref_once",
            ),
        ]
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="refund_due")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def ref(self) -> str:
        return str(Ref("ref", self.pk))

    @property
    def what(self) -> TakesBack:
        """What it takes back. ValueError while nobody has said (a refund made outside)."""
        return TakesBack(self.takes_back["what"])

    @property
    def is_outside(self) -> bool:
        """It began in the provider's own pages."""
        return self.reason == OUTSIDE

    @property
    def is_unexplained(self) -> bool:
        """It began outside, and nobody has said yet what it takes back."""
        return self.is_outside and not self.takes_back["what"]


class Dispute(Row):
    """A payer's bank wants money of one attempt back. Truth is the provider's word, pulled."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="disputes")
    customer_id = models.BigIntegerField()
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=120)
    state = models.CharField(max_length=14, default=DisputeState.EARLY_WARNING)
    reason = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    withdrawn_minor = models.BigIntegerField(default=0)
    """What the provider took from our account for it and has not given back; booked."""
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    respond_by = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)
    """When our evidence was sent: it can be sent once."""
    lost_minor = models.BigIntegerField(default=0)
    """What of it is booked as lost."""
    frozen_minor = models.BigIntegerField(default=0)
    """Wallet money set aside while it is open."""
    value_ended = models.BooleanField(default=False)
    """It was lost, and what its money had bought was taken back."""
    moves = models.SmallIntegerField(default=0)
    """How often its money moved: the number in the keys of its entries."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", DisputeState, name="dispute_state_known"),
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="dispute_once"),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gte=0,
                    withdrawn_minor__gte=0,
                    fee_minor__gte=0,
                    lost_minor__gte=0,
                    frozen_minor__gte=0,
                ),
                name="dispute_amounts_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="dispute_due"),
            models.Index(fields=["customer_id"], name="dispute_of_customer"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def ref(self) -> str:
        return str(Ref("dsp", self.pk))


class SavedMethod(Row):
    """A way to pay that a provider keeps for a customer of ours. Nothing of a card but what may be shown."""

    customer_id = models.BigIntegerField()
    provider = models.CharField(max_length=20)
    method = models.CharField(max_length=20)
    payer_ref = models.CharField(max_length=120)
    saved_ref = models.CharField(max_length=120)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=8)
    expires = models.CharField(max_length=7, null=True)
    """The last month it is good for, as 2029-04."""
    country = models.CharField(max_length=2, null=True)
    fingerprint = models.CharField(max_length=64, null=True)
    rank = models.SmallIntegerField()
    """0 is charged first, 1 is the backup, and so on."""
    trouble = models.CharField(max_length=30, null=True)
    """Why the last charge of it failed, until one succeeds."""
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)
    """When the provider is told to keep it no longer; null: nothing to tell, or told."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "provider", "saved_ref"],
                condition=Q(removed_at__isnull=True),
                name="saved_method_once",
            ),
            models.UniqueConstraint(
                fields=["customer_id", "rank"],
                condition=Q(removed_at__isnull=True),
                name="saved_method_rank_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["forget_at"], condition=Q(forget_at__isnull=False), name="saved_method_to_forget"
            )
        ]

    @property
    def ref(self) -> str:
        return str(Ref("sav", self.pk))


class Mandate(Row):
    """A customer's consent that a line is renewed by itself: what was shown, and until when it holds."""

    customer_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    plan_code = models.CharField(max_length=40)
    limit_minor = models.BigIntegerField()
    """Never more than this is taken at once without asking again."""
    currency = models.CharField(max_length=3)
    wallet_first = models.BooleanField(default=True)
    wording = models.CharField(max_length=20)
    """The version of the words that were shown."""
    language = models.CharField(max_length=10)
    text = models.TextField()
    """The words themselves, as shown."""
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    order_id = models.BigIntegerField(null=True)
    """The renewal that was opened under it and has not come to its end."""
    next_at = models.DateTimeField(null=True)
    """When it is looked at again; null once it has ended."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line_id"], condition=Q(ended_at__isnull=True), name="mandate_one_per_line"
            ),
            models.CheckConstraint(condition=Q(limit_minor__gt=0), name="mandate_limit_positive"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(next_at__isnull=True), name="mandate_ended_is_not_due"
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="mandate_due")]

    @property
    def limit(self) -> Money:
        return Money(self.limit_minor, self.currency)


class StatementDay(Row):
    """One day of one provider's account, as pulled. Shared: an account serves all cells."""

    provider = models.CharField(max_length=20)
    day = models.DateField()
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    pulled_at = models.DateTimeField(null=True)
    matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="statement_day_once")]


class StatementRow(Row):
    """One movement of a provider's account, and what of ours it is."""

    provider = models.CharField(max_length=20)
    day = models.DateField()
    provider_ref = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()
    ref = models.CharField(max_length=40, null=True)
    about_ref = models.CharField(max_length=120, null=True)
    charge_ref = models.CharField(max_length=120, null=True)
    matched_ref = models.CharField(max_length=40, null=True)
    """The reference of our attempt, refund or dispute that it is; null: nothing of ours is known."""

    class Meta:
        constraints = [
            one_of("kind", Movement, name="statement_kind_known"),
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="statement_row_once"),
        ]
        indexes = [models.Index(fields=["provider", "day"], name="statement_of_day")]

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)


class Case(Row):
    """One difference between a provider's statement and our books, until a person has resolved it."""

    provider = models.CharField(max_length=20)
    day = models.DateField()
    difference = models.CharField(max_length=12)
    subject = models.CharField(max_length=140)
    """What differs: a statement row's provider_ref, or our reference."""
    ours_minor = models.BigIntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    ours_currency = models.CharField(max_length=3, null=True)
    """When we booked another currency than theirs."""
    suggestion = models.CharField(max_length=40)
    """What usually resolves it, as a code that the console words."""
    state = models.CharField(max_length=8, default=CaseState.OPEN)
    resolution = models.CharField(max_length=40, null=True)
    note = models.TextField(default="")
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            one_of("state", CaseState, name="case_state_known"),
            one_of("difference", Difference, name="case_difference_known"),
            models.UniqueConstraint(fields=["provider", "difference", "subject"], name="case_once"),
        ]


class Inbox(Row):
    """Every proved notice, kept once before anything acts on it. Shared; stamped after the cell's work."""

    provider = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    provider_ref = models.CharField(max_length=120, null=True)
    ref = models.CharField(max_length=40, null=True)
    charge_ref = models.CharField(max_length=120, null=True)
    dispute_ref = models.CharField(max_length=120, null=True)
    """What to ask about is this dispute, not the attempt."""
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

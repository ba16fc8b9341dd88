"""What every payment provider must be able to do. Adapters live in `yuanyou.providers`.

An adapter translates; it has no database and decides nothing about our money. Every call may take at
most `Capabilities.deadline_seconds`. An error after bytes were sent is `Unknown`, never a refusal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from yuanyou.kernel.money import Money


class ProviderTrouble(Exception):
    """Something stood between us and the provider's answer. `reason` is a code for logs and staff."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Unknown(ProviderTrouble):
    """We do not know whether it happened: a timeout, a reset, a 5xx, an unreadable answer."""


class Refused(ProviderTrouble):
    """The provider said no, in so many words, and nothing happened."""


class Declined(Refused):
    """The payer's side said no (bank, balance, limit): another way to pay may work. `reason` is a `Why`."""


class Misconfigured(Refused):
    """Refused because of our set-up (keys, account, version): staff must act."""


class NotYet(ProviderTrouble):
    """The provider has not finished this statement; ask again later."""


class BadNotice(Exception):
    """Not signed by the provider, too old, or not understood. Nothing was kept."""


class Told(StrEnum):
    """What the provider says about one attempt, in our words."""

    NOTHING_YET = "nothing_yet"  # it exists there, the customer has not acted
    ACTION_REQUIRED = "action_required"  # the customer must do something (pay, 3-D Secure)
    PROCESSING = "processing"  # the customer is done, the money is on its way
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    ABSENT = "absent"  # the provider has never heard of it


class Closed(StrEnum):
    """The answer to "let nobody pay this any more"."""

    CLOSED = "closed"
    ALREADY_PAID = "already_paid"


class Why(StrEnum):
    """Why a payment did not go through, in the words all adapters share. Pages word them."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    DECLINED = "declined"  # and the bank does not say why
    EXPIRED = "expired_card"
    WRONG_DETAILS = "wrong_details"  # number, date, security code, name
    NOT_SUPPORTED = "not_supported"  # this card for this currency, country or kind of purchase
    AUTHENTICATION_REQUIRED = "authentication_required"  # nobody was there to confirm it
    AUTHENTICATION_FAILED = "authentication_failed"
    SUSPECTED = "suspected"  # the bank or the provider takes it for fraud; the payer is told no more
    TRY_AGAIN = "try_again"  # a fault on their side; the same method may work in a moment
    ABANDONED = "abandoned"  # the payer left the page


class Place(StrEnum):
    """Where the payer stands."""

    BROWSER = "browser"  # on a desktop: a code shown there is scanned with the phone
    PHONE = "phone"  # a phone's browser: a code shown there cannot be scanned
    WECHAT = "wechat"  # the browser inside WeChat
    STORE = "store"


class Action(StrEnum):
    """How a method goes on after `create`."""

    REDIRECT = "redirect"  # the payer goes to `url`
    QR = "qr"  # we draw `url` as a QR code
    SCRIPT = "script"  # our page hands `params` to the host app (WeChat JSAPI)
    NONE = "none"  # nobody is asked: the answer is in the provider's books, query tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to pay that a provider offers, and what can be done with it. Amounts in minor units."""

    code: str
    currencies: frozenset[str]
    minimum: Mapping[str, int] = field(default_factory=dict)
    maximum: Mapping[str, int] = field(default_factory=dict)
    refund_window: timedelta
    partial_refunds: bool = True
    disputes: bool
    """The payer's bank may take the money back."""
    delayed: bool = False
    """The money may come days after the payer has acted."""
    saves: bool = False
    """It can be kept and charged later, with the payer's consent."""
    actions: tuple[Action, ...] = (Action.REDIRECT,)
    places: frozenset[Place] = frozenset({Place.BROWSER, Place.PHONE, Place.WECHAT})
    brands: tuple[str, ...] = ()
    """Card brands taken, as the provider calls them."""

    def shown_by_us(self, place: Place) -> bool:
        """Does our own page show how it goes on there: a code on a desktop, a script inside WeChat?"""
        action = {Place.BROWSER: Action.QR, Place.WECHAT: Action.SCRIPT}.get(place)
        return place in self.places and action in self.actions

    def takes(self, amount: Money) -> bool:
        """Can this much be paid in this currency?"""
        most = self.maximum.get(amount.currency, amount.minor)
        return amount.currency in self.currencies and (
            self.minimum.get(amount.currency, 1) <= amount.minor <= most
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do; pages offer only what fits."""

    methods: tuple[Method, ...]
    pay_hosts: tuple[str, ...]
    """Hosts of its pay pages: a suspended line reaches these and ours, nothing else."""
    deadline_seconds: int = 8
    tells_fees: bool = True
    """A snapshot tells the provider's fee; else only its statement does."""
    lists_refunds: bool = True
    """A snapshot lists every refund of it; else only a statement tells of those that began there."""
    refunds_at_once: bool = False
    """A refund is done or refused with the answer to it: none fails later."""
    refunds_come_back: bool = True
    """A refund that was done may come back."""

    def method(self, code: str) -> Method | None:
        return next((method for method in self.methods if method.code == code), None)


@dataclass(frozen=True, slots=True)
class Saved:
    """A way to pay that the provider keeps for a payer of ours. Nothing of a card but what may be shown."""

    payer_ref: str
    """The provider's name for the payer; the same for everything saved by one customer."""
    saved_ref: str
    brand: str
    last4: str
    expires: str | None = None
    """The last month it is good for, as 2029-04."""
    country: str | None = None
    fingerprint: str | None = None
    """The same for the same card, whoever shows it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One attempt as an adapter sees it. `ref` and `idempotency_key` were stored before the call."""

    ref: str
    idempotency_key: str
    amount: Money
    method: str
    provider_ref: str | None
    description: str
    language: str
    email: str | None
    return_url: str
    cancel_url: str
    expires_at: datetime
    payer_ref: str | None = None
    """The provider's name for this customer, when it has one (inside WeChat: their openid)."""
    payer_code: str | None = None
    """What the shop scanned off the payer's phone. Good for one try within a minute, never stored."""
    payer_ip: str | None = None
    """The payer's address, while they are there: some pay pages open only from it. Never stored."""
    keep: bool = False
    """The customer agreed that this way to pay is kept for later."""
    saved_ref: str | None = None
    """Charge this kept way to pay; the customer may only be asked to confirm."""
    off_session: bool = False
    """Nobody is there: what needs a confirmation fails with `authentication_required`."""
    verify: bool = False
    """Ask the payer's bank to confirm the payer (3-D Secure) where the method can."""
    place: Place = Place.BROWSER
    take: bool = False
    """Still wanted: where the last step is ours (PayPal: capture), `query` takes it, under the stored key."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the customer does next. `url` None: nothing; query tells how it went."""

    provider_ref: str
    url: str | None
    expires_at: datetime | None = None
    action: Action = Action.REDIRECT
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the provider says of an attempt when asked. `amount` is what was received or is asked for."""

    told: Told
    ref: str | None
    provider_ref: str
    amount: Money
    merchant: str | None
    charge_ref: str | None = None
    fee: Money | None = None
    reason: str | None = None
    next_url: str | None = None
    """Where the payer goes on; a code to scan is told by `create` alone, which may be repeated."""
    card: Mapping[str, str] = field(default_factory=dict)
    """Brand and last four digits only."""
    fingerprint: str | None = None
    saved: Saved | None = None
    """Kept for later, as the customer agreed."""
    refunds: "tuple[RefundSnapshot, ...]" = ()
    """Every refund the provider lists of it, whoever asked for it (`Capabilities.lists_refunds`)."""
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """One refund as an adapter sees it."""

    ref: str
    idempotency_key: str
    amount: Money
    charge_ref: str
    """What the provider calls the money that was received."""
    provider_ref: str | None


class RefundTold(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    told: RefundTold
    provider_ref: str
    amount: Money
    reason: str | None = None
    ref: str | None = None
    """Our refund's public reference; None: it began at the provider."""


class DisputeTold(StrEnum):
    """What the provider says about one dispute, in our words."""

    EARLY_WARNING = "early_warning"  # no money has moved; a refund now prevents the dispute
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"  # it ended before it cost anything but the money that was given back


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSnapshot:
    """A payer's bank (or the provider) wants money back."""

    told: DisputeTold
    provider_ref: str
    charge_ref: str | None
    ref: str | None
    """Our attempt's public reference, when the provider carries it."""
    amount: Money
    """What is disputed; may be less than was paid."""
    withdrawn: Money
    """What the provider has taken from our account for it and not given back; zero while it has not."""
    fee: Money
    reason: str
    respond_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What we know of a disputed sale, as text for whoever judges it. Sent once; empty parts are left out."""

    product: str
    customer: str
    email: str
    network: str
    """From where and with what the order was placed."""
    delivered_on: str
    usage: str
    terms: str
    refund_policy: str
    letters: str
    note: str


class About(StrEnum):
    """What a notice tells us to go and ask about."""

    ATTEMPT = "attempt"  # also its refunds: a snapshot lists them
    DISPUTE = "dispute"
    NOTHING = "nothing"  # kept, and no question follows


@dataclass(frozen=True, slots=True)
class Notice:
    """A proved notice: a hint to go and ask. `notice_id` identifies the message itself."""

    notice_id: str
    kind: str
    provider_ref: str | None
    ref: str | None
    """Our attempt's public reference, when the notice carries it."""
    charge_ref: str | None = None
    about: About = About.ATTEMPT
    dispute_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """How the provider wants to be answered."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


class Movement(StrEnum):
    """What moved our account with a provider."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"  # the money is ours again
    DISPUTE = "dispute"
    DISPUTE_REVERSED = "dispute_reversed"
    FEE = "fee"
    PAYOUT = "payout"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement of the provider's account with us. Our account grew by `gross` - `fee`."""

    provider_ref: str
    """The provider's name of this movement; once per provider."""
    kind: Movement
    gross: Money
    """Signed: what came (+) or went (-) before the fee."""
    fee: Money
    """Signed: what the provider kept (+) or gave back (-) of it."""
    happened_at: datetime
    ref: str | None = None
    """Our reference (attempt or refund), when the line carries it."""
    about_ref: str | None = None
    """The provider's name of what moved: the charge, the refund, the dispute, the payout."""
    charge_ref: str | None = None
    """Of a refund or a dispute: the charge it is of, when the line tells."""


class PaymentProvider(Protocol):
    """One outside company that takes money for us."""

    name: str

    @property
    def merchant(self) -> str | None:
        """Who we are there; a success for somebody else is not ours."""
        ...

    def capabilities(self) -> Capabilities: ...

    def verify(self) -> None:
        """One harmless call with our keys. Misconfigured when they do not open our account; Unknown."""
        ...

    def create(self, ask: Ask) -> NextAction:
        """Ask the provider to take the money. Repeating with the same key gives the same object.

        With `saved_ref` it is charged at once; a decline is told by `query`, not raised.
        Raises Refused (nothing happened), Unknown (ask again with the same key), Misconfigured.
        """
        ...

    def query(self, ask: Ask) -> Snapshot:
        """What the provider says now. Changes nothing but what `Ask.take` allows. Unknown, Misconfigured."""
        ...

    def close(self, ask: Ask) -> Closed:
        """Let nobody pay this any more. Raises Unknown."""
        ...

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        """Send money back the way it came. Repeating with the same key refunds once, however late."""
        ...

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot: ...

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        """Raises Unknown, Refused (there is no such dispute), Misconfigured."""
        ...

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        """Send the evidence, once. Raises Refused when it is too late or cannot be contested."""
        ...

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        """Let the payer have it."""
        ...

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        """Keep this way to pay no longer. Harmless to repeat."""
        ...

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        """Prove a notice from its raw bytes; BadNotice unless the provider signed it.

        No network but for a signing certificate that is not yet known. `now` is real time.
        """
        ...

    def ack(self, *, kept: bool) -> Ack: ...

    def statement(self, day: date) -> Iterator[StatementLine]:
        """Every movement of that day (UTC), for reconciliation. NotYet while the provider still writes it."""
        ...


class HostApp(Protocol):
    """The app whose browser shows our page and takes the money (WeChat): it knows who the payer is."""

    def sign_in_url(self, return_url: str, state: str) -> str:
        """Where to send a payer who is inside the app: they come straight back to `return_url` with `code`
        and `state` (letters and digits, at most 128) in the query, and are asked nothing."""
        ...

    def open_id(self, code: str) -> str:
        """What the app calls the payer for us (`Ask.payer_ref`). A code is good once, for five minutes.

        Raises Refused (a bad or used code: send the payer again), Unknown, Misconfigured.
        """
        ...

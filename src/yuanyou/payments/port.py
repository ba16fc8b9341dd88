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


class Misconfigured(Refused):
    """Refused because of our set-up (keys, account, version): staff must act."""


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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; pages offer only what fits."""

    methods: tuple[str, ...]
    currencies: frozenset[str]
    minimum: Mapping[str, int]
    maximum: Mapping[str, int]
    refund_window: timedelta
    partial_refunds: bool
    pay_hosts: tuple[str, ...]
    """Hosts of its pay pages: a suspended line reaches these and ours, nothing else."""
    deadline_seconds: int = 8


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


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the customer does next: go to `url`."""

    provider_ref: str
    url: str
    expires_at: datetime | None = None


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
    card: Mapping[str, str] = field(default_factory=dict)
    """Brand and last four digits only."""


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """One refund as an adapter sees it."""

    ref: str
    idempotency_key: str
    amount: Money
    charge_ref: str
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


@dataclass(frozen=True, slots=True)
class Notice:
    """A proved notice: a hint to go and ask. `notice_id` identifies the message itself."""

    notice_id: str
    kind: str
    provider_ref: str | None
    ref: str | None
    """Our attempt's public reference, when the notice carries it."""


@dataclass(frozen=True, slots=True)
class Ack:
    """How the provider wants to be answered."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of the provider's account with us."""

    provider_ref: str
    kind: str
    gross: Money
    fee: Money
    happened_at: datetime


class PaymentProvider(Protocol):
    """One outside company that takes money for us."""

    name: str

    @property
    def merchant(self) -> str | None:
        """Who we are there; a success for somebody else is not ours."""
        ...

    def capabilities(self) -> Capabilities: ...

    def create(self, ask: Ask) -> NextAction:
        """Ask the provider to take the money. Repeating with the same key gives the same object.

        Raises Refused (nothing happened), Unknown (ask again with the same key), Misconfigured.
        """
        ...

    def query(self, ask: Ask) -> Snapshot:
        """What the provider says now. Never changes anything. Raises Unknown, Misconfigured."""
        ...

    def close(self, ask: Ask) -> Closed:
        """Let nobody pay this any more. Raises Unknown."""
        ...

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        """Send money back the way it came. Repeating with the same key refunds once."""
        ...

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot: ...

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        """Prove a notice from its raw bytes; BadNotice unless the provider signed it. No network."""
        ...

    def ack(self, *, kept: bool) -> Ack: ...

    def statement(self, day: date) -> Iterator[StatementLine]:
        """Every movement of that day (UTC), for reconciliation."""
        ...

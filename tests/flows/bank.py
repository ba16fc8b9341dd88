"""A provider for flow tests that does what a test tells it and remembers what it was asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Ack,
    Action,
    Ask,
    Capabilities,
    Closed,
    DisputeSnapshot,
    Evidence,
    Method,
    NextAction,
    Notice,
    RefundAsk,
    RefundSnapshot,
    Refused,
    Saved,
    Snapshot,
    StatementLine,
    Told,
    Unknown,
    Why,
)

CARD = Method(
    code="card", currencies=frozenset({"USD"}), refund_window=timedelta(days=180), disputes=True, saves=True
)
WELL, SILENT, CONFIRM = "well", "silent", "confirm"
"""What a kept card does: it pays, nobody answers, or its bank wants to see the payer first."""


@dataclass
class Bank:
    """Named as the adapter it stands in for. `cards` says by saved_ref what a charge of it does."""

    name: str = "stripe"
    merchant: str | None = "test"
    cards: dict[str, str] = field(default_factory=dict)
    paid: dict[str, Saved | None] = field(default_factory=dict)
    """Attempts that were paid, by reference, with what is kept of them."""
    asked: list[Ask] = field(default_factory=list)
    forgot: list[str] = field(default_factory=list)
    deaf: bool = False
    """It cannot be told to forget."""

    def capabilities(self) -> Capabilities:
        return Capabilities(methods=(CARD,), pay_hosts=("pay.example",))

    def verify(self) -> None: ...

    def create(self, ask: Ask) -> NextAction:
        self.asked.append(ask)
        does = self._does(ask)
        if does == SILENT:
            raise Unknown("timeout")
        if ask.saved_ref is None:
            return NextAction(f"cs_{ask.ref}", f"https://pay.example/{ask.ref}")
        if does == CONFIRM and not ask.off_session:
            return NextAction(f"pi_{ask.ref}", f"https://pay.example/3ds/{ask.ref}")
        return NextAction(f"pi_{ask.ref}", None, action=Action.NONE)

    def query(self, ask: Ask) -> Snapshot:
        does = self._does(ask)
        if does == SILENT:
            raise Unknown("timeout")
        if ask.ref in self.paid or does == WELL:
            return self._snapshot(ask, Told.SUCCEEDED, saved=self.paid.get(ask.ref))
        if does == CONFIRM and ask.off_session:
            return self._snapshot(ask, Told.FAILED, reason=Why.AUTHENTICATION_REQUIRED)
        if does in {None, CONFIRM}:
            return self._snapshot(ask, Told.ACTION_REQUIRED)
        return self._snapshot(ask, Told.FAILED, reason=does)

    def close(self, ask: Ask) -> Closed:
        return Closed.ALREADY_PAID if ask.ref in self.paid else Closed.CLOSED

    def forget(self, *, payer_ref: str, saved_ref: str) -> None:
        if self.deaf:
            raise Unknown("timeout")
        self.forgot.append(f"{payer_ref} {saved_ref}")

    def ack(self, *, kept: bool) -> Ack:
        return Ack(200 if kept else 400)

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        raise Refused("not_here")

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        raise Refused("not_here")

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        raise Refused("not_here")

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        raise Refused("not_here")

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        raise Refused("not_here")

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Notice]:
        return []

    def statement(self, day: date) -> Iterator[StatementLine]:
        return iter(())

    def _does(self, ask: Ask) -> str | None:
        return self.cards[ask.saved_ref] if ask.saved_ref else None

    def _snapshot(
        self, ask: Ask, told: Told, *, reason: str | None = None, saved: Saved | None = None
    ) -> Snapshot:
        paid = told is Told.SUCCEEDED
        return Snapshot(
            told,
            ask.ref,
            f"pi_{ask.ref}",
            ask.amount,
            self.merchant,
            charge_ref=f"ch_{ask.ref}" if paid else None,
            fee=Money(106, "USD") if paid else None,
            reason=reason,
            card={"brand": "visa", "last4": "4242"},
            saved=saved,
        )

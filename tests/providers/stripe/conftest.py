"""Stripe played by the sandbox, our adapter turned to it, and a payer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.providers.contract import asked
from yuanyou.payments.port import Ask, RefundAsk, Saved, Snapshot, StatementLine
from yuanyou.providers.stripe.adapter import Stripe
from yuanyou_sandbox.testing import RunningSandbox

GOOD, CHALLENGED = "4242424242424242", "4000002500003155"


@dataclass
class Desk:
    """Our side and the payer's. Both clocks travel together."""

    sandbox: RunningSandbox
    travelled: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.adapter = self.another()

    def another(self, **other: Any) -> Stripe:
        """An adapter of ours; `other` changes its settings."""
        usual = {
            "secret_key": self.sandbox.stripe_key,
            "webhook_secrets": (self.sandbox.webhook_secret,),
            "api_base": self.sandbox.stripe_url,
        }
        return Stripe(**(usual | other))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def travel(self, **time: int) -> None:
        self.travelled += timedelta(**time)
        self.sandbox.control("clock", {"advance_seconds": int(timedelta(**time).total_seconds())})

    def asked(self, **more: Any) -> Ask:
        """An attempt that is still wanted, not yet sent."""
        return asked(**({"take": True, "expires_at": self.now() + timedelta(minutes=45)} | more))

    def sent(self, ask: Ask) -> Ask:
        return replace(ask, provider_ref=self.adapter.create(ask).provider_ref)

    def shown(self, **more: Any) -> Ask:
        """An attempt whose pay page is open."""
        return self.sent(self.asked(**more))

    def pay(self, ask: Ask, card: str = GOOD, **how: Any) -> dict[str, Any]:
        """The payer uses the page; what they see."""
        made: dict[str, Any] = self.sandbox.control(
            f"stripe/sessions/{ask.provider_ref}/pay", {"card": card, **how}
        )
        return made

    def paid(
        self, card: str = GOOD, *, how: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Ask, Snapshot]:
        ask = self.shown(**more)
        self.pay(ask, card, **(how or {}))
        return ask, self.adapter.query(ask)

    def kept(self, card: str = GOOD, **more: Any) -> Saved:
        """A card that is kept."""
        saved = self.paid(card, keep=True, **more)[1].saved
        assert saved
        return saved

    def charge(self, saved: Saved, **more: Any) -> Ask:
        """A charge of it with nobody there, not yet sent."""
        usual = {"saved_ref": saved.saved_ref, "payer_ref": saved.payer_ref, "off_session": True}
        return self.asked(**(usual | more))

    def back(self, told: Snapshot, minor: int, *, ref: str = "ref_1") -> RefundAsk:
        """A refund of a payment, not yet sent."""
        assert told.charge_ref
        amount = replace(told.amount, minor=minor)
        return RefundAsk(
            ref=ref, idempotency_key=ref, amount=amount, charge_ref=told.charge_ref, provider_ref=None
        )

    def control(self, path: str, **how: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.sandbox.control(f"stripe/{path}", how)
        return made

    def goes_wrong(self, fault: str, on: str, *, times: int = 1, **how: Any) -> None:
        self.sandbox.control("faults", {"company": "stripe", "fault": fault, "on": on, "times": times, **how})

    def all_is_well(self) -> None:
        self.sandbox.control("faults", method="DELETE")

    def money(self, name: str) -> int:
        """What Stripe's own account says, in cents."""
        return int(self.sandbox.control("stripe/account", method="GET").get("usd", {}).get(name, 0))

    def lines(self, day: date | None = None) -> list[StatementLine]:
        """The statement of a day; of today when none is said."""
        return list(self.adapter.statement(day or self.now().date()))


@pytest.fixture(scope="module")
def companies() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def desk(companies: RunningSandbox) -> Desk:
    """On the first day; no payout comes by itself."""
    companies.control("reset")
    companies.control("stripe/payout_schedule", {"interval": "manual"})
    return Desk(companies)

"""PayPal played by the sandbox, our adapter turned to it, and a payer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.contract import asked
from yuanyou.payments.port import Ask, RefundAsk, Snapshot
from yuanyou.providers.paypal.adapter import PayPal
from yuanyou_sandbox.testing import RunningSandbox


@dataclass
class Desk:
    """Our side and the payer's. Both clocks travel together."""

    sandbox: RunningSandbox
    travelled: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.adapter = self.another()

    def another(self, **other: Any) -> PayPal:
        """An adapter of ours; `other` changes its settings."""
        usual = {
            "client_id": self.sandbox.paypal_client_id,
            "client_secret": self.sandbox.paypal_client_secret,
            "webhook_ids": (self.sandbox.paypal_webhook_id,),
            "merchant": self.sandbox.paypal_merchant_id,
            "api_base": self.sandbox.paypal_url,
            "now": self.now,
        }
        return PayPal(**(usual | other))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def travel(self, **time: int) -> None:
        self.travelled += timedelta(**time)
        self.sandbox.control("clock", {"advance_seconds": int(timedelta(**time).total_seconds())})

    def asked(self, **more: Any) -> Ask:
        """An attempt that is still wanted, not yet sent."""
        until = self.now() + timedelta(minutes=45)
        return asked(**({"method": "paypal", "take": True, "expires_at": until} | more))

    def shown(self, **more: Any) -> Ask:
        """An attempt whose approval page is open."""
        ask = self.asked(**more)
        return replace(ask, provider_ref=self.adapter.create(ask).provider_ref)

    def agree(self, ask: Ask, funding: str = "balance") -> None:
        """The payer agrees on PayPal's page. Nobody agrees twice in a second."""
        self.travel(seconds=1)
        self.sandbox.control(f"paypal/orders/{ask.provider_ref}/approve", {"funding": funding})

    def paid(self, **more: Any) -> tuple[Ask, Snapshot]:
        ask = self.shown(**more)
        self.agree(ask)
        return ask, self.adapter.query(ask)

    def back(self, told: Snapshot, minor: int, *, ref: str = "ref_1") -> RefundAsk:
        """A refund of a payment, not yet sent."""
        assert told.charge_ref
        amount = replace(told.amount, minor=minor)
        return RefundAsk(
            ref=ref, idempotency_key=ref, amount=amount, charge_ref=told.charge_ref, provider_ref=None
        )

    def goes_wrong(self, fault: str, on: str, *, times: int = 1, **how: Any) -> None:
        self.sandbox.control("faults", {"company": "paypal", "fault": fault, "on": on, "times": times, **how})

    def all_is_well(self) -> None:
        self.sandbox.control("faults", method="DELETE")

    def count(self, kind: str) -> int:
        """How many of these PayPal has."""
        return int(self.sandbox.state()["paypal"]["objects"][kind])

    def money(self, name: str) -> int:
        """What PayPal's own account says, in cents."""
        return int(self.sandbox.control("paypal/account", method="GET").get("USD", {}).get(name, 0))


@pytest.fixture(scope="module")
def companies() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def desk(companies: RunningSandbox) -> Desk:
    """On the first day."""
    companies.control("reset")
    return Desk(companies)

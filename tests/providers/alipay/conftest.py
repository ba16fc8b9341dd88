"""Alipay played by the sandbox, our adapter turned to it, and a payer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.alipay.forms import public_key
from tests.providers.contract import asked
from tests.sandbox.shop import Receiver
from yuanyou.payments.port import Ask, RefundAsk, Snapshot
from yuanyou.providers.alipay.adapter import Alipay
from yuanyou_sandbox.testing import RunningSandbox

OURS = "of these tests"
"""A key of Alipay's that the adapter knows beside the sandbox's."""


@dataclass
class Desk:
    """Our side and the payer's. Both clocks travel together."""

    sandbox: RunningSandbox
    shop: Receiver
    travelled: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.known: dict[str, Any] = self.sandbox.control("alipay/keys", method="GET")
        self.adapter = self.another()

    def another(self, **other: Any) -> Alipay:
        """An adapter of ours; `other` changes its settings."""
        usual = {
            "app_id": self.known["app_id"],
            "private_key": self.known["app_private_key"],
            "public_keys": (self.known["alipay_public_key"], public_key(OURS)),
            "merchant": self.known["seller_id"],
            "notify_url": self.shop.url,
            "api_base": self.sandbox.alipay_url,
            "now": self.now,
            "real": lambda: datetime.now(UTC),
        }
        return Alipay(**(usual | other))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def travel(self, **time: int) -> None:
        self.travelled += timedelta(**time)
        self.sandbox.control("clock", {"advance_seconds": int(timedelta(**time).total_seconds())})

    def asked(self, **more: Any) -> Ask:
        """An attempt, not yet sent."""
        until = self.now() + timedelta(minutes=15)
        return asked(**({"method": "alipay", "currency": "CNY", "expires_at": until} | more))

    def shown(self, **more: Any) -> Ask:
        """An attempt whose code is shown, or whose page is open."""
        ask = self.asked(**more)
        return replace(ask, provider_ref=self.adapter.create(ask).provider_ref)

    def pays(self, ask: Ask, **how: Any) -> None:
        self.sandbox.control(f"alipay/orders/{ask.ref}/pay", how)

    def paid(self, **more: Any) -> tuple[Ask, Snapshot]:
        ask = self.shown(**more)
        self.pays(ask)
        return ask, self.adapter.query(ask)

    def by_hand(self, ask: Ask, fen: int | None = None) -> None:
        """Somebody of ours gives money back in Alipay's own pages; None: all that is left."""
        self.sandbox.control(f"alipay/orders/{ask.ref}/refund", {} if fen is None else {"amount": fen})

    def back(self, told: Snapshot, minor: int, *, ref: str = "ref_1") -> RefundAsk:
        """A refund of a payment, not yet sent."""
        assert told.charge_ref
        amount = replace(told.amount, minor=minor)
        return RefundAsk(
            ref=ref, idempotency_key=ref, amount=amount, charge_ref=told.charge_ref, provider_ref=None
        )

    def goes_wrong(self, fault: str, on: str, *, times: int = 1, **how: Any) -> None:
        self.sandbox.control("faults", {"company": "alipay", "fault": fault, "on": on, "times": times, **how})

    def all_is_well(self) -> None:
        self.sandbox.control("faults", method="DELETE")

    def count(self, kind: str) -> int:
        """How many of these Alipay has."""
        return int(self.sandbox.state()["alipay"]["objects"][kind])

    def money(self, name: str) -> int:
        """What Alipay's own account says, in fen."""
        return int(self.sandbox.control("alipay/account", method="GET")[name])


@pytest.fixture(scope="module")
def companies() -> Iterator[tuple[RunningSandbox, Receiver]]:
    shop = Receiver(answer=b"success")
    with RunningSandbox() as sandbox:
        yield sandbox, shop
    shop.close()


@pytest.fixture
def desk(companies: tuple[RunningSandbox, Receiver]) -> Desk:
    """On the first day."""
    sandbox, shop = companies
    sandbox.control("reset")
    shop.forget()
    return Desk(sandbox, shop)

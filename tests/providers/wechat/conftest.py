"""WeChat Pay played by the sandbox, our adapter turned to it, and a payer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.contract import asked
from tests.sandbox.shop import Receiver
from yuanyou.payments.port import Ask, RefundAsk, Snapshot
from yuanyou.providers.wechat.adapter import WeChat
from yuanyou_sandbox.testing import RunningSandbox

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
"""Who pays in the sandbox."""


def public_keys(sandbox: RunningSandbox) -> tuple[str, ...]:
    """As our setting has them."""
    return (f"{sandbox.wechat_key_id}={sandbox.wechat_public_key}",)


def settings_of(sandbox: RunningSandbox) -> dict[str, Any]:
    """What an adapter needs, but `notify_url` and `now`."""
    return {
        "mchid": sandbox.wechat_mchid,
        "app_id": sandbox.wechat_app_id,
        "api_key": sandbox.wechat_api_key,
        "cert_serial": sandbox.wechat_cert_serial,
        "private_key": sandbox.wechat_private_key,
        "public_keys": public_keys(sandbox),
        "api_base": sandbox.wechat_url,
        "real": lambda: datetime.now(UTC),
    }


@dataclass
class Desk:
    """Our side and the payer's. Both clocks travel together."""

    sandbox: RunningSandbox
    shop: Receiver
    travelled: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.adapter = self.another()

    def another(self, **other: Any) -> WeChat:
        """An adapter of ours; `other` changes its settings."""
        usual = settings_of(self.sandbox) | {"notify_url": self.shop.url, "now": self.now}
        return WeChat(**(usual | other))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def travel(self, **time: float) -> None:
        self.travelled += timedelta(**time)
        self.control("../clock", {"advance_seconds": int(timedelta(**time).total_seconds())})

    def asked(self, **more: Any) -> Ask:
        """An attempt in yuan, not yet sent."""
        usual = {"currency": "CNY", "method": "wechat_pay", "expires_at": self.now() + timedelta(minutes=15)}
        return asked(**(usual | more))

    def shown(self, **more: Any) -> Ask:
        """An attempt whose code is on the screen."""
        ask = self.asked(**more)
        return replace(ask, provider_ref=self.adapter.create(ask).provider_ref)

    def pay(self, ask: Ask, **how: Any) -> None:
        self.control(f"orders/{ask.ref}/pay", how)

    def paid(self, **more: Any) -> tuple[Ask, Snapshot]:
        ask = self.shown(**more)
        self.pay(ask)
        return ask, self.adapter.query(ask)

    def back(self, told: Snapshot, minor: int, *, ref: str = "ref_1") -> RefundAsk:
        """A refund of a payment, not yet sent."""
        assert told.charge_ref
        amount = replace(told.amount, minor=minor)
        return RefundAsk(
            ref=ref, idempotency_key=ref, amount=amount, charge_ref=told.charge_ref, provider_ref=None
        )

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        """`/_control/wechat/<path>`."""
        where = path.removeprefix("../") if path.startswith("../") else f"wechat/{path}"
        return self.sandbox.control(where, body, method)

    def goes_wrong(self, fault: str, on: str, *, times: int = 1, **how: Any) -> None:
        self.control("../faults", {"company": "wechat", "fault": fault, "on": on, "times": times, **how})

    def count(self, kind: str) -> int:
        """How many of these WeChat has."""
        return int(self.sandbox.state()["wechat"]["objects"][kind])

    def money(self, name: str) -> int:
        """What WeChat's own account says, in fen."""
        return int(self.control("account", method="GET")[name])


@pytest.fixture(scope="module")
def companies() -> Iterator[tuple[RunningSandbox, Receiver]]:
    shop = Receiver()
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

"""Alipay keeps the contract: our adapter, python-alipay-sdk, and the sandbox's real wire format."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.alipay.forms import fields_of, in_beijing, private_key, public_key, signed
from tests.providers.contract import PaymentContract, Sent
from tests.sandbox.shop import Receiver, eventually
from yuanyou.payments.port import Ask, Saved, Why
from yuanyou.providers.alipay.adapter import Alipay
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

ACTS = {
    "create": "trade.precreate",
    "query": "trade.query",
    "take": "trade.query",  # Alipay takes the money itself: asking is our last step
    "close": "trade.close",
    "refund": "trade.refund",
    "statement": "bill.url",
}
OUR_TIME = timedelta(minutes=46)
BILLS_ARE_WRITTEN = timedelta(days=5)
OURS, NEW = "of the contract", "a new one"


@dataclass
class AlipayCompany:
    """`tests.providers.contract.Company`, played by the sandbox.

    A secret is the name of a key of Alipay's. `sign` signs with one of our own, which the adapter knows as
    well: the sandbox keeps its key for itself.
    """

    sandbox: RunningSandbox
    shop: Receiver
    travelled: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.known = self.sandbox.control("alipay/keys", method="GET")

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> Alipay:
        usual = (self.known["alipay_public_key"], public_key(OURS))
        return Alipay(
            app_id=self.known["app_id"],
            private_key=self.known["app_private_key"] if right_keys else private_key("somebody's"),
            public_keys=usual if secrets is None else tuple(map(_public, secrets)),
            merchant=self.known["seller_id"],
            notify_url=self.shop.url,
            now=self.now,
            real=lambda: datetime.now(UTC),
            api_base=self.sandbox.alipay_url,
        )

    def pay(self, provider_ref: str, *, late: bool = False) -> None:
        with suppress(*([ControlRefused] if late else [])):
            self._order(provider_ref, "pay", late=late)

    def agree(self, provider_ref: str) -> None:
        self.pay(provider_ref)

    def decline(self, provider_ref: str) -> None:
        self._order(provider_ref, "lack")

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        """Alipay asks for a fingerprint or a password behind its own page."""
        self._order(provider_ref, "pay" if passed else "open")

    def slow_page(self, ask: Ask) -> str:
        raise NotImplementedError("money is there at once")

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None:
        raise NotImplementedError("money is there at once")

    def expire(self, provider_ref: str) -> None:
        """The attempt's own time is over."""
        self.travelled += OUR_TIME

    def pages(self) -> int:
        return int(self.sandbox.state()["alipay"]["objects"]["order"])

    def received(self) -> int:
        return self._account("gross")

    def refunded(self) -> int:
        return self._account("refunds")

    def worth(self) -> int:
        return self._account("net")

    def days_end(self) -> None:
        """Until the bills of both days that Beijing lays over one of ours are written, or surely never."""
        self.travelled += BILLS_ARE_WRITTEN
        self.sandbox.control("clock", {"advance_seconds": int(BILLS_ARE_WRITTEN.total_seconds())})

    def refunds_will_fail(self) -> None:
        raise NotImplementedError("a refund is done with its answer")

    def refund_fails(self, refund_ref: str) -> None:
        raise NotImplementedError("a refund stays done")

    def refund_by_hand(self, provider_ref: str, minor: int) -> None:
        self._order(provider_ref, "refund", amount=minor)

    def refusals(self) -> Mapping[Why, Callable[[Saved], None]]:
        return {}

    def dispute(self, provider_ref: str) -> str:
        raise NotImplementedError("Alipay has no disputes")

    def warn(self, provider_ref: str) -> str:
        raise NotImplementedError("Alipay has no disputes")

    def judge(self, dispute_ref: str, *, won: bool) -> None:
        raise NotImplementedError("Alipay has no disputes")

    @contextmanager
    def trouble(self, how: str, act: str, *, times: int = 99, seconds: float | None = None) -> Iterator[None]:
        """`hang` takes all the time the adapter gives it; other silences break off early, to be quick."""
        fault = "timeout_before" if how == "hang" else how
        usual = {"hang": 20.0, "timeout_before": 0.1, "timeout_after": 0.1}.get(how)
        takes: dict[str, Any] = {"seconds": seconds or usual} if seconds or usual else {}
        ordered = {"company": "alipay", "fault": fault, "on": ACTS[act], "times": times, **takes}
        self.sandbox.control("faults", ordered)
        yield
        self.sandbox.control("faults", method="DELETE")

    def notices(self) -> list[Sent]:
        return [Sent(each.headers, each.body) for each in list(self.shop.received)]

    def notice_of(self, provider_ref: str, *, secret: str | None = None) -> Sent:
        """Alipay signs with one key: what another would have signed is made here."""

        def told() -> list[Sent]:
            return [each for each in self.notices() if _is_payment(each, provider_ref)]

        sent = eventually(told)[0]
        return sent if secret is None else self.sign(sent.body, secret=secret)

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        """A body of no fields at all stays as it is, with a signature."""
        return signed(fields_of(body) | {"notify_time": in_beijing(age)}, by=secret or OURS)

    def rotate(self) -> str:
        return NEW

    def _order(self, number: str, act: str, **how: Any) -> None:
        self.sandbox.control(f"alipay/orders/{number}/{act}", how)

    def _account(self, name: str) -> int:
        return int(self.sandbox.control("alipay/account", method="GET")[name])


def _public(secret: str) -> str:
    return public_key(secret) if secret.strip() else secret


def _is_payment(sent: Sent, number: str) -> bool:
    fields = fields_of(sent.body)
    return fields["out_trade_no"] == number and "refund_fee" not in fields


@pytest.fixture(scope="module")
def running() -> Iterator[AlipayCompany]:
    shop = Receiver(answer=b"success")
    with RunningSandbox() as sandbox:
        yield AlipayCompany(sandbox, shop)
    shop.close()


class TestAlipay(PaymentContract):
    @pytest.fixture
    def company(self, running: AlipayCompany) -> AlipayCompany:
        """On its first day."""
        running.sandbox.control("reset")
        running.shop.forget()
        running.travelled = timedelta()
        return running

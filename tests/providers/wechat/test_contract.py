"""WeChat Pay keeps the contract: our adapter, the SDK, and the sandbox's real wire format."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.contract import PaymentContract, Sent, SlowRefundContract
from tests.providers.wechat.conftest import settings_of
from tests.providers.wechat.signing import Signer, loaded, private_line, public_line, rsa_key
from tests.sandbox.shop import Receiver, eventually
from yuanyou.payments.port import Ask, Saved, Why
from yuanyou.providers.wechat.adapter import WeChat
from yuanyou_sandbox.testing import RunningSandbox, wechat_keys

ACTS = {
    "create": "transactions.native",
    "query": "transactions.get",
    "take": "transactions.get",
    "close": "transactions.close",
    "refund": "refunds.create",
    "statement": "bills.trade",
}
OUR_TIME = timedelta(minutes=46)
"""After it an attempt of the contract is over."""
NEW_KEY, STRANGER = "PUB_KEY_ID_NEW", "of somebody else"


@dataclass
class WeChatCompany:
    """`tests.providers.contract.Company`, played by the sandbox. A secret names a key of WeChat's."""

    sandbox: RunningSandbox
    shop: Receiver
    travelled: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> WeChat:
        usual = settings_of(self.sandbox)
        if secrets is not None:
            usual["public_keys"] = tuple(self._public(name) for name in secrets)
        if not right_keys:
            usual["private_key"] = private_line(rsa_key(STRANGER))
        return WeChat(**usual, notify_url=self.shop.url, now=self.now)

    def pay(self, provider_ref: str, *, late: bool = False) -> None:
        """A closed order cannot be paid, however late."""
        if not late or self._state(provider_ref) != "CLOSED":
            self._control(f"orders/{provider_ref}/pay", {"late": late})

    def agree(self, provider_ref: str) -> None:
        self.pay(provider_ref)

    def decline(self, provider_ref: str) -> None:
        """Not enough money: WeChat tells us nothing, the code may be scanned again."""

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        """The password: we learn only whether it was paid."""
        if passed:
            self.pay(provider_ref)

    def slow_page(self, ask: Ask) -> str:
        raise NotImplementedError("its money comes at once")

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None:
        raise NotImplementedError("its money comes at once")

    def expire(self, provider_ref: str) -> None:
        """The attempt's own time is over."""
        self.travelled += OUR_TIME

    def pages(self) -> int:
        return int(self.sandbox.state()["wechat"]["objects"]["order"])

    def received(self) -> int:
        return self._account("gross")

    def refunded(self) -> int:
        return self._account("refunds")

    def worth(self) -> int:
        return self._account("net")

    def days_end(self) -> None:
        """Until the bills of both Beijing days are written that today (UTC) lies in."""
        self.travelled += timedelta(hours=52)
        self.sandbox.control("clock", {"advance_seconds": 52 * 3600})

    def refunds_will_fail(self) -> None:
        self._order("refund_abnormal", "refund", times=1)

    def refund_fails(self, refund_ref: str) -> None:
        self._control(f"refunds/{refund_ref}/settle", {"outcome": "abnormal"})

    def refund_by_hand(self, provider_ref: str, minor: int) -> None:
        self._control(f"orders/{provider_ref}/refund", {"amount": minor})

    def refusals(self) -> Mapping[Why, Callable[[Saved], None]]:
        return {}

    def dispute(self, provider_ref: str) -> str:
        raise NotImplementedError("it has no disputes")

    def warn(self, provider_ref: str) -> str:
        raise NotImplementedError("it has no disputes")

    def judge(self, dispute_ref: str, *, won: bool) -> None:
        raise NotImplementedError("it has no disputes")

    @contextmanager
    def trouble(self, how: str, act: str, *, times: int = 99, seconds: float | None = None) -> Iterator[None]:
        """`hang` takes all the time the adapter gives it; other silences break off early, to be quick."""
        fault = "timeout_before" if how == "hang" else how
        usual = {"hang": 20.0, "timeout_before": 0.1, "timeout_after": 0.1}.get(how)
        takes = {"seconds": seconds or usual} if seconds or usual else {}
        self._order(fault, act, times=times, **takes)
        yield
        self.sandbox.control("faults", method="DELETE")

    def notices(self) -> list[Sent]:
        return [Sent(each.headers, each.body) for each in list(self.shop.received)]

    def notice_of(self, provider_ref: str, *, secret: str | None = None) -> Sent:
        """What the sandbox signed with its key; with another key it is signed here."""
        (ident,) = self._control(f"orders/{provider_ref}", method="GET")["notices"]

        def told() -> list[Sent]:
            return [each for each in self.notices() if json.loads(each.body)["id"] == ident]

        sent = eventually(told)[0]
        return sent if secret is None else self.sign(sent.body, secret=secret)

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        name = secret or self.sandbox.wechat_key_id
        key = loaded(wechat_keys()[1]) if name == self.sandbox.wechat_key_id else rsa_key(name)
        return Signer(key, name).sent(body, age=age)

    def rotate(self) -> str:
        return NEW_KEY

    def _public(self, name: str) -> str:
        return f"{name}={public_line(rsa_key(name))}" if name.strip() else name

    def _state(self, order: str) -> str:
        return str(self._control(f"orders/{order}", method="GET")["trade_state"])

    def _account(self, name: str) -> int:
        return int(self._control("account", method="GET")[name])

    def _control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        return self.sandbox.control(f"wechat/{path}", body, method)

    def _order(self, fault: str, act: str, **how: Any) -> None:
        self.sandbox.control("faults", {"company": "wechat", "fault": fault, "on": ACTS[act], **how})


@pytest.fixture(scope="module")
def running() -> Iterator[WeChatCompany]:
    shop = Receiver()
    with RunningSandbox() as sandbox:
        yield WeChatCompany(sandbox, shop)
    shop.close()


class TestWeChat(PaymentContract, SlowRefundContract):
    @pytest.fixture
    def company(self, running: WeChatCompany) -> WeChatCompany:
        """On its first day. Refunds are done at once, and none waits for a minute: that has its own tests."""
        running.sandbox.control("reset")
        running.sandbox.control("wechat/pace", {"apart": 0, "takes": 0})
        running.shop.forget()
        running.travelled = timedelta()
        return running

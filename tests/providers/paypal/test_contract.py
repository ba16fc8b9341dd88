"""PayPal keeps the contract: our adapter, the official SDK, and the sandbox's real wire format."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.providers.contract import (
    DelayContract,
    DisputeContract,
    KeepingContract,
    PaymentContract,
    RefundListContract,
    ReturningRefundContract,
    Sent,
    SlowRefundContract,
    asked,
)
from tests.providers.paypal.signing import (
    PATH,
    CertificateServer,
    Signer,
    certificate,
    certificate_server,
    rsa_key,
)
from tests.sandbox.shop import Receiver, eventually
from yuanyou.payments.port import Ask, Saved, Why
from yuanyou.providers.paypal.adapter import PayPal
from yuanyou_sandbox.testing import RunningSandbox

ACTS = {
    "create": "orders.create",
    "query": "orders.get",
    "take": "orders.capture",
    "close": "orders.patch",
    "malformed close": "orders.get",  # a patch is answered without a body
    "refund": "captures.refund",
    "charge": "orders.create",
    "dispute": "disputes.get",
    "contest": "disputes.provide_evidence",
    "statement": "transactions.search",
}
REFUSALS = {Why.DECLINED: {"funding": "card_declined"}, Why.WRONG_DETAILS: {"state": "canceled"}}
OUR_TIME = timedelta(minutes=46)
"""After it an attempt of the contract is over; PayPal's order lives for six hours."""
NEW_WEBHOOK = "9KR12345AB678901C"


@dataclass
class PayPalCompany:
    """`tests.providers.contract.Company`, played by the sandbox.

    What it signs itself is signed with the sandbox's key. `sign` signs other bodies with a key of its own,
    whose certificate another trusted host serves. A secret is a webhook's id.
    """

    sandbox: RunningSandbox
    shop: Receiver
    certificates: CertificateServer
    signer: Signer
    travelled: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> PayPal:
        return PayPal(
            client_id=self.sandbox.paypal_client_id,
            client_secret=self.sandbox.paypal_client_secret if right_keys else "of somebody else",
            webhook_ids=(self.sandbox.paypal_webhook_id,) if secrets is None else secrets,
            merchant=self.sandbox.paypal_merchant_id,
            api_base=self.sandbox.paypal_url,
            cert_hosts=(self.sandbox.url.removeprefix("http://"), self.certificates.host),
            now=self.now,
        )

    def pay(self, provider_ref: str, *, late: bool = False) -> None:
        """The payer agrees, and lands with us; where we take the money."""
        self._agree(provider_ref, "balance")

    def agree(self, provider_ref: str) -> None:
        self._approve(provider_ref, "balance")

    def decline(self, provider_ref: str) -> None:
        self._agree(provider_ref, "card_declined")

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        """PayPal asks behind its own page: we learn only how it ended."""
        self._agree(provider_ref, "card" if passed else "card_declined")

    def slow_page(self, ask: Ask) -> str:
        page = self.adapter().create(ask).provider_ref
        self._agree(page, "echeck")
        return page

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None:
        outcome = "completed" if at_last else "denied"
        self.sandbox.control(f"paypal/payments/{provider_ref}/settle", {"outcome": outcome})

    def expire(self, provider_ref: str) -> None:
        """The attempt's own time is over."""
        self.travelled += OUR_TIME

    def pages(self) -> int:
        return int(self.sandbox.state()["paypal"]["objects"]["order"])

    def received(self) -> int:
        return self._account("gross")

    def refunded(self) -> int:
        return self._account("refunds")

    def worth(self) -> int:
        return self._account("net")

    def days_end(self) -> None:
        """The rest of today, and the hours PayPal's reports are behind."""
        self.sandbox.control("clock", {"advance_seconds": 28 * 3600})

    def refunds_will_fail(self) -> None:
        self._order("async_then_failed", "refund", times=1)

    def refund_fails(self, refund_ref: str) -> None:
        self.sandbox.control(f"paypal/refunds/{refund_ref}/settle", {"outcome": "failed"})

    def refund_by_hand(self, provider_ref: str, minor: int) -> None:
        self.sandbox.control(f"paypal/payments/{provider_ref}/refund", {"amount": minor})

    def refusals(self) -> Mapping[Why, Callable[[Saved], None]]:
        return {why: partial(self._from_now_on, how=how) for why, how in REFUSALS.items()}

    def _from_now_on(self, saved: Saved, *, how: dict[str, str]) -> None:
        self.sandbox.control(f"paypal/vault/{saved.saved_ref}", how)

    def dispute(self, provider_ref: str) -> str:
        return self._complain(provider_ref, {"channel": "EXTERNAL"})

    def warn(self, provider_ref: str) -> str:
        return self._complain(provider_ref, {"stage": "INQUIRY"})

    def _complain(self, provider_ref: str, how: dict[str, str]) -> str:
        return str(self.sandbox.control(f"paypal/payments/{provider_ref}/dispute", how)["dispute_id"])

    def judge(self, dispute_ref: str, *, won: bool) -> None:
        outcome = "won" if won else "lost"
        self.sandbox.control(f"paypal/disputes/{dispute_ref}/resolve", {"outcome": outcome})

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
        """Each webhook gets a notice of its own: the second one's is made here."""

        def told() -> list[Sent]:
            return [
                Sent(each.headers, each.body)
                for each in self.shop.of("PAYMENT.CAPTURE.COMPLETED")
                if each.event["resource"]["supplementary_data"]["related_ids"]["order_id"] == provider_ref
            ]

        sent = eventually(told)[0]
        return sent if secret is None else self.sign(sent.body, secret=secret)

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        signer = replace(
            self.signer,
            webhook_id=secret or self.sandbox.paypal_webhook_id,
            at=(datetime.now(UTC) - age).isoformat(),
        )
        return Sent(signer.headers(body), body)

    def rotate(self) -> str:
        """A second webhook for the same address."""
        return NEW_WEBHOOK

    def _agree(self, page: str, funding: str) -> None:
        self._approve(page, funding)
        self.adapter().query(asked(provider_ref=page, take=True))

    def _approve(self, page: str, funding: str) -> None:
        self.sandbox.control("clock", {"advance_seconds": 1})  # nobody agrees twice in a second
        self.sandbox.control(f"paypal/orders/{page}/approve", {"funding": funding})

    def _account(self, name: str) -> int:
        return int(self.sandbox.control("paypal/account", method="GET").get("USD", {}).get(name, 0))

    def _order(self, fault: str, act: str, **how: Any) -> None:
        on = ACTS.get(f"{fault} {act}", ACTS[act])
        self.sandbox.control("faults", {"company": "paypal", "fault": fault, "on": on, **how})


@pytest.fixture(scope="module")
def running() -> Iterator[PayPalCompany]:
    shop, key, now = Receiver(), rsa_key(), datetime.now(UTC)
    with certificate_server() as certificates, RunningSandbox(notify_paypal=shop.url) as sandbox:
        lasting = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
        certificates.serve(certificate(key, **lasting), path=PATH)
        yield PayPalCompany(sandbox, shop, certificates, Signer(key, certificates.url))
    shop.close()


class TestPayPal(
    PaymentContract,
    KeepingContract,
    DisputeContract,
    DelayContract,
    RefundListContract,
    SlowRefundContract,
    ReturningRefundContract,
):
    @pytest.fixture
    def company(self, running: PayPalCompany) -> PayPalCompany:
        """On its first day."""
        running.sandbox.control("reset")
        running.shop.forget()
        running.travelled = timedelta()
        return running

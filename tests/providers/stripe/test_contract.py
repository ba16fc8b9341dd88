"""Stripe keeps the contract: our adapter, the official SDK, and the sandbox's real wire format."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import stripe

from tests.providers.contract import PaymentContract, Sent
from tests.sandbox.shop import GOOD, POOR, Receiver, client, eventually, order
from yuanyou.payments.port import Ask
from yuanyou.providers.stripe.adapter import Stripe
from yuanyou_sandbox.testing import RunningSandbox

ACTS = {
    "create": "sessions.create",
    "query": "sessions.retrieve",
    "close": "sessions.expire",
    "refund": "refunds.create",
}
CHALLENGED, DEBIT = "4000002500003155", "bank_debit"


@dataclass(frozen=True, slots=True)
class StripeCompany:
    """`tests.providers.contract.Company`, played by the sandbox."""

    sandbox: RunningSandbox
    shop: Receiver

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> Stripe:
        return Stripe(
            secret_key=self.sandbox.stripe_key if right_keys else "sk_test_of_somebody_else",
            webhook_secrets=(self.sandbox.webhook_secret,) if secrets is None else secrets,
            api_base=self.sandbox.stripe_url,
        )

    def pay(self, provider_ref: str, *, late: bool = False) -> None:
        self._session(provider_ref, "pay", card=GOOD, **({"late": True} if late else {}))

    def decline(self, provider_ref: str) -> None:
        self._session(provider_ref, "pay", card=POOR)

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        self._session(provider_ref, "pay", card=CHALLENGED, challenge="complete" if passed else "fail")

    def slow_page(self, ask: Ask) -> str:
        """Our adapter offers no bank debit yet, but has to understand one."""
        session = client(self.sandbox).v1.checkout.sessions.create(
            order(
                ask.amount.minor,
                client_reference_id=ask.ref,
                metadata={"attempt": ask.ref},
                payment_method_types=["card", "us_bank_account"],
            )
        )
        self._session(session.id, "pay", card=DEBIT)
        return session.id

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None:
        self._session(provider_ref, "settle", outcome="succeeded" if at_last else "failed")

    def expire(self, provider_ref: str) -> None:
        self._session(provider_ref, "expire")

    def pages(self) -> int:
        return len(client(self.sandbox).v1.checkout.sessions.list({"limit": 100}).data)

    def refunded(self) -> int:
        account = self.sandbox.control("stripe/account", method="GET")
        return int(account["usd"]["refunds"])

    def refunds_will_fail(self) -> None:
        self._order("async_then_failed", "refund", times=1)

    def let_refunds_settle(self, refund_ref: str) -> None:
        self.sandbox.control(f"stripe/refunds/{refund_ref}/settle", {"outcome": "failed"})

    @contextmanager
    def trouble(self, how: str, act: str, *, times: int = 99) -> Iterator[None]:
        """`hang` takes all the time the adapter gives it; other silences break off early, to be quick."""
        if how == "hang":
            self._order("timeout_before", act, times=times, seconds=20)
        elif how.startswith("timeout"):
            self._order(how, act, times=times, seconds=0.1)
        else:
            self._order(how, act, times=times)
        yield
        self.sandbox.control("faults", method="DELETE")

    def notice_of(self, provider_ref: str, *, secret: str | None = None) -> Sent:
        """While secrets rotate, Stripe signs each notice with both."""

        def told() -> list[Sent]:
            found = self.shop.of("checkout.session.completed")
            return [
                Sent(each.headers, each.body)
                for each in found
                if each.event["data"]["object"]["id"] == provider_ref
            ]

        return eventually(told)[0]

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        at = int(time.time() - age.total_seconds())
        payload = body.decode("utf-8", errors="replace")
        header = stripe.WebhookSignature.generate_signature_header(
            payload, secret or self.sandbox.webhook_secret, timestamp=at
        )
        return Sent({"Stripe-Signature": header}, body)

    def days_end(self) -> None:
        """A balance transaction is listed at once."""

    def rotate(self) -> str:
        made = self.sandbox.control("stripe/rotate_webhook_secret", {"overlap_seconds": 3600})
        return str(made["secret"])

    def _order(self, fault: str, act: str, **how: Any) -> None:
        self.sandbox.control("faults", {"company": "stripe", "fault": fault, "on": ACTS[act], **how})

    def _session(self, session_id: str, act: str, **how: Any) -> None:
        self.sandbox.control(f"stripe/sessions/{session_id}/{act}", how)


@pytest.fixture(scope="module")
def running() -> Iterator[StripeCompany]:
    shop = Receiver()
    with RunningSandbox(notify_stripe=shop.url) as sandbox:
        yield StripeCompany(sandbox, shop)
    shop.close()


class TestStripe(PaymentContract):
    @pytest.fixture
    def company(self, running: StripeCompany) -> StripeCompany:
        """On its first day, with its first secret."""
        running.sandbox.control("reset")
        running.shop.forget()
        return running

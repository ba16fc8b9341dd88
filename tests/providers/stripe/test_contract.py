"""Stripe keeps the contract: our adapter, the official SDK, and the sandbox's real wire format."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import stripe

from tests.providers.contract import (
    DelayContract,
    DisputeContract,
    KeepingContract,
    PaymentContract,
    RefundListContract,
    ReturningRefundContract,
    Sent,
    SlowRefundContract,
)
from tests.sandbox.shop import GOOD, POOR, Receiver, client, eventually
from yuanyou.payments.port import Ask, Saved, Why
from yuanyou.providers.stripe.adapter import Stripe
from yuanyou_sandbox.testing import RunningSandbox

ACTS = {
    "create": "sessions.create",
    "query": "sessions.retrieve",
    "take": "sessions.retrieve",  # Stripe takes the money itself: asking is our last step
    "close": "sessions.expire",
    "refund": "refunds.create",
    "charge": "payment_intents.create",
    "dispute": "disputes.retrieve",
    "contest": "disputes.update",
    "statement": "balance_transactions.list",
}
REFUSALS = {
    Why.INSUFFICIENT_FUNDS: "insufficient_funds",
    Why.DECLINED: "generic_decline",
    Why.EXPIRED: "expired_card",
    Why.SUSPECTED: "lost_card",
    Why.TRY_AGAIN: "processing_error",
    Why.AUTHENTICATION_REQUIRED: "authentication_required",
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

    def agree(self, provider_ref: str) -> None:
        self.pay(provider_ref)

    def decline(self, provider_ref: str) -> None:
        self._session(provider_ref, "pay", card=POOR)

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        self._session(provider_ref, "pay", card=CHALLENGED, challenge="complete" if passed else "fail")

    def slow_page(self, ask: Ask) -> str:
        page = self.adapter().create(replace(ask, method="us_bank_account")).provider_ref
        self._session(page, "pay", card=DEBIT)
        return page

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None:
        self._session(provider_ref, "settle", outcome="succeeded" if at_last else "failed")

    def expire(self, provider_ref: str) -> None:
        self._session(provider_ref, "expire")

    def pages(self) -> int:
        return len(client(self.sandbox).v1.checkout.sessions.list({"limit": 100}).data)

    def received(self) -> int:
        return self._account("gross")

    def refunded(self) -> int:
        return self._account("refunds")

    def worth(self) -> int:
        return self._account("net")

    def days_end(self) -> None:
        """A balance transaction is listed at once."""

    def refunds_will_fail(self) -> None:
        self._order("async_then_failed", "refund", times=1)

    def refund_fails(self, refund_ref: str) -> None:
        self.sandbox.control(f"stripe/refunds/{refund_ref}/settle", {"outcome": "failed"})

    def refund_by_hand(self, provider_ref: str, minor: int) -> None:
        self.sandbox.control(f"stripe/payments/{provider_ref}/refund", {"amount": minor})

    def refusals(self) -> Mapping[Why, Callable[[Saved], None]]:
        return {why: partial(self._from_now_on, does=does) for why, does in REFUSALS.items()}

    def _from_now_on(self, saved: Saved, *, does: str) -> None:
        self.sandbox.control(f"stripe/payment_methods/{saved.saved_ref}", {"does": does})

    def dispute(self, provider_ref: str) -> str:
        return str(self.sandbox.control(f"stripe/payments/{provider_ref}/dispute")["id"])

    def warn(self, provider_ref: str) -> str:
        return str(self.sandbox.control(f"stripe/payments/{provider_ref}/warning")["id"])

    def judge(self, dispute_ref: str, *, won: bool) -> None:
        outcome = "won" if won else "lost"
        self.sandbox.control(f"stripe/disputes/{dispute_ref}/resolve", {"outcome": outcome})

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

    def rotate(self) -> str:
        made = self.sandbox.control("stripe/rotate_webhook_secret", {"overlap_seconds": 3600})
        return str(made["secret"])

    def _account(self, name: str) -> int:
        return int(self.sandbox.control("stripe/account", method="GET").get("usd", {}).get(name, 0))

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


class TestStripe(
    PaymentContract,
    KeepingContract,
    DisputeContract,
    DelayContract,
    RefundListContract,
    SlowRefundContract,
    ReturningRefundContract,
):
    @pytest.fixture
    def company(self, running: StripeCompany) -> StripeCompany:
        """On its first day, with its first secret."""
        running.sandbox.control("reset")
        running.shop.forget()
        return running

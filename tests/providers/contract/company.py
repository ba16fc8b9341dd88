"""What the contract needs of a simulated company, and the questions all its parts ask."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import pytest

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Ask,
    BadNotice,
    Notice,
    PaymentProvider,
    RefundAsk,
    Saved,
    Snapshot,
    Why,
)

T = TypeVar("T")
SILENCES = ("timeout_before", "timeout_after")
NO_ANSWERS = (*SILENCES, "error_500", "malformed")
PATIENCE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice as it came over the wire."""

    headers: Mapping[str, str]
    body: bytes


class Company(Protocol):
    """The simulated company, its customers and their banks, as far as the contract needs them.

    Amounts are minor units of the currency that `asked_of` asks in.
    """

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> PaymentProvider:
        """Our adapter, turned to this company; `secrets` None: the one it signs with."""
        ...

    # The customer

    def pay(self, provider_ref: str, *, late: bool = False) -> None:
        """The customer pays and comes back to us; `late`: also a page that is over, if it lets them."""
        ...

    def agree(self, provider_ref: str) -> None:
        """The customer does all that is theirs to do, and never comes back."""
        ...

    def decline(self, provider_ref: str) -> None: ...

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        """The customer's bank asks who it is (3-D Secure)."""
        ...

    def slow_page(self, ask: Ask) -> str:
        """A page for this attempt where the customer chose a method whose money comes days later."""
        ...

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None: ...

    def expire(self, provider_ref: str) -> None: ...

    # Its own books

    def pages(self) -> int:
        """How many pay pages were ever made there."""
        ...

    def received(self) -> int:
        """What it took for us, all in all, before fees and whatever went back."""
        ...

    def refunded(self) -> int:
        """What it has sent back, all in all."""
        ...

    def worth(self) -> int:
        """What all movements come to: received less fees, refunds and disputes."""
        ...

    def days_end(self) -> None:
        """Time passes until the statement of today is written."""
        ...

    # Refunds

    def refunds_will_fail(self) -> None:
        """The next refund is accepted, and fails later."""
        ...

    def refund_fails(self, refund_ref: str) -> None:
        """The customer's bank sends it back, even after it was done."""
        ...

    def refund_by_hand(self, provider_ref: str, minor: int) -> None:
        """Somebody of ours gives money back on the company's own pages."""
        ...

    # Kept ways to pay, where a method can be kept

    def refusals(self) -> Mapping[Why, Callable[[Saved], None]]:
        """What may be said to a charge of a kept way to pay, and how to have it said from now on."""
        ...

    # Disputes, where a method has them

    def dispute(self, provider_ref: str) -> str:
        """The customer's bank takes the money of this attempt; the dispute's name."""
        ...

    def warn(self, provider_ref: str) -> str:
        """Somebody complains, and no money moves yet; the name of that."""
        ...

    def judge(self, dispute_ref: str, *, won: bool) -> None:
        """The dispute ends, for us or for the customer."""
        ...

    # What goes wrong

    def trouble(
        self, how: str, act: str, *, times: int = 99, seconds: float | None = None
    ) -> AbstractContextManager[None]:
        """Meanwhile answers to an act go wrong (the first `times`).

        Acts: create, query, take (our last step, where it is ours), close, refund, charge (a kept way),
        dispute, contest, statement. `how`: one of NO_ANSWERS, `hang`, `slow` (for `seconds`), or a lie.
        """
        ...

    # Notices

    def notices(self) -> list[Sent]:
        """All it has sent so far, byte for byte."""
        ...

    def notice_of(self, provider_ref: str, *, secret: str | None = None) -> Sent:
        """What it sent when this page was paid, byte for byte, for this secret (None: the first)."""
        ...

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        """A notice signed as the company does, `age` ago."""
        ...

    def rotate(self) -> str:
        """A new secret; the old one signs along for an hour."""
        ...


def asked(minor: int = 2690, currency: str = "USD", *, method: str = "card", **more: Any) -> Ask:
    """An attempt, not yet sent."""
    ref = f"att_{uuid4().hex[:12]}"
    ask = Ask(
        ref=ref,
        idempotency_key=ref,
        amount=Money(minor, currency),
        method=method,
        provider_ref=None,
        description="US 30 days · 美国 30 天",
        language="zh-hans",
        email=None,
        return_url="http://127.0.0.1:9/paid/",
        cancel_url="http://127.0.0.1:9/left/",
        expires_at=datetime.now(UTC) + timedelta(minutes=45),
    )
    return replace(ask, **more)


def asked_of(adapter: PaymentProvider, minor: int = 2690, currency: str | None = None, **more: Any) -> Ask:
    """An attempt with the first method that this provider offers, in US dollars where those are taken."""
    method = adapter.capabilities().methods[0]
    usual = "USD" if "USD" in method.currencies else min(method.currencies)
    return asked(minor, currency or usual, method=method.code, **more)


def sent(adapter: PaymentProvider, ask: Ask) -> Ask:
    """The same attempt after the provider was asked."""
    return replace(ask, provider_ref=adapter.create(ask).provider_ref)


def page_of(ask: Ask) -> str:
    assert ask.provider_ref
    return ask.provider_ref


def paid_of(company: Company, adapter: PaymentProvider, **more: Any) -> tuple[Ask, Snapshot]:
    """An attempt that was paid, and what is told of it."""
    ask = sent(adapter, asked_of(adapter, **more))
    company.pay(page_of(ask))
    return ask, adapter.query(ask)


def back(adapter: PaymentProvider, paid: Ask, minor: int) -> RefundAsk:
    """A refund of it, not yet sent."""
    charge, ref = adapter.query(paid).charge_ref, f"ref_{uuid4().hex[:12]}"
    assert charge
    amount = Money(minor, paid.amount.currency)
    return RefundAsk(ref=ref, idempotency_key=ref, amount=amount, charge_ref=charge, provider_ref=None)


def parsed(adapter: PaymentProvider, sent: Sent, *, clock_off: timedelta = timedelta()) -> list[Notice]:
    """What a notice says; `clock_off`: how far our clock is wrong."""
    return adapter.parse_notice(headers=sent.headers, body=sent.body, now=datetime.now(UTC) + clock_off)


def refuses(adapter: PaymentProvider, sent: Sent, **how: Any) -> None:
    with pytest.raises(BadNotice):
        parsed(adapter, sent, **how)


def heard(company: Company, adapter: PaymentProvider, wanted: Callable[[Notice], bool]) -> Notice:
    """The first notice it sends that is `wanted`, proved; waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        told = [notice for each in company.notices() for notice in parsed(adapter, each)]
        if found := next(filter(wanted, told), None):
            return found
        assert time.monotonic() < deadline, f"only {[each.kind for each in told]}"
        time.sleep(0.02)


def together(acts: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """Do all of these at the same moment; what each gave or raised."""

    def outcome(act: Callable[[], T]) -> T | Exception:
        try:
            return act()
        except Exception as error:  # noqa: BLE001  the caller looks at it
            return error

    chosen = list(acts)
    with ThreadPoolExecutor(len(chosen)) as hands:
        return list(hands.map(outcome, chosen))

"""A customer, four real providers and everything that goes wrong between them, one step after another."""

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.houses import renew
from tests.people import People
from tests.plans import MONTH
from tests.sandbox.shop import Received, Receiver
from yuanyou.flows import (
    checkout,
    dispute,
    earning,
    lapse,
    receipts,
    reconciliation,
    refund,
    refund_request,
    settlement,
    top_up,
)
from yuanyou.flows.checkout import NothingToPayWith, OnHold, Tender
from yuanyou.flows.reconciliation import Resolution
from yuanyou.flows.refund_request import CannotRefund
from yuanyou.flows.step import in_cell
from yuanyou.flows.watch import TooMuch
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger.actions import Overdrawn
from yuanyou.lines.rules import NotRenewable
from yuanyou.orders.models import Order
from yuanyou.payments import statements
from yuanyou.payments.actions import RefundTooLarge, RefundWish
from yuanyou.payments.models import Attempt, Case, Dispute, Refund
from yuanyou.payments.port import BadNotice
from yuanyou.payments.rules import Destination
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

AGENT, LEAD = 901, 902
WHY = "as the walk wants it"
REFUSED = (NothingToPayWith, OnHold, TooMuch, NotRenewable, Overdrawn, CannotRefund, RefundTooLarge)
"""What a step may be answered instead of being done: then nothing has moved."""
HOUR = timedelta(hours=1)
CHARGED = {"stripe": "USD", "paypal": "USD", "alipay": "CNY", "wechat": "CNY"}
"""What each provider is asked for."""
PROVIDERS = tuple(CHARGED)


class Travelling:
    """Real time and an offset, as the demo's clock."""

    def __init__(self) -> None:
        self.travelled = timedelta()

    def offset(self) -> timedelta:
        return self.travelled

    def now(self) -> datetime:
        return datetime.now(UTC) + self.travelled


@dataclass(slots=True)
class Walk:
    """`step` does one thing that may happen; `rest` lets everything come to its end."""

    sandbox: RunningSandbox
    shop: Receiver
    people: People
    line_id: int
    clock: Travelling
    attempts: list[Attempt] = field(default_factory=list)
    heard: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def step(self, what: str, *how: Any) -> None:
        with contextlib.suppress(*REFUSED):
            getattr(self, f"_{what}")(*how)

    # What people do

    def _buy(self, provider: str | None, method: str | None, wallet: bool) -> None:
        currency = CHARGED.get(provider or "")
        tender = Tender(method=method, provider=provider, use_wallet=wallet, currency=currency)
        self._remember(renew(self.line_id, MONTH, tender=tender, again=True, now=self.now))

    def _fill(self, provider: str, method: str, minor: int) -> None:
        tender = Tender(method=method, provider=provider, use_wallet=False)
        order, _ = top_up.begin(
            self.people.mei,
            amount=Money(minor, CHARGED[provider]),
            tender=tender,
            key=uuid4(),
            language="en",
            now=self.now,
        )
        self._remember(order)

    def _other_way(self, which: int, provider: str, method: str) -> None:
        attempt = self._chosen(which)
        if attempt is not None:
            with in_cell(1):
                order = Order.objects.get(pk=attempt.payment.order_id)
            with contextlib.suppress(checkout.NotPayable):
                checkout.again(order, Tender(method, provider, use_wallet=False), now=self.now)
                self._remember(order)

    def _pay(self, which: int, how: str) -> None:
        """At the provider's page; a page that is gone, or a way it does not offer, is nobody's fault."""
        attempt = self._chosen(which)
        if attempt is None or not attempt.provider_ref:
            return
        if attempt.provider == "paypal":
            self._control(f"paypal/orders/{attempt.provider_ref}/approve", {"funding": PAYPAL[how]})
        elif attempt.provider in SCANNED:
            paid = f"{attempt.provider}/orders/{attempt.ref}/pay"
            self._control(
                paid if how not in {"declined", "poor"} else f"alipay/orders/{attempt.ref}/lack", {}
            )
        else:
            card = STRIPE[how] if attempt.method == "card" else attempt.method
            card = {"us_bank_account": "bank_debit"}.get(card, card)
            asked = {"card": card, "challenge": "fail" if how == "declined" else "complete"}
            self._control(f"stripe/sessions/{attempt.provider_ref}/pay", asked)

    def _pay_late(self, which: int) -> None:
        attempt = self._chosen(which)
        if attempt is not None and attempt.provider == "stripe" and attempt.provider_ref:
            asked = {"card": STRIPE["pays"], "late": True}
            self._control(f"stripe/sessions/{attempt.provider_ref}/pay", asked)
        elif attempt is not None and attempt.provider in SCANNED:
            self._control(f"{attempt.provider}/orders/{attempt.ref}/pay", {"late": True})

    def _land(self, which: int) -> None:
        attempt = self._chosen(which)
        if attempt is not None:
            settlement.ask(attempt.pk, source="landing", now=self.now)

    # What providers do

    def _money_comes(self, which: int, outcome: str) -> None:
        attempt = self._chosen(which)
        if attempt is not None and attempt.provider_ref and attempt.provider not in SCANNED:
            where = "sessions" if attempt.provider == "stripe" else "payments"
            outcome = {"failed": "denied", "succeeded": "completed"}.get(outcome, outcome)
            told = {"stripe": {"completed": "succeeded", "denied": "failed"}}.get(attempt.provider, {})
            asked = {"outcome": told.get(outcome, outcome)}
            self._control(f"{attempt.provider}/{where}/{attempt.provider_ref}/settle", asked)

    def _refund_outside(self, which: int) -> None:
        attempt = self._chosen(which)
        if attempt is not None and attempt.charge_ref:
            scanned = f"{attempt.provider}/orders/{attempt.ref}/refund"
            path = f"{attempt.provider}/payments/{attempt.charge_ref}/refund"
            self._control(scanned if attempt.provider in SCANNED else path, {})

    def _refund_settles(self, which: int, outcome: str) -> None:
        with in_cell(1):
            sent = list(Refund.objects.exclude(provider_ref=None).select_related("attempt").order_by("id"))
        if sent:
            found = sent[which % len(sent)]
            path = f"{found.attempt.provider}/refunds/{found.provider_ref}/settle"
            if found.attempt.provider == "wechat":
                outcome = {"succeeded": "done", "failed": "abnormal"}[outcome]
            self._control(path, {"outcome": outcome})

    def _dispute(self, which: int) -> None:
        attempt = self._chosen(which)
        if attempt is not None and attempt.charge_ref:
            self._control(f"{attempt.provider}/payments/{attempt.charge_ref}/dispute", {})

    def _dispute_ends(self, outcome: str) -> None:
        with in_cell(1):
            known = list(Dispute.objects.order_by("id"))
        for each in known:
            told = outcome if each.provider == "stripe" else {"won": "seller", "lost": "buyer"}[outcome]
            self._control(f"{each.provider}/disputes/{each.provider_ref}/resolve", {"outcome": told})

    def _fault(self, company: str, fault: str, on: str, times: int) -> None:
        asked = {"company": company, "fault": fault, "on": on, "times": times}
        if fault.startswith("timeout"):
            asked["seconds"] = 0.05
        self._control("faults", asked)

    def _notices(self, company: str, fault: str) -> None:
        self._control("faults", {"company": company, "notices": fault, "count": 2})

    # What we do

    def _told(self, twice: bool) -> None:
        """The notices that came are handed to the inbox, some of them twice, and worked on."""
        for each in self.shop.received[self.heard :] * (2 if twice else 1):
            provider = _sender(each)
            with contextlib.suppress(BadNotice):
                settlement.receive(
                    provider, headers=each.headers, body=each.body, now=self.now, real=datetime.now(UTC)
                )
        self.heard = len(self.shop.received)
        for provider in PROVIDERS:
            settlement.work(provider, now=self.now)

    def _give_back(self, which: int, percent: int, destination: Destination) -> None:
        attempt = self._chosen(which)
        if attempt is None:
            return
        with in_cell(1):
            fresh = Attempt.objects.select_related("payment").get(pk=attempt.pk)
            order = Order.objects.get(pk=fresh.payment.order_id)
            can = refund_request.options(fresh, order, now=self.now)
        wish = RefundWish(order.customer_id, "provider_fault", destination, can.takes_back[0], by=AGENT)
        amount = Money(max(1, can.left.minor * percent // 100), can.left.currency)
        asked = refund_request.request(fresh.pk, wish, amount=amount, note=WHY, now=self.now)
        with contextlib.suppress(CannotRefund):
            refund_request.approve(asked.pk, by=LEAD, note=WHY, now=self.now)

    def _wait(self, seconds: int) -> None:
        self.clock.travelled += timedelta(seconds=seconds)
        self._control("clock", {"advance_seconds": seconds})

    def _work(self) -> None:
        now = self.now
        for provider in PROVIDERS:
            settlement.work(provider, now=now)
        for loop in (settlement.janitor, settlement.expire, refund.work, dispute.work, lapse.sweep):
            loop(1, now=now)
        receipts.number(1, now=now)
        earning.earn_days(1, now=now)

    def _reconcile(self) -> None:
        reconciliation.work(now=self.now, limit=50)

    # The end

    def rest(self) -> None:
        """Nothing goes wrong any more, people stop, and time passes."""
        self.sandbox.control("faults", method="DELETE")
        for company in PROVIDERS:
            self._control("notices/release", {"company": company})
        for hours in (0, 1, 1, 2, 3, 6, 12, 24, 24, 24, 24, 24, 24, 24):
            self._wait(int(timedelta(hours=hours).total_seconds()) + 60)
            self._told(twice=False)
            for _ in range(3):
                self._work()
        for _ in range(2):
            self._reconcile()
            self._wait(25 * 3600)
            self._work()
        self._reconcile()
        for case in statements.open_cases():
            with contextlib.suppress(Case.DoesNotExist):
                reconciliation.resolve(case.pk, Resolution.ASK_AGAIN, note="", by=LEAD, now=self.now)
        for case in statements.open_cases():
            reconciliation.resolve(case.pk, Resolution.BOOK_DIFFERENCE, note=WHY, by=LEAD, now=self.now)

    def clearing(self, provider: str) -> int:
        """What our books say the provider holds for us, in cents or fen."""
        with in_cell(1):
            rows = books.trial_balance()
        where = f"assets:clearing:{provider}", CHARGED[provider]
        return sum(row.amount.minor for row in rows if (row.account, row.amount.currency) == where)

    def held(self, provider: str) -> int:
        """What the provider itself says it holds for us, in cents or fen."""
        account = self.sandbox.control(f"{provider}/account", method="GET")
        if provider in SCANNED:
            return int(account["net"])
        if provider == "stripe":
            return int(account.get("usd", {}).get("balance", 0))
        return int(account.get("USD", {}).get("net", 0))

    def _chosen(self, which: int) -> Attempt | None:
        if not self.attempts:
            return None
        with in_cell(1):
            pk = self.attempts[which % len(self.attempts)].pk
            return Attempt.objects.select_related("payment").get(pk=pk)

    def _remember(self, order: Order) -> None:
        with in_cell(1):
            new = Attempt.objects.filter(payment__order=order).exclude(provider="wallet")
            self.attempts += list(new.exclude(pk__in=[each.pk for each in self.attempts]))

    def _control(self, path: str, asked: dict[str, Any]) -> None:
        with contextlib.suppress(ControlRefused):
            self.sandbox.control(path, asked)


def _sender(notice: Received) -> str:
    """Whose notice it is, by the headers it comes with."""
    names = {name.lower() for name in notice.headers}
    marks = {
        "stripe-signature": "stripe",
        "paypal-transmission-id": "paypal",
        "wechatpay-signature": "wechat",
    }
    return next((who for name, who in marks.items() if name in names), "alipay")


SCANNED = ("alipay", "wechat")
"""Told apart by our own names for an attempt, without disputes and delayed money."""
STRIPE = {
    "pays": "4242424242424242",
    "declined": "4000000000000002",
    "poor": "4000000000009995",
    "asked": "4000002500003155",
    "slow": "4000000000007726",
}
PAYPAL = {
    "pays": "balance",
    "declined": "card_declined",
    "poor": "card_declined",
    "asked": "card",
    "slow": "echeck",
}

"""Every way to pay for one line: 3-D Secure, PayPal, wallet, both, a kept card, after a decline; and back."""

import time
from dataclasses import dataclass

from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.stories._visitor import Visitor, register
from yuanyou.project.target import Target

PLAN = "us-30-10gb"
GOOD_CARD, NO_MONEY, ASKS_THE_BANK = "4242424242424242", "4000000000009995", "4000002500003155"
CARD, PAYPAL = "stripe:card", "paypal:paypal"
TOP_UP = "50"
"""Enough for one renewal from the wallet, and for a part of the next."""


def run(target: Target, step: Step) -> dict[str, object]:
    if target.sandbox_url is None:
        raise NotAsTold("a story needs the sandbox's companies")
    visitor = Visitor(target.site_url)
    with step("register, and buy a line"):
        register(visitor, sandbox_url=target.sandbox_url)
        visitor.go(f"/buy/{PLAN}/").send(having="method", method=CARD)
        visitor.send(having="card", card=GOOD_CARD, action="pay")
        visitor.wait_until_it_says("Your line is bought")
        visitor.wait_until_it_says("Working", path="/home/")
    payer = _Payer(visitor, line=visitor.link(r"/lines/[^/]+/renew/"))
    with step("renew by a card whose bank asks (3-D Secure)"):
        payer.choose(method=CARD)
        visitor.send(having="card", card=ASKS_THE_BANK, action="pay")
        payer.press(action="complete")
        by_card = payer.renewed("Credit or debit card")
    with step("renew by PayPal: agreed there, taken when coming back"):
        payer.choose(method=PAYPAL)
        payer.press(funding="balance", action="pay")
        by_paypal = payer.renewed("PayPal")
    with step("fill the wallet, and renew from it"):
        _fill_wallet(visitor)
        payer.choose(use_wallet="1")
        payer.renewed("Wallet")
    with step("renew with the rest of the wallet and a card"):
        payer.choose(use_wallet="1", method=CARD)
        payer.press(card=GOOD_CARD, action="pay")
        payer.renewed("· Wallet", "· Credit or debit card")
    with step("a card without money: the same order is paid by PayPal"):
        payer.declined_then_by_paypal()
    with step("keep a card"):
        payer.choose(method=CARD, keep="1")
        payer.press(card=GOOD_CARD, action="pay")
        payer.renewed("Credit or debit card")
    with step("charge the kept card with one tap"):
        payer.choose(method=payer.kept())
        one_tap = payer.renewed("Credit or debit card")
    visitor.close()
    return {
        "card_paid_to_renewed_s": round(by_card, 3),
        "paypal_paid_to_renewed_s": round(by_paypal, 3),
        "one_tap_to_renewed_s": round(one_tap, 3),
    }


@dataclass(slots=True)
class _Payer:
    """Somebody who renews one line again and again."""

    visitor: Visitor
    line: str
    _pressed: float = 0

    def choose(self, **how: str) -> None:
        """Send the renewal form; the provider's page, or the order's where nothing else is to be done."""
        self._pressed = time.perf_counter()
        # Renewing the same again within minutes is asked about; this story means it.
        self.visitor.go(self.line).send(having="plan", again="1", **how)

    def press(self, **how: str) -> None:
        """The last button on the provider's page."""
        self._pressed = time.perf_counter()
        self.visitor.send(having=next(iter(how)), **how)

    def renewed(self, *words: str) -> float:
        """The seconds from the last press until the order's page says so; it must name how it was paid."""
        self.visitor.wait_until_it_says("Renewed")
        took = time.perf_counter() - self._pressed
        self.visitor.must_say(*words)
        return took

    def kept(self) -> str:
        """What the form sends for the kept card."""
        offered = self.visitor.go(self.line).form("method").choices["method"]
        found = next((code for code in offered if code.startswith("kept:")), None)
        if found is None:
            raise NotAsTold(f"no kept card is offered, but {offered}")
        return found

    def declined_then_by_paypal(self) -> None:
        self.choose(method=CARD)
        self.visitor.send(having="card", card=NO_MONEY, action="pay")
        self.visitor.send(having="action", action="leave")
        self.visitor.must_say("There is not enough money", "Nothing was taken", "Link to pay later")
        order = self.visitor.url
        self.visitor.send(having="method", method=PAYPAL)
        self.press(funding="balance", action="pay")
        self.renewed("PayPal")
        if self.visitor.url != order:
            raise NotAsTold(f"{order} became {self.visitor.url}")


def _fill_wallet(visitor: Visitor) -> None:
    visitor.go("/top-up/").send(having="amount", amount=TOP_UP, method=CARD)
    visitor.send(having="card", card=GOOD_CARD, action="pay")
    visitor.wait_until_it_says("The money is in your wallet")

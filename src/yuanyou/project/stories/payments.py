"""Every way to pay for one line: 3-D Secure, PayPal, Alipay, WeChat Pay, wallet, a kept card; and back."""

from datetime import timedelta

import httpx

from yuanyou.kernel.clock import Clock
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.stories._clerk import Clerk
from yuanyou.project.stories._payer import ALIPAY, ASKS_THE_BANK, CARD, GOOD_CARD, PAYPAL, WECHAT, Payer
from yuanyou.project.stories._visitor import Visitor, register
from yuanyou.project.target import Target

PLAN, PRICE, PRICE_IN_YUAN = "us-30-10gb", "USD 26.90", "CNY 192.46"
TOP_UP, REST, CARDS_PART = "50", "USD 23.10", "USD 3.80"
"""Enough for one renewal from the wallet, and for a part of the next."""
REPORTED = timedelta(days=1, hours=4)
"""PayPal's reports are three hours behind."""


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
    payer = Payer(visitor, line=visitor.link(r"/lines/[^/]+/renew/"))
    orders, seconds = _pay(payer, step)
    _give_back(orders, target, target.sandbox_url, visitor, step)
    visitor.close()
    return {f"{way}_to_renewed_s": round(took, 3) for way, took in seconds.items()}


def _pay(payer: Payer, step: Step) -> tuple[dict[str, str], dict[str, float]]:
    """The orders by how they were paid, and how long some took from the last press to "Renewed"."""
    visitor, orders, seconds = payer.visitor, dict[str, str](), dict[str, float]()
    with step("renew by a card whose bank asks (3-D Secure)"):
        payer.choose(method=CARD)
        visitor.send(having="card", card=ASKS_THE_BANK, action="pay")
        payer.press(action="complete")
        seconds["card"] = payer.renewed("Credit or debit card")
        orders["card"] = payer.order
    with step("renew by PayPal: agreed there, taken when coming back"):
        payer.choose(method=PAYPAL)
        payer.press(funding="balance", action="pay")
        seconds["paypal"] = payer.renewed("PayPal")
        orders["paypal"] = payer.order
    with step("fill the wallet, and renew from it"):
        payer.fill_wallet(TOP_UP)
        payer.choose(use_wallet="1")
        seconds["wallet"] = payer.renewed("Wallet")
        orders["wallet"] = payer.order
    with step("renew with the rest of the wallet and a card"):
        payer.choose(use_wallet="1", method=CARD)
        payer.press(card=GOOD_CARD, action="pay")
        payer.renewed("· Wallet", "· Credit or debit card")
        orders["both"] = payer.order
    with step("a card without money: the same order is paid by PayPal"):
        payer.declined_then_by_paypal()
    with step("on a phone, renew by Alipay and by WeChat Pay, in yuan"):
        visitor.is_on_a_phone()
        payer.choose(method=ALIPAY)
        payer.press(action="pay")
        seconds["alipay"] = payer.renewed("Alipay", PRICE_IN_YUAN)
        orders["alipay"] = payer.order
        payer.choose(method=WECHAT)
        payer.press_in_wechat()
        seconds["wechat"] = payer.renewed("WeChat Pay", PRICE_IN_YUAN)
        orders["wechat"] = payer.order
    with step("keep a card"):
        payer.choose(method=CARD, keep="1")
        payer.press(card=GOOD_CARD, action="pay")
        payer.renewed("Credit or debit card")
    with step("charge the kept card with one tap"):
        payer.choose(method=payer.kept())
        seconds["one_tap"] = payer.renewed("Credit or debit card")
        orders["kept"] = payer.order
    return orders, seconds


def _give_back(
    orders: dict[str, str], target: Target, sandbox_url: str, visitor: Visitor, step: Step
) -> None:
    with step("staff sign in with password and authenticator"):
        clerk = Clerk(target)
    with step("a refund to the card"):
        clerk.gives_back(orders["card"], PRICE)
    with step("a refund to PayPal"):
        clerk.gives_back(orders["paypal"], PRICE)
    with step("a refund to Alipay and to WeChat Pay"):
        # WeChat's refunds take minutes: nobody watches that long.
        httpx.post(f"{sandbox_url}/_control/wechat/pace", json={"takes": 0}).raise_for_status()
        clerk.gives_back(orders["alipay"], PRICE_IN_YUAN)
        clerk.gives_back(orders["wechat"], PRICE_IN_YUAN)
    with step("a refund to the wallet"):
        clerk.gives_back(orders["wallet"], PRICE)
        visitor.go("/top-up/").must_say(f"In the wallet now: {PRICE}")
    with step("both parts of an order go back, each where it came from"):
        clerk.gives_back(orders["both"], REST)
        clerk.gives_back(orders["both"], CARDS_PART, takes_back="nothing")
        visitor.go("/top-up/").must_say("In the wallet now: USD 50.00")
    with step("a refund made in Stripe's own pages is found, and explained"):
        name = clerk.name_at_provider(orders["kept"])
        httpx.post(f"{sandbox_url}/_control/stripe/payments/{name}/refund", json={}).raise_for_status()
        clerk.explains(orders["kept"], PRICE)
    with step("a day later (the demo's clock stays there) both statements agree with the books"):
        _reconcile(clerk, Clock(target.config().clock_file))
    clerk.visitor.close()


def _reconcile(clerk: Clerk, clock: Clock) -> None:
    """Going back would let payments of a day come after its statement was pulled: the clock stays."""
    day, before = clock.now().date(), clerk.open_cases()
    clock.travel(clock.offset() + REPORTED)
    for provider in ("stripe", "paypal"):
        clerk.waits_for_statement(provider, day)
    if new := clerk.open_cases() - before:
        raise NotAsTold(f"statements and books differ: {sorted(new)}")

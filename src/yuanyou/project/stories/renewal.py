"""A student registers, buys a line, renews early, lapses, renews when suspended, and has the receipts."""

import time
from datetime import timedelta

from yuanyou.kernel.clock import Clock
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.stories._visitor import Visitor, register
from yuanyou.project.target import Target

PLAN = "us-30-10gb"
GOOD_CARD, NO_MONEY, ASKS_THE_BANK = "4242424242424242", "4000000000009995", "4000002500003155"
LAPSED = timedelta(days=40)


def run(target: Target, step: Step) -> dict[str, object]:
    if target.sandbox_url is None:
        raise NotAsTold("a story needs the sandbox's companies")
    visitor = Visitor(target.site_url)
    with step("register with a code from the e-mail"):
        register(visitor, sandbox_url=target.sandbox_url)
    with step("choose a plan and pay on the provider's page"):
        visitor.go(f"/buy/{PLAN}/").send(having="method")
        visitor.send(having="card", card=GOOD_CARD, action="pay")
    with step("see it paid, and the line active"):
        seconds = visitor.wait_until_it_says("Your line is bought")
        active = visitor.wait_until_it_says("Working", path="/home/")
    line = visitor.link(r"/lines/[^/]+/renew/")
    with step("renew early: a card without money, then one that asks the bank"):
        visitor.go(line).send(having="plan")
        visitor.send(having="card", card=NO_MONEY, action="pay")
        visitor.send(having="card", card=ASKS_THE_BANK, action="pay")
        visitor.send(having="action", action="complete")
        visitor.wait_until_it_says("Renewed")
    with step("lapse: two terms end, grace ends, the line is suspended"):
        clock = Clock(target.config().clock_file)
        before = clock.offset()
        clock.travel(before + 2 * LAPSED)
        visitor.wait_until_it_says("Suspended", path="/home/")
    with step("renew when suspended: it works again at once"):
        restored = _renew_again(visitor, line)
    with step("the receipt has its number"):
        visitor.wait_until_it_says("Y1-", path="/receipts/")
        visitor.go(visitor.link(r"/orders/[^/]+/[^/]+/receipt/")).must_say("Total", "USD")
    clock.travel(before)
    visitor.close()
    return {
        "paid_to_shown_s": round(seconds, 3),
        "paid_to_active_s": round(seconds + active, 3),
        "restored_s": round(restored, 3),
    }


def _renew_again(visitor: Visitor, line: str) -> float:
    """The seconds from the tap on the provider's page to a line that works."""
    visitor.go(line).send(having="plan")
    began = time.perf_counter()
    visitor.send(having="card", card=GOOD_CARD, action="pay")
    visitor.wait_until_it_says("Renewed")
    visitor.wait_until_it_says("Working", path="/home/")
    return time.perf_counter() - began

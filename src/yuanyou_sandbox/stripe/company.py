"""Stripe, put together."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Mount

from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.notices import Sender
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.stripe import balance, checkout, dispute_life, disputes, payouts, refunds, sessions
from yuanyou_sandbox.stripe.account import COMPANY, Account
from yuanyou_sandbox.stripe.after_control import AfterControl
from yuanyou_sandbox.stripe.api import AFTER, BEFORE, Api
from yuanyou_sandbox.stripe.approval_page import ApprovalPages
from yuanyou_sandbox.stripe.charging import FOLLOW, SETTLE, current_way
from yuanyou_sandbox.stripe.control import StripeControl
from yuanyou_sandbox.stripe.idempotency import KEPT_SECONDS, Keys
from yuanyou_sandbox.stripe.lies import LIES
from yuanyou_sandbox.stripe.operations import OPERATIONS
from yuanyou_sandbox.stripe.overview import Overview
from yuanyou_sandbox.stripe.pay_page import PayPages
from yuanyou_sandbox.stripe.webhook import ON, PLAN_SECONDS, WRONG_KEY, Endpoint
from yuanyou_sandbox.stripe.words import WORDS

MERCHANT = "Yuanyou 远游"
FORGET_KEYS = "stripe.forget_keys"
FAULTS = (*sorted(BEFORE), *sorted(AFTER), *sorted(LIES), WRONG_KEY, *refunds.OUTCOMES)


def open_company(world: World) -> Company:
    """The account with its API, pages, notices and controls."""
    settings = world.settings
    account = Account(world)
    endpoint = Endpoint(
        account,
        settings.stripe_webhook_url,
        world.secret(COMPANY, "webhook", settings.stripe_webhook_secret, "whsec_"),
    )
    api = Api(account, world.secret(COMPANY, "key", settings.stripe_key, "sk_test_"))
    control = StripeControl(account, endpoint)
    overview = Overview(account)
    world.notices.register(COMPANY, Sender(endpoint.compose, PLAN_SECONDS))
    _set_timers(account, api.keys)

    def begin() -> None:
        endpoint.subscribe()
        _forget_keys_daily(world)
        payouts.schedule(account)

    def state() -> dict[str, Any]:
        kinds = ("checkout.session", "payment_intent", "charge", "refund", "dispute", "payout", "event")
        counts = {kind: world.store.count(f"{COMPANY}.{kind}") for kind in kinds}
        return {"objects": counts, "account": balance.sums(account), "webhook_url": endpoint.url}

    return Company(
        name=COMPANY,
        title="Stripe",
        words=WORDS,
        routes=[
            Mount("/v1", app=api),
            *PayPages(account, MERCHANT).routes(),
            *ApprovalPages(account, MERCHANT).routes(),
            *overview.routes(),
        ],
        controls=[*control.routes(), *AfterControl(account).routes()],
        home=overview.home,
        state=state,
        faults=FAULTS,
        acts=(*OPERATIONS, ON),
        notifies=True,
        begin=begin,
    )


def _set_timers(account: Account, keys: Keys) -> None:
    """What happens by itself when the time has come; each looks first whether it still has to."""

    def expire(ident: str) -> None:
        checkout.current(account, ident)

    def settle(ident: str) -> None:
        intent = account.get("payment_intent", ident)
        if intent["status"] == "processing":
            checkout.settle(account, intent, succeeded=current_way(account, intent).method.decline is None)

    def forget_keys(_: str) -> None:
        keys.forget_old()
        _forget_keys_daily(account.world)

    def on(name: str, kind: str, do: Callable[[Account, Document], None]) -> None:
        account.world.timers.on(name, lambda ident: do(account, account.get(kind, ident)))

    timers = account.world.timers
    timers.on(sessions.EXPIRE, expire)
    timers.on(SETTLE, settle)
    timers.on(FORGET_KEYS, forget_keys)
    timers.on(payouts.DAILY, lambda _: payouts.pay_daily(account))
    on(payouts.ARRIVE, payouts.KIND, payouts.arrive)
    on(refunds.SUCCEED, refunds.KIND, refunds.succeed)
    on(refunds.FAIL, refunds.KIND, refunds.fail)
    on(FOLLOW, "charge", dispute_life.follow)
    on(dispute_life.OVERDUE, disputes.KIND, dispute_life.overdue)
    on(dispute_life.JUDGE, disputes.KIND, dispute_life.judge)


def _forget_keys_daily(world: World) -> None:
    world.timers.set_next(FORGET_KEYS, world.clock.now() + KEPT_SECONDS)

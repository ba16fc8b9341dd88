"""PayPal, put together."""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from yuanyou_sandbox.paypal import balance, capturing, disputes, refunds
from yuanyou_sandbox.paypal.account import COMPANY, HIDDEN, Account
from yuanyou_sandbox.paypal.api import AFTER, BEFORE, Api
from yuanyou_sandbox.paypal.approval import ApprovalPages
from yuanyou_sandbox.paypal.control import PayPalControl
from yuanyou_sandbox.paypal.funding import Ends
from yuanyou_sandbox.paypal.idempotency import RequestIds
from yuanyou_sandbox.paypal.lies import LIES
from yuanyou_sandbox.paypal.operations import ACTS
from yuanyou_sandbox.paypal.overview import Overview
from yuanyou_sandbox.paypal.refunds import Later
from yuanyou_sandbox.paypal.tokens import Tokens
from yuanyou_sandbox.paypal.webhook import CERT_PATH, ON, PLAN_SECONDS, WRONG_CERT, WRONG_KEY, Webhook
from yuanyou_sandbox.paypal.words import WORDS
from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.notices import Sender
from yuanyou_sandbox.shared.world import World

MERCHANT = "Yuanyou 远游"
FORGET_KEYS = "paypal.forget_keys"
FORGET_EVERY_SECONDS = 6 * 3600
OUTCOMES = tuple(each.value for each in Ends if each != Ends.COMPLETED)
FAULTS = (
    *(*sorted(BEFORE), *sorted(AFTER), *sorted(LIES), WRONG_KEY, WRONG_CERT),
    *(*OUTCOMES, *(each.value for each in Later)),
)


def open_company(world: World) -> Company:
    """The account with its API, pages, notices and controls."""
    settings = world.settings
    account = Account(world)
    balance.open_totals(account)
    tokens = Tokens(
        account,
        world.secret(COMPANY, "client id", settings.paypal_client_id, "A"),
        world.secret(COMPANY, "client secret", settings.paypal_client_secret, "E"),
    )
    webhook, api = Webhook(account), Api(account, tokens)
    control = PayPalControl(account, webhook, tokens)
    overview = Overview(account)
    world.notices.register(COMPANY, Sender(webhook.compose, PLAN_SECONDS))
    _set_timers(account, api.request_ids)

    async def certificate(request: Request) -> Response:
        """What notices were signed with; anybody may have it."""
        found = account.certificates.find(request.path_params["certificate"])
        return PlainTextResponse(found.certificate if found else "", 200 if found else 404)

    def begin() -> None:
        webhook.subscribe()
        _forget_keys_again(world)

    def state() -> dict[str, Any]:
        kinds = ("order", "capture", "refund", "dispute", "payment_token", "transaction", "event")
        counts = {kind: world.store.count(f"{COMPANY}.{kind}") for kind in kinds}
        return {"objects": counts, "account": balance.totals(account), "webhook_url": webhook.url}

    return Company(
        name=COMPANY,
        title="PayPal",
        words=WORDS,
        routes=[
            Route(f"/{CERT_PATH}/{{certificate}}", certificate, methods=["GET"]),
            *[Mount(f"/{version}", app=api) for version in ("v1", "v2", "v3")],
            *ApprovalPages(account, MERCHANT).routes(),
            *overview.routes(),
        ],
        controls=control.routes(),
        home=overview.home,
        state=state,
        faults=FAULTS,
        acts=(*ACTS, ON),
        notifies=True,
        begin=begin,
    )


def _set_timers(account: Account, request_ids: RequestIds) -> None:
    """What happens by itself when the time has come; each looks first whether it still has to."""

    def settle(ident: str) -> None:
        capture = account.get(capturing.KIND, ident)
        completed = capture[HIDDEN]["ends"] == Ends.PENDING
        capturing.settle(account, capture, completed=completed)

    def settle_refund(ident: str) -> None:
        refund = account.get(refunds.KIND, ident)
        refunds.settle(account, refund, succeeded=not refund[HIDDEN]["fails"])

    def forget_keys(_: str) -> None:
        request_ids.forget_old()
        _forget_keys_again(account.world)

    timers = account.world.timers
    timers.on(capturing.SETTLE, settle)
    timers.on(refunds.SETTLE, settle_refund)
    timers.on(disputes.DUE, lambda ident: disputes.run_out(account, ident))
    timers.on(FORGET_KEYS, forget_keys)


def _forget_keys_again(world: World) -> None:
    world.timers.set_next(FORGET_KEYS, world.clock.now() + FORGET_EVERY_SECONDS)

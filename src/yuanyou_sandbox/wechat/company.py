"""WeChat Pay, put together."""

from typing import Any

from starlette.routing import Mount

from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.notices import Sender
from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.wechat import balance, codepay, notices, refunds
from yuanyou_sandbox.wechat.account import COMPANY, Account
from yuanyou_sandbox.wechat.api import AFTER, BEFORE, Api
from yuanyou_sandbox.wechat.cashier import Cashier
from yuanyou_sandbox.wechat.control import WeChatControl
from yuanyou_sandbox.wechat.lies import LIES
from yuanyou_sandbox.wechat.oauth import EXCHANGE, OAuth
from yuanyou_sandbox.wechat.operations import ACTS
from yuanyou_sandbox.wechat.overview import Overview
from yuanyou_sandbox.wechat.refunds import Later
from yuanyou_sandbox.wechat.words import WORDS

FAULTS = (
    *(*sorted(BEFORE), *sorted(AFTER), *sorted(LIES), notices.RE_ENCODED),
    *(*codepay.OUTCOMES, *(each.value for each in Later), "not_enough_funds", "wrong_hash"),
)


def open_company(world: World) -> Company:
    """The merchant number with its interface, pages, notices and controls."""
    account = Account(world)
    overview = Overview(account)
    world.notices.register(
        COMPANY, Sender(lambda ident: notices.compose(account, ident), notices.PLAN_SECONDS)
    )
    world.timers.on(refunds.SETTLE, lambda ident: refunds.settle_as_meant(account, ident))
    world.timers.on(codepay.GIVES_UP, lambda number: codepay.gives_up(account, number))

    def state() -> dict[str, Any]:
        counts = {kind: account.count(kind) for kind in ("order", "refund", "movement", "notice")}
        return {"objects": counts, "account": balance.totals(account)}

    return Company(
        name=COMPANY,
        title="WeChat Pay",
        words=WORDS,
        routes=[
            Mount("/v3", app=Api(account)),
            *OAuth(account).routes(),
            *Cashier(account).routes(),
            *overview.routes(),
        ],
        controls=WeChatControl(account).routes(),
        home=overview.home,
        state=state,
        faults=FAULTS,
        acts=(*ACTS, EXCHANGE, notices.ON),
        notifies=True,
    )

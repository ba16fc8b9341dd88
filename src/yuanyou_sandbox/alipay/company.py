"""Alipay, put together."""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.alipay import balance, bills, gateway, lies, notices
from yuanyou_sandbox.alipay.account import COMPANY, Account
from yuanyou_sandbox.alipay.cashier import Cashier
from yuanyou_sandbox.alipay.control import AlipayControl
from yuanyou_sandbox.alipay.gateway import Gateway
from yuanyou_sandbox.alipay.operations import ACTS, DOWNLOAD
from yuanyou_sandbox.alipay.overview import Overview
from yuanyou_sandbox.alipay.words import WORDS
from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.world import World

MERCHANT = "Yuanyou 远游"
FAULTS = (
    *sorted(gateway.BEFORE),
    *sorted(gateway.AFTER),
    *sorted(lies.OF_ANSWERS | lies.OF_NOTICES),
    gateway.WRONG_KEY,
)


def open_company(world: World) -> Company:
    """The account with its gateway, pages, notices and controls."""
    account = Account(world)
    balance.open_totals(account)
    world.notices.register(COMPANY, notices.sender(account))
    overview = Overview(account)

    async def bill(request: Request) -> Response:
        """A bill, for whoever has its address in time."""
        fault = world.faults.take(COMPANY, DOWNLOAD, {"error_500", "malformed"})
        if fault and fault.fault == "error_500":
            return PlainTextResponse("Bad Gateway", 502)
        packed = bills.fetch(account, request.path_params["token"])
        if packed is None:
            return PlainTextResponse("expired", 403)
        body = packed[: len(packed) // 2] if fault else packed
        return Response(body, media_type="application/zip")

    def state() -> dict[str, Any]:
        counts = {kind: account.count(kind) for kind in ("order", "refund", "movement", "event", "code")}
        return {"objects": counts, "account": balance.totals(account)}

    return Company(
        name=COMPANY,
        title="Alipay",
        words=WORDS,
        routes=[
            Route("/gateway.do", Gateway(account)),
            Route("/bills/{token}", bill, methods=["GET"]),
            *Cashier(account, MERCHANT).routes(),
            *overview.routes(),
        ],
        controls=AlipayControl(account).routes(),
        home=overview.home,
        state=state,
        faults=FAULTS,
        acts=(*ACTS, notices.ON),
        notifies=True,
    )

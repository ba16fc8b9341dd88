"""The sandbox as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from yuanyou_sandbox.alipay.company import open_company as alipay
from yuanyou_sandbox.carrier.company import open_company as carrier
from yuanyou_sandbox.esim.company import open_company as esim
from yuanyou_sandbox.home import Home
from yuanyou_sandbox.mail.company import open_company as mail
from yuanyou_sandbox.mail.server import listening
from yuanyou_sandbox.paypal.company import open_company as paypal
from yuanyou_sandbox.settings import Settings
from yuanyou_sandbox.shared.company import Sandbox
from yuanyou_sandbox.shared.control import Control
from yuanyou_sandbox.shared.door import Door
from yuanyou_sandbox.shared.pages import not_found, style
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.stripe.company import open_company as stripe
from yuanyou_sandbox.wechat.company import open_company as wechat

COMPANIES = (stripe, paypal, alipay, wechat, mail, esim, carrier)


def create_app(settings: Settings) -> Starlette:
    """Every company, its pages, the controls; notices, timers and mail run as long as the app does."""
    world = World.open(settings)
    sandbox = Sandbox(world, tuple(open_company(world) for open_company in COMPANIES))
    for company in sandbox.companies:
        company.begin()
    return Starlette(
        routes=[
            *[Mount(f"/{each.name}", routes=each.routes) for each in sandbox.companies],
            Mount("/_control", routes=Control(sandbox).routes()),
            Route("/style.css", style),
            *Home(sandbox).routes(),
        ],
        middleware=[Middleware(Door)],
        exception_handlers={HTTPException: _refused},
        lifespan=_lifespan(world),
    )


def _lifespan(world: World) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(each) for each in (world.notices.run(), world.timers.run())]
        try:
            async with listening(world):
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            world.store.close()

    return lifespan


async def _refused(request: Request, refusal: Exception) -> Response:
    """JSON for the controls and the companies' interfaces, a page for people."""
    assert isinstance(refusal, HTTPException)
    if "text/html" in request.headers.get("accept", ""):
        return not_found(request, Translator(language_of(request)))
    return JSONResponse({"error": refusal.detail}, refusal.status_code)

"""The carrier's desk: how subscriptions stand, and the orders that wait for somebody."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.carrier.subscriptions import STATES, Subscriptions
from yuanyou_sandbox.carrier.words import WORDS
from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, page, table
from yuanyou_sandbox.shared.requests import Told, form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN = 50
OUTCOMES = ("done", "refused")


class Desk:
    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/desk/{ident}", self.act, methods=["POST"]),
        ]

    def controls(self) -> list[Route]:
        return [
            Route("/orders/{ident}", self.finish, methods=["POST"]),
            Route("/subscriptions/{iccid}", self.change, methods=["POST"]),
        ]

    def home(self, t: Translator) -> Content:
        """For the first page."""
        return [
            el.p(t("The network: it serves cards, bars them, and serves them again.")),
            el.p(
                el.a(t("Subscriptions"), href="/carrier/", class_="tap"),
                " ",
                t("{n} subscriptions", n=self._subscriptions.counts()["subscriptions"]),
            ),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        waiting = [self._waiting_row(t, each) for each in self._subscriptions.waiting(SHOWN)]
        found = [self._row(t, each) for each in self._subscriptions.newest(SHOWN)]
        head = ["ICCID", t("State"), t("Still reaches"), t("Incoming texts"), t("Last orders")]
        nothing = el.p(t("Nothing here yet."))
        return page(
            request,
            t,
            t("Carrier"),
            el.h2(t("Accepted, not done")),
            table(t("Accepted, not done"), [t("Order"), "ICCID", t("Action"), ""], waiting)
            if waiting
            else nothing,
            el.h2(t("Subscriptions")),
            table(t("Subscriptions"), head, found) if found else nothing,
            wide=True,
        )

    async def act(self, request: Request) -> Response:
        """`outcome`: somebody does or refuses an order that waits; anything else does nothing."""
        outcome = (await form_of(request)).get("outcome", "")
        if outcome in OUTCOMES:
            self._subscriptions.finish(request.path_params["ident"], outcome=outcome)
        return RedirectResponse("/carrier/", 303)

    async def finish(self, request: Request) -> Response:
        """{outcome}: the same for tests; 404 when no such order waits."""
        told = await Told.by(request)
        outcome = told.text("outcome", OUTCOMES) or "done"
        told.finish()
        order = self._subscriptions.finish(request.path_params["ident"], outcome=outcome)
        if order is None:
            raise HTTPException(404, "no such order waits")
        return JSONResponse(order)

    async def change(self, request: Request) -> Response:
        """{state}: somebody at the carrier changes a subscription by hand, without an order."""
        told = await Told.by(request)
        state = told.need_text("state", STATES)
        told.finish()
        return JSONResponse(self._subscriptions.set_state(request.path_params["iccid"], state))

    def _row(self, t: Translator, subscription: Document) -> list[Content]:
        barred = subscription["state"] == "suspended"
        orders = [
            el.div(f"{t(each['action'])}: {t(each['status'])}", " ", el.small(each["id"]))
            for each in self._subscriptions.orders(subscription["id"])
        ]
        return [
            subscription["id"],
            t(subscription["state"]),
            [el.div(each) for each in subscription["hosts"]] if barred else t("everything"),
            t("yes") if not barred or subscription["incoming_sms"] else t("no"),
            orders,
        ]

    def _waiting_row(self, t: Translator, order: Document) -> list[Content]:
        where = f"/carrier/desk/{order['id']}"
        acts = el.div(
            button(t("Do it"), where, {"outcome": "done"}),
            button(t("Refuse"), where, {"outcome": "refused"}),
            class_="acts",
        )
        return [order["id"], order["iccid"], t(order["action"]), acts]

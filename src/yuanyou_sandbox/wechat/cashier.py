"""What a payer sees: a code to scan, WeChat's cashier, the H5 landing page, the code a shop scans.

Plain forms; every button has a stable name and id.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.wechat import balance, codepay, orders, payers
from yuanyou_sandbox.wechat.account import Account
from yuanyou_sandbox.wechat.payers import Mood
from yuanyou_sandbox.wechat.words import WORDS

SEE_OTHER, GONE, WRONG_PLACE = 303, 410, 403
PAY, POOR, LEAVE = "pay", "poor", "leave"
H5_SECONDS = 300
"""An H5 link leads to the cashier for so long after it was asked for, or asked for again."""
INSIDE = "MicroMessenger"
MOODS = {
    Mood.PAYS: "A code that pays at once",
    Mood.ASKED: "A code whose owner is asked for a password",
    Mood.POOR: "A code whose owner has not enough money",
}


class Cashier:
    """Pages for whoever pays."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/qr/{code}", self.code_to_scan, methods=["GET"]),
            Route("/cashier/{prepay}", self.show, methods=["GET"]),
            Route("/cashier/{prepay}", self.act, methods=["POST"]),
            Route("/cgi-bin/mmpayweb-bin/checkmweb", self.landing, methods=["GET"]),
            Route("/code", self.phone, methods=["GET"]),
            Route("/code", self.show_code, methods=["POST"]),
            Route("/code/{order}", self.answer, methods=["POST"]),
        ]

    async def code_to_scan(self, request: Request) -> Response:
        """What a native code says, for those who have no second device."""
        t = _translator(request)
        order = self._account.one_by(orders.KIND, "code", request.path_params["code"])
        if order is None or order["trade_type"] != orders.NATIVE:
            return not_found(request, t)
        scan = el.a(
            t("Simulate the scan"), href=f"/wechat/cashier/{order['prepay_id']}", class_="btn", id="scan"
        )
        told = el.p(t("On the shop's page this is a QR code. WeChat on a phone would scan it."))
        return page(request, t, t("A code to scan"), self._what(t, order), told, el.p(scan))

    async def landing(self, request: Request) -> Response:
        """The H5 link: a moment of WeChat's page in the phone's browser, before the app opens."""
        t = _translator(request)
        asked = request.query_params
        order = self._account.one_by(orders.KIND, "prepay", asked.get("prepay_id", ""))
        if order is None or asked.get("package") != order["code"] or order["trade_type"] != orders.H5:
            return not_found(request, t)
        if INSIDE in request.headers.get("user-agent", ""):
            told = el.p(t("This link works in a browser only, not inside WeChat."))
            return page(request, t, t("Open it outside WeChat"), told, status=WRONG_PLACE)
        if self._account.now() >= order["linked"] + H5_SECONDS:
            told = el.p(t("Go back to the shop and try again."))
            return page(request, t, t("This link is too old"), told, status=GONE)
        back = asked.get("redirect_url")
        if back:
            order |= {"redirect_url": back}
            self._account.save(orders.KIND, order)
        opens = el.a(t("Open WeChat"), href=f"/wechat/cashier/{order['prepay_id']}", class_="btn", id="open")
        return page(request, t, t("WeChat Pay"), self._what(t, order), el.p(opens))

    async def show(self, request: Request) -> Response:
        """The cashier inside the app."""
        t = _translator(request)
        order = self._order(request)
        if order is None:
            return not_found(request, t)
        if not orders.can_be_paid(self._account, order):
            return self._over(request, t, order)
        poor = "poor" in request.query_params
        error = el.div(
            el.p(t("Not enough money. Nothing was taken.")), class_="error", role="alert", id="error"
        )
        form = el.form(
            _submit(t("Pay {amount}", amount=_amount(order)), PAY),
            _submit(t("Try with too little money"), POOR, quiet=True),
            _submit(t("Leave"), LEAVE, quiet=True),
            method="post",
        )
        return page(request, t, t("WeChat Pay"), self._what(t, order), error if poor else None, form)

    async def act(self, request: Request) -> Response:
        """`action` is pay, poor or leave."""
        t, action = _translator(request), (await form_of(request)).get("action", "")
        order = self._order(request)
        if order is None:
            return not_found(request, t)
        here = f"/wechat/cashier/{order['prepay_id']}"
        if action == POOR:
            return RedirectResponse(f"{here}?poor", SEE_OTHER)
        if action == PAY and orders.can_be_paid(self._account, order):
            orders.pay(self._account, order, order["openid"] or payers.current(self._account))
        back = order.get("redirect_url")
        if back:
            return RedirectResponse(back, SEE_OTHER)
        if action == LEAVE:
            return page(request, t, t("You have left"), el.p(t("The shop has not been told anything.")))
        return RedirectResponse(here, SEE_OTHER)

    async def phone(self, request: Request) -> Response:
        """The payer's phone in a shop: make a code, or answer WeChat's question."""
        t = _translator(request)
        found, _ = self._account.page(orders.KIND, Page(limit=50))
        asked = [each for each in found if each["state"] == orders.USERPAYING]
        code = self._account.find(payers.CODE, request.query_params.get("code"))
        shown: Content = None
        if code:
            note = t("Type it at the till within a minute. It is good once.")
            shown = el.section(el.p(el.strong(code["id"], id="code")), el.p(note), class_="sheet")
        makers = [_form(t(label), "/wechat/code", mood, name="mood") for mood, label in MOODS.items()]
        title = t("The customer's payment code")
        return page(request, t, title, shown, [self._question(t, each) for each in asked], makers)

    async def show_code(self, request: Request) -> Response:
        mood = (await form_of(request)).get("mood", "")
        if mood not in set(Mood):
            return RedirectResponse("/wechat/code", SEE_OTHER)
        code = payers.show_code(self._account, Mood(mood))
        return RedirectResponse(f"/wechat/code?code={code['id']}", SEE_OTHER)

    async def answer(self, request: Request) -> Response:
        """`action` is pay (the password is typed) or leave."""
        action = (await form_of(request)).get("action", "")
        order = self._account.find(orders.KIND, request.path_params["order"])
        if order and order["state"] == orders.USERPAYING:
            if action == PAY:
                orders.pay(self._account, order, payers.current(self._account))
            else:
                codepay.gives_up(self._account, order["id"])
        return RedirectResponse("/wechat/code", SEE_OTHER)

    def _question(self, t: Translator, order: Document) -> Markup:
        action = f"/wechat/code/{order['id']}"
        return el.section(
            el.h2(t("WeChat asks for the password")),
            facts((order["description"], _amount(order))),
            el.div(
                _form(t("Pay {amount}", amount=_amount(order)), action, PAY),
                _form(t("Do not pay"), action, LEAVE),
                class_="acts",
            ),
            class_="sheet",
        )

    def _order(self, request: Request) -> Document | None:
        return self._account.one_by(orders.KIND, "prepay", request.path_params["prepay"])

    def _what(self, t: Translator, order: Document) -> Markup:
        return el.section(
            el.p(t("To pay"), class_="soft"),
            el.p(_amount(order), class_="big", id="amount"),
            facts((t("For"), order["description"]), (t("Order number"), order["id"])),
            class_="sheet",
        )

    def _over(self, request: Request, t: Translator, order: Document) -> Response:
        if order["state"] in orders.PAID:
            told = el.p(t("The shop's own page shows it in a moment."))
            return page(request, t, t("Paid"), self._what(t, order), told)
        return page(
            request, t, t("This order cannot be paid any more"), el.p(t("Nothing was taken.")), status=GONE
        )


def _translator(request: Request) -> Translator:
    return Translator(language_of(request), WORDS)


def _amount(order: Document) -> str:
    return f"¥{balance.yuan(order['total'])} CNY"


def _submit(label: str, action: str, *, quiet: bool = False) -> Markup:
    style = "btn quiet" if quiet else "btn"
    made = el.button(label, type="submit", name="action", value=action, class_=style, id=action)
    return el.p(made)


def _form(label: str, to: str, value: str, *, name: str = "action") -> Markup:
    made = el.button(label, type="submit", name=name, value=value, class_="btn quiet", id=value)
    return el.form(made, method="post", action=to, class_="one")

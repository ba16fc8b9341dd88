"""The payer's pages: the cashier on a desktop or a phone, a code to scan, and the payer's own code.

Plain forms; every button has a stable name and id.
"""

from urllib.parse import urlencode

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.alipay import codes, keys, notices, orders
from yuanyou_sandbox.alipay.account import BUYER_LOGON, Account, beijing, yuan
from yuanyou_sandbox.alipay.errors import TOLD
from yuanyou_sandbox.alipay.words import WORDS
from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of

SEE_OTHER, GONE, REFUSED = 303, 410, 400
SCALE, BORDER = 6, 2
RETURNS = {orders.PAGE: "alipay.trade.page.pay.return", orders.WAP: "alipay.trade.wap.pay.return"}


class Cashier:
    """What a payer sees."""

    def __init__(self, account: Account, merchant: str) -> None:
        self._account, self._merchant = account, merchant

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/cashier/{slug}", self.show, methods=["GET"]),
            Route("/cashier/{slug}", self.act, methods=["POST"]),
            Route("/qr/{slug}", self.code, methods=["GET"]),
            Route("/qr/{slug}", self.scan, methods=["POST"]),
            Route("/customer-code", self.choose, methods=["GET"]),
            Route("/customer-code", self.give, methods=["POST"]),
            Route("/refused", self.refused, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The payer has come: with that there is a trade."""
        t, order = _translator(request), self._order(request)
        if order is None:
            return not_found(request, t)
        if orders.is_over(self._account, order):
            return self._ended(request, t, order)
        orders.begin(self._account, order)
        form = el.form(
            _submit(t("Pay {amount}", amount=_amount(order)), "pay"),
            _submit(t("Not enough money"), "poor", quiet=True),
            _submit(t("Leave without a word"), "leave", quiet=True),
            method="post",
        )
        poor = el.div(
            el.p(t("There is not enough money in your account.")),
            el.p(t("You can put money in and try again.")),
            class_="error",
            role="alert",
            id="error",
        )
        title = t("Pay {merchant}", merchant=self._merchant)
        return page(request, t, title, self._what(t, order), poor if order["poor"] else None, form)

    async def act(self, request: Request) -> Response:
        """`action` is pay, poor or leave; leaving tells nobody anything."""
        t, order = _translator(request), self._order(request)
        if order is None:
            return not_found(request, t)
        action = (await form_of(request)).get("action")
        if action == "leave":
            back = _back(t, order["quit_url"])
            return page(request, t, t("You have left"), el.p(t("The shop has not been told anything.")), back)
        if not orders.is_over(self._account, order):
            if action == "pay":
                orders.pay(self._account, order)
                return _go(return_url(self._account, order) or _address(order))
            if action == "poor":
                orders.lack(self._account, order)
        return _go(_address(order))

    async def code(self, request: Request) -> Response:
        """What the shop shows on a desktop, and a button for those who have no phone at hand."""
        t, order = _translator(request), self._order(request)
        if order is None:
            return not_found(request, t)
        if orders.is_over(self._account, order):
            return self._ended(request, t, order)
        picture = _picture(f"{self._account.url}/qr/{order['slug']}", t("QR code of the payment"))
        form = el.form(_submit(t("Simulate scan"), "scan"), method="post")
        return page(request, t, t("Scan with Alipay"), self._what(t, order), picture, form)

    async def scan(self, request: Request) -> Response:
        """A phone has scanned the code."""
        order = self._order(request)
        if order is None:
            return not_found(request, _translator(request))
        if not orders.is_over(self._account, order):
            orders.begin(self._account, order)
        return _go(_address(order))

    async def choose(self, request: Request) -> Response:
        """The customer in a shop opens the payment code on the phone."""
        t = _translator(request)
        form = el.form(
            el.fieldset(
                el.legend(t("What does the customer do?")),
                [_choice(t, does, label) for does, label in codes.DOES.items()],
            ),
            _submit(t("Show a code"), "show"),
            method="post",
        )
        return page(request, t, t("The customer's code"), form)

    async def give(self, request: Request) -> Response:
        """`does` says what becomes of the payment when the shop has scanned the code."""
        t, does = _translator(request), (await form_of(request)).get("does", codes.PAYS)
        made = codes.new(self._account, does if does in codes.DOES else codes.PAYS)
        number = el.p(made["id"], class_="big", id="code")
        note = el.p(t("For the shop's scanner. One payment, within a minute."), class_="soft")
        again = el.p(el.a(t("Another code"), href="/alipay/customer-code", class_="tap"))
        picture = _picture(made["id"], t("QR code of the payment"))
        return page(request, t, t("The customer's code"), picture, number, note, again)

    async def refused(self, request: Request) -> Response:
        """Where a payer ends whose signed address does not hold."""
        t, why = _translator(request), request.query_params.get("why", "")
        known = why if why in TOLD else "isv.invalid-parameter"
        told = facts((t("Reason"), known), (t("In Alipay's words"), TOLD[known]))
        return page(request, t, t("Alipay does not take this payment"), told, status=REFUSED)

    def _order(self, request: Request) -> Document | None:
        return orders.of_slug(self._account, request.path_params["slug"])

    def _what(self, t: Translator, order: Document) -> Markup:
        return el.section(
            el.p(t("To pay"), class_="soft"),
            el.p(_amount(order), class_="big", id="amount"),
            facts((t("For"), order["subject"]), (t("Account"), BUYER_LOGON), (t("Order"), order["id"])),
            class_="sheet",
        )

    def _ended(self, request: Request, t: Translator, order: Document) -> Response:
        trade = order["trade"]
        if trade is None or trade["paid_at"] is None:
            nothing = el.p(t("Nothing was taken."))
            back = _back(t, order["quit_url"])
            return page(request, t, t("This payment is closed"), nothing, back, status=GONE)
        back = _back(t, return_url(self._account, order))
        return page(request, t, t("This payment is complete"), el.p(_amount(order), class_="big"), back)


def return_url(account: Account, order: Document) -> str | None:
    """Where a payer who has paid goes, with Alipay's signed word; it proves nothing to anybody careful."""
    url = order["return_url"]
    if not url or order["product"] not in RETURNS:
        return None
    told = {
        "app_id": account.app_id,
        "auth_app_id": account.app_id,
        "charset": "utf-8",
        "method": RETURNS[order["product"]],
        "out_trade_no": order["id"],
        "seller_id": account.seller_id,
        "timestamp": beijing(account.now()),
        "total_amount": yuan(order["amount"]),
        "trade_no": order["trade"]["no"],
        "version": "1.0",
    }
    signed = told | {"sign_type": "RSA2", "sign": keys.sign(account.private_key, notices.signed_text(told))}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(signed)}"


def _translator(request: Request) -> Translator:
    return Translator(language_of(request), WORDS)


def _address(order: Document) -> str:
    return f"/alipay/cashier/{order['slug']}"


def _go(url: str) -> RedirectResponse:
    return RedirectResponse(url, SEE_OTHER)


def _amount(order: Document) -> str:
    return f"CNY {yuan(order['amount'])}"


def _picture(text: str, label: str) -> Markup:
    uri = segno.make(text, micro=False).svg_data_uri(scale=SCALE, border=BORDER, light="white")
    return el.p(el.img(src=uri, alt=label, id="qr"))


def _choice(t: Translator, does: str, label: str) -> Markup:
    field = el.input(type="radio", name="does", value=does, id=f"does-{does}", checked=does == codes.PAYS)
    return el.label(field, el.span(t(label)), class_="pick")


def _submit(label: str, action: str, *, quiet: bool = False) -> Markup:
    return el.button(
        label, type="submit", name="action", value=action, id=action, class_=f"btn full{' quiet' * quiet}"
    )


def _back(t: Translator, url: str | None) -> Content:
    return el.p(el.a(t("Back to the shop"), href=url, id="back", class_="btn")) if url else None

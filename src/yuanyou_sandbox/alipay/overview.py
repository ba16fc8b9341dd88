"""Pages of the account: its orders, and what payers and staff could do by hand."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.alipay import balance, orders, refunds
from yuanyou_sandbox.alipay.account import Account, beijing, yuan
from yuanyou_sandbox.alipay.words import WORDS
from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, facts, not_found, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN = 50
SEE_OTHER = 303
REFUND = "refund"


class Overview:
    """For people who look into the sandbox."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/orders/{slug}", self.act, methods=["POST"]),
        ]

    def home(self, t: Translator) -> Content:
        """For the first page."""
        return [
            el.p(t("Cashier, codes to scan, payment codes, refunds, signed notices, bills.")),
            facts((t("Taken less fees and refunds"), self._net())),
            el.p(el.a(t("Orders and cashier pages"), href="/alipay/", class_="tap")),
            el.p(el.a(t("The customer's code"), href="/alipay/customer-code", class_="tap")),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        found = [
            orders.current(self._account, each["id"]) for each in self._account.latest(orders.KIND, SHOWN)
        ]
        head = [t("Time"), t("Amount"), t("State"), t("Order"), t("By hand")]
        rows = table(t("Orders"), head, [self._row(t, each) for each in found if each])
        net = facts((t("Taken less fees and refunds"), self._net()))
        return page(request, t, t("Alipay"), net, rows if found else el.p(t("Nothing here yet.")), wide=True)

    async def act(self, request: Request) -> Response:
        """`action=refund`: all that is left; what no longer fits does nothing."""
        order = orders.of_slug(self._account, request.path_params["slug"])
        if order is None:
            return not_found(request, Translator(language_of(request), WORDS))
        if (await form_of(request)).get("action") == REFUND and _is_refundable(order):
            refunds.by_hand(self._account, order, None)
        return RedirectResponse("/alipay/", SEE_OTHER)

    def _row(self, t: Translator, order: Document) -> list[Content]:
        account, trade = self._account, order["trade"]
        over, amount = orders.is_over(account, order), f"CNY {yuan(order['amount'])}"
        path = "qr" if order["product"] == orders.QR and trade is None else "cashier"
        link = amount if over else el.a(amount, href=f"/alipay/{path}/{order['slug']}", class_="tap")
        state = trade["status"] if trade else t("Not opened yet")
        if trade is None and over:
            state = t("Its time is over")
        act = button(t("Refund the rest"), f"/alipay/orders/{order['slug']}", {"action": REFUND})
        made = f"{beijing(order['made_at'])} +08:00"
        return [made, link, state, order["id"], act if _is_refundable(order) else ""]

    def _net(self) -> str:
        return f"CNY {yuan(balance.totals(self._account)['net'])}"


def _is_refundable(order: Document) -> bool:
    return bool(order["trade"] and order["trade"]["status"] == orders.SUCCESS)

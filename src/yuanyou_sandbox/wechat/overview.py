"""Pages of the merchant number: its orders, and what payers, WeChat and staff could do by hand."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, facts, not_found, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.times import shown_time
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.wechat import balance, orders, refunds
from yuanyou_sandbox.wechat.account import Account
from yuanyou_sandbox.wechat.words import WORDS

SHOWN = 50
REFUND, DONE, CLOSE, ABNORMAL = "refund", "done", "close", "abnormal"
ACTS = {
    REFUND: "Refund the rest",
    DONE: "The refund arrives",
    CLOSE: "The refund is closed",
    ABNORMAL: "The refund is abnormal",
}
"""What can be done by hand, and what its button says."""
ENDS = {DONE: refunds.SUCCESS, CLOSE: refunds.CLOSED, ABNORMAL: refunds.ABNORMAL}


class Overview:
    """For people who look into the sandbox."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/orders/{order}", self.act, methods=["POST"]),
        ]

    def home(self, t: Translator) -> Content:
        """For the first page."""
        return [
            el.p(t("Codes to scan, JSAPI, H5, the customer's code, refunds, bills, signed notices.")),
            facts(self._net(t)),
            el.p(
                el.a(t("Orders and codes to scan"), href="/wechat/", class_="tap"),
                " ",
                el.a(t("The customer's payment code"), href="/wechat/code", class_="tap"),
            ),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        found, _ = self._account.page(orders.KIND, Page(limit=SHOWN))
        head = [t("Time"), t("Amount"), t("State"), t("Order number"), t("By hand")]
        rows = table(t("Orders"), head, [self._row(t, each) for each in found])
        nothing = el.p(t("Nothing here yet."))
        return page(request, t, t("WeChat Pay"), facts(self._net(t)), rows if found else nothing, wide=True)

    async def act(self, request: Request) -> Response:
        """`action` is one of ACTS; what no longer fits does nothing."""
        action = (await form_of(request)).get("action", "")
        order = self._account.find(orders.KIND, request.path_params["order"])
        if order is None:
            return not_found(request, Translator(language_of(request), WORDS))
        if action in self._acts(order):
            if action == REFUND:
                refunds.refund(self._account, order, order["total"] - order["refunded"])
            else:
                for each in self._pending(order):
                    refunds.settle(self._account, each, ENDS[action])
        return RedirectResponse("/wechat/", 303)

    def _acts(self, order: Document) -> list[str]:
        """What can be done by hand now."""
        if self._pending(order):
            return [DONE, CLOSE, ABNORMAL]
        left = order["state"] in orders.PAID and order["refunded"] < order["total"]
        return [REFUND] if left and order["refunds"] < refunds.MOST else []

    def _pending(self, order: Document) -> list[Document]:
        found = self._account.all_by(refunds.KIND, "order", order["id"])
        return [each for each in found if each["status"] == refunds.PROCESSING]

    def _row(self, t: Translator, order: Document) -> list[Content]:
        amount, waits = f"¥{balance.yuan(order['total'])}", orders.can_be_paid(self._account, order)
        link = el.a(amount, href=f"/wechat/cashier/{order['prepay_id']}") if waits else amount
        back = self._account.all_by(refunds.KIND, "order", order["id"])
        state = " / ".join([f"{order['trade_type']} {order['state']}", *[each["status"] for each in back]])
        acts = [
            button(t(ACTS[act]), f"/wechat/orders/{order['id']}", {"action": act})
            for act in self._acts(order)
        ]
        return [shown_time(order["created"]), link, state, order["id"], el.div(*acts, class_="acts")]

    def _net(self, t: Translator) -> tuple[str, str]:
        net = balance.yuan(balance.totals(self._account)["net"])
        return t("Taken less fees, refunds and withdrawals"), f"¥{net} CNY"

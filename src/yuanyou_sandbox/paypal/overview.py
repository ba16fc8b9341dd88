"""Pages of the account: its orders, what it took, and what payers, banks and staff could do by hand."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.paypal import balance, capturing, disputes, money, orders, refunds
from yuanyou_sandbox.paypal.account import HIDDEN, Account
from yuanyou_sandbox.paypal.disputes import Complaint
from yuanyou_sandbox.paypal.words import WORDS
from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, facts, not_found, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN = 50
ACTS = {
    "expire": "Let it expire",
    "complete": "The money arrives",
    "deny": "The money does not come",
    "win": "The shop wins",
    "lose": "The payer wins",
    "refund": "Refund the rest",
    "dispute": "The payer disputes it",
}
"""What can be done by hand, and what its button says."""


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
            el.p(t("Approval page, captures, refunds, disputes, signed notices.")),
            facts(*[(t("Taken less fees, refunds and disputes"), each) for each in self._nets()]),
            el.p(el.a(t("Orders and approval pages"), href="/paypal/", class_="tap")),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        found, _ = self._account.page(orders.KIND, Page(limit=SHOWN))
        head = [t("Time"), t("Amount"), t("State"), t("Reference"), t("By hand")]
        rows = table(t("Orders"), head, [self._row(t, each) for each in found])
        nets = [(t("Taken less fees, refunds and disputes"), each) for each in self._nets()]
        nothing = el.p(t("Nothing here yet."))
        return page(request, t, "PayPal", facts(*nets), rows if found else nothing, wide=True)

    async def act(self, request: Request) -> Response:
        """`action` is one of `_acts`; what no longer fits does nothing."""
        action = (await form_of(request)).get("action", "")
        order = self._account.find(orders.KIND, request.path_params["order"])
        if order is None:
            return not_found(request, Translator(language_of(request), WORDS))
        if action in self._acts(order):
            with self._account.transaction():
                self._do(action, order)
        return RedirectResponse("/paypal/", 303)

    def _do(self, action: str, order: Document) -> None:
        account = self._account
        if action == "expire":
            orders.expire(account, order)
            return
        capture = capturing.of_order(account, order["id"])[0]
        if action in {"complete", "deny"}:
            capturing.settle(account, capture, completed=action == "complete")
        elif action == "refund":
            refunds.refund(account, capture, None)
        elif action == "dispute":
            disputes.open_dispute(account, capture, Complaint(capturing.left_of(capture)))
        else:
            for each in disputes.open_of(account, capture):
                disputes.resolve(account, each, disputes.WON if action == "win" else disputes.LOST)

    def _acts(self, order: Document) -> list[str]:
        """What can be done by hand now."""
        captures = capturing.of_order(self._account, order["id"])
        if not captures:
            return [] if orders.has_expired(self._account, order) else ["expire"]
        capture = captures[0]
        if capture["status"] == "PENDING":
            return ["complete", "deny"]
        if disputes.open_of(self._account, capture):
            return ["win", "lose"]
        if capture["status"] in capturing.MONEY_CAME and capturing.left_of(capture):
            return ["refund", "dispute"]
        return []

    def _row(self, t: Translator, order: Document) -> list[Content]:
        captures = capturing.of_order(self._account, order["id"])
        gone = orders.has_expired(self._account, order)
        state = " / ".join(["EXPIRED" if gone else order["status"], *[each["status"] for each in captures]])
        unit = order["purchase_units"][0]
        amount = money.shown(money.units_of(unit["amount"]), unit["amount"]["currency_code"])
        waits = not captures and not gone
        link = el.a(amount, href=f"/paypal/checkoutnow?token={order['id']}") if waits else amount
        acts = [
            button(t(ACTS[act]), f"/paypal/orders/{order['id']}", {"action": act})
            for act in self._acts(order)
        ]
        reference = unit.get("custom_id") or unit.get("invoice_id") or order["id"]
        shown_at = order["create_time"].replace("T", " ").replace("Z", " UTC")
        kept = " · vault" if order[HIDDEN].get("token") else ""
        return [shown_at, link, state + kept, reference, el.div(*acts, class_="acts")]

    def _nets(self) -> list[str]:
        return [money.shown(each["net"], code) for code, each in balance.totals(self._account).items()]

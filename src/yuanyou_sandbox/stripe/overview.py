"""Pages of the account: its sessions, what it took, and what its staff could do by hand."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, facts, not_found, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.times import shown_time
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.stripe import balance, checkout, currency, refunds
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.words import WORDS

SHOWN = 50


class Overview:
    """For people who look into the sandbox."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/sessions/{session}", self.act, methods=["POST"]),
        ]

    def home(self, t: Translator) -> Content:
        """For the first page."""
        return [
            el.p(t("Hosted Checkout, refunds, webhooks.")),
            facts(*[(t("Taken less fees and refunds"), each) for each in self._nets()]),
            el.p(el.a(t("Payments and pay pages"), href="/stripe/", class_="tap")),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        sessions, _ = self._account.page("checkout.session", Page(limit=SHOWN))
        head = [t("Time"), t("Amount"), t("State"), t("Reference"), t("By hand")]
        rows = table(t("Payments"), head, [self._row(t, each) for each in sessions])
        money = [(t("Taken less fees and refunds"), each) for each in self._nets()]
        nothing = el.p(t("Nothing here yet."))
        return page(request, t, "Stripe", facts(*money), rows if sessions else nothing, wide=True)

    async def act(self, request: Request) -> Response:
        """`action` is expire, succeed, fail or refund; what no longer fits does nothing."""
        action = (await form_of(request)).get("action")
        account = self._account
        session = account.find("checkout.session", request.path_params["session"])
        if session is None:
            return not_found(request, Translator(language_of(request), WORDS))
        intent = account.find("payment_intent", session["payment_intent"])
        with account.transaction():
            if action == "expire" and session["status"] == "open":
                checkout.expire(account, session)
            elif action in {"succeed", "fail"} and intent:
                checkout.settle(account, intent, succeeded=action == "succeed")
            elif action == "refund" and intent:
                refunds.refund_rest(account, intent)
        return RedirectResponse("/stripe/", 303)

    def _nets(self) -> list[str]:
        return [currency.shown(each["net"], code) for code, each in balance.shares(self._account).items()]

    def _row(self, t: Translator, session: Document) -> list[Content]:
        intent = self._account.find("payment_intent", session["payment_intent"])
        state = f"{session['status']} / {session['payment_status']}"
        state += f" / {intent['status']}" if intent else ""
        amount = currency.shown(session["amount_total"], session["currency"])
        link = el.a(amount, href=f"/stripe/pay/{session['id']}") if session["status"] == "open" else amount
        acts = [
            button(t(label), f"/stripe/sessions/{session['id']}", {"action": act})
            for act, label in _acts(session, intent)
        ]
        reference = session["client_reference_id"] or session["id"][:24]
        return [shown_time(session["created"]), link, state, reference, el.div(*acts, class_="acts")]


def _acts(session: Document, intent: Document | None) -> list[tuple[str, str]]:
    """What can be done by hand, as (action, label)."""
    if session["status"] == "open":
        return [("expire", "Let it expire")]
    if intent and intent["status"] == "processing":
        return [("succeed", "The debit arrives"), ("fail", "The debit fails")]
    if intent and intent["status"] == "succeeded":
        return [("refund", "Refund the rest")]
    return []

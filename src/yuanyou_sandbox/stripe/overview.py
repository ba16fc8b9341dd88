"""Pages of the account: its sessions, what it took, and what its staff could do by hand."""

from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, Markup, el, join
from yuanyou_sandbox.shared.pages import button, facts, not_found, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.times import shown_time
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.stripe import (
    balance,
    checkout,
    currency,
    dispute_life,
    disputes,
    fraud_warnings,
    refunds,
)
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.dispute_life import NotNow
from yuanyou_sandbox.stripe.errors import ApiError
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
            Route("/disputes/{dispute}", self.judge, methods=["POST"]),
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
        sessions, _ = self._account.page(checkout.KIND, Page(limit=SHOWN))
        head = [t("Time"), t("Amount"), t("State"), t("Reference"), t("By hand")]
        rows = table(t("Payments"), head, [self._row(t, each) for each in sessions])
        money = [(t("Taken less fees and refunds"), each) for each in self._nets()]
        shown = rows if sessions else el.p(t("Nothing here yet."))
        return page(request, t, "Stripe", facts(*money), shown, self._disputes(t), wide=True)

    async def act(self, request: Request) -> Response:
        """`action` is expire, succeed, fail, refund, warn or dispute; what no longer fits does nothing."""
        action = (await form_of(request)).get("action")
        account = self._account
        session = account.find(checkout.KIND, request.path_params["session"])
        if session is None:
            return not_found(request, Translator(language_of(request), WORDS))
        intent = account.find("payment_intent", session["payment_intent"])
        with suppress(NotNow, ApiError), account.transaction():
            if action == "expire" and session["status"] == "open":
                checkout.expire(account, session)
            elif action in {"succeed", "fail"} and intent:
                checkout.settle(account, intent, succeeded=action == "succeed")
            elif action in PAID and intent and intent["status"] == "succeeded":
                PAID[action](account, account.get("charge", intent["latest_charge"]))
        return RedirectResponse("/stripe/", 303)

    async def judge(self, request: Request) -> Response:
        """`action` is won, lost or reopen; what no longer fits does nothing."""
        action = (await form_of(request)).get("action", "")
        dispute = self._account.find(disputes.KIND, request.path_params["dispute"])
        if dispute is None:
            return not_found(request, Translator(language_of(request), WORDS))
        with suppress(NotNow), self._account.transaction():
            if action in dispute_life.OUTCOMES:
                dispute_life.resolve(self._account, dispute, action)
            elif action == "reopen":
                dispute_life.reopen(self._account, dispute)
        return RedirectResponse("/stripe/", 303)

    def _disputes(self, t: Translator) -> Markup | None:
        found, _ = self._account.page(disputes.KIND, Page(limit=SHOWN))
        if not found:
            return None
        head = [t("Time"), t("Amount"), t("State"), t("Reference"), t("By hand")]
        return join(
            el.h2(t("Disputes")), table(t("Disputes"), head, [_dispute_row(t, each) for each in found])
        )

    def _nets(self) -> list[str]:
        return [currency.shown(each["net"], code) for code, each in balance.sums(self._account).items()]

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
        return [("refund", "Refund the rest"), ("warn", "The bank warns"), ("dispute", "Dispute it")]
    return []


def _dispute_row(t: Translator, dispute: Document) -> list[Content]:
    fits = [outcome for outcome in ENDS if dispute["status"] in dispute_life.OUTCOMES[outcome]]
    acts = [
        button(t(ENDS.get(act, "Reopen it")), f"/stripe/disputes/{dispute['id']}", {"action": act})
        for act in fits or ["reopen"]
    ]
    amount = currency.shown(dispute["amount"], dispute["currency"])
    state = f"{dispute['status']} / {dispute['reason']}"
    return [shown_time(dispute["created"]), amount, state, dispute["id"], el.div(*acts, class_="acts")]


def _dispute(account: Account, charge: Document) -> None:
    dispute_life.open_case(account, charge, reason="fraudulent", case=disputes.Case.CHARGEBACK)


PAID: dict[str, Callable[[Account, Document], object]] = {
    "refund": lambda account, charge: refunds.refund(account, charge, None),
    "warn": lambda account, charge: fraud_warnings.warn(account, charge, "misc"),
    "dispute": _dispute,
}
"""What can be done to a charge that was paid."""
ENDS = {
    "won": "The shop wins",
    "lost": "The customer wins",
    "escalated": "Make it a dispute",
    "closed": "Ask no more",
}

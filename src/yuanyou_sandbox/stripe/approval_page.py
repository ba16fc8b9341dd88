"""Where a customer confirms a payment: the bank's 3-D Secure page, Alipay, the code for WeChat Pay."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator
from yuanyou_sandbox.stripe import checkout, currency, intents, next_actions
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.charging import answer_challenge
from yuanyou_sandbox.stripe.frame import back, go, submit, success_url, translator
from yuanyou_sandbox.stripe.methods import ALIPAY, WECHAT_PAY

ANSWERS = {"complete", "fail"}
MEDIA = {"png": "image/png", "svg": "image/svg+xml"}


class ApprovalPages:
    """The pages of the customer's bank and wallets."""

    def __init__(self, account: Account, merchant: str) -> None:
        self._account, self._merchant = account, merchant

    def routes(self) -> list[BaseRoute]:
        pages = [f"/{each}/{{intent}}" for each in next_actions.PAGES.values()]
        return [
            *[Route(each, self.show, methods=["GET"]) for each in pages],
            *[Route(each, self.act, methods=["POST"]) for each in pages],
            Route(f"/{WECHAT_PAY}/{{intent}}/code.{{kind}}", self.code, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        intent = self._intent(request)
        session = checkout.session_of(self._account, intent["id"]) if intent else None
        t = translator(request, session)
        if intent is None:
            return not_found(request, t)
        if intent["status"] != "requires_action":
            nothing = el.p(t("There is nothing to confirm any more."))
            return page(request, t, t("3-D Secure"), nothing, back(t, session))
        kind = next_actions.kind_of(intent["next_action"])
        amount = currency.shown(intent["amount"], intent["currency"])
        form = el.form(
            facts((t("Amount"), amount), (t("To"), self._merchant)),
            _asked(t, kind, next_actions.told(intent["next_action"])),
            method="post",
            class_="sheet",
        )
        return page(request, t, _title(t, kind), form, _other_way(t, session))

    async def act(self, request: Request) -> Response:
        """`action=complete` or `action=fail`."""
        form = await form_of(request)
        intent = self._intent(request)
        if intent is None:
            return not_found(request, translator(request, None))
        session = self._session_of(intent["id"])
        if intent["status"] == "requires_action" and form.get("action") in ANSWERS:
            back_to = intents.return_to(intent)
            self._answer(intent, session, completed=form["action"] == "complete")
            if session is None:
                return go(back_to or request.url.path)
        if session is None:
            return go(request.url.path)
        return go(success_url(session) if session["status"] == "complete" else f"/stripe/pay/{session['id']}")

    async def code(self, request: Request) -> Response:
        """The QR code as a picture of its own."""
        intent, kind = self._intent(request), request.path_params["kind"]
        data = next_actions.told(intent["next_action"]).get("data") if intent else None
        if data is None or kind not in MEDIA:
            return not_found(request, translator(request, None))
        return Response(next_actions.picture(data, kind), media_type=MEDIA[kind])

    def _answer(self, intent: Document, session: Document | None, *, completed: bool) -> None:
        with self._account.transaction():
            if session is None:
                answer_challenge(self._account, intent, completed=completed)
            elif session["status"] == "open":
                checkout.answer_challenge(self._account, session, intent, completed=completed)

    def _intent(self, request: Request) -> Document | None:
        return self._account.find("payment_intent", request.path_params["intent"])

    def _session_of(self, intent_id: str) -> Document | None:
        found = checkout.session_of(self._account, intent_id)
        return checkout.current(self._account, found["id"]) if found else None


def _title(t: Translator, kind: str) -> str:
    if kind == ALIPAY:
        return t("Alipay")
    return t("WeChat Pay") if kind == WECHAT_PAY else t("3-D Secure")


def _asked(t: Translator, kind: str, action: dict[str, Any]) -> list[Content]:
    """What the customer is asked, and the answers; a wallet's are given in its app."""
    if kind == "card":
        asked = el.p(t("Your bank asks: do you confirm this payment?"))
        return [asked, submit(t("Complete"), "complete"), submit(t("Fail"), "fail", quiet=True)]
    answers = [submit(t("Paid in the app"), "complete"), submit(t("Refused in the app"), "fail", quiet=True)]
    if kind == ALIPAY:
        return [el.p(t("Confirm in your Alipay app")), answers]
    code = el.img(src=action["image_data_url"], alt=t("QR code"), width=198, height=198, id="code")
    return [el.p(t("Scan this code with WeChat")), el.p(code), answers]


def _other_way(t: Translator, session: Document | None) -> Markup | None:
    """Nobody is locked in: an open session takes another way to pay."""
    if session is None:
        return None
    return el.p(el.a(t("Choose another way to pay"), href=f"/stripe/pay/{session['id']}", id="other"))

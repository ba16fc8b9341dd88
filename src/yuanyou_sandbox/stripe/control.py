"""`/_control/stripe`: customers, banks and staff of the account, without a browser."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.shared.requests import Told
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance, cards, checkout, next_actions, payment_methods
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.frame import success_url
from yuanyou_sandbox.stripe.webhook import Endpoint

SUCCEEDED, FAILED = "succeeded", "failed"
COMPLETE, FAIL = "complete", "fail"


class StripeControl:
    """Controls of one account."""

    def __init__(self, account: Account, endpoint: Endpoint) -> None:
        self._account, self._endpoint = account, endpoint

    def routes(self) -> list[Route]:
        return [
            Route("/sessions/{session}/pay", self.pay, methods=["POST"]),
            Route("/sessions/{session}/expire", self.expire, methods=["POST"]),
            Route("/sessions/{session}/settle", self.settle, methods=["POST"]),
            Route("/payment_methods/{made}", self.payment_method, methods=["POST"]),
            Route("/webhook", self.webhook, methods=["GET", "POST"]),
            Route("/rotate_webhook_secret", self.rotate, methods=["POST"]),
            Route("/account", self.account, methods=["GET"]),
        ]

    async def pay(self, request: Request) -> Response:
        """{card?, challenge?: complete|fail, late?: true}: pay as on the page; late: also when expired."""
        told = await Told.by(request)
        card, challenge = told.text("card") or "4242424242424242", told.text("challenge", (COMPLETE, FAIL))
        late = told.flag("late")
        told.finish()
        session = self._session(request)
        if session["status"] != "open" and not (late and session["status"] == "expired"):
            raise HTTPException(409, f"the session is {session['status']}")
        method = cards.chosen(card, session["currency"])
        if method is None or method.type not in session["payment_method_types"]:
            raise HTTPException(400, f"the session takes {', '.join(session['payment_method_types'])} only")
        with self._account.transaction():
            intent = checkout.pay(self._account, session, method)
            if challenge and intent["status"] == "requires_action":
                checkout.answer_challenge(self._account, session, intent, completed=challenge == COMPLETE)
        return JSONResponse(self._outcome(session, intent))

    async def expire(self, request: Request) -> Response:
        """The session's time is up."""
        session = self._session(request)
        if session["status"] == "open":
            checkout.expire(self._account, session)
        return JSONResponse(self._outcome(session, None))

    async def settle(self, request: Request) -> Response:
        """{outcome: succeeded|failed}: the bank's word on a debit."""
        told = await Told.by(request)
        outcome = told.need_text("outcome", (SUCCEEDED, FAILED))
        told.finish()
        session = self._session(request)
        intent = self._account.find("payment_intent", session["payment_intent"])
        if intent is None or intent["status"] != "processing":
            raise HTTPException(409, "no debit is under way")
        with self._account.transaction():
            checkout.settle(self._account, intent, succeeded=outcome == SUCCEEDED)
        return JSONResponse(self._outcome(self._session(request), intent))

    async def payment_method(self, request: Request) -> Response:
        """{does}: what the bank of a kept card does from now on."""
        told = await Told.by(request)
        does = told.need_text("does", tuple(cards.LATER))
        told.finish()
        made = self._account.find(payment_methods.KIND, request.path_params["made"])
        if made is None or made["customer"] is None:
            raise HTTPException(404, "no such payment method is kept for a customer")
        payment_methods.do_later(self._account, made, does)
        return JSONResponse(made)

    async def webhook(self, request: Request) -> Response:
        """GET, or POST {url?, events?}: where notices go, and which."""
        if request.method == "POST":
            told = await Told.by(request)
            url, events = told.text("url"), told.texts("events")
            told.finish()
            if url and not url.startswith("http://"):
                raise HTTPException(400, "notices go to plain http:// addresses")
            self._endpoint.change(url=url, events=events)
        return JSONResponse(self._endpoint.shown())

    async def rotate(self, request: Request) -> Response:
        """{secret?, overlap_seconds?}: sign with a new secret, for a while with the old one too."""
        told = await Told.by(request)
        secret, overlap = told.text("secret"), told.whole("overlap_seconds")
        told.finish()
        return JSONResponse({"secret": self._endpoint.rotate(secret, overlap or 0)})

    async def account(self, request: Request) -> Response:
        """What Stripe itself says it took, gave, paid out and holds, by currency, in minor units."""
        del request
        return JSONResponse(balance.shares(self._account))

    def _session(self, request: Request) -> Document:
        try:
            return checkout.current(self._account, request.path_params["session"])
        except ApiError:
            raise HTTPException(404, "no such session") from None

    def _outcome(self, session: Document, intent: Document | None) -> dict[str, Any]:
        error = intent["last_payment_error"] if intent else None
        return {
            "id": session["id"],
            "status": session["status"],
            "payment_status": session["payment_status"],
            "payment_intent": session["payment_intent"],
            "payment_intent_status": intent["status"] if intent else None,
            "error": error["message"] if error else None,
            "challenge_url": next_actions.page_of(intent["next_action"]) if intent else None,
            "success_url": success_url(session),
        }

"""`/_control/paypal`: payers, banks, PayPal's staff and the shop's own, without a browser.

`<payment>` is the id of an order or of a capture.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.paypal import balance, capturing, disputes, money, orders, refunds, reporting, vault
from yuanyou_sandbox.paypal.account import HIDDEN, Account, shown
from yuanyou_sandbox.paypal.approval import return_url
from yuanyou_sandbox.paypal.balance import Code, Entry
from yuanyou_sandbox.paypal.disputes import Complaint
from yuanyou_sandbox.paypal.errors import ApiError
from yuanyou_sandbox.paypal.funding import BY_NAME, USUAL
from yuanyou_sandbox.paypal.tokens import Tokens
from yuanyou_sandbox.paypal.webhook import Webhook
from yuanyou_sandbox.shared.requests import Told
from yuanyou_sandbox.shared.store import Document

COMPLETED, DENIED, FAILED = "completed", "denied", "failed"
OUTCOMES = {"won": disputes.WON, "lost": disputes.LOST, "canceled": disputes.CANCELED}


class PayPalControl:
    """Controls of one account."""

    def __init__(self, account: Account, webhook: Webhook, tokens: Tokens) -> None:
        self._account, self._webhook, self._tokens = account, webhook, tokens

    def routes(self) -> list[Route]:
        posts = {
            "/orders/{order}/approve": self.approve,
            "/orders/{order}/expire": self.expire,
            "/payments/{payment}/settle": self.settle,
            "/payments/{payment}/refund": self.refund,
            "/payments/{payment}/dispute": self.dispute,
            "/refunds/{refund}/settle": self.settle_refund,
            "/disputes/{dispute}/escalate": self.escalate,
            "/disputes/{dispute}/resolve": self.resolve,
            "/vault/{token}": self.vault,
            "/withdraw": self.withdraw,
            "/expire_tokens": self.expire_tokens,
            "/rotate_certificate": self.rotate,
        }
        return [
            *[Route(path, do, methods=["POST"]) for path, do in posts.items()],
            Route("/webhook", self.webhook, methods=["GET", "POST"]),
            Route("/reporting", self.reporting, methods=["GET", "POST"]),
            Route("/account", self.account, methods=["GET"]),
        ]

    async def approve(self, request: Request) -> Response:
        """{funding?}: agree as on the page."""
        told = await Told.by(request)
        funding = BY_NAME[told.text("funding", tuple(BY_NAME)) or USUAL.name]
        told.finish()
        order = self._order(request)
        if order["status"] == orders.COMPLETED or orders.has_expired(self._account, order):
            raise HTTPException(409, f"the order is {self._outcome(order)['status']}")
        orders.approve(self._account, order, funding)
        return JSONResponse(self._outcome(order))

    async def expire(self, request: Request) -> Response:
        """The order's time is up."""
        order = self._order(request)
        if order["status"] != orders.COMPLETED:
            orders.expire(self._account, order)
        return JSONResponse(self._outcome(order))

    async def settle(self, request: Request) -> Response:
        """{outcome: completed|denied}: what becomes of a pending capture."""
        told = await Told.by(request)
        outcome = told.need_text("outcome", (COMPLETED, DENIED))
        told.finish()
        capture = self._capture(request)
        if capture["status"] != "PENDING":
            raise HTTPException(409, f"the capture is {capture['status']}")
        capturing.settle(self._account, capture, completed=outcome == COMPLETED)
        return JSONResponse(shown(capture))

    async def refund(self, request: Request) -> Response:
        """{amount?}: a refund by hand, on PayPal's site; smallest units, all that is left when absent."""
        told = await Told.by(request)
        units = told.whole("amount")
        told.finish()
        capture = self._capture(request)
        amount = None if units is None else (units, capture["amount"]["currency_code"])
        try:
            with self._account.transaction():
                return JSONResponse(shown(refunds.refund(self._account, capture, amount)))
        except ApiError as error:
            raise HTTPException(409, str(error)) from error

    async def settle_refund(self, request: Request) -> Response:
        """{outcome: completed|failed}: a pending refund ends; failed also when it was done."""
        told = await Told.by(request)
        outcome = told.need_text("outcome", (COMPLETED, FAILED))
        told.finish()
        refund = self._find(refunds.KIND, request.path_params["refund"])
        if outcome == COMPLETED:
            refunds.settle(self._account, refund, succeeded=True)
        else:
            refunds.fail(self._account, refund)
        return JSONResponse(shown(refund))

    async def dispute(self, request: Request) -> Response:
        """{amount?, reason?, channel?: INTERNAL|EXTERNAL, stage?: INQUIRY|CHARGEBACK}: a complaint."""
        told = await Told.by(request)
        capture = self._capture(request)
        units = told.whole("amount")
        reason = told.text("reason", disputes.REASONS) or disputes.REASONS[0]
        channel = told.text("channel", (disputes.INTERNAL, disputes.EXTERNAL)) or disputes.INTERNAL
        stage = told.text("stage", (disputes.INQUIRY, disputes.CLAIM)) or disputes.CLAIM
        told.finish()
        left = capturing.left_of(capture) if capture["status"] in capturing.MONEY_CAME else 0
        if not 0 < (units or left) <= left:
            raise HTTPException(409, "there is not so much to dispute")
        complaint = Complaint(units or left, reason, channel, stage)
        made = disputes.open_dispute(self._account, capture, complaint)
        return JSONResponse(disputes.whole(self._account, made))

    async def escalate(self, request: Request) -> Response:
        """An inquiry becomes a claim."""
        dispute = self._find(disputes.KIND, request.path_params["dispute"])
        disputes.escalate(self._account, dispute)
        return JSONResponse(disputes.whole(self._account, dispute))

    async def resolve(self, request: Request) -> Response:
        """{outcome: won|lost|canceled}: PayPal, the bank or the payer ends it; won is for the shop."""
        told = await Told.by(request)
        outcome = OUTCOMES[told.need_text("outcome", tuple(OUTCOMES))]
        told.finish()
        dispute = self._find(disputes.KIND, request.path_params["dispute"])
        disputes.resolve(self._account, dispute, outcome)
        return JSONResponse(disputes.whole(self._account, dispute))

    async def vault(self, request: Request) -> Response:
        """{state?: active|canceled, funding?}: the payer ends the consent, or pays otherwise from now on."""
        told = await Told.by(request)
        state = told.text("state", (vault.ACTIVE, vault.CANCELED)) or vault.ACTIVE
        funding = told.text("funding", tuple(BY_NAME))
        told.finish()
        token = self._find(vault.KIND, request.path_params["token"])
        with self._account.transaction():
            vault.change(self._account, token, state=state, funding=funding)
        return JSONResponse(shown(token) | token[HIDDEN])

    async def withdraw(self, request: Request) -> Response:
        """{currency, amount?}: to the shop's bank; smallest units, all there is when absent."""
        told = await Told.by(request)
        currency, units = told.need_text("currency", tuple(money.SUPPORTED)), told.whole("amount")
        told.finish()
        there = balance.totals(self._account).get(currency, {}).get("net", 0)
        if not 0 < (units or there) <= there:
            raise HTTPException(409, f"the account has {money.shown(there, currency)}")
        with self._account.transaction():
            entry = Entry(Code.WITHDRAWAL, -(units or there), currency)
            movement = balance.record(self._account, entry)
        return JSONResponse({"id": movement["id"], "amount": units or there, "currency": currency})

    async def expire_tokens(self, request: Request) -> Response:
        """No access token that was given so far opens anything."""
        await request.body()
        self._tokens.revoke_all()
        return JSONResponse({"expired": True})

    async def rotate(self, request: Request) -> Response:
        """{forget?: true}: sign with a new key; forget: old certificates cannot be looked up any more."""
        told = await Told.by(request)
        forget = told.flag("forget")
        told.finish()
        self._account.certificates.rotate(forget=forget)
        return JSONResponse(self._webhook.shown())

    async def webhook(self, request: Request) -> Response:
        """GET, or POST {url?, events?}: where notices go, and which; its id; the certificates."""
        if request.method == "POST":
            told = await Told.by(request)
            url, events = told.text("url"), told.texts("events")
            told.finish()
            if url and not url.startswith("http://"):
                raise HTTPException(400, "notices go to plain http:// addresses")
            self._webhook.change(url=url, events=events)
        return JSONResponse(self._webhook.shown())

    async def reporting(self, request: Request) -> Response:
        """GET, or POST {lag_seconds}: how far the reports are behind."""
        if request.method == "POST":
            told = await Told.by(request)
            seconds = told.whole("lag_seconds")
            told.finish()
            reporting.set_lag(self._account, reporting.USUAL_LAG if seconds is None else seconds)
        return JSONResponse({"lag_seconds": reporting.lag(self._account)})

    async def account(self, request: Request) -> Response:
        """What PayPal itself says it took and gave, by currency, in smallest units."""
        del request
        return JSONResponse(balance.totals(self._account))

    def _order(self, request: Request) -> Document:
        return self._find(orders.KIND, request.path_params["order"])

    def _capture(self, request: Request) -> Document:
        """The capture that is named, or the first of the order that is."""
        ident = request.path_params["payment"]
        found = self._account.find(capturing.KIND, ident)
        if found is None:
            captures = capturing.of_order(self._account, ident)
            found = captures[0] if captures else None
        if found is None:
            raise HTTPException(404, "nothing was captured")
        return found

    def _find(self, kind: str, ident: str) -> Document:
        found = self._account.find(kind, ident)
        if found is None:
            raise HTTPException(404, f"no such {kind}")
        return found

    def _outcome(self, order: Document) -> dict[str, Any]:
        gone = orders.has_expired(self._account, order)
        return {
            "id": order["id"],
            "status": "EXPIRED" if gone else order["status"],
            "return_url": return_url(order),
        }

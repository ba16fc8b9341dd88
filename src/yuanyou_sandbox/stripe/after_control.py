"""`/_control/stripe`: money that was paid: refunds by hand, warnings, disputes, payouts, fees."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.shared.requests import Told
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance, currency, dispute_life, disputes, fraud_warnings, payouts, refunds
from yuanyou_sandbox.stripe.account import COMPANY, Account
from yuanyou_sandbox.stripe.checkout import KIND as SESSION
from yuanyou_sandbox.stripe.dispute_life import NotNow
from yuanyou_sandbox.stripe.disputes import Case
from yuanyou_sandbox.stripe.errors import ApiError

SUCCEEDED, FAILED = "succeeded", "failed"


class AfterControl:
    """Controls of one account. `payment` is a charge, a PaymentIntent or a Checkout Session."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        routes = {
            "/sessions/{payment}/refund": self.refund,
            "/payments/{payment}/refund": self.refund,
            "/payments/{payment}/warning": self.warn,
            "/payments/{payment}/dispute": self.dispute,
            "/disputes/{dispute}/resolve": self.resolve,
            "/disputes/{dispute}/reopen": self.reopen,
            "/refunds/{refund}/settle": self.settle_refund,
            "/payout": self.pay_out,
            "/payouts/{payout}/settle": self.settle_payout,
            "/payout_schedule": self.schedule,
            "/fee": self.fee,
        }
        return [Route(path, do, methods=["POST"]) for path, do in routes.items()]

    async def refund(self, request: Request) -> Response:
        """{amount?}: a refund by hand, in Stripe's dashboard; minor units, all that is left when absent."""
        told = await Told.by(request)
        amount = told.whole("amount")
        told.finish()
        charge = self._charge(request)
        return self._try(refunds.refund, charge, amount)

    async def settle_refund(self, request: Request) -> Response:
        """{outcome: succeeded|failed}: the customer's bank takes a refund, or sends it back."""
        outcome = await self._outcome(request, (SUCCEEDED, FAILED))
        made = self._object(request, refunds.KIND)
        with self._account.transaction():
            (refunds.succeed if outcome == SUCCEEDED else refunds.fail)(self._account, made)
        return JSONResponse(made)

    async def warn(self, request: Request) -> Response:
        """{fraud_type?}: the bank sends an early fraud warning."""
        told = await Told.by(request)
        kind = told.text("fraud_type", fraud_warnings.TYPES) or "misc"
        told.finish()
        with self._account.transaction():
            return JSONResponse(fraud_warnings.warn(self._account, self._charge(request), kind))

    async def dispute(self, request: Request) -> Response:
        """{reason?, amount?, case?}: the customer disputes it; `case` may be an inquiry or prevented."""
        told = await Told.by(request)
        reason = told.text("reason", disputes.REASONS) or "fraudulent"
        case = Case(told.text("case", tuple(Case)) or Case.CHARGEBACK)
        amount = told.whole("amount")
        told.finish()
        charge = self._charge(request)
        return self._try(dispute_life.open_case, charge, reason=reason, case=case, amount=amount)

    async def resolve(self, request: Request) -> Response:
        """{outcome}: how the bank ends it, or makes more of it."""
        outcome = await self._outcome(request, tuple(dispute_life.OUTCOMES))
        return self._try(dispute_life.resolve, self._object(request, disputes.KIND), outcome)

    async def reopen(self, request: Request) -> Response:
        """What had ended is open again."""
        return self._try(dispute_life.reopen, self._object(request, disputes.KIND))

    async def pay_out(self, request: Request) -> Response:
        """{early?: true}: what is available goes to the bank now; `early`: also what is not available yet."""
        told = await Told.by(request)
        early = told.flag("early")
        told.finish()
        with self._account.transaction():
            return JSONResponse({"payouts": payouts.pay_out(self._account, early=early)})

    async def settle_payout(self, request: Request) -> Response:
        """{outcome: succeeded|failed}: the shop's bank has a payout, or sends it back."""
        outcome = await self._outcome(request, (SUCCEEDED, FAILED))
        made = self._object(request, payouts.KIND)
        with self._account.transaction():
            (payouts.arrive if outcome == SUCCEEDED else payouts.fail)(self._account, made)
        return JSONResponse(made)

    async def schedule(self, request: Request) -> Response:
        """{interval: daily|manual}: payouts by themselves, or only on demand."""
        told = await Told.by(request)
        interval = told.need_text("interval", payouts.INTERVALS)
        told.finish()
        self._account.world.store.keep_fact(COMPANY, payouts.INTERVAL, interval)
        return JSONResponse({"interval": interval})

    async def fee(self, request: Request) -> Response:
        """{amount, currency?, description?}: a fee that belongs to no payment; negative gives it back."""
        told = await Told.by(request)
        amount, code = told.whole("amount"), told.text("currency", tuple(currency.KNOWN)) or "usd"
        description = told.text("description") or "Radar for Fraud Teams"
        told.finish()
        if not amount:
            raise HTTPException(400, "amount is missing")
        with self._account.transaction():
            return JSONResponse(balance.record_fee(self._account, code, amount, description))

    async def _outcome(self, request: Request, options: tuple[str, ...]) -> str:
        told = await Told.by(request)
        outcome = told.need_text("outcome", options)
        told.finish()
        return outcome

    def _try(self, do: Callable[..., Document | None], thing: Document, *more: Any, **named: Any) -> Response:
        """Do it to `thing`; 409 when it is in no state for it."""
        try:
            with self._account.transaction():
                return JSONResponse(do(self._account, thing, *more, **named) or thing)
        except (NotNow, ApiError) as reason:
            raise HTTPException(409, str(reason)) from reason

    def _object(self, request: Request, kind: str) -> Document:
        found = self._account.find(kind, request.path_params[kind])
        if found is None:
            raise HTTPException(404, f"no such {kind}")
        return found

    def _charge(self, request: Request) -> Document:
        """The charge that was paid."""
        ident, account = request.path_params["payment"], self._account
        session = account.find(SESSION, ident)
        intent = account.find("payment_intent", session["payment_intent"] if session else ident)
        charge = account.find("charge", intent["latest_charge"] if intent else ident)
        if charge is None:
            raise HTTPException(409, "nothing was paid")
        return charge

"""`/_control/alipay`: payers, Alipay's staff and the shop's own, without a browser.

`<order>` is an order's number (the shop's) or its trade's (Alipay's). Amounts are fen.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.alipay import balance, codes, keys, orders, refunds
from yuanyou_sandbox.alipay.account import Account
from yuanyou_sandbox.alipay.errors import Refusal
from yuanyou_sandbox.shared.requests import Told
from yuanyou_sandbox.shared.store import Document


class AlipayControl:
    """Controls of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        posts = {
            "/orders/{order}/open": self.open,
            "/orders/{order}/pay": self.pay,
            "/orders/{order}/lack": self.lack,
            "/orders/{order}/expire": self.expire,
            "/orders/{order}/refund": self.refund,
            "/codes": self.code,
            "/withdraw": self.withdraw,
        }
        return [
            *[Route(path, do, methods=["POST"]) for path, do in posts.items()],
            Route("/orders/{order}", self.show, methods=["GET"]),
            Route("/orders/{order}/refunds", self.refunds, methods=["GET"]),
            Route("/keys", self.keys, methods=["GET", "POST"]),
            Route("/account", self.account, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        return JSONResponse(self._order(request))

    async def open(self, request: Request) -> Response:
        """The payer scans its code or comes to its cashier: there is a trade."""
        order = self._order(request)
        self._check_open(order)
        return JSONResponse(orders.begin(self._account, order))

    async def pay(self, request: Request) -> Response:
        """{late?: true}: pay as on the page; late: although its time is over."""
        told = await Told.by(request)
        late = told.flag("late")
        told.finish()
        order = self._order(request)
        timed_out = order["trade"] is None or order["trade"]["timed_out"]
        if not (late and timed_out):
            self._check_open(order)
        return JSONResponse(orders.pay(self._account, order))

    async def lack(self, request: Request) -> Response:
        """The payer tries, and has not enough money."""
        order = self._order(request)
        self._check_open(order)
        orders.lack(self._account, order)
        return JSONResponse(order)

    async def expire(self, request: Request) -> Response:
        """Its time is over, now."""
        order = self._order(request)
        order["expires_at"] = self._account.now()
        self._account.save(orders.KIND, order)
        return JSONResponse(orders.current(self._account, order["id"]))

    async def refund(self, request: Request) -> Response:
        """{amount?}: by hand, in the merchant's pages at Alipay; all that is left when absent."""
        told = await Told.by(request)
        fen = told.whole("amount")
        told.finish()
        try:
            return JSONResponse(refunds.by_hand(self._account, self._order(request), fen))
        except (Refusal, TypeError) as error:
            raise HTTPException(409, getattr(error, "told", "it was not paid")) from error

    async def refunds(self, request: Request) -> Response:
        """Every refund of it, oldest first."""
        return JSONResponse(refunds.of_order(self._account, self._order(request)))

    async def code(self, request: Request) -> Response:
        """{does?}: a customer's payment code for the shop's scanner; `does` is pays, asks or poor."""
        told = await Told.by(request)
        does = told.text("does", tuple(codes.DOES)) or codes.PAYS
        told.finish()
        return JSONResponse({"code": codes.new(self._account, does)["id"]})

    async def withdraw(self, request: Request) -> Response:
        """{amount?}: to the shop's bank; all there is when absent."""
        told = await Told.by(request)
        fen, there = told.whole("amount"), balance.totals(self._account)["net"]
        told.finish()
        if not 0 < (fen or there) <= there:
            raise HTTPException(409, f"the account has {there} fen")
        balance.record(self._account, None, balance.WITHDRAWAL, fen or there)
        return JSONResponse({"amount": fen or there})

    async def keys(self, request: Request) -> Response:
        """GET, or POST {certificates}: choose the app's mode; who we are there, and what proves it."""
        account = self._account
        if request.method == "POST":
            told = await Told.by(request)
            account.choose_mode(certificates=told.flag("certificates"))
            told.finish()
        certificates = account.certificates if account.in_certificate_mode else None
        found: dict[str, Any] = {
            "app_id": account.app_id,
            "seller_id": account.seller_id,
            "alipay_public_key": keys.public_of(account.private_key),
            "app_private_key": account.app_private_key,
            "certificates": certificates
            and {"root": certificates.root, "app": certificates.app, "alipay": certificates.alipay},
        }
        return JSONResponse(found)

    async def account(self, request: Request) -> Response:
        """What Alipay itself says it took and gave, in fen."""
        del request
        return JSONResponse(balance.totals(self._account))

    def _order(self, request: Request) -> Document:
        ident = request.path_params["order"]
        found = orders.current(self._account, ident) or orders.of_trade(self._account, ident)
        if found is None:
            raise HTTPException(404, "no such order")
        return found

    def _check_open(self, order: Document) -> None:
        if orders.is_over(self._account, order):
            raise HTTPException(409, "nobody can pay it any more")

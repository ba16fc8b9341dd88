"""`/_control/wechat`: payers, WeChat and the merchant's own staff, without a browser.

`<order>` is the merchant's number of it (out_trade_no).
"""

import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yuanyou_sandbox.shared.requests import Told
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import balance, codepay, keys, notices, orders, payers, refunds
from yuanyou_sandbox.wechat.account import Account, digits
from yuanyou_sandbox.wechat.balance import Entry, Flow
from yuanyou_sandbox.wechat.errors import ApiError
from yuanyou_sandbox.wechat.payers import Mood

ENDS = {"done": refunds.SUCCESS, "closed": refunds.CLOSED, "abnormal": refunds.ABNORMAL}
PAY, POOR, CANCEL = "pay", "poor", "cancel"
BRIDGE = {PAY: "ok", POOR: "fail", CANCEL: "cancel"}
"""What WeixinJSBridge says after `get_brand_wcpay_request:`."""
SKEW_SECONDS = 300


class WeChatControl:
    """Controls of one merchant number."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        posts = {
            "/orders/{order}/pay": self.pay,
            "/orders/{order}/refund": self.refund,
            "/orders/{order}/give_up": self.give_up,
            "/refunds/{refund}/settle": self.settle,
            "/jsapi/{prepay}/pay": self.bridge,
            "/code": self.code,
            "/payer": self.payer,
            "/pace": self.pace,
            "/withdraw": self.withdraw,
            "/probe": self.probe,
            "/rotate": self.rotate,
        }
        return [
            *[Route(path, do, methods=["POST"]) for path, do in posts.items()],
            Route("/orders/{order}", self.order, methods=["GET"]),
            Route("/account", self.account, methods=["GET"]),
            Route("/keys", self.keys, methods=["GET"]),
        ]

    async def order(self, request: Request) -> Response:
        """How it stands, where it is paid, and the notices of its payment."""
        order = self._order(request)
        found = self._account.all_by(notices.KIND, "about", order["id"])
        told = {
            "prepay_id": order["prepay_id"],
            "cashier": f"{self._account.url}/cashier/{order['prepay_id']}",
            "notices": [each["id"] for each in found],
        }
        return JSONResponse(orders.transaction(self._account, order) | told)

    async def pay(self, request: Request) -> Response:
        """{coupon?, late?: true}: pay; `coupon` fen of it are WeChat's; late: also what is over."""
        told = await Told.by(request)
        coupon, late = told.whole("coupon") or 0, told.flag("late")
        told.finish()
        order = self._order(request)
        waits = orders.can_be_paid(self._account, order)
        if not waits and not (late and order["state"] == orders.NOTPAY):
            raise HTTPException(409, f"the order is {order['state']}")
        payer = order["openid"] or payers.current(self._account)
        orders.pay(self._account, order, payer, coupon=coupon)
        return JSONResponse(orders.transaction(self._account, order))

    async def give_up(self, request: Request) -> Response:
        """The payer who was asked for a password does not type it."""
        await request.body()
        codepay.gives_up(self._account, self._order(request)["id"])
        return JSONResponse(orders.transaction(self._account, self._order(request)))

    async def refund(self, request: Request) -> Response:
        """{amount?}: a refund by hand, on the merchant's pages; fen, all that is left when absent."""
        told = await Told.by(request)
        units = told.whole("amount")
        told.finish()
        order = self._order(request)
        left = order["total"] - order["refunded"]
        try:
            with self._account.transaction():
                made = refunds.refund(self._account, order, left if units is None else units)
        except ApiError as error:
            raise HTTPException(409, str(error)) from error
        return JSONResponse(refunds.shown(self._account, made))

    async def settle(self, request: Request) -> Response:
        """{outcome: done|closed|abnormal}: how a refund (its refund_id) that is under way ends."""
        told = await Told.by(request)
        outcome = ENDS[told.need_text("outcome", tuple(ENDS))]
        told.finish()
        made = self._account.find(refunds.KIND, request.path_params["refund"])
        if made is None:
            raise HTTPException(404, "no such refund")
        refunds.settle(self._account, made, outcome)
        return JSONResponse(refunds.shown(self._account, made))

    async def bridge(self, request: Request) -> Response:
        """{appId, timeStamp, nonceStr, package, signType, paySign, act?: pay|poor|cancel}.

        What WeixinJSBridge.invoke("getBrandWCPayRequest") does: its parameters are proved first. For a
        test's own WeixinJSBridge; the answer is what the page's callback gets.
        """
        told = await Told.by(request)
        given = {name: told.need_text(name) for name in ("appId", "timeStamp", "nonceStr", "package")}
        sign_type, signature = told.need_text("signType"), told.need_text("paySign")
        act = told.text("act", tuple(BRIDGE)) or PAY
        told.finish()
        prepay_id = request.path_params["prepay"]
        order = self._account.one_by(orders.KIND, "prepay", prepay_id)
        wrong = self._wrong(order, given, sign_type, signature)
        if wrong or order is None:
            return JSONResponse({"err_msg": "get_brand_wcpay_request:fail", "err_desc": wrong})
        if act == PAY:
            orders.pay(self._account, order, order["openid"])
        return JSONResponse({"err_msg": f"get_brand_wcpay_request:{BRIDGE[act]}"})

    def _wrong(
        self, order: Document | None, given: dict[str, str], sign_type: str, signature: str
    ) -> str | None:
        """Why the page may not ask for this payment; None: it may."""
        if order is None or order["trade_type"] != orders.JSAPI:
            return "prepay_id is not one of a JSAPI order"
        if given["package"] != f"prepay_id={order['prepay_id']}":
            return "package is not of this prepay_id"
        if given["appId"] != order["appid"]:
            return "appId is not the order's"
        text = "".join(f"{value}\n" for value in given.values()).encode()
        proved = keys.signed(self._account.merchant_key, text, signature)
        if sign_type != "RSA" or not proved or not _is_now(given["timeStamp"]):
            return "paySign is wrong, or timeStamp is not of now"
        if not orders.can_be_paid(self._account, order):
            return f"the order is {order['state']}, or its time is over"
        return None

    async def code(self, request: Request) -> Response:
        """{mood?: pays|asked|poor}: a code on the payer's phone, good once, for a minute."""
        told = await Told.by(request)
        mood = Mood(told.text("mood", tuple(Mood)) or Mood.PAYS)
        told.finish()
        return JSONResponse({"auth_code": payers.show_code(self._account, mood)["id"]})

    async def payer(self, request: Request) -> Response:
        """{openid?}: who holds the phone from now on."""
        told = await Told.by(request)
        openid = told.text("openid")
        told.finish()
        if openid:
            payers.become(self._account, openid)
        return JSONResponse({"openid": payers.current(self._account)})

    async def pace(self, request: Request) -> Response:
        """{apart?, takes?}: seconds between two refunds of an order, and until one is done; else as usual."""
        told = await Told.by(request)
        apart, takes = told.whole("apart"), told.whole("takes")
        told.finish()
        refunds.set_pace(self._account, apart, takes)
        apart, takes = refunds.pace(self._account)
        return JSONResponse({"apart": apart, "takes": takes})

    async def withdraw(self, request: Request) -> Response:
        """{amount?}: to the merchant's bank; fen, all there is when absent."""
        told = await Told.by(request)
        units = told.whole("amount")
        told.finish()
        there = balance.totals(self._account)["net"]
        if not 0 < (units or there) <= there:
            raise HTTPException(409, f"the account has {balance.yuan(there)}")
        with self._account.transaction():
            number = digits(20)
            entry = Entry(Flow.WITHDRAWAL, -(units or there), number, number)
            made = balance.record(self._account, entry)
        return JSONResponse({"id": made["id"], "amount": units or there})

    async def probe(self, request: Request) -> Response:
        """{url}: send a notice whose signature is false on purpose (WECHATPAY/SIGNTEST/)."""
        told = await Told.by(request)
        url = told.need_text("url")
        told.finish()
        return JSONResponse({"id": notices.put_probe(self._account, url)})

    async def rotate(self, request: Request) -> Response:
        """{kind?: public_key|certificate}: sign notices with a new key from now on."""
        told = await Told.by(request)
        kind = told.text("kind", (keys.PUBLIC_KEY, keys.CERTIFICATE)) or keys.PUBLIC_KEY
        told.finish()
        made = self._account.rotate(kind)
        return JSONResponse(_told(made))

    async def keys(self, request: Request) -> Response:
        """WeChat's own keys, the one that signs now last."""
        del request
        self._account.certified_keys()
        return JSONResponse({"keys": [_told(each) for each in self._account.platform_keys()]})

    async def account(self, request: Request) -> Response:
        """What WeChat itself says it took and gave, in fen."""
        del request
        return JSONResponse(balance.totals(self._account))

    def _order(self, request: Request) -> Document:
        found = self._account.find(orders.KIND, request.path_params["order"])
        if found is None:
            raise HTTPException(404, "no such order")
        return found


def _is_now(stamp: str) -> bool:
    return stamp.isdigit() and abs(time.time() - int(stamp)) <= SKEW_SECONDS


def _told(key: keys.PlatformKey) -> dict[str, Any]:
    """Its public half; a certificate in one line of base64, too."""
    told = {"id": key.ident, "kind": key.kind, "public_key": key.public()}
    if key.kind == keys.CERTIFICATE:
        pem = key.certificate_and_pem()[1].decode()
        told["certificate"] = "".join(line for line in pem.splitlines() if not line.startswith("-"))
    return told

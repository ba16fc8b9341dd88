"""Orders: asked for in four ways, looked at, paid, closed.

Sources: pay.weixin.qq.com/doc/v3/merchant: native 4012791877, jsapi 4012791856, h5 4012791834, codepay
4012791858 and the query, close and reverse interfaces beside them.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import balance, notices, payers, trades
from yuanyou_sandbox.wechat.account import Account, beijing, digits
from yuanyou_sandbox.wechat.balance import Entry, Flow
from yuanyou_sandbox.wechat.errors import ApiError, bad_field, closed, invalid, no_order, paid
from yuanyou_sandbox.wechat.fields import Fields

KIND = "order"
NOTPAY, USERPAYING, SUCCESS, REFUND = "NOTPAY", "USERPAYING", "SUCCESS", "REFUND"
CLOSED, REVOKED, PAYERROR = "CLOSED", "REVOKED", "PAYERROR"
PAID = frozenset({SUCCESS, REFUND})
TOLD = {
    NOTPAY: "订单未支付",
    USERPAYING: "用户支付中，需要输入密码",
    SUCCESS: "支付成功",
    REFUND: "订单发生过退款，退款详情请查询退款单",
    CLOSED: "订单已关闭",
    REVOKED: "订单已撤销",
    PAYERROR: "支付失败，请重新下单支付",
}
NATIVE, JSAPI, H5, CODEPAY = "NATIVE", "JSAPI", "MWEB", "MICROPAY"
LONGEST_LIFE_SECONDS = 7 * 86_400
PREPAY_SECONDS = 2 * 3600
"""A prepay_id and a code are good for so long."""
SCENES = ("Wap", "iOS", "Android")
DESCRIPTION, ATTACH = 127, 128


@dataclass(frozen=True, slots=True)
class Wish:
    """What a merchant asks for."""

    trade_type: str
    number: str
    total: int
    described: str
    fields: dict[str, Any]
    """The rest of it."""
    print: str
    """The same for the same request."""


def native(account: Account, body: Fields) -> Document:
    order = _order(account, wish_of(account, NATIVE, body))
    return {"code_url": f"{account.url}/qr/{order['code']}"}


def jsapi(account: Account, body: Fields) -> Document:
    payer = body.need_group("payer")
    openid = payer.need_text("openid", longest=128)
    payer.finish()
    if not payers.known(account, openid):
        raise bad_field("/payer/openid", "无效的openid", openid)
    order = _order(account, wish_of(account, JSAPI, body, openid=openid))
    return {"prepay_id": order["prepay_id"]}


def h5(account: Account, body: Fields) -> Document:
    scene = body.need_group("scene_info")
    address = scene.need_text("payer_client_ip", longest=45, least=2)
    info = scene.need_group("h5_info")
    kind = info.need_text("type", longest=32)
    for name in ("app_name", "app_url"):
        info.text(name, longest=128)
    info.finish()
    scene.finish()
    if kind not in SCENES:
        raise bad_field("/scene_info/h5_info/type", f"应为{'、'.join(SCENES)}", kind)
    order = _order(account, wish_of(account, H5, body, address=address)) | {"linked": account.now()}
    account.save(KIND, order)
    page = f"{account.url}/cgi-bin/mmpayweb-bin/checkmweb"
    return {"h5_url": f"{page}?prepay_id={order['prepay_id']}&package={order['code']}"}


def retrieve(account: Account, number: str) -> Document:
    """GET .../out-trade-no/:number."""
    return transaction(account, get(account, number))


def retrieve_by_id(account: Account, transaction_id: str) -> Document:
    """GET .../id/:transaction_id."""
    found = account.one_by(KIND, "transaction", transaction_id)
    if found is None:
        raise no_order()
    return transaction(account, found)


def close(account: Account, number: str, body: Fields) -> None:
    """POST .../out-trade-no/:number/close."""
    _ours(account, body)
    body.finish()
    order = get(account, number)
    if order["trade_type"] == CODEPAY:
        raise invalid("付款码支付订单请调用撤销接口")
    if order["state"] in PAID:
        raise paid()
    if order["state"] == CLOSED:
        raise closed()
    account.save(KIND, order | {"state": CLOSED})


def get(account: Account, number: str) -> Document:
    found = account.find(KIND, number)
    if found is None:
        raise no_order()
    return found


def can_be_paid(account: Account, order: Document) -> bool:
    waits = order["state"] in {NOTPAY, USERPAYING}
    return waits and account.now() < min(order["time_expire"], order["created"] + PREPAY_SECONDS)


def pay(account: Account, order: Document, payer: str, *, coupon: int = 0) -> None:
    """The money comes; less a coupon that WeChat gave the payer."""
    fee = balance.fee_of(order["total"])
    order |= {
        "state": SUCCESS,
        "transaction_id": f"42000{beijing(account.now()):%Y%m%d}{digits(15)}",
        "success_time": account.now(),
        "bank_type": payers.BANK,
        "openid": payer,
        "payer_total": order["total"] - coupon,
    }
    with account.transaction():
        account.save(KIND, order)
        account.add_key(KIND, order["id"], "transaction", order["transaction_id"])
        about, proof = order["transaction_id"], order["id"]
        balance.record(account, Entry(Flow.TRADE, order["total"], about, proof))
        if fee:
            balance.record(account, Entry(Flow.FEE, -fee, about, proof))
        trades.paid(account, order, fee)
        if order["notify_url"]:
            plain = transaction(account, order)
            notices.put(account, notices.PAID, plain, url=order["notify_url"], about=order["id"])


def transaction(account: Account, order: Document) -> Document:
    """What a query and a notice show."""
    told: Document = {
        "appid": order["appid"],
        "mchid": account.mchid,
        "out_trade_no": order["id"],
        "trade_type": order["trade_type"],
        "trade_state": order["state"],
        "trade_state_desc": TOLD[order["state"]],
        "attach": order["attach"] or "",
        "amount": {"total": order["total"], "currency": "CNY"},
    }
    if order.get("transaction_id"):
        paid_with = {"payer_total": order["payer_total"], "payer_currency": "CNY"}
        told |= {
            "transaction_id": order["transaction_id"],
            "bank_type": order["bank_type"],
            "success_time": account.time(order["success_time"]),
            "payer": {"openid": order["openid"]},
            "amount": told["amount"] | paid_with,
        }
    return told


def new(account: Account, wish: Wish) -> Document:
    """Keep an order as it was asked for."""
    code = digits(10)
    prepay_id = f"wx{beijing(account.now()):%d%H%M%S}{hashlib.md5(code.encode()).hexdigest()[:26]}"  # noqa: S324  a name
    usual = {"attach": None, "notify_url": None, "openid": None, "refunds": 0, "refunded": 0}
    made: Document = {
        **usual,
        **wish.fields,
        "id": wish.number,
        "trade_type": wish.trade_type,
        "state": NOTPAY,
        "total": wish.total,
        "description": wish.described,
        "print": wish.print,
        "created": account.now(),
        "code": code,
        "prepay_id": prepay_id,
    }
    return account.create(KIND, made, {"code": code, "prepay": prepay_id})


def wish_of(account: Account, trade_type: str, body: Fields, **more: Any) -> Wish:
    """What all four ways have in common. ApiError for what does not fit; nothing may be left over."""
    _ours(account, body)
    appid = body.need_text("appid", longest=32)
    if appid != account.app_id:
        raise ApiError(400, "APPID_MCHID_NOT_MATCH", "商户号mchid与appid不匹配")
    number = body.need_number("out_trade_no", longest=32, least=6)
    described = body.need_text("description", longest=DESCRIPTION)
    amount = body.need_group("amount")
    total, currency = amount.need_whole("total"), amount.text("currency", longest=3)
    amount.finish()
    if currency not in {None, "CNY"}:
        raise bad_field("/amount/currency", "境内商户号仅支持人民币", currency)
    fields = {"appid": appid, "attach": body.text("attach", longest=ATTACH), **more}
    body.text("goods_tag", longest=32)
    fields["time_expire"] = _time_expire(account, body)
    if trade_type != CODEPAY:
        fields["notify_url"] = body.need_url("notify_url")
    body.finish()
    print_ = json.dumps([trade_type, total, described, fields], sort_keys=True, ensure_ascii=False)
    if fields["time_expire"] is None:
        fields["time_expire"] = account.now() + LONGEST_LIFE_SECONDS
    return Wish(trade_type, number, total, described, fields, print_)


def _order(account: Account, wish: Wish) -> Document:
    """The order of this number: a new one, or the same again."""
    known = account.find(KIND, wish.number)
    if known is None:
        return new(account, wish)
    if known["state"] in PAID:
        raise paid()
    if known["state"] == CLOSED:
        raise closed()
    if known["trade_type"] != wish.trade_type:
        raise ApiError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
    if known["print"] != wish.print:
        raise invalid("请求重入时，参数与首次请求时不一致。")
    return known


def _ours(account: Account, body: Fields) -> None:
    mchid = body.need_text("mchid", longest=32)
    if mchid != account.mchid:
        raise bad_field("/mchid", "与请求头中的商户号不一致", mchid)


def _time_expire(account: Account, body: Fields) -> float | None:
    at = body.moment("time_expire")
    if at is not None and not account.now() < at <= account.now() + LONGEST_LIFE_SECONDS:
        raise bad_field("/time_expire", "应在当前时间之后、7天之内")
    return at

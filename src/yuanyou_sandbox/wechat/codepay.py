"""A shop scans the payer's code: money at once, or a question to the payer, or none; and taking it back.

Source: pay.weixin.qq.com/doc/v3/merchant/4012791858 (codepay), /4012791861 (reverse).
"""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import balance, orders, payers, trades
from yuanyou_sandbox.wechat.account import COMPANY, Account
from yuanyou_sandbox.wechat.balance import Entry, Flow
from yuanyou_sandbox.wechat.errors import ApiError, bad_field, closed, invalid, paid
from yuanyou_sandbox.wechat.fields import Fields
from yuanyou_sandbox.wechat.orders import CODEPAY, KIND, PAID, PAYERROR, REVOKED, USERPAYING
from yuanyou_sandbox.wechat.payers import Mood

GIVES_UP, GIVES_UP_SECONDS = "wechat.gives_up", 60
"""A payer who is asked for a password answers within this time, or never."""
REVERSE_AFTER_SECONDS, REVERSE_WITHIN_SECONDS = 15, 7 * 86_400
OUTCOMES = {"user_paying": Mood.ASKED, "not_enough_money": Mood.POOR}
"""Faults that stand for what a payer does."""


def pay(account: Account, body: Fields) -> tuple[int, Document]:
    """POST /v3/pay/transactions/codepay."""
    payer, scene = body.need_group("payer"), body.need_group("scene_info")
    code = payer.need_text("auth_code", longest=32)
    payer.finish()
    _check_scene(scene)
    wish = orders.wish_of(account, CODEPAY, body)
    known = account.find(KIND, wish.number)
    if known is not None:
        return _again(known, wish.print)
    mood = payers.use_code(account, code)
    if mood is None:
        raise ApiError(400, "AUTH_CODE_INVALID", "付款码无效或已过期，请刷新后重新扫码")
    fault = account.world.faults.take(COMPANY, "transactions.codepay", set(OUTCOMES), wish.number)
    return _goes(account, orders.new(account, wish), OUTCOMES[fault.fault] if fault else mood)


def reverse(account: Account, number: str, body: Fields) -> None:
    """POST .../out-trade-no/:number/reverse: closes it, or gives the money back. Nobody is told."""
    mchid, appid = body.need_text("mchid", longest=32), body.need_text("appid", longest=32)
    body.finish()
    if (mchid, appid) != (account.mchid, account.app_id):
        raise bad_field("/mchid", "与请求头中的商户号不一致", mchid)
    order = orders.get(account, number)
    age = account.now() - int(order["created"])
    if order["trade_type"] != CODEPAY:
        raise invalid("只有付款码支付订单可以撤销")
    if age < REVERSE_AFTER_SECONDS:
        raise invalid(f"支付后{REVERSE_AFTER_SECONDS}秒内不允许撤销，请先查询订单")
    if age > REVERSE_WITHIN_SECONDS:
        raise ApiError(400, "REVERSE_EXPIRE", "订单无法撤销，已超过7天")
    if order["state"] == REVOKED:
        return
    if order["refunds"]:
        raise invalid("订单已发生退款，不能撤销")
    with account.transaction():
        if order["state"] in PAID:
            about, proof = order["transaction_id"], order["id"]
            balance.record(account, Entry(Flow.REFUND, -order["total"], about, proof))
            trades.revoked(account, order)
        account.save(KIND, order | {"state": REVOKED})


def gives_up(account: Account, number: str) -> None:
    """The payer did not type the password; nothing when it is decided."""
    order = account.find(KIND, number)
    if order and order["state"] == USERPAYING:
        account.save(KIND, order | {"state": PAYERROR})


def _again(known: Document, print_: str) -> tuple[int, Document]:
    """A number that was used."""
    if known["print"] != print_:
        raise ApiError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
    if known["state"] in PAID:
        raise paid()
    if known["state"] == USERPAYING:
        return _user_paying()
    raise closed()


def _goes(account: Account, order: Document, mood: Mood) -> tuple[int, Document]:
    if mood is Mood.PAYS:
        orders.pay(account, order, payers.current(account))
        return 200, orders.transaction(account, order)
    if mood is Mood.ASKED:
        account.save(KIND, order | {"state": USERPAYING})
        account.world.timers.set(GIVES_UP, order["id"], account.now() + GIVES_UP_SECONDS)
        return _user_paying()
    account.save(KIND, order | {"state": PAYERROR})
    return 403, {"code": "NOT_ENOUGH", "message": "用户余额不足"}


def _user_paying() -> tuple[int, Document]:
    return 202, {"code": "USERPAYING", "message": "用户支付中，需要输入密码"}


def _check_scene(scene: Fields) -> None:
    store = scene.need_group("store_info")
    if not (store.text("id", longest=32) or store.text("out_id", longest=32)):
        raise bad_field("/scene_info/store_info", "id与out_id至少填一个")
    store.finish()
    for name in ("device_id", "device_ip"):
        scene.text(name, longest=45)
    scene.finish()

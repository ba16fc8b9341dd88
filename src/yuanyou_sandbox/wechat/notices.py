"""Notices: a resource under the merchant's APIv3 key, the whole signed by WeChat, again by WeChat's plan.

Source: pay.weixin.qq.com/doc/v3/merchant/4012791861 (payment notice), /4013053420 (verifying, the probe).
"""

import time
import uuid

from yuanyou_sandbox.shared.notices import Outgoing
from yuanyou_sandbox.shared.store import Document, dumps
from yuanyou_sandbox.wechat import keys
from yuanyou_sandbox.wechat.account import COMPANY, Account
from yuanyou_sandbox.wechat.lies import LIES, told_falsely
from yuanyou_sandbox.wechat.signing import PROBE, WRONG_SIGNING, signature_headers

KIND, ON = "notice", "notices"
PAID = "TRANSACTION.SUCCESS"
SUMMARIES = {
    PAID: "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}
PLAN_SECONDS = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10_800, 10_800, 10_800, 21_600, 21_600),
)
"""Until the second, third, ... try: 15 more than the first, within 24 hours and 4 minutes."""
RE_ENCODED = "re_encoded"


def put(account: Account, event_type: str, plain: Document, *, url: str, about: str) -> None:
    """Keep a notice and queue it. `about` is the order or refund it is of."""
    made: Document = {
        "id": str(uuid.uuid4()),
        "event_type": event_type,
        "plain": plain,
        "url": url,
        "about": about,
        "created": account.now(),
        "probe": False,
    }
    account.create(KIND, made, {"about": about})
    account.world.notices.put(COMPANY, event_type, made["id"])


def put_probe(account: Account, url: str) -> str:
    """A notice whose signature is false on purpose: WeChat looks whether the merchant looks."""
    ident = str(uuid.uuid4())
    made: Document = {
        "id": ident,
        "event_type": PAID,
        "plain": {"mchid": account.mchid},
        "url": url,
        "about": ident,
        "created": account.now(),
        "probe": True,
    }
    account.create(KIND, made)
    account.world.notices.put(COMPANY, PAID, ident)
    return ident


def compose(account: Account, ident: str) -> Outgoing | None:
    """The notice, sealed and signed now, in real time, as the receiver's clock is."""
    made = account.find(KIND, ident)
    if made is None or not made["url"].startswith("http://"):
        return None
    faults = account.world.faults
    lie = faults.take(COMPANY, ON, LIES, made["about"])
    plain = told_falsely(made["plain"], lie) if lie else made["plain"]
    body = dumps(envelope(account, made, plain)).encode()
    wrong = faults.take(COMPANY, ON, WRONG_SIGNING, made["about"])
    headers = signature_headers(
        account, body, int(time.time()), wrong=PROBE if made["probe"] else wrong.fault if wrong else None
    )
    if faults.take(COMPANY, ON, {RE_ENCODED}, made["about"]):
        body = body.replace(b'","', b'", "')
    return Outgoing(made["url"], headers | {"Content-Type": "application/json"}, body)


def envelope(account: Account, made: Document, plain: Document) -> Document:
    """What is sent."""
    kind = "transaction" if made["event_type"] == PAID else "refund"
    sealed = keys.sealed(dumps(plain).encode(), account.api_key, kind)
    return {
        "id": made["id"],
        "create_time": account.time(made["created"]),
        "resource_type": "encrypt-resource",
        "event_type": made["event_type"],
        "summary": SUMMARIES[made["event_type"]],
        "resource": sealed | {"original_type": kind},
    }

"""Notices: forms, signed without `sign` and `sign_type`, tried eight times until the answer is `success`.

Source: opendocs.alipay.com/open/270/105902 (asynchronous notices). The try is signed and dated in real
time, as the receiver's clock is; what it tells of the trade is dated by the companies' clock.
"""

import time
from urllib.parse import urlencode, urlsplit

from yuanyou_sandbox.alipay import keys, lies
from yuanyou_sandbox.alipay.account import BUYER_ID, BUYER_LOGON, COMPANY, Account, beijing, digits, yuan
from yuanyou_sandbox.shared.door import OURS
from yuanyou_sandbox.shared.notices import Outgoing, Sender
from yuanyou_sandbox.shared.store import Document, dumps

KIND = "event"
ON = "notices"
WRONG_KEY = "wrong_key"
MINUTE, HOUR = 60, 3600
PLAN_SECONDS = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
"""Until the second, third, ... eighth try."""
ANSWER = b"success"
UNSIGNED = frozenset({"sign", "sign_type"})


def tell(account: Account, order: Document, refund: Document | None = None) -> None:
    """Queue what happened to an order, if the shop wants to hear of it."""
    if not order["notify_url"]:
        return
    status = order["trade"]["status"]
    event: Document = {
        "id": f"{beijing(account.now())[:10].replace('-', '')}{digits(26)}",
        "notify_url": order["notify_url"],
        "number": order["id"],
        "fields": _told(account, order, refund),
    }
    account.create(KIND, event, {"order": order["id"]})
    account.world.notices.put(COMPANY, f"{status}{'.refund' if refund else ''}", event["id"])


def sender(account: Account) -> Sender:
    stranger: list[str] = []

    def compose(event_id: str) -> Outgoing | None:
        event = account.find(KIND, event_id)
        if event is None or not _is_here(event["notify_url"]):
            return None
        faults, about = account.world.faults, event["number"]
        lie = faults.take(COMPANY, ON, lies.OF_NOTICES, about)
        fields = lies.told_falsely(event["fields"], lie) if lie else event["fields"]
        fields = {**fields, "notify_id": event_id, "notify_time": beijing(time.time())}
        key = account.private_key
        if faults.take(COMPANY, ON, {WRONG_KEY}, about):
            stranger.extend([] if stranger else [keys.new_private()])
            key = stranger[0]
        signed = fields | {"sign_type": "RSA2", "sign": keys.sign(key, signed_text(fields))}
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return Outgoing(event["notify_url"], headers, urlencode(signed).encode())

    return Sender(compose, PLAN_SECONDS, accepts=lambda status, body: status == 200 and body == ANSWER)  # noqa: PLR2004


def signed_text(fields: Document) -> bytes:
    """What a notice's signature is over."""
    return "&".join(
        f"{name}={value}" for name, value in sorted(fields.items()) if name not in UNSIGNED
    ).encode()


def _told(account: Account, order: Document, refund: Document | None) -> Document:
    """All but what belongs to one try."""
    trade, amount = order["trade"], yuan(order["amount"])
    told = {
        "app_id": account.app_id,
        "auth_app_id": account.app_id,
        "buyer_id": BUYER_ID,
        "buyer_logon_id": BUYER_LOGON,
        "buyer_pay_amount": amount,
        "charset": "utf-8",
        "fund_bill_list": dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}]),
        "gmt_create": beijing(trade["opened_at"]),
        "gmt_payment": beijing(trade["paid_at"]),
        "invoice_amount": amount,
        "notify_type": "trade_status_sync",
        "out_trade_no": order["id"],
        "point_amount": "0.00",
        "receipt_amount": amount,
        "seller_id": account.seller_id,
        "subject": order["subject"],
        "total_amount": amount,
        "trade_no": trade["no"],
        "trade_status": trade["status"],
        "version": "1.0",
    }
    if refund is not None:
        told |= {
            "gmt_refund": f"{beijing(refund['at'])}.000",
            "out_biz_no": refund["number"],
            "refund_fee": yuan(trade["refunded"]),
        }
    if trade["closed_at"] is not None:
        told["gmt_close"] = beijing(trade["closed_at"])
    return told


def _is_here(url: str) -> bool:
    """Notices go to plain http addresses of this machine, whatever an order asks for."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in OURS

"""Signatures over requests, answers and notices.

Sources: pay.weixin.qq.com/doc/v3/merchant/4012365336 (requests), /4013053249 (answers and notices).
"""

import re
import secrets
import time
from collections.abc import Mapping

from yuanyou_sandbox.wechat import keys
from yuanyou_sandbox.wechat.account import Account
from yuanyou_sandbox.wechat.errors import not_signed

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PART = re.compile(r'(\w+)="([^"]*)"')
PARTS = frozenset({"mchid", "nonce_str", "signature", "timestamp", "serial_no"})
SKEW_SECONDS = 300
PROBE_MARK = "WECHATPAY/SIGNTEST/"
WRONG_KEY, UNKNOWN_SERIAL, OLD_TIME, PROBE = "wrong_key", "unknown_serial", "year_2001", "probe"
WRONG_SIGNING = frozenset({WRONG_KEY, UNKNOWN_SERIAL, OLD_TIME, PROBE})
"""What may be wrong with a signature of WeChat's."""
YEAR_2001 = 1_000_000_000


def check(account: Account, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
    """ApiError (401) unless the merchant signed exactly this request, within five minutes of real time."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    found = PART.findall(rest)
    told = dict(found)
    if scheme != SCHEME or set(told) != PARTS or len(found) != len(PARTS):
        raise not_signed("Authorization头部格式有误")
    if told["mchid"] != account.mchid:
        raise not_signed("商户号不存在")
    if told["serial_no"].upper() != account.cert_serial.upper():
        raise not_signed("商户证书序列号有误")
    if not told["timestamp"].isdigit() or abs(time.time() - int(told["timestamp"])) > SKEW_SECONDS:
        raise not_signed("timestamp与当前时间不得超过5分钟")
    lines = (method.encode(), target.encode(), told["timestamp"].encode(), told["nonce_str"].encode(), body)
    text = b"".join(line + b"\n" for line in lines)
    if not told["nonce_str"] or not keys.signed(account.merchant_key, text, told["signature"]):
        raise not_signed("sign not match")


def signature_headers(
    account: Account, body: bytes, at: int, *, wanted: str | None = None, wrong: str | None = None
) -> dict[str, str]:
    """WeChat's own headers over `body`. `wanted` is the key the caller named; `wrong`: see WRONG_SIGNING."""
    key = account.signing_key(wanted)
    signer = keys.new_platform_key(keys.PUBLIC_KEY) if wrong in {WRONG_KEY, UNKNOWN_SERIAL} else key
    moment = YEAR_2001 if wrong == OLD_TIME else at
    nonce = secrets.token_hex(16)
    signature = signer.sign(f"{moment}\n{nonce}\n".encode() + body + b"\n")
    return {
        "Wechatpay-Timestamp": str(moment),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": f"{PROBE_MARK}{signature[len(PROBE_MARK) :]}" if wrong == PROBE else signature,
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Serial": signer.ident if wrong == UNKNOWN_SERIAL else key.ident,
        "Request-ID": secrets.token_hex(16).upper(),
    }

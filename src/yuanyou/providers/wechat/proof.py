"""Proving that WeChat Pay signed something: by a key we know already, and nothing else is asked.

Source: pay.weixin.qq.com/doc/v3/merchant/4013053249 and /4013053420 (five minutes, the probe).
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3.utils import rsa_verify

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
"""How a signature begins that WeChat made wrong on purpose, to see whether we look."""
TOLERANCE = timedelta(minutes=5)
NAMES = ("timestamp", "nonce", "signature", "signature-type", "serial")


class NotProved(Exception):
    """Why it is not believed."""


def prove(
    keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> None:
    """NotProved unless a key we know signed exactly these bytes within five minutes of `now` (real time).

    The SDK would take a signature of any age, and fetch certificates for every serial number that
    somebody makes up.
    """
    told = _told(headers)
    if told["signature-type"] != ALGORITHM:
        raise NotProved("unknown algorithm")
    serial = told["serial"].upper()  # hex is written either way
    key = next((key for name, key in keys.items() if name.upper() == serial), None)
    if key is None:
        raise NotProved("unknown serial number")
    if not told["timestamp"].isascii() or not told["timestamp"].isdigit():
        raise NotProved("no time")
    if abs(now.timestamp() - int(told["timestamp"])) > TOLERANCE.total_seconds():
        raise NotProved("not of now")
    if told["signature"].startswith(PROBE):
        raise NotProved("WeChat's probe")
    if not _signed(key, told, body):
        raise NotProved("wrong signature")


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    found = {name.lower(): value for name, value in headers.items()}
    try:
        return {name: found[f"wechatpay-{name}"] for name in NAMES}
    except KeyError as missing:
        raise NotProved(f"no {missing}") from missing


def _signed(key: RSAPublicKey, told: Mapping[str, str], body: bytes) -> bool:
    try:
        base64.b64decode(told["signature"], validate=True)
        text = body.decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(rsa_verify(told["timestamp"], told["nonce"], text, told["signature"], key))

"""Proving PayPal's notices offline: its certificate, its signature, its time. Nothing else is believed.

Source: developer.paypal.com/api/rest/webhooks/rest (verify the signature yourself).
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from zlib import crc32

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from yuanyou.payments.port import BadNotice
from yuanyou.providers.paypal.certificates import Certificates

ALGORITHM = "SHA256withRSA"
TOLERANCE = timedelta(minutes=5)
HEADERS = {
    "id": "paypal-transmission-id",
    "time": "paypal-transmission-time",
    "signature": "paypal-transmission-sig",
    "certificate": "paypal-cert-url",
    "algorithm": "paypal-auth-algo",
}


class Door:
    """Lets in what PayPal signed for one of our webhooks."""

    def __init__(self, *, webhook_ids: tuple[str, ...], sandbox_hosts: tuple[str, ...]) -> None:
        self._webhook_ids = webhook_ids
        self._certificates = Certificates(sandbox_hosts)

    def prove(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """BadNotice unless PayPal signed exactly these bytes within five minutes of `now` (real time)."""
        if not self._webhook_ids:
            raise BadNotice("no webhook of ours is known")
        told = _told(headers)
        if told["algorithm"] != ALGORITHM:
            raise BadNotice("unknown algorithm")
        if abs(now - _moment(told["time"])) > TOLERANCE:
            raise BadNotice("not of now")
        try:
            signature = base64.b64decode(told["signature"], validate=True)
        except ValueError as error:
            raise BadNotice("the signature is not base64") from error
        key = self._certificates.key(told["certificate"], now=now)
        start, checksum = f"{told['id']}|{told['time']}", crc32(body)
        texts = [f"{start}|{webhook_id}|{checksum}" for webhook_id in self._webhook_ids]
        if not any(_signed(key, signature, text) for text in texts):
            raise BadNotice("wrong signature")


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    found = {name.lower(): value for name, value in headers.items()}
    try:
        return {name: found[header] for name, header in HEADERS.items()}
    except KeyError as missing:
        raise BadNotice(f"no {missing}") from missing


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadNotice("no time") from error
    if moment.tzinfo is None:
        raise BadNotice("a time without its zone")
    return moment


def _signed(key: RSAPublicKey, signature: bytes, text: str) -> bool:
    try:
        key.verify(signature, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True

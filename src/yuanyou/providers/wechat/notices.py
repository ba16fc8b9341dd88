"""Notices: proved first, then opened with our APIv3 key, then read as a hint to go and ask."""

import json
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3.utils import aes_decrypt

from yuanyou.payments.port import About, BadNotice, Notice
from yuanyou.providers.wechat.proof import NotProved, prove

CIPHER = "AEAD_AES_256_GCM"


class Door:
    """Lets in what WeChat Pay signed, sealed for our merchant number."""

    def __init__(self, *, keys: Mapping[str, RSAPublicKey], api_key: str, mchid: str) -> None:
        self._keys, self._api_key, self._mchid = keys, api_key, mchid

    def read(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """BadNotice unless it is proved and understood. No network. `now` is real time."""
        try:
            prove(self._keys, headers, body, now=now)
        except NotProved as why:
            raise BadNotice(str(why)) from why
        try:
            return self._opened(body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadNotice(f"not understood: {error!r}") from error

    def _opened(self, body: bytes) -> Notice:
        told = json.loads(body)
        resource = told["resource"]
        if resource["algorithm"] != CIPHER:
            raise BadNotice("unknown cipher")
        plain = aes_decrypt(
            resource["nonce"], resource["ciphertext"], resource.get("associated_data") or "", self._api_key
        )
        if plain is None:
            raise BadNotice("not sealed with our key")
        inner = json.loads(plain)
        number, charge = inner.get("out_trade_no"), inner.get("transaction_id")
        if inner.get("mchid", self._mchid) != self._mchid:
            raise BadNotice("for somebody else")
        return Notice(
            notice_id=str(told["id"]),
            kind=str(told["event_type"]),
            provider_ref=number,
            ref=number,
            charge_ref=charge,
            about=About.ATTEMPT if number else About.NOTHING,
        )

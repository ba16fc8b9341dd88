"""WeChat Pay's side of a notice, written apart from the sandbox: keys, seals, signatures."""

import base64
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from tests.providers.contract import Sent

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """One key for each name."""
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


def private_line(key: RSAPrivateKey) -> str:
    """As a merchant's setting has it."""
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(raw).decode()


def public_line(key: RSAPrivateKey) -> str:
    """As WeChat Pay gives it away."""
    raw = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


def loaded(line: str) -> RSAPrivateKey:
    key = load_der_private_key(base64.b64decode(line), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@dataclass(frozen=True)
class Signer:
    """Signs as the owner of `key`, under the name `serial`."""

    key: RSAPrivateKey
    serial: str

    def sent(self, body: bytes, *, age: timedelta = timedelta(), **headers: str) -> Sent:
        """These bytes as a notice, signed `age` ago; `headers` (with _ for -) are said instead."""
        stamp, nonce = str(int((datetime.now(UTC) - age).timestamp())), secrets.token_hex(16)
        stamp = headers.pop("Wechatpay_Timestamp", stamp)
        signature = self.key.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
        usual = {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": ALGORITHM,
            "Wechatpay-Serial": self.serial,
            "Content-Type": "application/json",
        }
        return Sent(usual | {name.replace("_", "-"): value for name, value in headers.items()}, body)


def sealed(plain: dict[str, Any], api_key: str, *, event_type: str = "TRANSACTION.SUCCESS") -> bytes:
    """A notice's body, its resource under this APIv3 key."""
    about, nonce = "transaction", secrets.token_hex(6)
    locked = AESGCM(api_key.encode()).encrypt(nonce.encode(), json.dumps(plain).encode(), about.encode())
    resource = {
        "original_type": about,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(locked).decode(),
        "associated_data": about,
        "nonce": nonce,
    }
    told = {
        "id": str(uuid.uuid4()),
        "create_time": "2026-11-23T10:00:00+08:00",
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "支付成功",
        "resource": resource,
    }
    return json.dumps(told, ensure_ascii=False).encode()

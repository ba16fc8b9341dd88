"""Keys as WeChat Pay has them: the merchant's, and WeChat's own by key id or platform certificate.

Source: pay.weixin.qq.com/doc/v3/merchant/4013053249 (signing), /4013059044 (AES-256-GCM), /4012068814
(platform certificates). A key is written in one line of base64, as PEM has it between its frames.
"""

import base64
import binascii
import secrets
import string
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
PUBLIC_KEY, CERTIFICATE = "public_key", "certificate"
LASTS = timedelta(days=5 * 365)
ALGORITHM = "AEAD_AES_256_GCM"
NONCE_LETTERS = string.ascii_letters + string.digits
NONCE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """One of WeChat's own. `ident` is what the header Wechatpay-Serial says."""

    ident: str
    kind: str
    private: str
    made: int = 0
    """When, in epoch seconds: its certificate is the same after a restart."""

    def sign(self, text: bytes) -> str:
        return sign(self.private, text)

    def public(self) -> str:
        return public_of(self.private)

    def certificate_and_pem(self) -> tuple[x509.Certificate, bytes]:
        """The platform certificate whose serial number is `ident`."""
        made = _certificate(self.private, int(self.ident, 16), self.made)
        return made, made.public_bytes(Encoding.PEM)

    def kept(self) -> dict[str, str | int]:
        return asdict(self)


def new_platform_key(kind: str) -> PlatformKey:
    number = secrets.randbits(152) | 1 << 151
    ident = f"{number:X}" if kind == CERTIFICATE else f"PUB_KEY_ID_{number:X}"
    return PlatformKey(ident, kind, new_private(), int(time.time()))


def new_private() -> str:
    """PKCS#8."""
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return _line(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def public_of(private: str) -> str:
    """SubjectPublicKeyInfo."""
    return _line(_private(private).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def sign(private: str, text: bytes) -> str:
    """SHA256 with RSA, in base64."""
    return _line(_private(private).sign(text, PKCS1v15(), SHA256()))


def signed(public: str, text: bytes, signature: str) -> bool:
    """Did the owner of this key sign exactly this?"""
    try:
        _public(public).verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def sealed(plain: bytes, api_key: str, about: str) -> dict[str, str]:
    """A text under the merchant's APIv3 key, as notices and certificates carry it."""
    nonce = "".join(secrets.choice(NONCE_LETTERS) for _ in range(NONCE_LENGTH))
    locked = AESGCM(api_key.encode()).encrypt(nonce.encode(), plain, about.encode())
    return {
        "algorithm": ALGORITHM,
        "ciphertext": _line(locked),
        "associated_data": about,
        "nonce": nonce,
    }


def _line(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@lru_cache(maxsize=32)
def _private(private: str) -> RSAPrivateKey:
    key = load_der_private_key(base64.b64decode(private), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@lru_cache(maxsize=32)
def _public(public: str) -> RSAPublicKey:
    key = load_der_public_key(base64.b64decode(public))
    assert isinstance(key, RSAPublicKey)
    return key


@lru_cache(maxsize=8)
def _certificate(private: str, serial: int, since: int) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox sign"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tenpay.com sandbox"),
        ]
    )
    key, start = _private(private), datetime.fromtimestamp(since, UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(serial).not_valid_before(start - timedelta(days=1)).not_valid_after(start + LASTS)
    )
    return made.sign(key, SHA256())

"""RSA2 (SHA256withRSA) and the certificates of certificate mode.

Source: opendocs.alipay.com/common (signing; how the serial number of a certificate is made).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
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
HOLDS = timedelta(days=3650)
ROOT, APP, ALIPAY = "Ant Financial Sandbox Root", "Yuanyou Sandbox App", "Ant Financial Sandbox"


def new_private() -> str:
    """A key as Alipay's tools write it: PKCS#8 in one line of base64, without a frame."""
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return _line(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def public_of(private: str) -> str:
    """The public half, in one line of base64."""
    found = _private(private).public_key()
    return _line(found.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def sign(private: str, text: bytes) -> str:
    """base64 of the signature."""
    return base64.b64encode(_private(private).sign(text, padding.PKCS1v15(), SHA256())).decode()


def signed(public: str, text: bytes, signature: str) -> bool:
    """Did the owner of this key sign exactly this?"""
    try:
        _public(public).verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Certificates:
    """All PEM. The root vouches for the other two."""

    root: str
    app: str
    alipay: str

    @classmethod
    def made(cls, *, app_public: str, alipay_private: str) -> "Certificates":
        """Valid in real time, as signatures are."""
        top = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        alipay = _private(alipay_private).public_key()
        made = ((ROOT, top.public_key()), (APP, _public(app_public)), (ALIPAY, alipay))
        return cls(*[_issued(name, key, top) for name, key in made])


def serial_of(pem: str) -> str:
    """Alipay's name for a certificate: MD5 of its issuer and its serial number."""
    found = x509.load_pem_x509_certificate(pem.encode())
    parts = [
        f"{name}={found.issuer.get_attributes_for_oid(oid)[0].value!s}"
        for name, oid in (
            ("CN", NameOID.COMMON_NAME),
            ("OU", NameOID.ORGANIZATIONAL_UNIT_NAME),
            ("O", NameOID.ORGANIZATION_NAME),
            ("C", NameOID.COUNTRY_NAME),
        )
    ]
    return hashlib.md5(f"{','.join(parts)}{found.serial_number}".encode(), usedforsecurity=False).hexdigest()


def _issued(name: str, key: RSAPublicKey, by: RSAPrivateKey) -> str:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(ROOT))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + HOLDS)
        .sign(by, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sandbox"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _line(der: bytes) -> str:
    return base64.b64encode(der).decode()


@lru_cache(maxsize=8)
def _private(line: str) -> RSAPrivateKey:
    found = load_der_private_key(base64.b64decode(line), None)
    assert isinstance(found, RSAPrivateKey)
    return found


@lru_cache(maxsize=8)
def _public(line: str) -> RSAPublicKey:
    found = load_der_public_key(base64.b64decode(line))
    assert isinstance(found, RSAPublicKey)
    return found

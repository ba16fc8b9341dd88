"""The demo's RSA keys, for companies with which both sides sign: lines of base64, as they hand them out."""

import base64

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

BITS = 2048


def new_key() -> str:
    """A private key (PKCS#8)."""
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    return base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def public_of(private: str) -> str:
    """Its public half."""
    public = load_der_private_key(base64.b64decode(private), None).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

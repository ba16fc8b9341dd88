"""WeChat Pay's public keys for us, by the name that the header Wechatpay-Serial gives them."""

import base64
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key


def known_keys(told: Iterable[str]) -> dict[str, RSAPublicKey]:
    """Of `PUB_KEY_ID_...=<key>` or `<serial number>=<platform certificate>`, in base64 without a frame.

    Blank ones are left out. ValueError for one that cannot be read.
    """
    found = {}
    for each in told:
        name, _, text = each.partition("=")
        if each.strip():
            found[name.strip()] = _key(name, text)
    return found


def _key(name: str, text: str) -> RSAPublicKey:
    raw = base64.b64decode("".join(text.split()))
    try:
        key = load_der_public_key(raw)
    except ValueError:
        key = x509.load_der_x509_certificate(raw).public_key()
    if isinstance(key, RSAPublicKey):
        return key
    raise ValueError(f"{name} is no RSA key")

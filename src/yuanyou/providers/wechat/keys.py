"""The merchant's private key, and WeChat Pay's public keys by the name that Wechatpay-Serial gives them."""

import base64
import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key


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


def private_line(text: str) -> str:
    """The merchant's private key in one line of base64: without its frame and its line ends, however written.

    ValueError for one that cannot be read.
    """
    line = "".join(part for part in re.split(r"-----[A-Z ]+-----|\\n|\s", text) if part)
    try:
        key = load_der_private_key(base64.b64decode(line), password=None)
    except ValueError as error:
        raise ValueError("not a private key") from error
    if isinstance(key, RSAPrivateKey):
        return line
    raise ValueError("not an RSA key")


def _key(name: str, text: str) -> RSAPublicKey:
    try:
        raw = base64.b64decode("".join(text.split()))
        key = _public(raw)
    except ValueError as error:
        raise ValueError(f"{name} is no key") from error
    if isinstance(key, RSAPublicKey):
        return key
    raise ValueError(f"{name} is no RSA key")


def _public(raw: bytes) -> object:
    """Of a key, or of a certificate."""
    try:
        return load_der_public_key(raw)
    except ValueError:
        return x509.load_der_x509_certificate(raw).public_key()

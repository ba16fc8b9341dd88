"""Keys and certificates as Alipay hands them out."""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from Cryptodome.PublicKey import RSA

APP, ALIPAY, ROOT = "appCertPublicKey.crt", "alipayCertPublicKey_RSA2.crt", "alipayRootCert.crt"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM of certificate mode: the app's, Alipay's, and the chain of Alipay's roots."""

    app: str
    alipay: str
    root: str

    @classmethod
    def of(cls, folder: Path) -> "Certificates":
        """The three files under the names that Alipay gives them. OSError when one is missing."""
        return cls(*[(folder / name).read_text("utf-8") for name in (APP, ALIPAY, ROOT)])


def key_of(text: str) -> RSA.RsaKey:
    """A key in PEM, or in one line of base64 as Alipay's tools write it. ValueError for anything else."""
    if "-----BEGIN" in text:
        return RSA.import_key(text.replace("\\n", "\n"))
    try:
        return RSA.import_key(base64.b64decode(text, validate=True))
    except (binascii.Error, IndexError) as error:
        raise ValueError("not a key") from error

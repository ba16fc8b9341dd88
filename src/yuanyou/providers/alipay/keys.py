"""Keys and certificates as Alipay hands them out."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

from Cryptodome.PublicKey import RSA
from cryptography import x509

RSA_FAMILY = "1.2.840.113549.1.1."
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


def serial_of(pem: str) -> str:
    """What requests call a certificate by. ValueError for what is none."""
    return _serial(x509.load_pem_x509_certificate(pem.encode()))


def serials_of(chain: str) -> str:
    """The same of a chain of roots: those signed with RSA, joined; the file has others, too."""
    found = x509.load_pem_x509_certificates(chain.encode())
    rsa = [each for each in found if each.signature_algorithm_oid.dotted_string.startswith(RSA_FAMILY)]
    return "_".join(map(_serial, rsa))


def _serial(certificate: x509.Certificate) -> str:
    named = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


def key_of(text: str) -> RSA.RsaKey:
    """A key in PEM, or in one line of base64 as Alipay's tools write it. ValueError for anything else."""
    if "-----BEGIN" in text:
        return RSA.import_key(text.replace("\\n", "\n"))
    try:
        return RSA.import_key(base64.b64decode(text, validate=True))
    except (binascii.Error, IndexError) as error:
        raise ValueError("not a key") from error

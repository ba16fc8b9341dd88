"""The key and the X.509 certificate that notices are signed with: made at the first start, and at a rotation.

Certificates hold for real time, as the receiver's clock and the signatures do.
"""

import base64
import binascii
import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from yuanyou_sandbox.paypal.ids import certificate_id
from yuanyou_sandbox.shared.store import Store

FACT = "secret certificates"
KEY_BITS = 2048
HOLDS = timedelta(days=3650)
SUBJECT = "messageverificationcerts.paypal.sandbox"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its certificate, both PEM."""

    ident: str
    key: str
    certificate: str

    def sign(self, text: bytes) -> str:
        """SHA256withRSA, base64."""
        return base64.b64encode(_loaded(self.key).sign(text, padding.PKCS1v15(), SHA256())).decode()

    def signed(self, text: bytes, signature: str) -> bool:
        """Did this key sign it?"""
        key = x509.load_pem_x509_certificate(self.certificate.encode()).public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True


class Certificates:
    """Newest first; older ones stay to be looked up until they are forgotten."""

    def __init__(self, store: Store, company: str) -> None:
        self._store, self._company = store, company
        self._pairs: list[Pair] = []

    def current(self) -> Pair:
        """What signs now."""
        return self.known()[0]

    def known(self) -> list[Pair]:
        if not self._pairs:
            kept = self._store.fact(self._company, FACT) or []
            self._pairs = [Pair(*each) for each in kept]
            if not self._pairs:
                self._keep([new_pair()])
        return self._pairs

    def find(self, ident: str) -> Pair | None:
        return next((each for each in self.known() if each.ident == ident), None)

    def rotate(self, *, forget: bool) -> Pair:
        """Sign with a new key; `forget`: the old certificates cannot be looked up any more."""
        self._keep([new_pair(), *([] if forget else self.known())])
        return self.current()

    def _keep(self, pairs: list[Pair]) -> None:
        kept = [[each.ident, each.key, each.certificate] for each in pairs]
        self._store.keep_fact(self._company, FACT, kept)
        self._pairs = pairs


@functools.lru_cache(maxsize=4)
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    """Reading a key checks it, which takes longer than signing with it."""
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def new_pair() -> Pair:
    """An RSA key and a certificate that it signs itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SUBJECT)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + HOLDS)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Pair(certificate_id(), pem, certificate.public_bytes(Encoding.PEM).decode())

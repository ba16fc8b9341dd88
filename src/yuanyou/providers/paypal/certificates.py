"""PayPal's signing certificates: which addresses are asked, what is taken, and how long it is kept.

A notice names the address of its certificate, so the address is a stranger's until its host is PayPal's.
"""

import re
import threading
from datetime import datetime
from itertools import pairwise
from urllib.parse import SplitResult, urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from yuanyou.payments.port import BadNotice

HOST = "paypal.com"
HTTPS_PORT = 443
PATH = re.compile(r"(/[a-z0-9]+)?/v1/notifications/certs/[A-Za-z0-9-]{1,100}")
PRINTABLE = re.compile(
    r"[!-\[\]-~]+"
)  # no space, no backslash: nothing that two readers may read differently
TIMEOUT_SECONDS = 3.0
LARGEST_BYTES = 64 * 1024
LEAST_KEY_BITS = 2048
KEPT = 16


class Certificates:
    """The keys of certificates by their address; each is fetched once."""

    def __init__(self, sandbox_hosts: tuple[str, ...]) -> None:
        self._sandbox_hosts = frozenset(sandbox_hosts)
        self._lock = threading.Lock()
        self._known: dict[str, list[x509.Certificate]] = {}

    def key(self, url: str, *, now: datetime) -> RSAPublicKey:
        """BadNotice unless this is PayPal's address and its certificate is good at `now`."""
        check_address(url, self._sandbox_hosts)
        with self._lock:
            chain = self._known.get(url)
        if chain is None:
            chain = _fetch(url)
        key = _checked(chain, now)
        if urlsplit(url).netloc not in self._sandbox_hosts:
            _check_name(chain[0])
        with self._lock:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[url] = chain
        return key


def check_address(url: str, sandbox_hosts: frozenset[str]) -> None:
    """BadNotice unless `url` is https at PayPal, or plain http at the configured sandbox."""
    try:
        parts = urlsplit(url)
        good = bool(PRINTABLE.fullmatch(url)) and (_at_paypal(parts) or _at_sandbox(parts, sandbox_hosts))
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or not PATH.fullmatch(parts.path):
        raise BadNotice("the certificate's address is not PayPal's")


def _at_paypal(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return (
        parts.scheme == "https"
        and "@" not in parts.netloc
        and parts.port in {None, HTTPS_PORT}
        and (host == HOST or host.endswith(f".{HOST}"))
    )


def _at_sandbox(parts: SplitResult, hosts: frozenset[str]) -> bool:
    return parts.scheme == "http" and parts.netloc in hosts


def _fetch(url: str) -> list[x509.Certificate]:
    """What is there, without following anybody anywhere. BadNotice when it is no certificate."""
    pem = b""
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise BadNotice(f"the certificate's address answered {answer.status_code}")
            for chunk in answer.iter_bytes():
                pem += chunk
                if len(pem) > LARGEST_BYTES:
                    raise BadNotice("the certificate is too large")
        return x509.load_pem_x509_certificates(pem)
    except (httpx.HTTPError, ValueError) as error:
        raise BadNotice(f"no certificate there: {error!r}") from error


def _checked(chain: list[x509.Certificate], now: datetime) -> RSAPublicKey:
    """The first one's key, when all are good now and each is signed by the next."""
    if not all(each.not_valid_before_utc <= now <= each.not_valid_after_utc for each in chain):
        raise BadNotice("the certificate is not valid now")
    try:
        for issued, issuer in pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise BadNotice("the certificates are no chain") from error
    key = chain[0].public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_KEY_BITS:
        raise BadNotice("the certificate's key is too weak")
    return key


def _check_name(certificate: x509.Certificate) -> None:
    """BadNotice unless it is made out to PayPal."""
    if not any(name == HOST or name.endswith(f".{HOST}") for name in _names(certificate)):
        raise BadNotice("the certificate is not PayPal's")


def _names(certificate: x509.Certificate) -> list[str]:
    """Every host name a certificate is made out to."""
    names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return names
    return [*names, *others.get_values_for_type(x509.DNSName)]

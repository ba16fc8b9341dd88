"""Somebody who signs notices as PayPal does, and a server that has the certificates."""

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

REAL_NAME = "messageverificationcerts.paypal.com"
WEBHOOK_ID = "1JE4291016473214C"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PATH = "/v1/notifications/certs/CERT-360caa42-fca2a594"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def certificate(
    key: Key,
    *,
    name: str = REAL_NAME,
    issuer: tuple[str, Key] | None = None,
    since: datetime = NOW - timedelta(days=1),
    until: datetime = NOW + timedelta(days=30),
) -> bytes:
    """PEM; signed by itself unless an issuer is named."""
    by, by_key = issuer or (name, key)
    return (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(by_key, SHA256())
        .public_bytes(Encoding.PEM)
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True)
class Signer:
    """Signs bodies; every part of a transmission can be changed."""

    key: rsa.RSAPrivateKey
    cert_url: str
    webhook_id: str = WEBHOOK_ID
    transmission_id: str = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
    algorithm: str = "SHA256withRSA"
    at: str = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")

    def with_(self, **changed: object) -> "Signer":
        return replace(self, **changed)  # type: ignore[arg-type]

    def headers(self, body: bytes) -> dict[str, str]:
        text = f"{self.transmission_id}|{self.at}|{self.webhook_id}|{zlib.crc32(body)}"
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), SHA256())
        return {
            "PAYPAL-TRANSMISSION-ID": self.transmission_id,
            "PAYPAL-TRANSMISSION-TIME": self.at,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
            "PAYPAL-CERT-URL": self.cert_url,
            "PAYPAL-AUTH-ALGO": self.algorithm,
        }


def event(kind: str = "CHECKOUT.ORDER.APPROVED", **resource: object) -> bytes:
    found = {"id": "5O190127TN364715T", "purchase_units": [{"custom_id": "att_1"}]} | resource
    return json.dumps({"id": "WH-1", "event_type": kind, "resource": found}).encode()


@dataclass
class CertificateServer:
    """Answers a path with (status, headers, body); counts what it was asked for."""

    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    host: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.host}{PATH}"

    def serve(self, pem: bytes, *, status: int = 200, path: str = PATH, **headers: str) -> None:
        self.answers[path] = (status, headers, pem)


@contextmanager
def certificate_server() -> Iterator[CertificateServer]:
    found = CertificateServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            status, headers, body = found.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:  # the other side has seen enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""What a shop that takes PayPal does: the official SDK, raw HTTP, a payer who agrees, a proof of notices."""

import base64
import json
import zlib
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox.shop import Received
from yuanyou_sandbox.testing import RunningSandbox

RETURN, CANCEL = "http://127.0.0.1:9/back?attempt=att_1", "http://127.0.0.1:9/left"
WHOLE = "return=representation"


def client(sandbox: RunningSandbox, *, secret: str | None = None) -> PaypalServersdkClient:
    """The official SDK, turned to the sandbox."""

    class Sandboxed(Configuration):
        environments = {Environment.SANDBOX: {Server.DEFAULT: sandbox.paypal_url}}

    credentials = ClientCredentialsAuthCredentials(
        sandbox.paypal_client_id, secret or sandbox.paypal_client_secret
    )
    configuration = Sandboxed(
        environment=Environment.SANDBOX, client_credentials_auth_credentials=credentials, timeout=2
    )
    return PaypalServersdkClient(config=configuration)


class Wire:
    """Raw HTTP with a token of ours; answers are (status, JSON)."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=sandbox.paypal_url, timeout=5)
        self.renew()

    def renew(self) -> None:
        keys = (self.sandbox.paypal_client_id, self.sandbox.paypal_client_secret)
        answer = self.http.post("/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=keys)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def wait(self, seconds: int) -> None:
        """Let time pass; tokens end with it."""
        self.sandbox.control("clock", {"advance_seconds": seconds})
        self.renew()

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, prefer: str | None = WHOLE
    ) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        headers |= {"PayPal-Request-Id": key} if key else {}
        headers |= {"Prefer": prefer} if prefer else {}
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.http.post(path, content=content, headers=headers)
        return answer.status_code, answer.json()

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self.http.get(path, params=query)
        return answer.status_code, answer.json()

    def order(self, **more: Any) -> Any:
        """A new order, whole."""
        status, made = self.post("/v2/checkout/orders", order(**more), key=more.get("key", f"k{id(more)}"))
        assert status == 201, made
        return made

    def captured(self, funding: str = "balance", **more: Any) -> Any:
        """An order that was agreed to and captured, whole."""
        made = self.order(**more)
        self.sandbox.control(f"paypal/orders/{made['id']}/approve", {"funding": funding})
        status, told = self.post(f"/v2/checkout/orders/{made['id']}/capture")
        assert status == 201, told
        return told


def order(value: str = "12.00", **more: Any) -> dict[str, Any]:
    """The body of POST /v2/checkout/orders; `unit`, `wallet` and `context` add to their parts."""
    context = {"return_url": RETURN, "cancel_url": CANCEL, **more.get("context", {})}
    unit = {
        "amount": {"currency_code": more.get("currency", "USD"), "value": value},
        "custom_id": "att_1",
        "description": "US 30 days · 美国 30 天",
        **more.get("unit", {}),
    }
    wallet = {"experience_context": context, **more.get("wallet", {})}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": wallet}}


def approval_url(made: Any) -> str:
    """Where the payer agrees."""
    return str(next(each["href"] for each in made["links"] if each["rel"] in {"approve", "payer-action"}))


def agree(made: Any, funding: str = "balance", action: str = "pay") -> httpx.Response:
    """Press a button of the approval page."""
    return httpx.post(approval_url(made), data={"funding": funding, "action": action})


def capture_of(told: Any) -> Any:
    """The first capture of a whole order."""
    return told["purchase_units"][0]["payments"]["captures"][0]


def issue_of(told: Any) -> str:
    return str(told["details"][0]["issue"])


def is_signed(received: Received, webhook_id: str) -> bool:
    """What every shop must check, with nothing but the headers, the raw body and the certificate."""
    headers = {name.lower(): value for name, value in received.headers.items()}
    pem = httpx.get(headers["paypal-cert-url"]).content
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, RSAPublicKey)
    told = headers["paypal-transmission-id"], headers["paypal-transmission-time"], webhook_id
    text = "|".join([*told, str(zlib.crc32(received.body))]).encode()
    try:
        key.verify(base64.b64decode(headers["paypal-transmission-sig"]), text, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True

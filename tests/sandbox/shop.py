"""The other side of the sandbox: a shop's notice receiver, and what a shop and its customer do."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx
import stripe

from yuanyou_sandbox.testing import RunningSandbox

T = TypeVar("T")
PATIENCE_SECONDS = 5
GOOD, DECLINED, POOR, CHALLENGED = (
    "4242424242424242",
    "4000000000000002",
    "4000000000009995",
    "4000002500003155",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A notice as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def type(self) -> str:
        return str(self.event.get("type") or self.event["event_type"])


class Receiver:
    """Takes notices on a free port of loopback; `statuses` are its next answers, then 200, with `answer`."""

    def __init__(self, answer: bytes = b"ok") -> None:
        self.received: list[Received] = []
        self.statuses: list[int] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.received.append(Received(dict(self.headers.items()), body))
                self.send_response(owner.statuses.pop(0) if owner.statuses else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks/stripe"

    def of(self, event_type: str) -> list[Received]:
        return [each for each in self.received if each.type == event_type]

    def forget(self) -> None:
        self.received.clear()
        self.statuses.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def eventually(look: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` finds as soon as it is true; AssertionError when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r}"
        time.sleep(0.02)


def client(sandbox: RunningSandbox, *, key: str | None = None, retries: int = 0) -> stripe.StripeClient:
    """The official SDK, turned to the sandbox."""
    return stripe.StripeClient(
        key or sandbox.stripe_key,
        base_addresses={"api": sandbox.stripe_url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=2),
    )


def order(amount: int = 1200, **more: Any) -> Any:
    """Parameters of a Checkout Session."""
    line = {
        "quantity": 1,
        "price_data": {
            "currency": more.pop("currency", "usd"),
            "unit_amount": amount,
            "product_data": {"name": "US 30 days · 美国 30 天"},
        },
    }
    return {
        "mode": "payment",
        "line_items": [line],
        "client_reference_id": "att_1",
        "metadata": {"attempt": "att_1"},
        "payment_intent_data": {"metadata": {"attempt": "att_1"}},
        "success_url": "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/left",
        **more,
    }


def pay_on_page(url: str, card: str, **more: str) -> httpx.Response:
    """Press Pay on the hosted page."""
    return httpx.post(url, data={"card": card, "action": "pay", **more})


def paid_charge(sandbox: RunningSandbox, api: stripe.StripeClient, card: str = GOOD, **more: Any) -> Any:
    """A session that was paid, as its charge."""
    session = api.v1.checkout.sessions.create(order(**more))
    sandbox.control(f"stripe/sessions/{session.id}/pay", {"card": card})
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    return told.payment_intent.latest_charge

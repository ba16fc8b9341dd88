"""The webhook of the account: where notices go, and how PayPal signs them.

Source: developer.paypal.com/api/rest/webhooks/rest (the signed text is
transmission id|transmission time|webhook id|CRC-32 of the body, in decimal).
"""

import uuid
import zlib
from datetime import UTC, datetime

from yuanyou_sandbox.paypal.account import COMPANY, USUAL_EVENTS, Account
from yuanyou_sandbox.paypal.certificates import Pair, new_pair
from yuanyou_sandbox.paypal.ids import debug_id
from yuanyou_sandbox.paypal.lies import LIES, told_falsely
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.notices import Outgoing
from yuanyou_sandbox.shared.store import Document, dumps

PLAN_SECONDS = (5, 60, 300, 900, 1800, *[int(3.5 * 3600)] * 20)
"""Until the second, third, ... try: 25 more than the first, within three days."""
ON = "notices"
WRONG_KEY, WRONG_CERT = "wrong_key", "wrong_cert"
URL, EVENTS = "webhook_url", "webhook_events"
ALGORITHM = "SHA256withRSA"
ELSEWHERE = "https://api.paypal.com.example/v1/notifications/certs/CERT-00000000-00000000"
CERT_PATH = "v1/notifications/certs"
TRANSMISSION = (
    *("auth_algo", "cert_url", "transmission_id", "transmission_time", "transmission_sig", "webhook_id"),
)


class Webhook:
    """One webhook; its id is part of what is signed."""

    def __init__(self, account: Account) -> None:
        self._account, self._store = account, account.world.store
        self._url = account.world.settings.paypal_webhook_url
        self._stranger: Pair | None = None

    @property
    def url(self) -> str | None:
        """Where notices go; the address that was set last."""
        return self._store.fact(COMPANY, URL) or self._url

    def change(self, *, url: str | None, events: list[str] | None) -> None:
        """Another address, other events; what is None stays."""
        if url:
            self._store.keep_fact(COMPANY, URL, url)
        if events is not None:
            self._store.keep_fact(COMPANY, EVENTS, events)
        self.subscribe()

    def subscribe(self) -> None:
        """Make the account notify as it should by now."""
        chosen = self._store.fact(COMPANY, EVENTS)
        events = USUAL_EVENTS if chosen is None else frozenset(chosen)
        self._account.subscribed = events if self.url else frozenset()

    def shown(self) -> dict[str, object]:
        """Everything about it."""
        return {
            "id": self._account.webhook_id,
            "url": self.url,
            "events": sorted(self._account.subscribed),
            "certificates": [cert_url(self._account, each) for each in self._account.certificates.known()],
        }

    def compose(self, event_id: str) -> Outgoing | None:
        """The notice of an event, signed now, in real time, as the receiver's clock is."""
        url = self.url
        if url is None:
            return None
        faults = self._account.world.faults
        event = self._account.get("event", event_id)
        about = event["resource"].get("id") or event["resource"].get("dispute_id")
        lie = faults.take(COMPANY, ON, LIES, about)
        if lie:
            event["resource"] = told_falsely(event["resource"], lie)
        body = dumps(event).encode()
        pair = self._account.certificates.current()
        wrong_key = faults.take(COMPANY, ON, {WRONG_KEY}, about)
        elsewhere = faults.take(COMPANY, ON, {WRONG_CERT}, about)
        transmission, at = str(uuid.uuid4()), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = signed_text(transmission, at, self._account.webhook_id, body)
        headers = {
            "Content-Type": "application/json",
            "PAYPAL-AUTH-ALGO": ALGORITHM,
            "PAYPAL-AUTH-VERSION": "v2",
            "PAYPAL-CERT-URL": (elsewhere.value or ELSEWHERE) if elsewhere else cert_url(self._account, pair),
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-SIG": (self._somebody_else() if wrong_key else pair).sign(text),
            "PAYPAL-TRANSMISSION-TIME": at,
            "CORRELATION-ID": debug_id(),
            "User-Agent": "PayPal/AUHD-sandbox",
        }
        return Outgoing(url, headers, body)

    def _somebody_else(self) -> Pair:
        if self._stranger is None:
            self._stranger = new_pair()
        return self._stranger


def signed_text(transmission: str, at: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission}|{at}|{webhook_id}|{zlib.crc32(body)}".encode()


def cert_url(account: Account, pair: Pair) -> str:
    return f"{account.url}/{CERT_PATH}/{pair.ident}"


def verify(account: Account, reader: Reader) -> Document:
    """POST /v1/notifications/verify-webhook-signature: does PayPal stand by this transmission?"""
    told = {name: reader.need_text(name, longest=500) for name in TRANSMISSION}
    event = reader.anything("webhook_event")
    if not isinstance(event, dict):
        raise reader.wrong("MISSING_REQUIRED_PARAMETER", "webhook_event")
    reader.finish()
    return {"verification_status": "SUCCESS" if _is_ours(account, told, event) else "FAILURE"}


def _is_ours(account: Account, told: dict[str, str], event: Document) -> bool:
    pair = account.certificates.find(told["cert_url"].rpartition("/")[2])
    if pair is None or told["cert_url"] != cert_url(account, pair) or told["auth_algo"] != ALGORITHM:
        return False
    body = dumps(event).encode()
    text = signed_text(told["transmission_id"], told["transmission_time"], told["webhook_id"], body)
    return told["webhook_id"] == account.webhook_id and pair.signed(text, told["transmission_sig"])

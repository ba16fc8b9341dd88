"""The webhook endpoint of the account: where notices go and how they are signed.

Source: docs.stripe.com/webhooks#verify-manually; the SDK's WebhookSignature checks it.
"""

import hashlib
import hmac
import time

from yuanyou_sandbox.shared.notices import Outgoing
from yuanyou_sandbox.shared.store import dumps
from yuanyou_sandbox.stripe.account import COMPANY, USUAL_EVENTS, Account
from yuanyou_sandbox.stripe.ids import letters
from yuanyou_sandbox.stripe.lies import LIES, told_falsely

PLAN_SECONDS = (5, 60, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, *[12 * 3600] * 4)
"""Until the second, third, ... try; the last is within three days."""
ON = "notices"
WRONG_KEY = "wrong_key"
URL, EVENTS, SECRETS = "webhook_url", "webhook_events", "webhook_secrets"


class Endpoint:
    """Signs with every secret that is valid: after a rotation the old one stays valid for a while."""

    def __init__(self, account: Account, url: str | None, secret: str) -> None:
        self._account, self._store = account, account.world.store
        self._url, self._secret = url, secret

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
        return {"url": self.url, "events": sorted(self._account.subscribed), "secrets": self.secrets()}

    def secrets(self) -> list[str]:
        """Newest first. A rotation holds as long as the sandbox is started with the same secret."""
        now = self._account.now()
        kept = self._store.fact(COMPANY, SECRETS)
        if kept is None or kept["instead_of"] != self._secret:
            return [self._secret]
        return [secret for secret, until in kept["valid"] if until is None or until > now]

    def rotate(self, secret: str | None, overlap_seconds: int) -> str:
        """A new secret; those before it sign for `overlap_seconds` more."""
        made = secret or f"whsec_{letters(32)}"
        until = self._account.now() + overlap_seconds
        valid = [[made, None], *[[old, until] for old in self.secrets()]]
        self._store.keep_fact(COMPANY, SECRETS, {"instead_of": self._secret, "valid": valid})
        return made

    def compose(self, event_id: str) -> Outgoing | None:
        """The notice of an event, signed now. Signatures are in real time, as the receiver's clock is."""
        url = self.url
        if url is None:
            return None
        faults = self._account.world.faults
        event = self._account.get("event", event_id)
        about = event["data"]["object"]["id"]
        lie = faults.take(COMPANY, ON, LIES, about)
        if lie:
            event["data"]["object"] = told_falsely(event["data"]["object"], lie)
        wrong = faults.take(COMPANY, ON, {WRONG_KEY}, about)
        body = dumps(event)
        header = signature(body, ["whsec_of_somebody_else"] if wrong else self.secrets(), int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) sandbox",
        }
        return Outgoing(url, headers, body.encode())


def signature(body: str, secrets: list[str], at: int) -> str:
    """The Stripe-Signature header: one `v1` for each secret."""
    signed = f"{at}.{body}".encode()
    made = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *[f"v1={each}" for each in made]])

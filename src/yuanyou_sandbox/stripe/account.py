"""One Stripe account: its objects in our store, its events, its money."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.stripe.errors import missing
from yuanyou_sandbox.stripe.ids import new_id

COMPANY = "stripe"
API_VERSION = "2026-10-28.endive"
USUAL_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.succeeded",
        "charge.refunded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "radar.early_fraud_warning.created",
        "radar.early_fraud_warning.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
    }
)
"""What a webhook endpoint listens to unless told otherwise; other events are only kept."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_totals (
    currency TEXT NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (currency, name)) WITHOUT ROWID;
"""


@dataclass(slots=True)
class Cause:
    """The API request that is being answered, for the events it makes; empty for what happens by itself."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Account:
    """`kind` is Stripe's object name; objects are dicts exactly as the API shows them, unexpanded."""

    def __init__(self, world: World) -> None:
        world.store.add_tables(SCHEMA)
        self.world = world
        self.cause = Cause()
        self.subscribed: frozenset[str] = frozenset()
        """The events the webhook endpoint listens to; none without one."""

    def now(self) -> int:
        return int(self.world.clock.now())

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; an inner one joins the outer one."""
        return self.world.store.transaction()

    def create(self, body: Document, keys: Mapping[str, str | None] | None = None) -> Document:
        """Keep a new object; `keys` are what lists can ask for."""
        found = {name: value for name, value in (keys or {}).items() if value}
        self.world.store.insert(_kind(body["object"]), body, created=body["created"], keys=found)
        return body

    def save(self, body: Document) -> None:
        self.world.store.replace(_kind(body["object"]), body)

    def list_by(self, body: Document, name: str, value: str) -> None:
        """From now on lists can find it by this, too."""
        self.world.store.add_key(_kind(body["object"]), body["id"], name, value)

    def unlist(self, body: Document, name: str, value: str) -> None:
        """From now on lists do not find it by this any more."""
        self.world.store.drop_key(_kind(body["object"]), body["id"], name, value)

    def forget(self, body: Document) -> None:
        """As if it had never been; `body` is what is still told of it."""
        self.world.store.delete(_kind(body["object"]), body["id"])

    def find(self, kind: str, ident: str | None) -> Document | None:
        return self.world.store.get(_kind(kind), ident) if ident else None

    def get(self, kind: str, ident: str, param: str = "id") -> Document:
        """ApiError (404) when there is none."""
        found = self.find(kind, ident)
        if found is None:
            raise missing(kind.rpartition(".")[2], ident, param)
        return found

    def page(self, kind: str, page: Page) -> tuple[list[Document], bool]:
        return self.world.store.page(_kind(kind), page)

    def emit(self, event_type: str, about: Document) -> None:
        """Keep an event and, if the endpoint listens to it, queue its notice."""
        wanted = event_type in self.subscribed
        event: Document = {
            "id": new_id("evt_1"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": int(wanted),
            "request": {"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
            "type": event_type,
        }
        self.create(event, {"type": event_type})
        if wanted:
            self.world.notices.put(COMPANY, event_type, event["id"])

    def count(self, currency: str, name: str, amount: int) -> None:
        """Add to a running total of the account."""
        self.world.store.run(
            "INSERT INTO stripe_totals VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            (currency, name, amount),
        )

    def totals(self) -> dict[str, dict[str, int]]:
        """By currency and name, in minor units."""
        found: dict[str, dict[str, int]] = {}
        for currency, name, amount in self.world.store.run("SELECT * FROM stripe_totals"):
            found.setdefault(currency, {})[name] = amount
        return found


def _kind(name: str) -> str:
    return f"{COMPANY}.{name}"


def said(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some of an object's fields."""
    return {name: document[name] for name in names}

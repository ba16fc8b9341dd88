"""One PayPal business account: its objects in our store, its events, its clock.

Objects are kept as the API shows them; what it does not show is under `HIDDEN` and left out by `shown`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from yuanyou_sandbox.paypal.certificates import Certificates
from yuanyou_sandbox.paypal.errors import missing
from yuanyou_sandbox.paypal.ids import event_id
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World

COMPANY = "paypal"
HIDDEN = "sandbox"
MERCHANT_EMAIL = "shop@yuanyou.example"
USUAL_EVENTS = frozenset(
    {
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.DECLINED",
        "PAYMENT.CAPTURE.DENIED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.CAPTURE.REVERSED",
        "PAYMENT.REFUND.FAILED",
        "PAYMENT.REFUND.PENDING",
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.UPDATED",
        "CUSTOMER.DISPUTE.RESOLVED",
        "VAULT.PAYMENT-TOKEN.CREATED",
        "VAULT.PAYMENT-TOKEN.DELETED",
    }
)
"""What the webhook is subscribed to unless told otherwise; other events are only kept."""


class Account:
    """`kind` is our name of a sort of object: order, capture, refund, ..."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = f"{world.settings.url}/{COMPANY}"
        self.merchant_id = world.settings.paypal_merchant_id
        self.webhook_id = world.secret(COMPANY, "webhook id", world.settings.paypal_webhook_id, "WH")
        self.certificates = Certificates(world.store, COMPANY)
        self.subscribed: frozenset[str] = frozenset()
        """The events the webhook listens to; none without one."""

    def now(self) -> int:
        return int(self.world.clock.now())

    def time(self, at: float | None = None) -> str:
        """A moment as the API shows it; now when None."""
        return rfc3339(self.now() if at is None else at)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; an inner one joins the outer one."""
        return self.world.store.transaction()

    def create(self, kind: str, body: Document, keys: Mapping[str, str | None] | None = None) -> Document:
        """Keep a new object; `keys` are what it can be found by."""
        found = {name: value for name, value in (keys or {}).items() if value}
        self.world.store.insert(f"{COMPANY}.{kind}", body, created=self.now(), keys=found)
        return body

    def save(self, kind: str, body: Document) -> None:
        self.world.store.replace(f"{COMPANY}.{kind}", body)

    def add_key(self, kind: str, ident: str, name: str, value: str) -> None:
        self.world.store.add_key(f"{COMPANY}.{kind}", ident, name, value)

    def find(self, kind: str, ident: str | None) -> Document | None:
        return self.world.store.get(f"{COMPANY}.{kind}", ident) if ident else None

    def get(self, kind: str, ident: str) -> Document:
        """ApiError (404) when there is none."""
        found = self.find(kind, ident)
        if found is None:
            raise missing()
        return found

    def page(self, kind: str, page: Page) -> tuple[list[Document], bool]:
        return self.world.store.page(f"{COMPANY}.{kind}", page)

    def all_by(self, kind: str, name: str, value: str) -> list[Document]:
        """Every object with this key, oldest first."""
        found, _ = self.page(kind, Page(limit=1000, key=(name, value)))
        return found[::-1]

    def link(self, rel: str, path: str, method: str = "GET") -> dict[str, str]:
        """One HATEOAS link; `path` follows the interface's address."""
        return {"href": f"{self.url}/{path}", "rel": rel, "method": method}

    def payee(self) -> Document:
        """Who we are."""
        return {"email_address": MERCHANT_EMAIL, "merchant_id": self.merchant_id}

    def emit(
        self, event_type: str, resource_type: str, resource: Document, summary: str, *, version: str = "2.0"
    ) -> None:
        """Keep an event and, if the webhook is subscribed to it, queue its notice."""
        ident = event_id()
        path = f"v1/notifications/webhooks-events/{ident}"
        event: Document = {
            "id": ident,
            "event_version": "1.0",
            "create_time": self.time().replace("Z", ".000Z"),
            "resource_type": resource_type,
            "resource_version": version,
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
            "links": [self.link("self", path), self.link("resend", f"{path}/resend", "POST")],
        }
        self.create("event", event, {"type": event_type})
        if event_type in self.subscribed:
            self.world.notices.put(COMPANY, event_type, ident)


def shown(document: Document) -> Document:
    """Without what the API does not show."""
    return {name: value for name, value in document.items() if name != HIDDEN}


def rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

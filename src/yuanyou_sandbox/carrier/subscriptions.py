"""Subscriptions and the orders that move them. An order's id is the caller's; the same one is done once."""

from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World

COMPANY = "carrier"
SUBSCRIPTION, ORDER = "carrier.subscription", "carrier.order"
FINISH = "carrier.finish"
STATES = ("idle", "active", "suspended", "terminated")
LEADS_TO = {"activate": "active", "suspend": "suspended", "resume": "active", "terminate": "terminated"}
POSSIBLE = {
    "activate": ("idle", "active", "suspended"),
    "suspend": ("idle", "active", "suspended"),
    "resume": ("active", "suspended"),
    "terminate": STATES,
}
"""In which states a subscription takes an action. A card nobody ordered anything for is idle."""
LAST_ORDERS = 10


class NotPossible(Exception):
    """The order cannot be followed; nothing was changed."""


class Subscriptions:
    def __init__(self, world: World) -> None:
        self._store, self._clock, self._timers = world.store, world.clock, world.timers
        world.timers.on(FINISH, self._come_due)

    def order(self, wanted: Document, *, later: bool = False, seconds: float | None = None) -> Document:
        """Take an order: done at once, or `later` (after so many seconds; None: when somebody says so).

        NotPossible when the subscription cannot, or the id was used for something else.
        """
        with self._store.transaction():
            known = self._store.get(ORDER, wanted["id"])
            if known is not None:
                if {name: known[name] for name in wanted} != wanted:
                    raise NotPossible("this id was used for another order")
                return known
            if self.get(wanted["iccid"])["state"] not in POSSIBLE[wanted["action"]]:
                raise NotPossible(f"{wanted['action']} is not possible now")
            order = {**wanted, "status": "accepted"}
            now = self._clock.now()
            self._store.insert(ORDER, order, created=int(now), keys={"iccid": wanted["iccid"]})
            if not later:
                return self._done(order)
            if seconds is not None:
                self._timers.set(FINISH, order["id"], now + seconds)
            return order

    def finish(self, ident: str, *, outcome: str = "done") -> Document | None:
        """An order that was accepted is done (or refused) now; None when there is none that waits."""
        with self._store.transaction():
            order = self._store.get(ORDER, ident)
            if order is None or order["status"] != "accepted":
                return None
            if outcome == "done":
                return self._done(order)
            return self._kept(order, outcome)

    def _come_due(self, ident: str) -> None:
        self.finish(ident)

    def get(self, iccid: str) -> Document:
        """How a card stands; one that nobody ordered anything for is idle."""
        found = self._store.get(SUBSCRIPTION, iccid)
        return found or {"id": iccid, "state": "idle", "hosts": [], "incoming_sms": False}

    def known(self, iccid: str) -> bool:
        return self._store.get(SUBSCRIPTION, iccid) is not None or bool(self.orders(iccid))

    def orders(self, iccid: str) -> list[Document]:
        """The last orders for a card, newest first."""
        return self._store.page(ORDER, Page(limit=LAST_ORDERS, key=("iccid", iccid)))[0]

    def set_state(self, iccid: str, state: str) -> Document:
        """Somebody at the carrier changes it by hand."""
        with self._store.transaction():
            return self._keep({**self.get(iccid), "state": state})

    def newest(self, limit: int) -> list[Document]:
        return self._store.page(SUBSCRIPTION, Page(limit=limit))[0]

    def waiting(self, limit: int) -> list[Document]:
        """Orders that were accepted and are not done."""
        return [
            each for each in self._store.page(ORDER, Page(limit=limit))[0] if each["status"] == "accepted"
        ]

    def counts(self) -> dict[str, Any]:
        return {"subscriptions": self._store.count(SUBSCRIPTION), "orders": self._store.count(ORDER)}

    def _done(self, order: Document) -> Document:
        suspends = order["action"] == "suspend"
        self._keep(
            {
                "id": order["iccid"],
                "state": LEADS_TO[order["action"]],
                "hosts": order["hosts"] if suspends else [],
                "incoming_sms": order["incoming_sms"] if suspends else False,
            }
        )
        return self._kept(order, "done")

    def _kept(self, order: Document, status: str) -> Document:
        order["status"] = status
        self._store.replace(ORDER, order)
        return order

    def _keep(self, subscription: Document) -> Document:
        if self._store.get(SUBSCRIPTION, subscription["id"]) is None:
            self._store.insert(SUBSCRIPTION, subscription, created=int(self._clock.now()), keys={})
        else:
            self._store.replace(SUBSCRIPTION, subscription)
        return subscription

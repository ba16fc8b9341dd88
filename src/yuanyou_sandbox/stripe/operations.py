"""Which request is which operation. The names are the switchboard's (`on`)."""

from collections.abc import Callable
from dataclasses import dataclass

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import (
    customers,
    dispute_api,
    fraud_warnings,
    intents,
    payment_methods,
    payouts,
    reading,
    refunds,
    sessions,
)
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError

OPERATIONS: dict[str, tuple[str, str, Callable[..., Document]]] = {
    "sessions.create": ("POST", "checkout/sessions", sessions.create),
    "sessions.list": ("GET", "checkout/sessions", sessions.list_all),
    "sessions.retrieve": ("GET", "checkout/sessions/:", sessions.retrieve),
    "sessions.expire": ("POST", "checkout/sessions/:/expire", sessions.expire),
    "sessions.line_items": ("GET", "checkout/sessions/:/line_items", sessions.line_items),
    "payment_intents.create": ("POST", "payment_intents", intents.create),
    "payment_intents.list": ("GET", "payment_intents", intents.list_all),
    "payment_intents.search": ("GET", "payment_intents/search", intents.find),
    "payment_intents.retrieve": ("GET", "payment_intents/:", intents.retrieve),
    "payment_intents.confirm": ("POST", "payment_intents/:/confirm", intents.confirm),
    "payment_intents.cancel": ("POST", "payment_intents/:/cancel", intents.cancel),
    "charges.list": ("GET", "charges", reading.charges),
    "charges.search": ("GET", "charges/search", reading.find_charges),
    "charges.retrieve": ("GET", "charges/:", reading.charge),
    "charges.refunds": ("GET", "charges/:/refunds", refunds.of_charge),
    "refunds.create": ("POST", "refunds", refunds.create),
    "refunds.list": ("GET", "refunds", refunds.list_all),
    "refunds.retrieve": ("GET", "refunds/:", refunds.retrieve),
    "refunds.update": ("POST", "refunds/:", refunds.update),
    "disputes.list": ("GET", "disputes", dispute_api.list_all),
    "disputes.retrieve": ("GET", "disputes/:", dispute_api.retrieve),
    "disputes.update": ("POST", "disputes/:", dispute_api.update),
    "disputes.close": ("POST", "disputes/:/close", dispute_api.close),
    "fraud_warnings.list": ("GET", "radar/early_fraud_warnings", fraud_warnings.list_all),
    "fraud_warnings.retrieve": ("GET", "radar/early_fraud_warnings/:", fraud_warnings.retrieve),
    "payouts.list": ("GET", "payouts", payouts.list_all),
    "payouts.retrieve": ("GET", "payouts/:", payouts.retrieve),
    "balance.retrieve": ("GET", "balance", reading.balance),
    "balance_transactions.list": ("GET", "balance_transactions", reading.balance_transactions),
    "balance_transactions.retrieve": ("GET", "balance_transactions/:", reading.balance_transaction),
    "customers.create": ("POST", "customers", customers.create),
    "customers.list": ("GET", "customers", customers.list_all),
    "customers.retrieve": ("GET", "customers/:", customers.retrieve),
    "customers.update": ("POST", "customers/:", customers.update),
    "customers.delete": ("DELETE", "customers/:", customers.delete),
    "customers.payment_methods": ("GET", "customers/:/payment_methods", payment_methods.of_customer),
    "customers.payment_method": ("GET", "customers/:/payment_methods/:", payment_methods.one_of_customer),
    "payment_methods.list": ("GET", "payment_methods", payment_methods.list_all),
    "payment_methods.retrieve": ("GET", "payment_methods/:", payment_methods.retrieve),
    "payment_methods.update": ("POST", "payment_methods/:", payment_methods.update),
    "payment_methods.attach": ("POST", "payment_methods/:/attach", payment_methods.attach),
    "payment_methods.detach": ("POST", "payment_methods/:/detach", payment_methods.detach),
    "events.list": ("GET", "events", reading.events),
    "events.retrieve": ("GET", "events/:", reading.event),
}


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and the ids in its path."""

    name: str
    run: Callable[..., Document]
    idents: tuple[str, ...] = ()

    @property
    def ident(self) -> str | None:
        """The object it is about, if there is one already."""
        return self.idents[0] if self.idents else None


def call_of(method: str, path: str) -> Call:
    """`path` is what follows /v1/. ApiError (404) for what Stripe, or the sandbox, does not know."""
    steps = path.strip("/").split("/")
    exact = BY_SHAPE.get((method, "/".join(steps)))
    if exact:
        return Call(*exact)
    first = 2 if steps[0] in NAMESPACES else 1
    places = range(first, len(steps), 2)
    shape = "/".join(":" if place in places else step for place, step in enumerate(steps))
    found = BY_SHAPE.get((method, shape))
    if found:
        return Call(*found, tuple(steps[place] for place in places))
    raise ApiError(
        f"Unrecognized request URL ({method}: /v1/{path}). The sandbox may not simulate it; see the list of"
        " what it does in yuanyou_sandbox/stripe/operations.py.",
        status=404,
    )


def run(account: Account, call: Call, params: object) -> Document:
    """The answer's object, unexpanded."""
    return call.run(account, params, *call.idents)


NAMESPACES = frozenset({"checkout", "radar"})
BY_SHAPE = {(method, shape): (name, do) for name, (method, shape, do) in OPERATIONS.items()}

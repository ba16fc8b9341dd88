"""Which request is which operation. The names are the switchboard's (`on`)."""

from collections.abc import Callable
from dataclasses import dataclass

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import customers, intents, reading, refunds, sessions
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
    "refunds.create": ("POST", "refunds", refunds.create),
    "refunds.list": ("GET", "refunds", refunds.list_all),
    "refunds.retrieve": ("GET", "refunds/:", refunds.retrieve),
    "balance.retrieve": ("GET", "balance", reading.balance),
    "balance_transactions.list": ("GET", "balance_transactions", reading.balance_transactions),
    "balance_transactions.retrieve": ("GET", "balance_transactions/:", reading.balance_transaction),
    "customers.create": ("POST", "customers", customers.create),
    "customers.list": ("GET", "customers", customers.list_all),
    "customers.retrieve": ("GET", "customers/:", customers.retrieve),
    "events.list": ("GET", "events", reading.events),
    "events.retrieve": ("GET", "events/:", reading.event),
}


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and the id in its path, if it has one."""

    name: str
    run: Callable[..., Document]
    ident: str | None


def call_of(method: str, path: str) -> Call:
    """`path` is what follows /v1/. ApiError (404) for what Stripe, or the sandbox, does not know."""
    steps = path.strip("/").split("/")
    exact = BY_SHAPE.get((method, "/".join(steps)))
    if exact:
        return Call(*exact, None)
    place = 2 if steps[0] == "checkout" else 1
    if len(steps) > place:
        shape = "/".join([*steps[:place], ":", *steps[place + 1 :]])
        found = BY_SHAPE.get((method, shape))
        if found:
            return Call(*found, steps[place])
    raise ApiError(
        f"Unrecognized request URL ({method}: /v1/{path}). The sandbox may not simulate it; see the list of"
        " what it does in yuanyou_sandbox/stripe/operations.py.",
        status=404,
    )


def run(account: Account, call: Call, params: object) -> Document:
    """The answer's object, unexpanded."""
    return call.run(account, params) if call.ident is None else call.run(account, params, call.ident)


BY_SHAPE = {(method, shape): (name, do) for name, (method, shape, do) in OPERATIONS.items()}

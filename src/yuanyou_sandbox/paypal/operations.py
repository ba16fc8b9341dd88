"""Which request is which operation. The names are the switchboard's (`on`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.paypal import dispute_api, disputes, orders, refunds, reporting, vault, webhook
from yuanyou_sandbox.paypal.account import Account, shown
from yuanyou_sandbox.paypal.errors import ApiError
from yuanyou_sandbox.shared.store import Document

HOURS, DAYS = 3600, 86_400


def _as_kept(_account: Account, document: Document) -> Document:
    return shown(document)


def _brief_refund(_account: Account, refund: Document) -> Document:
    return refunds.minimal(refund)


@dataclass(frozen=True, slots=True)
class Operation:
    """`shape` has `:` for the id. `whole` and `brief` are what Prefer may choose between."""

    method: str
    shape: str
    run: Callable[..., Document | None]
    whole: Callable[[Account, Document], Document] = _as_kept
    brief: Callable[[Account, Document], Document] | None = None
    status: int = 200
    kept_seconds: int = 0
    """How long its request ids are kept; 0: it has none."""
    again: Callable[[Account, str], Document] | None = None
    """What a request id led to, as it is by now."""


def _order(account: Account, ident: str) -> Document:
    return account.get(orders.KIND, ident)


def _refund(account: Account, ident: str) -> Document:
    return account.get(refunds.KIND, ident)


OPERATIONS: dict[str, Operation] = {
    "orders.create": Operation(
        *("POST", "v2/checkout/orders", orders.create, orders.whole, orders.minimal, 201, 6 * HOURS),
        again=_order,
    ),
    "orders.get": Operation("GET", "v2/checkout/orders/:", orders.retrieve, orders.whole),
    "orders.patch": Operation("PATCH", "v2/checkout/orders/:", orders.patch, status=204),
    "orders.capture": Operation(
        *("POST", "v2/checkout/orders/:/capture", orders.capture, orders.whole, orders.minimal),
        *(201, 6 * HOURS),
        again=_order,
    ),
    "captures.get": Operation("GET", "v2/payments/captures/:", refunds.retrieve_capture),
    "captures.refund": Operation(
        *("POST", "v2/payments/captures/:/refund", refunds.create, _as_kept, _brief_refund, 201, 45 * DAYS),
        again=_refund,
    ),
    "refunds.get": Operation("GET", "v2/payments/refunds/:", refunds.retrieve),
    "payment_tokens.list": Operation("GET", "v3/vault/payment-tokens", vault.list_all),
    "payment_tokens.get": Operation("GET", "v3/vault/payment-tokens/:", vault.retrieve),
    "payment_tokens.delete": Operation("DELETE", "v3/vault/payment-tokens/:", vault.delete, status=204),
    "disputes.list": Operation("GET", "v1/customer/disputes", dispute_api.list_all),
    "disputes.get": Operation("GET", "v1/customer/disputes/:", dispute_api.retrieve, disputes.whole),
    "disputes.provide_evidence": Operation(
        *("POST", "v1/customer/disputes/:/provide-evidence", dispute_api.provide_evidence),
        dispute_api.link_only,
    ),
    "disputes.accept_claim": Operation(
        *("POST", "v1/customer/disputes/:/accept-claim", dispute_api.accept_claim), dispute_api.link_only
    ),
    "transactions.search": Operation("GET", "v1/reporting/transactions", reporting.search),
    "webhooks.verify": Operation("POST", "v1/notifications/verify-webhook-signature", webhook.verify),
}
TOKEN, TOKEN_PATH = "oauth2.token", "v1/oauth2/token"
ACTS = (TOKEN, *OPERATIONS)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and the id in its path, if it has one."""

    name: str
    operation: Operation
    ident: str | None

    def run(self, *arguments: Any) -> Document | None:
        """`arguments` are the account and the reader."""
        return self.operation.run(*arguments, *([self.ident] if self.ident is not None else []))


def call_of(method: str, path: str) -> Call:
    """ApiError (404) for what PayPal, or the sandbox, does not know."""
    steps = path.strip("/").split("/")
    for place in (None, len(steps) - 1, len(steps) - 2):
        shape = steps if place is None else [*steps[:place], ":", *steps[place + 1 :]]
        name = BY_SHAPE.get((method, "/".join(shape)))
        if name:
            return Call(name, OPERATIONS[name], None if place is None else steps[place])
    raise ApiError(
        404,
        "RESOURCE_NOT_FOUND",
        f"The specified resource does not exist ({method} /{path}). The sandbox may not simulate it; see the"
        " list of what it does in yuanyou_sandbox/paypal/operations.py.",
    )


BY_SHAPE = {(each.method, each.shape): name for name, each in OPERATIONS.items()}

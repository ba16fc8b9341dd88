"""PaymentMethods: made when somebody pays, kept for a customer, charged again later.

Sources: docs.stripe.com/api/payment_methods and /payments/save-and-reuse.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import cards
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError, declined, missing
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.methods import EXPIRED, WALLETS, Does, Method
from yuanyou_sandbox.stripe.params import Params

KIND, HIDDEN = "payment_method", "payment_method.hidden"
URL = "/v1/payment_methods"
BILLING = ("email", "name", "phone")
REDISPLAYS = ("always", "limited", "unspecified")
SHORT_YEAR, LAST_YEAR = 100, 2100
USED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment,"
    " shared with a connected account without Customer attachment, or was detached from a Customer. It may"
    " not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
)


@dataclass(frozen=True, slots=True)
class Way:
    """A PaymentMethod object and what its bank does."""

    made: Document
    method: Method
    set_up: bool = False
    """Confirmed once by the customer for charges when nobody is there."""


def fresh(account: Account, method: Method, billing: dict[str, Any] | None = None) -> Way:
    """A new PaymentMethod, for one use unless it is kept."""
    made = {
        "id": new_id("pm_1"),
        "object": KIND,
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": _address(),
            **dict.fromkeys(BILLING),
            "tax_id": None,
            **(billing or {}),
        },
        "created": account.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": method.type,
        method.type: method.shown(),
    }
    return Way(account.create(made), method)


def way_of(account: Account, made: Document) -> Way:
    """What the bank of a PaymentMethod does today."""
    if made["type"] in WALLETS:
        return Way(made, cards.wallet(made["type"]))
    shown = made[made["type"]]
    method = cards.of_fingerprint(shown["fingerprint"])
    hidden = account.find(HIDDEN, made["id"]) or {}
    if hidden.get("later"):
        method = cards.later(method, hidden["later"])
    today = datetime.fromtimestamp(account.now(), UTC)
    if "exp_year" in shown and (shown["exp_year"], shown["exp_month"]) < (today.year, today.month):
        method = replace(method, does=Does.DECLINE, decline=EXPIRED)
    return Way(made, method, bool(hidden.get("set_up")))


def used_again(account: Account, ident: str, customer: str | None) -> Way:
    """A kept PaymentMethod, to pay with for its customer. ApiError when it may not be."""
    made = account.get(KIND, ident, "payment_method")
    if made["customer"] is None:
        raise ApiError(USED)
    if customer is None:
        raise ApiError(
            "The payment method you provided is attached to a customer so for security purposes you must"
            " provide the customer in the request."
        )
    if made["customer"] != customer:
        raise ApiError(
            f"The payment method supplied ({ident}) belongs to the Customer {made['customer']}. Please"
            " include the Customer in the `customer` parameter on the PaymentIntent."
        )
    return way_of(account, made)


def keep(account: Account, way: Way, customer: str, *, set_up: bool) -> None:
    """From now on it is the customer's; `set_up`: it may be charged when nobody is there."""
    made = way.made
    if made["customer"]:
        if set_up and not way.set_up:
            account.save(account.get(HIDDEN, made["id"]) | {"set_up": True})
        return
    made |= {"customer": customer, "allow_redisplay": "limited" if set_up else made["allow_redisplay"]}
    account.save(made)
    for value in _listed_under(made):
        account.list_by(made, "customer", value)
    account.create({"id": made["id"], "object": HIDDEN, "created": account.now(), "set_up": set_up})
    account.emit("payment_method.attached", made)


def let_go(account: Account, made: Document) -> None:
    """It belongs to nobody any more and cannot be used again."""
    for value in _listed_under(made):
        account.unlist(made, "customer", value)
    made["customer"] = None
    account.save(made)
    account.emit("payment_method.detached", made)


def do_later(account: Account, made: Document, what: str) -> None:
    """From now on its bank does `what`, one of `cards.LATER`."""
    hidden = account.get(HIDDEN, made["id"])
    account.save(hidden | {"later": what})


def attach(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_methods/:id/attach, of a test token; nothing is set up by it."""
    customer = params.need_text("customer")
    params.finish()
    account.get("customer", customer, "customer")
    method = cards.of_token(ident)
    if method is None:
        if account.get(KIND, ident, "payment_method")["customer"]:
            told = "The payment method you provided has already been attached to a customer."
            raise ApiError(told, code="payment_method_unexpected_state")
        raise ApiError(USED)
    if not method.keeps and method.decline:
        raise declined(method.decline)
    way = fresh(account, method)
    keep(account, way, customer, set_up=False)
    return way.made


def detach(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_methods/:id/detach."""
    params.finish()
    made = account.get(KIND, ident, "payment_method")
    if made["customer"] is None:
        told = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise ApiError(told, code="payment_method_unexpected_state")
    let_go(account, made)
    return made


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/payment_methods/:id."""
    params.finish()
    return account.get(KIND, ident, "payment_method")


def update(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_methods/:id; a card's date is what its bank told the customer."""
    made = account.get(KIND, ident, "payment_method")
    redisplay, billing = params.choice("allow_redisplay", REDISPLAYS), params.group("billing_details")
    told = {name: billing.text(name) for name in BILLING} if billing else {}
    date = _date(params.group("card"))
    metadata = params.changed_metadata(made["metadata"])
    params.finish()
    if made["customer"] is None:
        raise ApiError("You must save this PaymentMethod to a customer before you can update it.")
    made["metadata"] = metadata
    made["allow_redisplay"] = redisplay or made["allow_redisplay"]
    made["billing_details"] |= {name: value for name, value in told.items() if value}
    if date:
        made[made["type"]] |= date
    account.save(made)
    account.emit("payment_method.updated", made)
    return made


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/payment_methods, of a customer, also by type."""
    customer = params.need("customer", params.text("customer"))
    return _of(account, params, customer, URL)


def of_customer(account: Account, params: Params, customer: str) -> Document:
    """GET /v1/customers/:id/payment_methods."""
    return _of(account, params, customer, f"/v1/customers/{customer}/payment_methods")


def one_of_customer(account: Account, params: Params, customer: str, ident: str) -> Document:
    """GET /v1/customers/:id/payment_methods/:id."""
    params.finish()
    account.get("customer", customer, "customer")
    made = account.find(KIND, ident)
    if made is None or made["customer"] != customer:
        raise missing("PaymentMethod", ident, "payment_method")
    return made


def _of(account: Account, params: Params, customer: str, url: str) -> Document:
    account.get("customer", customer, "customer")
    kind = params.text("type")
    value = f"{customer} {kind}" if kind else customer
    return paged(account, params, KIND, url, key=("customer", value))


def _listed_under(made: Document) -> tuple[str, str]:
    return made["customer"], f"{made['customer']} {made['type']}"


def _date(group: Params | None) -> dict[str, int]:
    if group is None:
        return {}
    told = {name: group.integer(name) for name in ("exp_month", "exp_year")}
    date = {name: value for name, value in told.items() if value is not None}
    if not 1 <= date.get("exp_month", 1) <= 12:  # noqa: PLR2004  months
        raise ApiError("Your card's expiration month is invalid.", code="invalid_expiry_month")
    if date.get("exp_year", 0) in range(1, SHORT_YEAR):
        date["exp_year"] += 2000
    return date


def _address() -> dict[str, None]:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))

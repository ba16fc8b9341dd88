"""Customers: whom payments and kept ways to pay belong to."""

from typing import Any

from yuanyou_sandbox.shared.store import EVERYTHING, Document, Page
from yuanyou_sandbox.stripe import payment_methods
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import missing
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.params import Params

KIND, DELETED = "customer", "deleted.customer"
TOLD = ("description", "email", "name", "phone")
WITHOUT_EFFECT = ("preferred_locales",)


def create(account: Account, params: Params) -> Document:
    """POST /v1/customers."""
    told = {name: params.text(name) for name in TOLD}
    metadata = params.metadata()
    params.without_effect(*WITHOUT_EFFECT)
    params.finish()
    return new(account, metadata=metadata, **told)


def new(account: Account, *, metadata: dict[str, str] | None = None, **told: str | None) -> Document:
    """Also of a Checkout Session that makes one."""
    customer: Document = {
        "id": new_id("cus_"),
        "object": KIND,
        "address": None,
        "balance": 0,
        "created": account.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": metadata or {},
        "shipping": None,
        "tax_exempt": "none",
        **dict.fromkeys(TOLD),
        **told,
    }
    account.create(customer, {"email": customer["email"]})
    account.emit("customer.created", customer)
    return customer


def update(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/customers/:id."""
    customer = account.get(KIND, ident)
    before = customer["email"]
    told = {name: value for name in TOLD if (value := params.text(name)) is not None}
    customer |= told | {"metadata": params.changed_metadata(customer["metadata"])}
    invoices = params.group("invoice_settings")
    usual = invoices.text("default_payment_method") if invoices else None
    params.without_effect(*WITHOUT_EFFECT)
    params.finish()
    if usual:
        payment_methods.used_again(account, usual, ident)
        customer["invoice_settings"]["default_payment_method"] = usual
    account.save(customer)
    if customer["email"] != before:
        _list_by_email(account, customer, before)
    account.emit("customer.updated", customer)
    return customer


def delete(account: Account, params: Params, ident: str) -> Document:
    """DELETE /v1/customers/:id: for ever, with all that was kept for paying."""
    params.finish()
    customer = account.get(KIND, ident)
    kept = Page(limit=EVERYTHING - 1, key=("customer", ident))
    for made in account.page(payment_methods.KIND, kept)[0]:
        payment_methods.let_go(account, made)
    account.emit("customer.deleted", customer)
    account.forget(customer)
    account.create({"id": ident, "object": DELETED, "created": account.now()})
    return _gone(ident)


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/customers/:id."""
    params.finish()
    found = account.find(KIND, ident)
    if found is None and account.find(DELETED, ident):
        return _gone(ident)
    if found is None:
        raise missing(KIND, ident)
    return found


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/customers, also by email."""
    return paged(account, params, KIND, "/v1/customers", by=("email",))


def _gone(ident: str) -> dict[str, Any]:
    return {"id": ident, "object": KIND, "deleted": True}


def _list_by_email(account: Account, customer: Document, before: str | None) -> None:
    if before:
        account.unlist(customer, "email", before)
    if customer["email"]:
        account.list_by(customer, "email", customer["email"])

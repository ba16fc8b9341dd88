"""Customers: enough to hang payments on."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.params import Params

KIND = "customer"
TOLD = ("description", "email", "name", "phone")


def create(account: Account, params: Params) -> Document:
    """POST /v1/customers."""
    told = {name: params.text(name) for name in TOLD}
    metadata = params.metadata()
    params.finish()
    customer = {
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
        "metadata": metadata,
        "shipping": None,
        "tax_exempt": "none",
        **told,
    }
    return account.create(customer, {"email": told["email"]})


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/customers/:id."""
    params.finish()
    return account.get(KIND, ident)


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/customers, also by email."""
    return paged(account, params, KIND, "/v1/customers", by=("email",))

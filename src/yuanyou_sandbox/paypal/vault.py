"""The vault: a payer's wallet that the shop keeps, with consent, to charge it when nobody is there.

Sources: PayPal's OpenAPI document vault_payment_tokens_v3; developer.paypal.com/docs/checkout/
save-payment-methods/during-purchase/orders-api/paypal.
"""

from yuanyou_sandbox.paypal.account import HIDDEN, Account, shown
from yuanyou_sandbox.paypal.errors import missing, unprocessable
from yuanyou_sandbox.paypal.funding import BY_NAME, USUAL, Funding
from yuanyou_sandbox.paypal.ids import customer_id, token_id
from yuanyou_sandbox.paypal.payer import wallet
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.store import Document

KIND = "payment_token"
ACTIVE, CANCELED, DELETED = "active", "canceled", "deleted"


def keep_if_asked(account: Account, order: Document) -> None:
    """The order's money came: keep the wallet it came from, if the order said so and it is not kept yet."""
    asked = order[HIDDEN]["vault"]
    if not asked or order[HIDDEN].get("token"):
        return
    customer = {"id": asked["customer"] or customer_id()}
    if asked["merchant_customer_id"]:
        customer["merchant_customer_id"] = asked["merchant_customer_id"]
    ident = token_id()
    links = [account.link("self", _path(ident)), account.link("delete", _path(ident), "DELETE")]
    token: Document = {
        "id": ident,
        "customer": customer,
        "payment_source": {"paypal": wallet() | {"usage_type": "MERCHANT", "customer_type": "CONSUMER"}},
        "links": links,
        HIDDEN: {"state": ACTIVE, "funding": order[HIDDEN]["funding"]},
    }
    account.create(KIND, token, {"customer": customer["id"]})
    kept = {"id": ident, "status": "VAULTED", "customer": customer, "links": links}
    order["payment_source"]["paypal"]["attributes"] = {"vault": kept}
    order[HIDDEN]["token"] = ident
    account.save("order", order)
    _tell(account, "CREATED", token)


def funding_of(account: Account, vault_id: str, field: str) -> Funding:
    """What a kept wallet pays with. ApiError when it may not be charged any more."""
    token = account.find(KIND, vault_id)
    if token is None or token[HIDDEN]["state"] == DELETED:
        raise unprocessable("TOKEN_ID_NOT_FOUND", field)
    if token[HIDDEN]["state"] == CANCELED:
        raise unprocessable("AGREEMENT_ALREADY_CANCELLED", field)
    return BY_NAME.get(token[HIDDEN]["funding"], USUAL)


def change(account: Account, token: Document, *, state: str, funding: str | None) -> None:
    """The payer ends the consent in their PayPal account, or their wallet pays otherwise from now on."""
    token[HIDDEN]["state"] = state
    if funding:
        token[HIDDEN]["funding"] = funding
    account.save(KIND, token)
    if state != ACTIVE:
        _tell(account, "DELETED", token)


def retrieve(account: Account, reader: Reader, ident: str) -> Document:
    """GET /v3/vault/payment-tokens/:id."""
    reader.finish()
    return shown(_existing(account, ident))


def list_all(account: Account, reader: Reader) -> Document:
    """GET /v3/vault/payment-tokens?customer_id=."""
    customer = reader.need_text("customer_id", longest=22)
    limit = reader.whole("page_size", least=1, most=5) or 5
    page = reader.whole("page", least=1, most=10) or 1
    reader.without_effect("total_required")
    reader.finish()
    tokens = [
        shown(each) for each in account.all_by(KIND, "customer", customer) if each[HIDDEN]["state"] != DELETED
    ]
    here = account.link("self", f"v3/vault/payment-tokens?customer_id={customer}")
    return {
        "customer": {"id": customer},
        "payment_tokens": tokens[(page - 1) * limit : page * limit],
        "links": [here],
        "total_items": len(tokens),
        "total_pages": -(-len(tokens) // limit),
    }


def delete(account: Account, reader: Reader, ident: str) -> None:
    """DELETE /v3/vault/payment-tokens/:id."""
    reader.finish()
    token = account.find(KIND, ident)
    if token and token[HIDDEN]["state"] != DELETED:
        change(account, token, state=DELETED, funding=None)


def _existing(account: Account, ident: str) -> Document:
    token = account.get(KIND, ident)
    if token[HIDDEN]["state"] == DELETED:
        raise missing()
    return token


def _path(ident: str) -> str:
    return f"v3/vault/payment-tokens/{ident}"


def _tell(account: Account, what: str, token: Document) -> None:
    summary = f"A payment token has been {what.lower()}"
    account.emit(f"VAULT.PAYMENT-TOKEN.{what}", "payment_token", shown(token), summary, version="3.0")

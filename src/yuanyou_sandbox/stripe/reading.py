"""The parts of the API that only read: charges, balance, balance transactions, events."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance as money
from yuanyou_sandbox.stripe import payouts
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.listing import paged, search
from yuanyou_sandbox.stripe.params import Params


def charge(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/charges/:id."""
    params.finish()
    return account.get("charge", ident)


def charges(account: Account, params: Params) -> Document:
    """GET /v1/charges, also by payment_intent or customer."""
    return paged(account, params, "charge", "/v1/charges", by=("payment_intent", "customer"))


def find_charges(account: Account, params: Params) -> Document:
    """GET /v1/charges/search."""
    return search(account, params, "charge", "/v1/charges/search")


def balance(account: Account, params: Params) -> Document:
    """GET /v1/balance."""
    params.finish()
    return money.balance(account)


def balance_transaction(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/balance_transactions/:id."""
    params.finish()
    return money.shown(account, account.get("balance_transaction", ident))


def balance_transactions(account: Account, params: Params) -> Document:
    """GET /v1/balance_transactions, also by source, type, currency or payout."""
    payout = params.text("payout")
    if payout:
        page = payouts.lines_of(account, params, payout)
    else:
        url, by = "/v1/balance_transactions", ("source", "type", "currency")
        page = paged(account, params, money.KIND, url, by=by)
    return page | {"data": [money.shown(account, movement) for movement in page["data"]]}


def event(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/events/:id."""
    params.finish()
    return account.get("event", ident)


def events(account: Account, params: Params) -> Document:
    """GET /v1/events, also by type."""
    return paged(account, params, "event", "/v1/events", by=("type",))

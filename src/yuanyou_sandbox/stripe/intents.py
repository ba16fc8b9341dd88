"""The PaymentIntents API, for payments without a Checkout page."""

from urllib.parse import urlencode, urlsplit

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import charging, currency
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import DEBITS, Method, of_token
from yuanyou_sandbox.stripe.checkout import session_of
from yuanyou_sandbox.stripe.errors import ApiError, missing
from yuanyou_sandbox.stripe.listing import paged, search
from yuanyou_sandbox.stripe.params import Params

KIND = "payment_intent"
URL = "/v1/payment_intents"
CANCELABLE = charging.PAYABLE | {"requires_capture"}
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
WITHOUT_EFFECT = (
    "use_stripe_sdk",
    "payment_method_options",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


def create(account: Account, params: Params) -> Document:
    """POST /v1/payment_intents, with confirm=true also the first try."""
    code = currency.checked(params.need_text("currency"), "currency")
    amount = params.need_integer("amount")
    currency.check_amount(amount, code, "amount")
    customer = params.text("customer")
    if customer:
        account.get("customer", customer, "customer")
    types = params.texts("payment_method_types")
    automatic = params.group("automatic_payment_methods")
    if automatic:
        automatic.boolean("enabled")
        automatic.choice("allow_redirects", ["always", "never"])
    confirm = params.boolean("confirm")
    method, return_url = _method(params, required=confirm), params.text("return_url")
    params.without_effect(*WITHOUT_EFFECT)
    metadata, description, email = params.metadata(), params.text("description"), params.text("receipt_email")
    params.finish()
    intent = charging.new_intent(
        account,
        amount=amount,
        currency=code,
        types=types or ["card", *([DEBITS[code]] if code in DEBITS else [])],
        metadata=metadata,
        customer=customer,
        description=description,
        receipt_email=email,
    )
    return _attempt(account, intent, method, return_url) if confirm and method else intent


def confirm(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_intents/:id/confirm."""
    intent = account.get(KIND, ident, "intent")
    method, return_url = _method(params, required=True), params.text("return_url")
    params.without_effect(*WITHOUT_EFFECT)
    params.finish()
    _not_of_checkout(account, intent, "confirm")
    if intent["status"] not in charging.PAYABLE:
        raise _unexpected(intent, "confirm")
    assert method
    return _attempt(account, intent, method, return_url)


def cancel(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_intents/:id/cancel."""
    intent = account.get(KIND, ident, "intent")
    reason = params.choice("cancellation_reason", REASONS)
    params.finish()
    _not_of_checkout(account, intent, "cancel")
    if intent["status"] not in CANCELABLE:
        raise _unexpected(intent, "cancel")
    charging.cancel(account, intent, reason)
    return intent


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/payment_intents/:id."""
    params.without_effect("client_secret")
    params.finish()
    return account.get(KIND, ident, "intent")


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/payment_intents, also by customer."""
    return paged(account, params, KIND, URL, by=("customer",))


def find(account: Account, params: Params) -> Document:
    """GET /v1/payment_intents/search."""
    return search(account, params, KIND, f"{URL}/search")


def return_to(intent: Document) -> str | None:
    """Where the bank's page sends the customer of an intent that is not Checkout's."""
    go = (intent["next_action"] or {}).get("redirect_to_url")
    if not go or not go["return_url"]:
        return None
    told = {"payment_intent": intent["id"], "payment_intent_client_secret": intent["client_secret"]}
    joint = "&" if urlsplit(go["return_url"]).query else "?"
    return f"{go['return_url']}{joint}{urlencode(told)}"


def _method(params: Params, *, required: bool) -> Method | None:
    token = params.text("payment_method")
    if token is None:
        if required:
            told = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise ApiError(told, code="payment_intent_unexpected_state")
        return None
    method = of_token(token)
    if method is None:
        raise missing("PaymentMethod", token, "payment_method")
    return method


def _attempt(account: Account, intent: Document, method: Method, return_url: str | None) -> Document:
    charging.attempt(account, intent, method, return_url=return_url)
    error = intent["last_payment_error"]
    if error:
        told = {name: value for name, value in error.items() if name not in {"message", "code", "doc_url"}}
        raise ApiError(error["message"], status=402, code=error["code"], payment_intent=intent, **told)
    return intent


def _not_of_checkout(account: Account, intent: Document, act: str) -> None:
    if session_of(account, intent["id"]):
        told = f"You cannot {act} a PaymentIntent of a Checkout Session; expire the session instead."
        raise ApiError(told, code="payment_intent_unexpected_state", payment_intent=intent)


def _unexpected(intent: Document, act: str) -> ApiError:
    told = f"You cannot {act} this PaymentIntent because it has a status of {intent['status']}."
    return ApiError(told, code="payment_intent_unexpected_state", payment_intent=intent)

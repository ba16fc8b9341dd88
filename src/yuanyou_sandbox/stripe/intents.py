"""The PaymentIntents API, for payments without a Checkout page: also when nobody is there."""

from urllib.parse import urlencode, urlsplit

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import cards, charging, currency, next_actions, payment_methods
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.checkout import session_of
from yuanyou_sandbox.stripe.errors import ApiError, missing
from yuanyou_sandbox.stripe.listing import paged, search
from yuanyou_sandbox.stripe.methods import WALLETS, WECHAT_PAY
from yuanyou_sandbox.stripe.options import USAGES, check_client, check_usage, options, types_asked
from yuanyou_sandbox.stripe.params import Params
from yuanyou_sandbox.stripe.payment_methods import Way

KIND = "payment_intent"
URL = "/v1/payment_intents"
CANCELABLE = charging.PAYABLE | {"requires_capture"}
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
CLIENTS = ("android", "ios", "web")
WITHOUT_EFFECT = ("use_stripe_sdk", "statement_descriptor", "statement_descriptor_suffix")
NO_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the"
    " PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a"
    " payment method."
)
NO_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of"
    " these payment methods might redirect your customer off of your page, you must provide a `return_url`."
    " If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to"
    " `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and"
    " Payment Intents."
)


def create(account: Account, params: Params) -> Document:
    """POST /v1/payment_intents, with confirm=true also the first try."""
    code = currency.checked(params.need_text("currency"), "currency")
    amount = params.need_integer("amount")
    currency.check_amount(amount, code, "amount")
    customer = params.text("customer")
    if customer:
        account.get("customer", customer, "customer")
    redirects = _redirects(params)
    types = types_asked(params, code)
    usage = params.choice("setup_future_usage", USAGES)
    check_usage(types, usage)
    confirm, off_session = params.boolean("confirm"), _off_session(params)
    if off_session and not confirm:
        told = (
            "The parameter `off_session` cannot be passed when creating a PaymentIntent unless `confirm` is"
            " set to true."
        )
        raise ApiError(told, param="off_session")
    way, return_url = _way(account, params, customer), params.text("return_url")
    if confirm and redirects and return_url is None:
        raise ApiError(NO_RETURN_URL)
    intent = charging.new_intent(
        account,
        amount=amount,
        currency=code,
        types=types,
        metadata=params.metadata(),
        customer=customer,
        options=options(params.group("payment_method_options")),
        description=params.text("description"),
        receipt_email=params.text("receipt_email"),
        setup_future_usage=usage,
    )
    stops = params.boolean("error_on_requires_action")
    params.without_effect(*WITHOUT_EFFECT)
    params.finish()
    if not confirm:
        return _chosen(account, intent, way)
    return _attempt(account, intent, way, return_url=return_url, off_session=off_session, stops=stops)


def confirm(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/payment_intents/:id/confirm."""
    intent = account.get(KIND, ident, "intent")
    _not_of_checkout(account, intent, "confirm")
    if intent["status"] not in charging.PAYABLE:
        raise _unexpected(intent, "confirm")
    way = _way(account, params, intent["customer"])
    if way is None and intent["payment_method"]:
        way = charging.current_way(account, intent)
    usage = params.choice("setup_future_usage", USAGES)
    check_usage(intent["payment_method_types"], usage)
    intent["setup_future_usage"] = usage or intent["setup_future_usage"]
    intent["payment_method_options"] |= options(params.group("payment_method_options"))
    return_url, off_session = params.text("return_url"), _off_session(params)
    stops = params.boolean("error_on_requires_action")
    params.without_effect("receipt_email", *WITHOUT_EFFECT)
    params.finish()
    return _attempt(account, intent, way, return_url=return_url, off_session=off_session, stops=stops)


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
    """Where the bank's or the wallet's page sends the customer of an intent that is not Checkout's."""
    back = next_actions.told(intent["next_action"]).get("return_url")
    if not back:
        return None
    told = {"payment_intent": intent["id"], "payment_intent_client_secret": intent["client_secret"]}
    return f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(told)}"


def _redirects(params: Params) -> bool:
    """May a method be used that sends the customer to another page, whichever the account offers?"""
    automatic = params.group("automatic_payment_methods")
    never = False
    if automatic:
        automatic.boolean("enabled")
        never = automatic.choice("allow_redirects", ["always", "never"]) == "never"
    return not never and not params.holds("payment_method_types")


def _off_session(params: Params) -> bool:
    """True, or how the agreement with the customer is called."""
    return params.choice("off_session", ["true", "false", "one_off", "recurring"]) not in {None, "false"}


def _way(account: Account, params: Params, customer: str | None) -> Way | None:
    """The way to pay that was sent: a test token, one that is kept, or a wallet's new one."""
    token, data = params.text("payment_method"), params.group("payment_method_data")
    if data:
        kind = data.need_text("type")
        billing = data.group("billing_details")
        if billing:
            billing.without_effect("address", *payment_methods.BILLING)
        method = cards.wallet(kind) if kind in WALLETS else None
        if method is None:
            raise ApiError(f"The sandbox makes no new {kind} here: use a test token", param=data.full("type"))
        return payment_methods.fresh(account, method)
    if token is None:
        return None
    known = cards.of_token(token)
    if known:
        return payment_methods.fresh(account, known)
    if account.find(payment_methods.KIND, token) is None:
        raise missing("PaymentMethod", token, "payment_method")
    return payment_methods.used_again(account, token, customer)


def _chosen(account: Account, intent: Document, way: Way | None) -> Document:
    if way:
        _check_type(intent, way)
        intent |= {"payment_method": way.made["id"], "status": "requires_confirmation"}
        account.save(intent)
    return intent


def _attempt(
    account: Account,
    intent: Document,
    way: Way | None,
    *,
    return_url: str | None,
    off_session: bool,
    stops: bool,
) -> Document:
    if way is None:
        raise ApiError(NO_METHOD, code="payment_intent_unexpected_state", payment_intent=intent)
    _check_type(intent, way)
    if way.method.type == WECHAT_PAY:
        check_client(intent["payment_method_options"], CLIENTS)
    charging.attempt(account, intent, way, return_url=return_url, off_session=off_session, stops=stops)
    error = intent["last_payment_error"]
    if error:
        raise ApiError(**error, status=402, payment_intent=intent)
    return intent


def _check_type(intent: Document, way: Way) -> None:
    types = intent["payment_method_types"]
    if way.method.type not in types:
        raise ApiError(
            f"The PaymentMethod provided ({way.method.type}) is not allowed for this PaymentIntent. Please"
            f" attach a PaymentMethod of one of the following types: {', '.join(types)}.",
            code="payment_intent_incompatible_payment_method",
        )


def _not_of_checkout(account: Account, intent: Document, act: str) -> None:
    if session_of(account, intent["id"]):
        told = f"You cannot {act} a PaymentIntent of a Checkout Session; expire the session instead."
        raise ApiError(told, code="payment_intent_unexpected_state", payment_intent=intent)


def _unexpected(intent: Document, act: str) -> ApiError:
    told = f"You cannot {act} this PaymentIntent because it has a status of {intent['status']}."
    return ApiError(told, code="payment_intent_unexpected_state", payment_intent=intent)

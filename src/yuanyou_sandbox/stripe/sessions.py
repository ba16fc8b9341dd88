"""Checkout Sessions in payment mode: the API's side. What the customer does to one is in `checkout`."""

from typing import Any
from urllib.parse import urlsplit

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import checkout, currency
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.methods import WECHAT_PAY
from yuanyou_sandbox.stripe.options import USAGES, check_client, check_usage, options, types_asked
from yuanyou_sandbox.stripe.params import Params

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
LONGEST_REFERENCE = 200
KIND = "checkout.session"
EXPIRE = "stripe.expire"
LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl"
    " pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
SESSION: Document = {
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {"after_submit": None, "shipping_address": None, "submit": None},
    "customer_details": None,
    "discounts": [],
    "invoice": None,
    "invoice_creation": None,
    "livemode": False,
    "mode": "payment",
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_options": {},
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "submit_type": None,
    "subscription": None,
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
    "wallet_options": None,
}
WITHOUT_EFFECT = (
    "submit_type",
    "billing_address_collection",
    "origin_context",
    "custom_text",
)


def create(account: Account, params: Params) -> Document:
    """POST /v1/checkout/sessions."""
    _only_payment(params.need_text("mode"))
    params.choice("ui_mode", ["hosted_page"])
    params.without_effect(*WITHOUT_EFFECT)
    lines = [_line(group) for group in params.groups("line_items")]
    code, total = _total(params, lines)
    types = types_asked(params, code)
    intent_data = _intent_data(params.group("payment_intent_data"))
    check_usage(types, intent_data.get("setup_future_usage"))
    now = account.now()
    ident = new_id("cs_test_a1")
    session = {
        **SESSION,
        "id": ident,
        "object": KIND,
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": _url(params, "cancel_url", params.text("cancel_url")),
        "client_reference_id": params.text("client_reference_id", longest=LONGEST_REFERENCE),
        "created": now,
        "currency": code,
        "expires_at": _expiry(params, now),
        "locale": params.choice("locale", LOCALES.split()),
        "metadata": params.metadata(),
        "payment_method_options": _options(params, types),
        "payment_method_types": types,
        "success_url": _url(params, "success_url", params.need_text("success_url")),
        "url": f"{account.world.settings.url}/stripe/pay/{ident}",
        **_customer(account, params),
    }
    params.finish()
    account.create(session, {"customer": session["customer"]})
    checkout.keep_hidden(account, ident, {"lines": lines, "intent": intent_data})
    account.world.timers.set(EXPIRE, ident, session["expires_at"])
    return session


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/checkout/sessions/:id."""
    params.finish()
    return checkout.current(account, ident)


def expire(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/checkout/sessions/:id/expire."""
    params.finish()
    session = checkout.current(account, ident)
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a'
            f" status of {session['status']}.",
            code="resource_unexpected_state" if session["status"] == "complete" else None,
            param="session",
        )
    checkout.expire(account, session)
    return session


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/checkout/sessions, also by payment_intent or customer."""
    return paged(account, params, KIND, "/v1/checkout/sessions", by=("payment_intent", "customer"))


def line_items(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/checkout/sessions/:id/line_items."""
    params.without_effect("limit")
    params.finish()
    account.get(KIND, ident)
    return checkout.lines_of(account, ident)


def _only_payment(mode: str) -> None:
    if mode in {"setup", "subscription"}:
        raise ApiError(f"The sandbox simulates mode=payment, not {mode}", param="mode")
    if mode != "payment":
        raise ApiError("Invalid mode: must be one of payment, setup, or subscription", param="mode")


def _line(group: Params) -> Document:
    price = group.need("price_data", group.group("price_data"))
    product = price.need("product_data", price.group("product_data"))
    product.without_effect("images", "tax_code")
    product.metadata()
    price.without_effect("tax_behavior")
    code = currency.checked(price.need_text("currency"), price.full("currency"))
    unit = price.need_integer("unit_amount")
    if unit < 0:
        raise ApiError("Invalid non-negative integer", param=price.full("unit_amount"))
    quantity = group.need_integer("quantity")
    if quantity < 1:
        raise ApiError("Invalid positive integer", param=group.full("quantity"))
    about = product.text("description")
    return checkout.line(product.need_text("name"), about, code, unit, quantity)


def _total(params: Params, lines: list[Document]) -> tuple[str, int]:
    if not lines:
        params.need("line_items", None)
    codes = {line["currency"] for line in lines}
    if len(codes) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    code = codes.pop()
    if params.text("currency") not in {None, code}:
        raise ApiError("The currency of the session and of its line items differ.", param="currency")
    total = sum(line["amount_total"] for line in lines)
    currency.check_amount(total, code, "line_items")
    return code, total


def _expiry(params: Params, now: int) -> int:
    asked = params.integer("expires_at")
    if asked is None:
        return now + LONGEST_SECONDS
    if asked < now + SHORTEST_SECONDS:
        told = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise ApiError(told, param="expires_at")
    if asked > now + LONGEST_SECONDS:
        told = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise ApiError(told, param="expires_at")
    return asked


def _url(params: Params, name: str, url: str | None) -> str | None:
    if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        raise ApiError("Not a valid URL", code="url_invalid", param=params.full(name))
    return url


def _options(params: Params, types: list[str]) -> dict[str, Any]:
    found = options(params.group("payment_method_options"))
    if WECHAT_PAY in types:
        check_client(found, ["web"])
    return found


def _customer(account: Account, params: Params) -> dict[str, Any]:
    customer, email = params.text("customer"), params.text("customer_email", longest=800)
    if customer and email:
        raise ApiError("You may only specify one of these parameters: customer, customer_email.")
    if customer:
        account.get("customer", customer, "customer")
    if email and ("@" not in email or " " in email):
        raise ApiError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")
    creation = params.choice("customer_creation", ["always", "if_required"])
    return {
        "customer": customer,
        "customer_email": email,
        "customer_creation": None if customer else creation or "if_required",
    }


def _intent_data(group: Params | None) -> dict[str, Any]:
    if group is None:
        return {"metadata": {}}
    group.without_effect("statement_descriptor", "statement_descriptor_suffix")
    return {
        "metadata": group.metadata(),
        "description": group.text("description"),
        "receipt_email": group.text("receipt_email"),
        "setup_future_usage": group.choice("setup_future_usage", USAGES),
    }

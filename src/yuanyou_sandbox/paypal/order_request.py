"""Reading the body of POST /v2/checkout/orders. Source: PayPal's OpenAPI document checkout_orders_v2."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from yuanyou_sandbox.paypal import money
from yuanyou_sandbox.paypal.account import Account
from yuanyou_sandbox.paypal.errors import unprocessable
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.store import Document

MOST_UNITS, MOST_ITEMS = 10, 100
LONGEST_URL, LONGEST_LOCALE = 2048, 10
ADDED = ("item_total", "tax_total", "shipping", "handling", "insurance")
TAKEN_OFF = ("shipping_discount", "discount")
USAGES = ("IMMEDIATE", "DEFERRED", "RECURRING_PREPAID", "RECURRING_POSTPAID")
IMMEDIATE = "IMMEDIATE_PAYMENT_REQUIRED"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the order is to be."""

    units: list[Document]
    wallet: bool
    """Was payment_source.paypal sent? Then the payer has something to do, else the order is just there."""
    vault_id: str | None
    """Charge this kept way to pay, now."""
    hidden: dict[str, Any]
    """Where the payer comes back to, in which language, and what is to be kept."""


def wish_of(account: Account, reader: Reader) -> Wish:
    """ApiError for the first thing that is wrong."""
    reader.need_choice("intent", ["CAPTURE"])
    units = [_unit(account, group) for group in reader.groups("purchase_units", least=1, most=MOST_UNITS)]
    _check_together(units)
    source = reader.group("payment_source")
    wallet = source.need_group("paypal") if source else None
    vault_id = wallet.text("vault_id", longest=255) if wallet else None
    hidden = _context(reader, wallet)
    hidden["vault"] = _vault(wallet) if wallet else None
    reader.without_effect("payer")
    reader.finish()
    return Wish(units, wallet is not None, vault_id, hidden)


def _unit(account: Account, group: Reader) -> Document:
    amount = group.need_group("amount")
    total, code = money.read(amount)
    unit: Document = {
        "reference_id": group.text("reference_id", longest=256) or "default",
        "amount": money.money(total, code),
        "payee": account.payee(),
        "description": group.text("description"),
        "custom_id": group.text("custom_id"),
        "invoice_id": group.text("invoice_id"),
        "soft_descriptor": group.text("soft_descriptor", longest=22),
    }
    _check_payee(account, group.group("payee"))
    parts = _breakdown(amount, code)
    items = [_item(each, code) for each in group.groups("items", most=MOST_ITEMS)]
    _check_sums(group, total, parts, items)
    if parts:
        unit["amount"]["breakdown"] = {name: money.money(units, code) for name, units in parts.items()}
    if items:
        unit["items"] = [item for item, _ in items]
    return {name: value for name, value in unit.items() if value is not None}


def _check_payee(account: Account, payee: Reader | None) -> None:
    if payee is None:
        return
    told = payee.text("merchant_id"), payee.text("email_address", longest=254)
    ours = account.payee()
    if told[0] not in {None, ours["merchant_id"]} or told[1] not in {None, ours["email_address"]}:
        raise unprocessable("PAYEE_ACCOUNT_INVALID", payee.full("merchant_id"))


def _breakdown(amount: Reader, code: str) -> dict[str, int]:
    breakdown = amount.group("breakdown")
    parts: dict[str, int] = {}
    for name in (*ADDED, *TAKEN_OFF):
        group = breakdown.group(name) if breakdown else None
        if group:
            parts[name] = _same_currency(group, code)
    return parts


def _item(group: Reader, code: str) -> tuple[Document, int]:
    """The item, and what it costs together."""
    unit = group.need_group("unit_amount")
    each = _same_currency(unit, code)
    quantity = group.need_text("quantity", longest=10)
    if not (quantity.isascii() and quantity.isdigit()) or quantity.startswith("0"):
        raise group.wrong("INVALID_PARAMETER_SYNTAX", "quantity", quantity)
    item = {
        "name": group.need_text("name"),
        "unit_amount": money.money(each, code),
        "quantity": quantity,
        "description": group.text("description", longest=2048),
        "sku": group.text("sku"),
        "category": group.choice("category", ["DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"]),
    }
    group.without_effect("url", "image_url", "tax")
    return {name: value for name, value in item.items() if value is not None}, each * int(quantity)


def _same_currency(group: Reader, code: str) -> int:
    units, other = money.read(group, positive=False)
    if other != code:
        raise unprocessable("MULTI_CURRENCY_ORDER", group.full("currency_code"))
    return units


def _check_sums(group: Reader, total: int, parts: dict[str, int], items: list[tuple[Document, int]]) -> None:
    if items and "item_total" not in parts:
        raise unprocessable("ITEM_TOTAL_REQUIRED", group.full("amount/breakdown/item_total"))
    if items and sum(cost for _, cost in items) != parts["item_total"]:
        raise unprocessable("ITEM_TOTAL_MISMATCH", group.full("amount/breakdown/item_total/value"))
    added = sum(parts.get(name, 0) for name in ADDED) - sum(parts.get(name, 0) for name in TAKEN_OFF)
    if parts and added != total:
        raise unprocessable("AMOUNT_MISMATCH", group.full("amount/value"))


def _check_together(units: list[Document]) -> None:
    if len({unit["amount"]["currency_code"] for unit in units}) > 1:
        raise unprocessable("MULTI_CURRENCY_ORDER", "/purchase_units/1/amount/currency_code")
    references = [unit["reference_id"] for unit in units]
    if len(units) > 1 and "default" in references:
        raise unprocessable("REFERENCE_ID_REQUIRED", "/purchase_units")
    if len(set(references)) < len(references):
        raise unprocessable("DUPLICATE_REFERENCE_ID", "/purchase_units")


def _context(reader: Reader, wallet: Reader | None) -> dict[str, Any]:
    """Of payment_source.paypal.experience_context, or of the older application_context."""
    newer = wallet.group("experience_context") if wallet else None
    older = reader.group("application_context")
    context = newer or older or Reader({})
    for each in filter(None, (newer, older)):
        each.choice("shipping_preference", ["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"])
        each.choice("landing_page", ["LOGIN", "GUEST_CHECKOUT", "BILLING", "NO_PREFERENCE"])
        each.without_effect("contact_preference", "app_switch_context", "stored_payment_source")
    preference = context.choice("payment_method_preference", ["UNRESTRICTED", IMMEDIATE])
    method = context.group("payment_method")
    if method:
        preference = method.choice("payee_preferred", ["UNRESTRICTED", IMMEDIATE])
    return {
        "return_url": _url(context, "return_url"),
        "cancel_url": _url(context, "cancel_url"),
        "locale": context.text("locale", shortest=2, longest=LONGEST_LOCALE),
        "brand_name": context.text("brand_name"),
        "pay_now": context.choice("user_action", ["CONTINUE", "PAY_NOW"]) == "PAY_NOW",
        "immediate": preference == IMMEDIATE,
    }


def _url(context: Reader, name: str) -> str | None:
    url = context.text(name, longest=LONGEST_URL)
    if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        raise context.wrong("INVALID_PARAMETER_SYNTAX", name, url)
    return url


def _vault(wallet: Reader) -> dict[str, Any] | None:
    """What is to be kept when the money has come: for which customer; None when nothing is."""
    stored = wallet.group("stored_credential")
    if stored:
        stored.need_choice("payment_initiator", ["CUSTOMER", "MERCHANT"])
        stored.without_effect("charge_pattern", "usage_pattern", "usage")
    wallet.without_effect("email_address", "name", "phone", "birth_date", "tax_info", "address")
    attributes = wallet.group("attributes")
    if attributes is None:
        return None
    customer = attributes.group("customer") or Reader({})
    told = {
        "customer": customer.text("id", longest=22),
        "merchant_customer_id": customer.text("merchant_customer_id", longest=64),
    }
    vault = attributes.group("vault")
    if vault is None:
        return None
    vault.choice("store_in_vault", ["ON_SUCCESS"])
    vault.need_choice("usage_type", ["MERCHANT", "PLATFORM"])
    vault.choice("usage_pattern", [*USAGES, "THRESHOLD_PREPAID", "THRESHOLD_POSTPAID"])
    vault.choice("customer_type", ["CONSUMER", "BUSINESS"])
    vault.without_effect("description", "permit_multiple_payment_tokens")
    return told

"""PayPal's orders: how one is asked for, and what it says. An order is not money: its captures are.

Source: PayPal's OpenAPI document checkout_orders_v2, and the SDK's own texts.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Ask,
    RefundSnapshot,
    RefundTold,
    Saved,
    Snapshot,
    Told,
    Why,
)
from yuanyou.providers.paypal.amounts import from_paypal, to_paypal
from yuanyou.providers.paypal.errors import PROCESSOR_WHY

Json = Mapping[str, Any]

LOCALE = {"zh-hans": "zh-CN", "zh-hant": "zh-TW", "zh-hant-hk": "zh-HK", "en": "en-US"}
DESCRIPTION_BYTES = 127
CLOSED_MARK = ",closed"
"""Appended to `custom_id` when we close an order: PayPal cannot cancel one, but it can remember this."""
CUSTOM_ID = "/purchase_units/@reference_id=='default'/custom_id"

RECEIVED = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
WAITING = frozenset({"CREATED", "SAVED", "PAYER_ACTION_REQUIRED", "APPROVED"})
REFUND_TOLD = {
    "COMPLETED": RefundTold.SUCCEEDED,
    "FAILED": RefundTold.FAILED,
    "CANCELLED": RefundTold.FAILED,
}


def order_body(ask: Ask) -> dict[str, Any]:
    """What is sent to create an order. The same ask gives the same body, for ever: the key wants that."""
    unit = {
        "custom_id": ask.ref,
        "invoice_id": ask.ref,
        "description": _cut(ask.description),
        "amount": to_paypal(ask.amount),
    }
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": _wallet(ask)}}


def _wallet(ask: Ask) -> dict[str, Any]:
    context = {
        "locale": LOCALE.get(ask.language, "en-US"),
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "return_url": ask.return_url,
        "cancel_url": ask.cancel_url,
    }
    if ask.saved_ref:
        initiator = "MERCHANT" if ask.off_session else "CUSTOMER"
        stored = {"payment_initiator": initiator, "usage": "SUBSEQUENT"}
        kept = {"vault_id": ask.saved_ref, "stored_credential": stored}
        return kept if ask.off_session else kept | {"experience_context": context}
    wallet: dict[str, Any] = {"experience_context": context}
    if ask.keep:
        vault = {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "customer_type": "CONSUMER"}
        wallet["attributes"] = {"vault": vault}
        if ask.payer_ref:
            wallet["attributes"]["customer"] = {"id": ask.payer_ref}
    return wallet


def _cut(text: str) -> str:
    """As much of it as PayPal's field holds, without half a character."""
    return text.encode()[:DESCRIPTION_BYTES].decode(errors="ignore")


def unit_of(order: Json) -> Json:
    """The one purchase unit of an order."""
    unit: Json = order["purchase_units"][0]
    return unit


def is_closed(order: Json) -> bool:
    return str(unit_of(order).get("custom_id", "")).endswith(CLOSED_MARK)


def our_ref(custom_id: object) -> str | None:
    """Our attempt's reference in a `custom_id`."""
    return str(custom_id).removesuffix(CLOSED_MARK) if custom_id else None


def captures(order: Json) -> list[Json]:
    return list(unit_of(order).get("payments", {}).get("captures", ()))


def capture_of(order: Json) -> Json | None:
    """The capture that counts: one that brought money, else one that may, else the last."""
    made = captures(order)
    for statuses in (RECEIVED, {"PENDING"}):
        if found := next((each for each in made if each.get("status") in statuses), None):
            return found
    return made[-1] if made else None


def approval_link(links: Iterable[Json]) -> str | None:
    """Where the payer goes on."""
    by_rel = {link.get("rel"): str(link.get("href")) for link in links}
    return by_rel.get("payer-action") or by_rel.get("approve")


def told_of(order: Json) -> Told:
    capture, status = capture_of(order), order["status"]
    if capture is not None:
        if capture["status"] in RECEIVED:
            return Told.SUCCEEDED
        return Told.PROCESSING if capture["status"] == "PENDING" else Told.FAILED
    if status == "VOIDED" or is_closed(order):
        return Told.CANCELED
    return Told.ACTION_REQUIRED if status in WAITING else Told.PROCESSING


def snapshot(order: Json) -> Snapshot:
    """All that an order says. Raises KeyError, ValueError for one that cannot be read."""
    unit, capture, told = unit_of(order), capture_of(order), told_of(order)
    amount = from_paypal((capture or unit)["amount"])
    wallet = order.get("payment_source", {}).get("paypal", {})
    return Snapshot(
        told=told,
        ref=our_ref((capture or {}).get("custom_id") or unit.get("custom_id")),
        provider_ref=str(order["id"]),
        amount=amount,
        merchant=unit.get("payee", {}).get("merchant_id"),
        charge_ref=str(capture["id"]) if capture else None,
        fee=_fee(capture, amount.currency),
        reason=_reason(capture) if told in {Told.FAILED, Told.PROCESSING} else None,
        next_url=approval_link(order.get("links", ())) if told is Told.ACTION_REQUIRED else None,
        card={"brand": "paypal", "last4": ""} if capture else {},
        fingerprint=wallet.get("account_id"),
        saved=_saved(wallet),
        refunds=refunds_of(order),
        disputed=_disputed(capture),
    )


def _fee(capture: Json | None, currency: str) -> Money | None:
    """PayPal's fee when it is known and in the currency of the payment."""
    breakdown = (capture or {}).get("seller_receivable_breakdown") or {}
    fee = from_paypal(breakdown["paypal_fee"]) if "paypal_fee" in breakdown else None
    return fee if fee and fee.currency == currency else None


def _reason(capture: Json | None) -> str | None:
    """Why a capture brought no money, or none yet."""
    if capture is None:
        return None
    code = (capture.get("processor_response") or {}).get("response_code")
    if code in PROCESSOR_WHY:
        return PROCESSOR_WHY[code]
    if capture["status"] == "PENDING":
        return str((capture.get("status_details") or {}).get("reason", "pending")).lower()
    return Why.DECLINED


def _disputed(capture: Json | None) -> bool:
    reason = ((capture or {}).get("status_details") or {}).get("reason")
    return reason in {"BUYER_COMPLAINT", "CHARGEBACK"}


def _saved(wallet: Json) -> Saved | None:
    vault = (wallet.get("attributes") or {}).get("vault") or {}
    if vault.get("status") != "VAULTED":
        return None
    return Saved(
        payer_ref=str(vault["customer"]["id"]),
        saved_ref=str(vault["id"]),
        brand="paypal",
        last4="",
        fingerprint=wallet.get("account_id"),
    )


def refunds_of(order: Json) -> tuple[RefundSnapshot, ...]:
    """Every refund of an order. What one made in PayPal's own pages bears as invoice is the payment's."""
    unit = unit_of(order)
    made = unit.get("payments", {}).get("refunds", ())
    return tuple(refund_snapshot(each, invoice_of_payment=unit.get("invoice_id")) for each in made)


def refund_snapshot(refund: Json, *, invoice_of_payment: str | None = None) -> RefundSnapshot:
    """One refund. Its amount is `amount`: `total_refunded_amount` is that of all refunds so far."""
    invoice, told = refund.get("invoice_id"), REFUND_TOLD.get(refund["status"], RefundTold.PENDING)
    details = refund.get("status_details") or {}
    return RefundSnapshot(
        told=told,
        provider_ref=str(refund["id"]),
        amount=from_paypal(refund["amount"]),
        reason=str(details.get("reason", "failed")).lower() if told is RefundTold.FAILED else None,
        ref=invoice if invoice and invoice != invoice_of_payment else None,
    )


def order_id_of(movement: Json) -> str:
    """The order of a capture or a refund. KeyError when it does not say."""
    related = (movement.get("supplementary_data") or {}).get("related_ids") or {}
    if "order_id" in related:
        return str(related["order_id"])
    ups = [str(link["href"]) for link in movement.get("links", ()) if link.get("rel") == "up"]
    found = next((url for url in ups if "/checkout/orders/" in url), None)
    if found is None:
        raise KeyError("order_id")
    return found.rstrip("/").rpartition("/")[2]

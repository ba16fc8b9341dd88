"""What a proved notice of PayPal is about.

Source: developer.paypal.com/api/rest/webhooks/event-names.
"""

import json
from contextlib import suppress

from yuanyou.payments.port import About, BadNotice, Notice
from yuanyou.providers.paypal.orders import Json, order_id_of, our_ref


def notice_of(body: bytes) -> Notice:
    """BadNotice when the body is not one of PayPal's events."""
    try:
        event = json.loads(body)
        name, kind, resource = str(event["id"]), str(event["event_type"]), dict(event["resource"])
        return _notice(name, kind, resource)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BadNotice(f"not understood: {error!r}") from error


def _notice(name: str, kind: str, resource: Json) -> Notice:
    group = kind.rpartition(".")[0]
    if group == "CUSTOMER.DISPUTE":
        return _of_dispute(name, kind, resource)
    if kind == "CHECKOUT.PAYMENT-APPROVAL.REVERSED":
        return Notice(name, kind, str(resource["order_id"]), None)
    if group == "CHECKOUT.ORDER":
        unit = (resource.get("purchase_units") or [{}])[0]
        return Notice(name, kind, str(resource["id"]), our_ref(unit.get("custom_id")))
    if group in {"PAYMENT.CAPTURE", "PAYMENT.REFUND"}:
        return _of_movement(name, kind, resource)
    return Notice(name, kind, None, None, about=About.NOTHING)


def _of_movement(name: str, kind: str, resource: Json) -> Notice:
    """A capture, or a refund: that bears the custom id of its payment and links up to its capture."""
    order_id = None
    with suppress(KeyError):
        order_id = order_id_of(resource)
    ups = [str(link["href"]) for link in resource.get("links", ()) if link.get("rel") == "up"]
    of = next((url.rstrip("/").rpartition("/")[2] for url in ups if "/captures/" in url), None)
    return Notice(
        name, kind, order_id, our_ref(resource.get("custom_id")), charge_ref=of or str(resource["id"])
    )


def _of_dispute(name: str, kind: str, resource: Json) -> Notice:
    transaction = (resource.get("disputed_transactions") or [{}])[0]
    return Notice(
        name,
        kind,
        None,
        our_ref(transaction.get("custom")),
        charge_ref=transaction.get("seller_transaction_id"),
        about=About.DISPUTE,
        dispute_ref=str(resource["dispute_id"]),
    )

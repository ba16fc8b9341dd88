"""Addresses that other companies and letters need of us."""

from django.conf import settings
from django.core.signing import BadSignature, Signer

from yuanyou.orders.models import Order

STOPS = Signer(salt="stop automatic renewal")


def order_page(order: Order) -> str:
    """The page of one order. The reference finds it, the token in it is the secret that opens it."""
    return f"{settings.CONFIG.site_url}/orders/{order.ref}/{order.token}/"


def landing_page(order: Order) -> str:
    """Where a provider sends the customer back: asks the provider at once, then shows the order."""
    return order_page(order) + "landed/"


def stop_page(mandate_id: int) -> str:
    """Where a letter's one tap ends an automatic renewal, without signing in."""
    return f"{settings.CONFIG.site_url}/auto-renewal/{STOPS.sign(str(mandate_id))}/"


def to_stop(signed: str) -> int | None:
    """The consent that such an address is about; None when we did not make it."""
    try:
        return int(STOPS.unsign(signed))
    except BadSignature:
        return None

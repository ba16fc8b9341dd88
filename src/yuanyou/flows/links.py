"""Addresses that other companies and letters need of us."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.signing import BadSignature, Signer

from yuanyou.orders.models import Order

STOPS = Signer(salt="stop automatic renewal")
GO_ON = "go on in a browser"
GO_ON_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Carry:
    """Carries one order to another browser to be paid there like this; `once` tells one link from another."""

    order_id: int
    method: str
    once: str


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


def go_on_page(order: Order, method: str) -> str:
    """Where another browser goes on with this order, for `GO_ON_SECONDS`; once, which the page sees to."""
    signed = signing.dumps([order.pk, method, secrets.token_urlsafe(9)], salt=GO_ON)
    return f"{settings.CONFIG.site_url}/go-on/{signed}/"


def to_go_on(signed: str) -> Carry | None:
    """What such an address carries; None when we did not make it, or too long ago."""
    try:
        return Carry(*signing.loads(signed, salt=GO_ON, max_age=GO_ON_SECONDS))
    except BadSignature:
        return None

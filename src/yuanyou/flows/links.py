"""Addresses that other companies and letters need of us."""

from django.conf import settings

from yuanyou.orders.models import Order


def order_page(order: Order) -> str:
    """The page of one order. The reference finds it, the token in it is the secret that opens it."""
    return f"{settings.CONFIG.site_url}/orders/{order.ref}/{order.token}/"


def landing_page(order: Order) -> str:
    """Where a provider sends the customer back: asks the provider at once, then shows the order."""
    return order_page(order) + "landed/"

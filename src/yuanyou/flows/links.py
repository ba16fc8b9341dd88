"""Addresses that other companies and letters need of us."""

from uuid import UUID

from django.conf import settings


def order_page(token: UUID | str) -> str:
    """The page of one order; its token is the secret that opens it."""
    return f"{settings.CONFIG.site_url}/orders/{token}/"


def landing_page(token: UUID | str) -> str:
    """Where a provider sends the customer back: asks the provider at once, then shows the order."""
    return f"{settings.CONFIG.site_url}/orders/{token}/landed/"

"""Rate limits in the cache all processes share."""

from django.core.cache import cache
from django.http import HttpRequest

from yuanyou.web.shared.address import client_address


def too_often(request: HttpRequest, what: str, *, per_hour: int) -> bool:
    """Count one more try of `what` from this address; whether it was too often within an hour."""
    key = f"limit:{what}:{client_address(request)}"
    cache.add(key, 0, timeout=3600)
    try:
        return bool(cache.incr(key) > per_hour)
    except ValueError:  # it ran out between the two calls: a new hour
        return False

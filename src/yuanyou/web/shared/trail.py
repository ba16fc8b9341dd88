"""Where a try to pay comes from, as keyed hashes: for limits, and unreadable to whoever sees the database."""

import ipaddress
import secrets

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from yuanyou.flows.watch import Trail
from yuanyou.web.shared.address import client_address

COOKIE = "device"
YEAR = 365 * 24 * 3600
SALT = "yuanyou.trail"


def trail_of(request: HttpRequest) -> Trail:
    """The browser by its cookie (else by how it looks), and the network it comes from."""
    network = _network(client_address(request))
    looks = f"{network} {request.headers.get('User-Agent', '')}"
    return Trail(device=_hash(request.COOKIES.get(COOKIE) or looks), address=_hash(network))


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give a browser that has none its cookie."""
    if COOKIE not in request.COOKIES:
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(18),
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def _network(address: str) -> str:
    """An IPv4 address, or the /64 that one household has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _hash(text: str) -> str:
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()

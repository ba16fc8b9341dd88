"""The client's IP address: the only place that reads it off a request."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Who speaks to us; behind `YUANYOU_TRUSTED_PROXIES` proxies, who speaks to the outermost of them.

    Each proxy appends its own peer to X-Forwarded-For, so what counts is counted from the right: whatever the
    client wrote stands further left. An entry that is no address is never believed.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.CONFIG.trusted_proxies
    told = [entry for entry in request.headers.get("X-Forwarded-For", "").split(",") if entry.strip()]
    if not proxies or not told:
        return peer
    return _address(told[-min(proxies, len(told))].strip()) or peer


def _address(entry: str) -> str | None:
    """An address as it is usually written, without the port that some proxies add; None: it is none."""
    for candidate in (entry, _without_port(entry)):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None


def _without_port(entry: str) -> str:
    try:
        return urlsplit(f"//{entry}").hostname or ""
    except ValueError:
        return ""

"""What every template knows besides its own page: the operator, the reader's zone, the languages."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from yuanyou.web.shared.operator import operator as the_operator

ZONE_COOKIE = "zone"
"""The browser's time zone, kept by page.js."""
_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "zh-hant-hk": "zh-Hant-HK"}


def operator(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Asks no database, so that the error page can use it."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return {
        "operator": the_operator(),
        "viewer_zone": viewer_zone(request),
        "page_languages": [
            (code, language_tag(code), name, _with_language(request, code))
            for code, name in settings.LANGUAGES
        ],
        "language_code": language,
        "language_tag": language_tag(language),
    }


def language_tag(code: str) -> str:
    """A language as HTML's `lang` wants it, BCP 47: `zh-Hans`."""
    return _TAGS.get(code, code)


def viewer_zone(request: HttpRequest) -> str | None:
    """The zone to show beside the line's: the customer's setting, else the browser's; None when unknown."""
    customer = getattr(request, "customer", None)
    name = customer.zone if customer else request.COOKIES.get(ZONE_COOKIE, "")
    return name if name and _exists(name) else None


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, OSError):  # what a cookie may hold
        return False
    return True


def _with_language(request: HttpRequest, code: str) -> str:
    """This page in another language."""
    query = request.GET.copy()
    query["lang"] = code
    return f"{request.path}?{query.urlencode()}"

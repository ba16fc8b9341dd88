"""Where the payer stands, read off the request: which methods work there, which currency they think in."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from yuanyou.flows.watch import Trail
from yuanyou.payments.port import Place
from yuanyou.web.shared.address import client_address
from yuanyou.web.shared.trail import trail_of

COOKIE = "about"
REF = "payer_ref"
"""Where a session keeps `Payer.ref`."""
YEAR = 365 * 24 * 3600
CURRENCIES = ("CNY", "HKD", "TWD", "EUR", "GBP", "JPY", "CAD", "AUD", "SGD", "MYR")
"""What an amount can be shown in beside what is charged."""
NONE = "none"
PHONES = ("Mobile", "Android", "iPhone", "iPad", "HarmonyOS")
"""In the User-Agent of phones and tablets."""
OF_LANGUAGE = {"zh-hans": "CNY", "zh-hant": "TWD", "zh-hant-hk": "HKD"}


@dataclass(frozen=True, slots=True)
class Payer:
    """`about_in` None: an amount is shown only as it is charged."""

    place: Place
    address: str
    """Their IP address: said on, never stored."""
    about_in: str | None
    trail: Trail
    ref: str | None = None
    """What the app around the page calls them (inside WeChat: their openid), once it was asked."""


def payer_of(request: HttpRequest) -> Payer:
    return Payer(
        place=place_of(request.headers.get("User-Agent", "")),
        address=client_address(request),
        about_in=own_currency(request),
        trail=trail_of(request),
        ref=request.session.get(REF),
    )


def place_of(agent: str) -> Place:
    """Where a browser with this User-Agent stands. Tablets scan their own screen as little as phones do."""
    if "MicroMessenger" in agent:
        return Place.WECHAT
    return Place.PHONE if any(word in agent for word in PHONES) else Place.BROWSER


def own_currency(request: HttpRequest) -> str | None:
    """The currency the payer chose to see, else the one of the language; None: none."""
    chosen = request.COOKIES.get(COOKIE, "")
    if chosen in CURRENCIES:
        return chosen
    return None if chosen == NONE else OF_LANGUAGE.get(get_language() or "")


def remember_currency(request: HttpRequest, response: HttpResponse, chosen: str) -> None:
    """Keep a choice of `CURRENCIES` or `NONE`; anything else is ignored."""
    if chosen in {*CURRENCIES, NONE}:
        response.set_cookie(
            COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )

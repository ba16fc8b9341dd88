"""Pages for everybody: what is sold, what we promise, how to reach us."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yuanyou.catalog.queries import NotOnSale
from yuanyou.flows.lapse import WARNINGS_NEEDED
from yuanyou.web.shared.context import language_tag
from yuanyou.web.shared.methods import name_of
from yuanyou.web.shared.operator import operator
from yuanyou.web.shared.trip import Trip, trip
from yuanyou.web.site import handles, promises, shelf
from yuanyou.web.site.browsers import Browser, browser
from yuanyou.wiring import payment_providers

TEASER = 3
"""How many plans the front page shows."""
SAMPLE_DAYS = (21, 10)
"""The front page's picture of a line: it began so many days ago and ends with so many midnights more."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the first plans, and a field for a guest's number."""
    now = settings.CLOCK.now()
    cards = shelf.on_sale(now)
    shown = {"cards": cards[:TEASER], "promises": promises.of(cards), "countries": shelf.popular(cards)}
    return render(request, "site/home.html", shown | {"sample": _sample(now)})


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """All plans, or those that work in the country asked for."""
    cards = shelf.on_sale(settings.CLOCK.now())
    text = request.GET.get("q", "").strip()
    found = shelf.search(cards, text)
    return render(
        request, "site/plans.html", {"cards": found, "text": text, "countries": shelf.popular(cards)}
    )


@require_safe
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """One plan: price with every fee, what is in it, networks, and what happens after it ends."""
    try:
        card = shelf.plan(code, settings.CLOCK.now())
    except NotOnSale:
        raise Http404("not on sale") from None
    shown = {
        "card": card,
        "networks": shelf.networks(card),
        "taxes": shelf.taxes(card),
        "reminders": promises.reminders(card.plan),
        "warnings": WARNINGS_NEEDED,
    }
    return render(request, "site/plan.html", shown)


@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    """Every way to reach a person."""
    opens, closes = operator().hours(settings.CLOCK.now())
    return render(request, "site/help.html", {"opens": opens, "closes": closes})


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Our accounts, and whether one that wrote to somebody is among them."""
    text = request.GET.get("handle", "").strip()
    ours = handles.is_ours(text, operator()) if text else None
    return render(request, "site/verify.html", {"text": text, "ours": ours})


@require_safe
def faq(request: HttpRequest) -> HttpResponse:
    """What people ask most."""
    ways = [method for provider in payment_providers().values() for method in provider.capabilities().methods]
    return _promised(request, "site/faq.html", methods=[name_of(method.code) for method in ways])


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What both sides agree to."""
    return _promised(request, "site/terms.html")


@require_safe
def refunds(request: HttpRequest) -> HttpResponse:
    """When money comes back, and how."""
    return _promised(request, "site/refunds.html", surplus=settings.CONFIG.surplus_policy)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a person, why, and for how long."""
    return render(request, "site/privacy.html")


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """How to put the site on the home screen, this browser's way first."""
    mine = browser(request.headers.get("User-Agent", ""))
    ways = [mine, *(other for other in Browser if other not in {mine, Browser.WECHAT})]
    answer = render(request, "site/app.html", {"ways": ways, "mine": mine})
    answer.headers["Vary"] = "User-Agent"
    return answer


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to keep the site as an app."""
    name = _("Yuanyou")
    return JsonResponse(
        {
            "id": "/",
            "name": name,
            "short_name": name,
            "description": _("Renew, see what is left, and install your eSIM."),
            "lang": language_tag(request.LANGUAGE_CODE),
            "start_url": reverse("site:home") + "?from=app",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf8f3",
            "theme_color": "#faf8f3",
            "icons": [
                _icon("192.png", 192),
                _icon("512.png", 512),
                _icon("maskable-512.png", 512) | {"purpose": "maskable"},
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Search engines find the public pages only."""
    private = ("/account/", "/home/", "/hooks/", "/lines/", "/orders/", "/receipts/", "/renew/", "/staff/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _promised(request: HttpRequest, template: str, **more: object) -> HttpResponse:
    cards = shelf.on_sale(settings.CLOCK.now())
    return render(request, template, {"promises": promises.of(cards)} | more)


def _sample(now: datetime) -> Trip:
    zone = operator().zone
    midnight = datetime.combine(now.astimezone(ZoneInfo(zone)), time(), ZoneInfo(zone))
    gone, left = (timedelta(days=days) for days in SAMPLE_DAYS)
    return trip(midnight - gone, midnight + left, zone=zone, now=now)


def _icon(name: str, size: int) -> dict[str, str]:
    return {"src": static(f"shared/icons/{name}"), "sizes": f"{size}x{size}", "type": "image/png"}

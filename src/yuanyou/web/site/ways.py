"""How one can pay, before signing in: read from what the adapters of this installation can do."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.http import require_POST, require_safe

from yuanyou.kernel.money import Money
from yuanyou.payments.port import Method, Place
from yuanyou.web.shared.brands import brand_name
from yuanyou.web.shared.methods import name_of, note_of
from yuanyou.web.shared.payer import CURRENCIES, NONE, own_currency, remember_currency
from yuanyou.wiring import payment_providers


@dataclass(frozen=True, slots=True)
class Way:
    """One method as the page explains it."""

    name: Promise | str
    note: Promise | str
    is_card: bool
    brands: tuple[Promise | str, ...]
    """Of cards, or of wallets beside the one it is named after."""
    least: Money
    most: Money
    refund_days: int
    delayed: bool
    saves: bool
    in_wechat: bool


@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """Every method, what it takes, and what happens to a refund."""
    currency = settings.CONFIG.book_currency
    shown = {
        "ways": _offered(),
        "currency": currency,
        "currencies": [code for code in CURRENCIES if code != currency],
        "chosen": own_currency(request),
        "none": NONE,
    }
    return render(request, "site/ways.html", shown)


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """The currency amounts are also shown in, on this browser."""
    answer = redirect("site:ways")
    remember_currency(request, answer, request.POST.get("about", ""))
    return answer


def _offered() -> list[Way]:
    """Every method in each currency it is charged in here."""
    config = settings.CONFIG
    can = [method for provider in payment_providers().values() for method in provider.capabilities().methods]
    charged = [
        (method, next((code for code in config.currencies if code in method.currencies), None))
        for method in can
    ]
    return [_way(method, currency) for method, currency in charged if currency is not None]


def _way(method: Method, currency: str) -> Way:
    config = settings.CONFIG
    day = config.limit_in(config.day_limit, currency)
    least = max(method.minimum.get(currency, 1), config.limit_in(config.payment_minimum, currency))
    most = min(method.maximum.get(currency, day), day)
    return Way(
        name=name_of(method.code),
        note=note_of(method.code),
        is_card=method.code == "card",
        brands=tuple(brand_name(brand) for brand in method.brands),
        least=Money(least, currency),
        most=Money(most, currency),
        refund_days=method.refund_window.days,
        delayed=method.delayed,
        saves=method.saves,
        in_wechat=Place.WECHAT in method.places,
    )

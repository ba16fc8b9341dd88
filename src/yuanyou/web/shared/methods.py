"""The ways to pay that fit: built from what the adapters can do, worded here."""

from dataclasses import dataclass, replace
from operator import itemgetter

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.checkout import Tender
from yuanyou.kernel.ids import BadReference, Ref, parse
from yuanyou.kernel.money import Money
from yuanyou.payments import port
from yuanyou.payments.port import Action, Place
from yuanyou.payments.queries import AttemptView
from yuanyou.web.shared.brands import brand_name
from yuanyou.web.shared.payer import Payer
from yuanyou.wiring import payment_providers

WORDS: dict[str, tuple[Promise, Promise, Promise]] = {
    "card": (
        _("Credit or debit card"),
        _("Also UnionPay. No US ZIP code needed."),
        _("Pay by card"),
    ),
    "alipay": (
        _("Alipay"),
        _("In the Alipay app. You pay in yuan; Alipay shows the rate first."),
        _("Pay with Alipay"),
    ),
    "wechat_pay": (
        _("WeChat Pay"),
        _("Scan a code with WeChat. You pay in yuan; WeChat shows the rate first."),
        _("Pay with WeChat"),
    ),
    "us_bank_account": (
        _("US bank account"),
        _("The money takes up to 5 working days; service starts then."),
        _("Pay from a US bank account"),
    ),
    "paypal": (
        _("PayPal"),
        _("From your PayPal balance, bank account or card."),
        _("Pay with PayPal"),
    ),
}
NOTES_AT: dict[tuple[str, Place], Promise] = {
    ("wechat_pay", Place.WECHAT): _("Right here in WeChat."),
    ("wechat_pay", Place.PHONE): _("Opens the WeChat app on this phone."),
}
"""What is good to know of a method that goes on by itself where the payer stands, without a code to scan."""
NOTES_IN: dict[tuple[str, str], Promise] = {
    ("alipay", "CNY"): _("In the Alipay app, in yuan."),
    ("wechat_pay", "CNY"): _("Scan a code with WeChat; in yuan."),
}
"""Charged in the payer's own money there is no rate to be shown."""
WALLET = "wallet"
KEPT = "kept"
"""Before the reference of a kept way to pay, in what a form sends."""


@dataclass(frozen=True, slots=True)
class Method:
    """One choice on a pay form. `code` is `provider:method`."""

    code: str
    name: Promise
    note: Promise
    verb: Promise
    charged: Money
    """What it takes, in the currency it takes."""
    saves: bool = False
    """The customer may have it kept for next time."""
    elsewhere: bool = False
    """It works in the phone's own browser, not inside the app around this page."""


def fitting(*amounts: Money, place: Place) -> list[Method]:
    """The methods that can take this amount where the payer stands; inside WeChat its own comes first.

    Several amounts are the same price in several currencies: each method is charged in the first of them it
    knows. One that two companies offer is shown once: of the company itself, not of one that passes it on.
    Those that work only outside WeChat come last there: the order is kept for the phone's browser.
    """
    found: dict[str, tuple[int, int, Method]] = {}
    for provider in payment_providers().values():
        can = provider.capabilities().methods
        for method in can:
            charged = next((amount for amount in amounts if amount.currency in method.currencies), None)
            if not charged or not method.takes(charged) or not _reachable(method, place):
                continue
            shown = _shown(provider.name, method, place, charged=charged)
            if method.code not in found or len(can) < found[method.code][1]:
                found[method.code] = _nearness(method, place), len(can), shown
    return [shown for _near, _can, shown in sorted(found.values(), key=itemgetter(0))]


def currency_of(code: str) -> str | None:
    """What a form's choice is charged in: the first currency plans are sold in that it takes; None: none."""
    provider, _colon, method = code.partition(":")
    known = payment_providers().get(provider)
    wanted = known.capabilities().method(method) if known else None
    if wanted is None:
        return None
    return next((one for one in settings.CONFIG.currencies if one in wanted.currencies), None)


def _reachable(method: port.Method, place: Place) -> bool:
    return place in method.places or (place is Place.WECHAT and Place.PHONE in method.places)


def _nearness(method: port.Method, place: Place) -> int:
    if place is not Place.WECHAT:
        return 0
    return 2 if _is_elsewhere(method, place) else int(Action.SCRIPT not in method.actions)


def _is_elsewhere(method: port.Method, place: Place) -> bool:
    return place is Place.WECHAT and place not in method.places


def _shown(provider: str, method: port.Method, place: Place, *, charged: Money) -> Method:
    elsewhere = _is_elsewhere(method, place)
    name, note, verb = WORDS[method.code]
    note = NOTES_IN.get((method.code, charged.currency), note)
    if Action.QR in method.actions:
        note = NOTES_AT.get((method.code, place), note)
    return Method(
        f"{provider}:{method.code}",
        name,
        note,
        verb,
        charged,
        saves=method.saves and not elsewhere,
        elsewhere=elsewhere,
    )


def tender(code: str, *, use_wallet: bool, keep: bool, payer: Payer) -> Tender:
    """What a form's choice means. An unknown code is no method at all."""
    provider, _colon, method = code.partition(":")
    chosen = Tender(
        None,
        None,
        use_wallet,
        place=payer.place,
        payer_ip=payer.address or None,
        trail=payer.trail,
        about_in=payer.about_in,
    )
    if provider == KEPT:
        return replace(chosen, saved_id=_kept(method))
    known = payment_providers().get(provider)
    wanted = known.capabilities().method(method) if known else None
    if wanted is None:
        return replace(chosen, use_wallet=use_wallet or code == WALLET)
    return replace(
        chosen,
        method=method,
        provider=provider,
        currency=currency_of(code),
        keep=keep,
        # No other provider learns what WeChat calls the payer.
        payer_ref=payer.ref if by_script(wanted, payer.place) else None,
        elsewhere=_is_elsewhere(wanted, payer.place),
    )


def lacks_payer(chosen: Tender) -> bool:
    """Must WeChat be asked first who is paying?"""
    if chosen.provider is None or chosen.method is None or chosen.payer_ref is not None:
        return False
    wanted = payment_providers()[chosen.provider].capabilities().method(chosen.method)
    return wanted is not None and by_script(wanted, chosen.place)


def by_script(method: port.Method, place: Place) -> bool:
    """Does WeChat, around the page, take this payment? It must know the payer then."""
    return place is Place.WECHAT and method.shown_by_us(place)


def _kept(ref: str) -> int | None:
    """The id in a reference; whose it is, the checkout finds out."""
    try:
        return parse(ref, "sav").id
    except BadReference:
        return None


def code_of(attempt: AttemptView) -> str:
    """What a form sends to try the same way again."""
    if attempt.saved_id is not None:
        return f"{KEPT}:{Ref('sav', attempt.saved_id)}"
    return f"{attempt.provider}:{attempt.method}"


def never_alone() -> list[Promise | str]:
    """The ways to pay, by name, that ask the payer each time: nobody can keep them."""
    can = [method for provider in payment_providers().values() for method in provider.capabilities().methods]
    kept = {method.code for method in can if method.saves}
    return [name_of(code) for code in dict.fromkeys(method.code for method in can) if code not in kept]


def brands_of(attempt: AttemptView) -> list[Promise | str]:
    """The wallets (or cards) that can pay this try, beside the one it is named after."""
    provider = payment_providers().get(attempt.provider)
    method = provider.capabilities().method(attempt.method) if provider else None
    return [brand_name(brand) for brand in method.brands] if method else []


def name_of(method: str) -> Promise | str:
    """How a method is called on result pages and receipts."""
    if method == WALLET:
        return _("Wallet")
    return WORDS[method][0] if method in WORDS else method


def note_of(method: str) -> Promise | str:
    """What is good to know of a method."""
    return WORDS[method][1] if method in WORDS else ""

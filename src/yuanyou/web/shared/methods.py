"""The ways to pay that fit: built from what the adapters can do, worded here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.checkout import Tender
from yuanyou.kernel.money import Money
from yuanyou.wiring import payment_providers

WORDS: dict[str, tuple[Promise, Promise, Promise]] = {
    "card": (
        _("Credit or debit card"),
        _("Also UnionPay. No US ZIP code needed."),
        _("Pay by card"),
    ),
    "paypal": (
        _("PayPal"),
        _("From your PayPal balance, bank account or card."),
        _("Pay with PayPal"),
    ),
}
WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Method:
    """One choice on a pay form. `code` is `provider:method`."""

    code: str
    name: Promise
    note: Promise
    verb: Promise


def fitting(amount: Money) -> list[Method]:
    """The methods that can take this amount."""
    found = []
    for provider in payment_providers().values():
        fits = [method for method in provider.capabilities().methods if method.takes(amount)]
        found += [Method(f"{provider.name}:{method.code}", *WORDS[method.code]) for method in fits]
    return found


def tender(code: str, *, use_wallet: bool) -> Tender:
    """What a form's choice means. An unknown code is no method at all."""
    provider, _colon, method = code.partition(":")
    known = payment_providers().get(provider)
    if known is None or known.capabilities().method(method) is None:
        return Tender(method=None, provider=None, use_wallet=use_wallet or code == WALLET)
    return Tender(method=method, provider=provider, use_wallet=use_wallet)


def name_of(method: str) -> Promise | str:
    """How a method is called on result pages and receipts."""
    if method == WALLET:
        return _("Wallet")
    return WORDS[method][0] if method in WORDS else method

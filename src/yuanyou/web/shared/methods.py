"""The ways to pay that fit: built from what the adapters can do, worded here."""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.checkout import Tender
from yuanyou.kernel.ids import BadReference, Ref, parse
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Place
from yuanyou.payments.queries import AttemptView
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
    saves: bool = False
    """The customer may have it kept for next time."""


def fitting(amount: Money, *, place: Place) -> list[Method]:
    """The methods that can take this amount where the payer stands."""
    found = []
    for provider in payment_providers().values():
        can = provider.capabilities().methods
        fits = [method for method in can if method.takes(amount) and place in method.places]
        found += [
            Method(f"{provider.name}:{method.code}", *WORDS[method.code], saves=method.saves)
            for method in fits
        ]
    return found


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
    if known is None or known.capabilities().method(method) is None:
        return replace(chosen, use_wallet=use_wallet or code == WALLET)
    return replace(chosen, method=method, provider=provider, keep=keep)


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


def name_of(method: str) -> Promise | str:
    """How a method is called on result pages and receipts."""
    if method == WALLET:
        return _("Wallet")
    return WORDS[method][0] if method in WORDS else method


def note_of(method: str) -> Promise | str:
    """What is good to know of a method."""
    return WORDS[method][1] if method in WORDS else ""

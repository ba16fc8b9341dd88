"""What every page that takes money shares: read the form, begin, and go where the customer pays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import FxQuote, Quote
from yuanyou.flows import checkout, links
from yuanyou.flows.checkout import NothingToPayWith, OnHold, Tender
from yuanyou.flows.renewal import PlanDoesNotFit
from yuanyou.flows.top_up import AmountOutOfRange
from yuanyou.flows.watch import TooMuch
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.ledger.actions import Overdrawn
from yuanyou.lines.rules import NotRenewable
from yuanyou.orders.actions import OtherOrder
from yuanyou.orders.models import Order
from yuanyou.payments.rules import wallet_share
from yuanyou.web.customer import who_pays
from yuanyou.web.customer.forms import PayForm
from yuanyou.web.customer.kept import KeptShown, usable
from yuanyou.web.shared import methods
from yuanyou.web.shared.methods import Method
from yuanyou.web.shared.payer import Payer, payer_of
from yuanyou.web.shared.trail import remember_device


@dataclass(frozen=True, slots=True)
class TaxShown:
    """One tax or fee in the reader's language."""

    name: str
    amount: Money


def taxes_shown(quote: Quote) -> list[TaxShown]:
    language = get_language() or "en"
    return [TaxShown(line.name(language), line.amount) for line in quote.taxes]


Begin = Callable[[Tender, UUID], tuple[Order, str | None]]

UNCOVERED = _("Choose how to pay: the wallet does not cover it.")
REFUSALS: dict[type[Exception], Promise] = {
    NothingToPayWith: UNCOVERED,
    Overdrawn: UNCOVERED,
    OnHold: _("Your bank questions an earlier payment. Until that is settled, please write to us."),
    PlanDoesNotFit: _("This plan does not fit this line: its number would be lost."),
    NotOnSale: _("This plan is no longer sold. Choose another."),
    NotRenewable: _("This line cannot be renewed: its number has been given up, or it is not active yet."),
    OtherOrder: _("This page was used for another order. Please check and send it again."),
    TooMuch: _("There were too many tries or too much was paid today. Please wait a day or write to us."),
    AmountOutOfRange: _("Choose an amount between 5 and 200."),
}
"""Why an order could not begin, in words."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The lower half of a pay page: what is owed, the wallet's part, how the rest can be paid."""

    total: Money
    wallet: Money
    use_wallet: bool
    kept: list[KeptShown]
    """What the customer keeps and can pay this with; nobody else's, and nothing for guests."""
    methods: list[Method]
    chosen: str
    may_keep: bool
    keep: bool
    about: FxQuote | None
    """About how much the rest is in the payer's own currency."""

    for_kept: Money
    """What a kept way to pay would be charged: always the book currency."""

    @property
    def crosses(self) -> bool:
        """Is the chosen way charged in another currency than this bill is in?"""
        match self.method:
            case Method() as method:
                return method.charged.currency != self.total.currency
            case KeptShown():
                return self.for_kept.currency != self.total.currency
        return False

    @property
    def several(self) -> bool:
        """Do the ways to pay take different currencies?"""
        return len({method.charged.currency for method in self.methods}) > 1

    @property
    def from_wallet(self) -> Money:
        if not self.use_wallet:
            return Money(0, self.total.currency)
        return _part(self.wallet, self.total)

    @property
    def rest(self) -> Money:
        return self.total - self.from_wallet

    @property
    def method(self) -> Method | KeptShown | None:
        ways: list[Method | KeptShown] = [*self.kept, *self.methods]
        return next((way for way in ways if way.code == self.chosen), None)


def bill(
    form: PayForm,
    *,
    totals: Sequence[Money],
    wallets: Mapping[str, Money],
    person: Person | None,
    payer: Payer,
    now: datetime,
) -> Bill:
    """The bill for what the form has chosen so far; the first way to pay that fits is preselected.

    `totals` is the same price in several currencies, the one that is charged unless a method takes another
    first. `person` None: a guest, who keeps nothing.
    """
    wanted = form.currency_wanted()
    total = next((one for one in totals if one.currency == wanted), totals[0])
    wallet = wallets.get(total.currency, Money(0, total.currency))
    use_wallet = bool(form.data.get("use_wallet")) and wallet.minor > 0
    rests = [_rest(one, wallets, use_wallet=use_wallet) for one in totals]
    rest, own = rests[totals.index(total)], rests[0]  # what is kept is charged in the book currency
    offered = methods.fitting(*rests, place=payer.place) if rest else []
    kept = usable(person, own, now=now) if person and rest and own else []
    codes = [*(way.code for way in kept), *(method.code for method in offered)]
    chosen = str(form.data.get("method") or "")
    if chosen not in codes:
        chosen = codes[0] if codes else ""
    return Bill(
        total=total,
        wallet=wallet,
        use_wallet=use_wallet,
        kept=kept,
        methods=offered,
        for_kept=own,
        chosen=chosen,
        may_keep=person is not None and any(method.saves for method in offered),
        keep=bool(form.data.get("keep")),
        about=catalog.about(rest, into=payer.about_in, now=now) if rest and payer.about_in else None,
    )


def _rest(total: Money, wallets: Mapping[str, Money], *, use_wallet: bool) -> Money:
    wallet = wallets.get(total.currency)
    return total - _part(wallet, total) if wallet and use_wallet else total


def _part(wallet: Money, total: Money) -> Money:
    return wallet_share(wallet, total, least=checkout.least(total.currency))


def go(request: HttpRequest, form: PayForm, begin: Begin) -> HttpResponse | str:
    """Begin what the form asks for: a redirect to the pay page or the order, or the reason it could not."""
    if form.was_shown_otherwise():
        return gettext("This way to pay takes another currency. Check the amount, then pay.")
    tender = methods.tender(
        form.cleaned_data["method"],
        use_wallet=form.cleaned_data["use_wallet"],
        keep=form.cleaned_data["keep"],
        payer=payer_of(request),
    )
    tender = replace(tender, currency=form.currency_wanted())
    if methods.lacks_payer(tender):
        sent = request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        return who_pays.ask(request, back=f"{request.path}?{sent.urlencode()}")
    try:
        order, url = begin(tender, form.cleaned_data["key"])
    except tuple(REFUSALS) as refusal:
        return str(REFUSALS[type(refusal)])
    if tender.elsewhere:
        url = links.go_on_page(order, form.cleaned_data["method"])
    answer = redirect(url or links.order_page(order))
    remember_device(request, answer)
    return answer

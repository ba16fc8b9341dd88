"""Buying: the first order of a line, and money into the wallet."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import Quote
from yuanyou.flows import activation, top_up
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money, exponent
from yuanyou.ledger import queries as books
from yuanyou.orders.models import Order
from yuanyou.web.customer.forms import PayForm, TopUpForm
from yuanyou.web.customer.paying import Bill, TaxShown, bill, go, taxes_shown
from yuanyou.web.customer.prices import totals, wallets
from yuanyou.web.shared.access import CustomerRequest, customer_required
from yuanyou.web.shared.payer import payer_of

AMOUNTS = (10, 20, 30, 50, 100)
"""Presets of a top-up, in whole units of the book currency."""


@dataclass(frozen=True, slots=True)
class BuyPage:
    quote: Quote
    name: str
    summary: str
    taxes: list[TaxShown]
    bill: Bill
    key: UUID


@dataclass(frozen=True, slots=True)
class TopUpPage:
    amounts: tuple[int, ...]
    chosen: int
    wallet: Money
    bill: Bill
    key: UUID


@customer_required
def buy(request: CustomerRequest, code: str) -> HttpResponse:
    """A plan and a new line to go with it."""
    now, person = settings.CLOCK.now(), request.customer
    form = PayForm(request.POST or request.GET)
    try:
        version_id = catalog.on_sale(code)
    except NotOnSale:
        raise Http404 from None

    def begin(tender: Tender, key: UUID) -> tuple[Order, str | None]:
        return activation.begin(
            person, version_id=version_id, tender=tender, key=key, language=get_language() or "en", now=now
        )

    problem = None
    if request.method == "POST" and form.is_valid():
        answer = go(request, form, begin)
        if isinstance(answer, HttpResponse):
            return answer
        problem = answer
    page = _page(request, version_id, form, now=now)
    if page.bill.crosses:
        form.choose(page.bill.chosen)
        page = _page(request, version_id, form, now=now)
    return _show(request, "buy", {"page": page, "problem": problem})


@customer_required
def fill_wallet(request: CustomerRequest) -> HttpResponse:
    """Money into the wallet."""
    now, person, currency = settings.CLOCK.now(), request.customer, settings.CONFIG.book_currency
    form = TopUpForm(request.POST or request.GET)
    problem = None
    if request.method == "POST" and form.is_valid():
        amount = _money(form.cleaned_data["amount"], currency)

        def begin(tender: Tender, key: UUID) -> tuple[Order, str | None]:
            tender = replace(tender, use_wallet=False)
            return top_up.begin(
                person, amount=amount, tender=tender, key=key, language=get_language() or "en", now=now
            )

        answer = go(request, form, begin)
        if isinstance(answer, HttpResponse):
            return answer
        problem = answer
    elif request.method == "POST":
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
    typed = str(form.data.get("amount") or "")
    chosen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len("200") else AMOUNTS[1]
    total = _money(max(1, chosen), currency)
    owed = bill(form, totals=[total], wallets={}, person=person, payer=payer_of(request), now=now)
    page = TopUpPage(AMOUNTS, chosen, _wallet(person), owed, form.pay_key())
    return _show(request, "top_up", {"page": page, "problem": problem})


def _page(request: CustomerRequest, version_id: int, form: PayForm, *, now: datetime) -> BuyPage:
    """Http404 when the plan has no price."""
    quote, language, person = _quote(version_id, form, now=now), get_language() or "en", request.customer
    owed = bill(
        form,
        totals=totals(quote, now=now),
        wallets=wallets(person),
        person=person,
        payer=payer_of(request),
        now=now,
    )
    name, summary = quote.plan.name(language), quote.plan.summary(language)
    return BuyPage(quote, name, summary, taxes_shown(quote), owed, form.pay_key())


def _quote(version_id: int, form: PayForm, *, now: datetime) -> Quote:
    """The price in the currency of the chosen way to pay, else in the book currency. Http404."""
    config = settings.CONFIG
    quote = partial(catalog.quote_of, version_id, jurisdiction=config.tax_jurisdiction, now=now)
    for currency in (form.currency_wanted(), config.book_currency):
        try:
            return quote(currency=currency)
        except NotOnSale:
            continue
    raise Http404


def _show(request: CustomerRequest, name: str, context: dict[str, object]) -> HttpResponse:
    """The whole page; asked by htmx, only the form that changes with each choice."""
    part = request.headers.get("HX-Request") == "true" and request.method == "GET"
    template = f"customer/_{name}_form.html" if part else f"customer/{name}.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _money(whole: int, currency: str) -> Money:
    return Money(whole * 10 ** exponent(currency), currency)


def _wallet(person: Person) -> Money:
    with in_cell(person.cell):
        return books.wallet_balance(person.id, settings.CONFIG.book_currency)

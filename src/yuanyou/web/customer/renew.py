"""Renew: the plan of last time is chosen already; total, new end and method on one page; one button."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuanyou.catalog.rules import Quote
from yuanyou.flows import links, renewal
from yuanyou.flows.checkout import Tender
from yuanyou.flows.renewal import Choice, Offer, PaidJustNow, StartNow
from yuanyou.identity import queries as identity
from yuanyou.identity.queries import Person
from yuanyou.lines.rules import NotRenewable
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start
from yuanyou.web.customer.access import own_line
from yuanyou.web.customer.forms import GuestForm, RenewForm
from yuanyou.web.customer.paying import Bill, TaxShown, bill, go, taxes_shown
from yuanyou.web.customer.prices import totals, wallets
from yuanyou.web.shared.access import CustomerRequest, customer_required
from yuanyou.web.shared.limits import too_often
from yuanyou.web.shared.numbers import find_line
from yuanyou.web.shared.payer import Payer, payer_of

GUEST_LINK_SECONDS = 3600
SALT = "guest renewal"
NEAR = 4


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """A plan to choose, in the reader's language."""

    quote: Quote
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class RenewPage:
    """One renewal page, for the owner or for a guest (who sees neither wallet nor balance)."""

    offer: Offer
    near: list[ChoiceShown]
    """The plan of now and those for the same countries; the rest is folded away."""
    others: list[ChoiceShown]
    chosen: Choice
    taxes: list[TaxShown]
    start: Start
    start_now: StartNow | None
    bill: Bill
    key: UUID
    owner_hint: str | None

    @property
    def ends_at(self) -> datetime:
        return self.start_now.ends_at if self.start_now and self.start is Start.NOW else self.chosen.ends_at


@customer_required
def renew(request: CustomerRequest, ref: str) -> HttpResponse:
    """The owner renews a line of their own."""
    return _renew(request, own_line(request.customer, ref), person=request.customer)


def find(request: HttpRequest) -> HttpResponse:
    """A guest types a number. The same words whether it is nobody's or cannot be renewed: nothing is told."""
    form = GuestForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        if too_often(request, "guest-lookup", per_hour=30):
            return render(request, "429.html", status=429)
        line_id = find_line(form.cleaned_data["number"])
        if line_id is not None:
            return redirect("customer:guest-renew", signed=signing.dumps(line_id, salt=SALT))
        form.add_error("number", _("We found no line of ours with this number. Please check it."))
    return render(request, "customer/guest.html", {"form": form}, status=422 if form.errors else 200)


def guest(request: HttpRequest, signed: str) -> HttpResponse:
    """A guest renews the line that `find` found; the signed link lives for an hour."""
    try:
        line_id = signing.loads(signed, salt=SALT, max_age=GUEST_LINK_SECONDS)
    except signing.BadSignature:
        return redirect("customer:find")
    return _renew(request, line_id, person=None)


def _renew(request: HttpRequest, line_id: int, *, person: Person | None) -> HttpResponse:
    """The page for the line's owner, or for a guest (`person` None)."""
    now, by_guest = settings.CLOCK.now(), person is None
    form = RenewForm(request.POST or request.GET)
    problem, earlier = None, None
    if request.method == "POST" and form.is_valid():

        def begin(tender: Tender, key: UUID) -> tuple[Order, str | None]:
            return renewal.begin(
                line_id,
                version_id=form.cleaned_data["plan"],
                start=form.cleaned_data["start"],
                tender=replace(tender, use_wallet=False, keep=False, saved_id=None) if by_guest else tender,
                key=key,
                by_guest=by_guest,
                language=get_language() or "en",
                again=form.cleaned_data["again"],
                now=now,
            )

        try:
            answer = go(request, form, begin)
        except PaidJustNow as just_now:
            answer, earlier = "", links.order_page(just_now.order)
        if isinstance(answer, HttpResponse):
            return answer
        problem = answer
    try:
        page = _page(form, line_id, person=person, payer=payer_of(request), now=now)
        if page.bill.crosses:
            form.choose(page.bill.chosen)
            page = _page(form, line_id, person=person, payer=payer_of(request), now=now)
    except NotRenewable:
        return render(request, "customer/not_renewable.html", status=409)
    part = request.headers.get("HX-Request") == "true" and request.method == "GET"
    template = "customer/_renew_form.html" if part else "customer/renew.html"
    context = {
        "page": page,
        "form": form if request.method == "POST" else None,
        "problem": problem,
        "earlier": earlier,
    }
    failed = request.method == "POST"
    return render(request, template, context, status=422 if failed else 200)


def _offer(line_id: int, form: RenewForm, *, now: datetime) -> Offer:
    """The offer in the currency of the chosen way to pay, where plans have prices in it."""
    offer = renewal.offer(line_id, currency=form.currency_wanted(), now=now)
    return offer if offer.choices else renewal.offer(line_id, now=now)


def _page(form: RenewForm, line_id: int, *, person: Person | None, payer: Payer, now: datetime) -> RenewPage:
    """NotRenewable."""
    by_guest, offer = person is None, _offer(line_id, form, now=now)
    wanted = str(form.data.get("plan") or offer.preselected)
    if not offer.choices:
        raise Http404
    chosen = next((c for c in offer.choices if str(c.quote.plan.version_id) == wanted), offer.choices[0])
    start_now = offer.start_now.get(chosen.quote.plan.version_id) if not by_guest else None
    hint = identity.person(offer.line.customer_id).hint if by_guest else None
    near = _near(offer, chosen)
    return RenewPage(
        offer=offer,
        near=[_shown(choice) for choice in near],
        others=[_shown(choice) for choice in offer.choices if choice not in near],
        chosen=chosen,
        taxes=taxes_shown(chosen.quote),
        start=Start.NOW if start_now and form.data.get("start") == Start.NOW else Start.AFTER,
        start_now=start_now,
        bill=bill(
            form,
            totals=totals(chosen.quote, now=now),
            wallets=wallets(person),
            person=person,
            payer=payer,
            now=now,
        ),
        key=form.pay_key(),
        owner_hint=hint,
    )


def _near(offer: Offer, chosen: Choice) -> list[Choice]:
    """At most four plans worth a look: the one of now first, then those that work in the same countries."""
    now = next((c for c in offer.choices if c.quote.plan.version_id == offer.preselected), chosen)
    same = [c for c in offer.choices if c.quote.plan.countries == now.quote.plan.countries and c != now]
    near = [now, *same][:NEAR]
    return near if chosen in near else [*near, chosen]


def _shown(choice: Choice) -> ChoiceShown:
    language, plan = get_language() or "en", choice.quote.plan
    return ChoiceShown(choice.quote, plan.name(language), plan.summary(language))

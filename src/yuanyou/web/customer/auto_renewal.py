"""Automatic renewal: the words that are agreed to, the switch, and the one tap in a letter that ends it."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import Quote
from yuanyou.flows import consent, links, tries
from yuanyou.flows.consent import Upcoming
from yuanyou.flows.renewal import PlanDoesNotFit
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.models import Line
from yuanyou.lines.rules import NotRenewable
from yuanyou.payments import queries as payments
from yuanyou.payments.models import Mandate
from yuanyou.payments.saved import Consent
from yuanyou.web.customer.access import own_line
from yuanyou.web.customer.kept import KeptShown, usable
from yuanyou.web.customer.paying import REFUSALS
from yuanyou.web.shared import formats, methods
from yuanyou.web.shared.access import CustomerRequest, customer_required

WORDING = "2026-11"
"""The version of `words`; a change of their meaning is a new one."""
SALT = "consent to automatic renewal"
SHOWN_FOR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SwitchPage:
    """The switch of one line. `words` empty: its plan is not sold any more."""

    ref: str
    number: str | None
    zone: str
    upcoming: Upcoming | None
    words: list[str]
    shown: str
    by_hand: str
    """The ways to pay that ask the payer each time, in one breath; empty: there are none."""


class SwitchForm(forms.Form):
    """Off with one tap; on by agreeing to what was shown."""

    on = forms.BooleanField(required=False)
    agree = forms.BooleanField(required=False)
    shown = forms.CharField(required=False, max_length=6000)


@customer_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: CustomerRequest, ref: str) -> HttpResponse:
    """What is agreed to, before it is; on and off."""
    line_id, now = own_line(request.customer, ref), settings.CLOCK.now()
    problem = None
    if request.method == "POST":
        form = SwitchForm(request.POST)
        if form.is_valid() and not form.cleaned_data["on"]:
            consent.stop(line_id, now=now)
            messages.success(request, _("Automatic renewal is off. Nothing is charged by itself any more."))
            return redirect("customer:line", ref=ref)
        problem = _agree(request, form, line_id, now=now)
        if problem is None:
            messages.success(request, _("Automatic renewal is on. What you agreed to comes by e-mail."))
            return redirect("customer:line", ref=ref)
    page = _page(request, line_id, now=now)
    context = {"page": page, "problem": problem}
    return render(request, "customer/auto_renewal.html", context, status=422 if problem else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """The one tap of a letter, without signing in; opening the page alone changes nothing."""
    mandate_id = links.to_stop(signed)
    if mandate_id is None:
        raise Http404
    try:
        with in_cell(cell_of(mandate_id)):
            agreed = payments.mandate(mandate_id)
            line = Line.objects.get(pk=agreed.line_id)
    except Mandate.DoesNotExist:
        raise Http404 from None
    if request.method == "POST" and line.customer_id == agreed.customer_id:
        consent.stop(line.pk, now=settings.CLOCK.now())
    with in_cell(cell_of(line.pk)):
        is_on = payments.mandate_of(line.pk) is not None
    return render(request, "customer/stop.html", {"is_on": is_on, "ending": (line.number or "")[-4:]})


def _agree(request: CustomerRequest, form: SwitchForm, line_id: int, *, now: datetime) -> str | None:
    """Turn it on under the words that were shown; the reason it could not be."""
    if not form.is_valid() or not form.cleaned_data["agree"]:
        return _("Please tick that you agree.")
    try:
        shown = signing.loads(form.cleaned_data["shown"], salt=SALT, max_age=SHOWN_FOR_SECONDS)
    except signing.BadSignature:
        shown = {}
    if shown.get("line") != line_id:
        return _("This page was open for too long. Please read it again.")
    given = Consent(
        plan_code=shown["plan"],
        limit=Money(shown["limit"], shown["currency"]),
        wording=WORDING,
        language=shown["language"],
        text=shown["text"],
    )
    try:
        consent.give(
            line_id,
            customer_id=request.customer.id,
            version_id=catalog.on_sale(given.plan_code),
            given=given,
            now=now,
        )
    except (NotOnSale, PlanDoesNotFit, NotRenewable) as refusal:
        return str(REFUSALS[type(refusal)])
    return None


def _page(request: CustomerRequest, line_id: int, *, now: datetime) -> SwitchPage:
    with in_cell(cell_of(line_id)):
        current = lines.timeline(Line.objects.get(pk=line_id))
        upcoming = consent.upcoming(current, now=now)
    quote = _quote(current, now=now)
    said = words(quote, current, usable(request.customer, quote.total, now=now), now=now) if quote else []
    return SwitchPage(
        ref=current.line.ref,
        number=current.line.number,
        zone=current.line.zone,
        upcoming=upcoming,
        words=said,
        shown=_signed(quote, line_id, said) if quote else "",
        by_hand=formats.all_of([str(name) for name in methods.never_alone()]),
    )


def _quote(current: Timeline, *, now: datetime) -> Quote | None:
    """What the plan of now costs; None when there is none, or it is not sold any more."""
    if current.last is None:
        return None
    config = settings.CONFIG
    try:
        return catalog.quote_of(
            catalog.on_sale(current.last.plan_code),
            currency=config.book_currency,
            jurisdiction=config.tax_jurisdiction,
            now=now,
        )
    except NotOnSale:
        return None


def words(quote: Quote, current: Timeline, cards: list[KeptShown], *, now: datetime) -> list[str]:
    """What the customer agrees to: how much, how often, from what, up to what, and how it ends."""
    total, plan = formats.money_code(quote.total), quote.plan
    first = formats.when(tries.first(current, now=now), current.line.zone, now=now)
    every = ngettext(
        "%(plan)s: %(total)s with taxes, every %(days)d day.",
        "%(plan)s: %(total)s with taxes, every %(days)d days.",
        plan.days,
    ) % {"plan": plan.name(get_language() or "en"), "total": total, "days": plan.days}
    return [
        every,
        _("The first time from %(first)s, then each time about a day before the plan ends.")
        % {"first": first},
        _from_what(cards),
        _("Never more than %(total)s at once. If the price rises, we take nothing and ask you first.")
        % {"total": total},
        _("If a payment does not go through, we tell you why and send a link to pay."),
        _("You can stop at any time with one tap, here or in any letter about it. What is paid stays yours."),
    ]


def _from_what(cards: list[KeptShown]) -> str:
    if not cards:
        return _(
            "From your wallet when it covers all of it. Nothing else is kept: else you get a link to pay."
        )
    if len(cards) == 1:
        return _("From your wallet when it covers all of it, else from %(card)s.") % {"card": cards[0].name}
    return _(
        "From your wallet when it covers all of it, else from %(card)s; if that is declined, from %(backup)s."
    ) % {"card": cards[0].name, "backup": cards[1].name}


def _signed(quote: Quote, line_id: int, said: list[str]) -> str:
    """What was shown, to be stored as it was shown."""
    shown = {
        "line": line_id,
        "plan": quote.plan.code,
        "limit": quote.total.minor,
        "currency": quote.total.currency,
        "language": get_language() or "en",
        "text": "\n".join(said),
    }
    return signing.dumps(shown, salt=SALT, compress=True)

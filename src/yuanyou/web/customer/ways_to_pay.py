"""Ways to pay that a customer keeps: the list, which is charged first, and removing one."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuanyou.flows import saved_methods
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import BadReference, parse
from yuanyou.payments import queries
from yuanyou.payments.saved import NoSuchMethod
from yuanyou.web.customer.kept import KeptShown, kept_by
from yuanyou.web.shared.access import CustomerRequest, customer_required


class PlaceForm(forms.Form):
    """0: charged first, 1: the backup."""

    rank = forms.IntegerField(min_value=0, max_value=1)


@customer_required
@require_safe
def overview(request: CustomerRequest) -> HttpResponse:
    """All that is kept, in the order in which it is charged."""
    kept = kept_by(request.customer, now=settings.CLOCK.now())
    return render(request, "customer/ways_to_pay.html", {"kept": kept})


@customer_required
@require_POST
def place(request: CustomerRequest, ref: str) -> HttpResponse:
    """Make one the main way to pay, or the backup."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        saved_methods.place(request.customer.id, _own(request.customer, ref), rank=form.cleaned_data["rank"])
    except NoSuchMethod:
        raise Http404 from None
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("customer:ways-to-pay"))


@customer_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: CustomerRequest, ref: str) -> HttpResponse:
    """Ask first, saying what it means for lines that renew by themselves; then remove it."""
    person, saved_id = request.customer, _own(request.customer, ref)
    if request.method == "POST":
        try:
            saved_methods.remove(person.id, saved_id, now=settings.CLOCK.now())
        except NoSuchMethod:
            raise Http404 from None
        messages.success(request, _("Removed. It is not charged any more."))
        return HttpResponseRedirect(reverse("customer:ways-to-pay"))
    kept = kept_by(person, now=settings.CLOCK.now())
    wanted = next((each for each in kept if each.ref == ref), None)
    if wanted is None:
        raise Http404
    context = {"card": wanted, "renewals": _renewals_without(person, kept)}
    return render(request, "customer/remove_way_to_pay.html", context)


def _renewals_without(person: Person, kept: list[KeptShown]) -> int:
    """How many lines would renew by themselves with nothing but the wallet, once the last one is gone."""
    if len(kept) > 1:
        return 0
    with in_cell(person.cell):
        return len(queries.renewed_by_themselves(person.id))


def _own(person: Person, ref: str) -> int:
    """The id of what is meant; whether it is this customer's, the flow finds out. Http404."""
    try:
        found = parse(ref, "sav")
    except BadReference:
        raise Http404 from None
    if found.cell != person.cell:
        raise Http404
    return found.id

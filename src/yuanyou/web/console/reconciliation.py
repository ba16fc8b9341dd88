"""The day's picture: what providers say they moved beside our books, and differences decided by a person."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuanyou.flows import acts
from yuanyou.flows import reconciliation as flow
from yuanyou.flows.reconciliation import Resolution
from yuanyou.identity.rules import Role
from yuanyou.payments.models import Case
from yuanyou.web.console import money_words, reconciliation_pages
from yuanyou.web.console.people import REASON_MAX
from yuanyou.web.shared.access import StaffRequest, staff_required


class CaseForm(forms.Form):
    """What a difference is. Whoever books it or leaves it says why; asking again decides nothing."""

    resolution = forms.ChoiceField(choices=[(each, "") for each in Resolution])
    reason = forms.CharField(
        label=gettext_lazy("Note, kept with the case and in the audit log"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any] | None:
        said = self.cleaned_data
        decides = said.get("resolution") != Resolution.ASK_AGAIN
        if decides and len(said.get("reason", "").strip()) < acts.REASON_MIN:
            self.add_error("reason", _("Say why in a few words."))
        return said


class DayForm(forms.Form):
    """A day of one provider."""

    provider = forms.CharField(max_length=20)
    day = forms.DateField(input_formats=["%Y-%m-%d"])


@staff_required(Role.FINANCE)
@require_safe
def picture(request: StaffRequest) -> HttpResponse:
    """One day, the accounts, and every open case."""
    page = reconciliation_pages.day_page(_day(request.GET))
    context = {
        "page": page,
        "cases": [(case, CaseForm(auto_id=f"id_{case.id}_%s")) for case in page.cases],
        "resolutions": BUTTONS,
        "zone": settings.CONFIG.books_zone,
    }
    return render(request, "console/reconciliation.html", context)


@staff_required(Role.FINANCE)
@require_POST
def pull(request: StaffRequest) -> HttpResponse:
    """Have one day of one provider pulled once more."""
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    wanted = flow.pull_again(asked["provider"], asked["day"], by=request.staff.id, now=settings.CLOCK.now())
    if not wanted:
        raise Http404
    messages.success(request, _("The statement is pulled now. Look again in a minute."))
    return redirect(f"{reverse('console:reconciliation')}?day={asked['day']}")


@staff_required(Role.FINANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: StaffRequest, case_id: int) -> HttpResponse:
    """One difference, and what is done about it. Refused: the same page says why (422)."""
    if not Case.objects.filter(pk=case_id).exists():
        raise Http404
    form = CaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        messages.success(request, _resolve(case_id, form, by=request.staff.id))
        return redirect("console:case", case_id)
    context = {
        "page": reconciliation_pages.case_page(case_id),
        "form": form,
        "resolutions": BUTTONS,
        "zone": settings.CONFIG.books_zone,
    }
    return render(request, "console/case.html", context, status=422 if form.is_bound else 200)


BUTTONS = [(each, money_words.RESOLUTIONS[each]) for each in Resolution]


def _resolve(case_id: int, form: CaseForm, *, by: int) -> str:
    """Do what was chosen; how it went."""
    chosen = Resolution(form.cleaned_data["resolution"])
    try:
        flow.resolve(case_id, chosen, note=form.cleaned_data["reason"], by=by, now=settings.CLOCK.now())
    except Case.DoesNotExist:
        return _("It was resolved already.")
    if Case.objects.filter(pk=case_id, state="open").exists():
        return _("The provider was asked, and it still differs.")
    return _("It is resolved.")


def _day(query: QueryDict) -> date | None:
    """The day in the address; None: the newest. Http404 for what is no day."""
    said = str(query.get("day", ""))
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Http404 from None

"""A customer's page, their data shown for a reason, and a customer forgotten."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuanyou.audit import queries as audit
from yuanyou.flows import acts, disclosure, erasure
from yuanyou.flows.disclosure import What
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Customer
from yuanyou.identity.rules import Role
from yuanyou.web.console import log, pages, subjects, words
from yuanyou.web.console.subjects import NoSuchSubject
from yuanyou.web.shared.access import StaffRequest, staff_required

REASON_MAX = 300


class ReasonForm(forms.Form):
    """Why; kept in the audit log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason, kept in the audit log"),
        min_length=acts.REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Say why."),
            "min_length": gettext_lazy("Say why in a few words."),
        },
    )


class RevealForm(ReasonForm):
    """What is to be shown, and why."""

    what = forms.ChoiceField(
        choices=[(What.CONTACT, ""), (What.NUMBERS, "")],
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("Choose what to show.")},
    )


class EraseForm(ReasonForm):
    """Why somebody is forgotten, and that it is meant."""

    meant = forms.BooleanField(
        label=gettext_lazy("I know that this cannot be undone."),
        error_messages={"required": gettext_lazy("Confirm that it is meant.")},
    )


@staff_required(Role.SUPPORT)
@require_safe
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Somebody's lines, orders and what staff did about them; personal data masked."""
    context = _customer(customer_id) | {
        "acts": log.shown(audit.about(customer_id), reasons=False),
        "zone": settings.CONFIG.books_zone,
        "may_erase": request.staff.may_act_as(Role.ADMIN),
        "reveal": {"subject": subjects.customer_name(customer_id), "form": RevealForm()},
    }
    return render(request, "console/customer.html", context)


@staff_required(Role.SUPPORT)
@require_POST
def reveal(request: StaffRequest, subject: str) -> HttpResponse:
    """Personal data, once, in the answer to this form; who asked and why is recorded with it."""
    try:
        about = subjects.find(subject)
        form = RevealForm(request.POST)
        if not form.is_valid():
            context = {"about": about, "reveal": {"subject": about.name, "form": form}}
            return render(request, "console/reveal.html", context, status=422)
        shown = disclosure.reveal(
            about.customer_id,
            What(form.cleaned_data["what"]),
            subject=about.name,
            actor_id=request.staff.id,
            reason=form.cleaned_data["reason"],
            now=settings.CLOCK.now(),
        )
    except (NoSuchSubject, Customer.DoesNotExist):
        raise Http404 from None
    return render(request, "console/revealed.html", {"about": about, "shown": shown})


@staff_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What stands in the way of forgetting somebody, or the form that does it."""
    context = _customer(customer_id)
    form = EraseForm(request.POST if request.method == "POST" else None)
    obstacles = [] if context["page"].erased else _obstacles(context["page"])
    if form.is_valid():
        try:
            erasure.erase(
                customer_id,
                actor_id=request.staff.id,
                reason=form.cleaned_data["reason"],
                now=settings.CLOCK.now(),
            )
        except erasure.CannotErase as refused:
            obstacles = refused.obstacles
        else:
            messages.success(request, _("Their personal data is gone."))
            return redirect("console:customer", customer_id)
    context |= {"form": form, "obstacles": [words.OBSTACLES[each] for each in obstacles]}
    return render(request, "console/erase.html", context, status=422 if form.is_bound else 200)


def _customer(customer_id: int) -> dict[str, Any]:
    try:
        return {"page": pages.customer_page(customer_id)}
    except Customer.DoesNotExist:
        raise Http404 from None


def _obstacles(page: pages.CustomerPage) -> list[erasure.Obstacle]:
    with in_cell(page.person.cell):
        return erasure.obstacles(page.person.id)

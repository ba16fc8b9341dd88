"""A payer's bank wants money back: what is urgent, what we know, and our answer, given once."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from yuanyou.flows import acts
from yuanyou.flows import dispute as flow
from yuanyou.flows.dispute import AlreadyContested
from yuanyou.identity.rules import Role
from yuanyou.payments.models import Dispute
from yuanyou.payments.port import ProviderTrouble
from yuanyou.web.console import dispute_pages, money_words
from yuanyou.web.console.dispute_pages import DisputePage
from yuanyou.web.console.people import ReasonForm, RevealForm
from yuanyou.web.console.refs import id_of
from yuanyou.web.shared.access import StaffRequest, staff_required

MONEY = (Role.SUPPORT, Role.FINANCE)
NOTE_MAX = 2000


class ContestForm(ReasonForm):
    """What we say to the bank besides what we know, and that it was read."""

    reason = forms.CharField(
        label=gettext_lazy("Our note to the bank, in English; it is kept in the audit log too"),
        min_length=acts.REASON_MIN,
        max_length=NOTE_MAX,
        widget=forms.Textarea({"rows": 5}),
        error_messages={
            "required": gettext_lazy("Say to the bank why the money is ours."),
            "min_length": gettext_lazy("Say to the bank why the money is ours."),
        },
    )
    meant = forms.BooleanField(
        label=gettext_lazy("I have read what is sent. It can be sent once."),
        error_messages={"required": gettext_lazy("Confirm that you have read it.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_contest_%s")


class ConcedeForm(ReasonForm):
    """Why the payer may have it, and that it is meant."""

    meant = forms.BooleanField(
        label=gettext_lazy("The payer keeps the money, and what is left of what it bought ends."),
        error_messages={"required": gettext_lazy("Confirm that it is meant.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_concede_%s")


ACTS = {
    "contest": (flow.contest, gettext_lazy("The evidence was sent.")),
    "concede": (flow.concede, gettext_lazy("The provider was told that the payer may have it.")),
}
"""What finance does about a dispute, and what is said when it was done."""


@staff_required(*MONEY)
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """Every open dispute, the most urgent first; and what was decided lately."""
    open_, over = dispute_pages.lists()
    context = {"open": open_, "over": over, "zone": settings.CONFIG.books_zone}
    return render(request, "console/disputes.html", context)


@staff_required(*MONEY)
@require_safe
def dispute(request: StaffRequest, ref: str) -> HttpResponse:
    """One dispute: state, money, what happened, the evidence as it would be sent."""
    return _show(request, _page(ref))


@staff_required(*MONEY)
@require_POST
def ask(request: StaffRequest, ref: str) -> HttpResponse:
    """Ask the provider how it stands."""
    found = _page(ref)
    answered = flow.ask_now(found.dispute.pk, by=request.staff.id, now=settings.CLOCK.now())
    if answered:
        messages.success(request, _("This is what the provider says now."))
    else:
        messages.warning(request, _("The provider did not answer. It is asked again by itself."))
    return redirect("console:dispute", found.row.ref)


@staff_required(Role.FINANCE)
@require_POST
def act(request: StaffRequest, ref: str, verb: str) -> HttpResponse:
    """Contest or concede. Refused: the same page says why (422)."""
    if verb not in ACTS:
        raise Http404
    found, (do, done) = _page(ref), ACTS[verb]
    form = _form(verb, request.POST)
    if form.is_valid():
        note, now = form.cleaned_data["reason"], settings.CLOCK.now()
        try:
            do(found.dispute.pk, by=request.staff.id, note=note, now=now)
        except AlreadyContested:
            form.add_error(None, _("The evidence was sent before: it can be sent once."))
        except ProviderTrouble as met:
            form.add_error(None, money_words.trouble(met))
        else:
            messages.success(request, done)
            return redirect("console:dispute", found.row.ref)
    return _show(request, _page(ref), refused={verb: form})


def _form(verb: str, data: Any = None) -> ReasonForm:
    return ContestForm(data) if verb == "contest" else ConcedeForm(data)


def _show(
    request: StaffRequest, found: DisputePage, *, refused: dict[str, ReasonForm] | None = None
) -> HttpResponse:
    """The page of one dispute; `refused` is the form that was sent and could not be followed."""
    offered = ("concede",) if found.row.contested else ("contest", "concede")
    may = found.waits_for_us and request.staff.may_act_as(Role.FINANCE)
    support = request.staff.may_act_as(Role.SUPPORT)
    context = {
        "page": found,
        "forms": ({verb: _form(verb) for verb in offered} if may else {}) | (refused or {}),
        "zone": found.order.line.zone if found.order.line else settings.CONFIG.books_zone,
        "over": found.row.respond_by is not None and found.row.respond_by <= settings.CLOCK.now(),
        "may_ask": support,
        "reveal": {"subject": found.row.ref, "form": RevealForm()} if support else None,
    }
    return render(request, "console/dispute.html", context, status=422 if refused else 200)


def _page(ref: str) -> DisputePage:
    try:
        return dispute_pages.page(id_of(ref, "dsp"))
    except Dispute.DoesNotExist:
        raise Http404 from None

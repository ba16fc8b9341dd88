"""The audit log: who did what and why, by person, subject and kind of act."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yuanyou.audit import queries as audit
from yuanyou.audit.queries import Entry
from yuanyou.flows import acts
from yuanyou.identity import queries as identity
from yuanyou.identity.rules import Role
from yuanyou.web.console import subjects, words
from yuanyou.web.shared.access import StaffRequest, staff_required

PAGE = 50


@dataclass(frozen=True, slots=True)
class Act:
    """One record as the pages show it. `reason` None: the person it named has been erased."""

    at: datetime
    who: str
    what: str
    subject: str
    url: str
    reason: str | None
    facts: str
    number: int | None


class FilterForm(forms.Form):
    """Whose acts, about what, of which kind."""

    who = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    subject = forms.CharField(
        label=_("About"), help_text=_("A reference, customer:12 or staff:3."), required=False, max_length=80
    )
    verb = forms.ChoiceField(label=_("Act"), required=False)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        staff = [(str(each.id), each.name) for each in identity.all_staff()]
        self.fields["who"].choices = [("", _("Everybody")), *staff]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", _("Everything")), *words.VERBS.items()]  # type: ignore[attr-defined]


@staff_required(Role.ADMIN)
@require_safe
def log(request: StaffRequest) -> HttpResponse:
    """The newest acts that fit; `before` turns the page."""
    form = FilterForm(request.GET)
    found = _found(form) if form.is_valid() else []
    query = request.GET.copy()
    if len(found) > PAGE:
        query["before"] = str(found[PAGE - 1].said.id)
    context = {
        "form": form,
        "acts": shown(found[:PAGE]),
        "older": query.urlencode() if len(found) > PAGE else "",
        "zone": settings.CONFIG.books_zone,
    }
    return render(request, "console/log.html", context, status=200 if form.is_valid() else 422)


def shown(entries: list[Entry], *, reasons: bool = True) -> list[Act]:
    """Records with names and words; without reasons for who may not see what they may say of a person."""
    names = {staff.id: staff.name for staff in identity.all_staff()}
    return [
        Act(
            at=entry.said.at,
            who=names.get(entry.said.actor_id or 0, ""),
            what=words.verb(entry.said.verb),
            subject=entry.said.subject,
            url=subjects.url_of(entry.said.subject),
            reason=acts.reason(entry.said) if reasons else "",
            facts=", ".join(f"{name}: {value}" for name, value in sorted(entry.said.facts.items())),
            number=entry.number,
        )
        for entry in entries
    ]


def _found(form: FilterForm) -> list[Entry]:
    """One more than a page. A customer is found in every act about them, whatever its subject was."""
    asked = form.cleaned_data
    subject = subjects.as_logged(asked["subject"])
    customer = subjects.CUSTOMER.fullmatch(subject)
    return audit.latest(
        actor_id=asked["who"],
        customer_id=int(customer["id"]) if customer else None,
        subject="" if customer else subject,
        verb=asked["verb"],
        before=asked["before"],
        limit=PAGE + 1,
    )

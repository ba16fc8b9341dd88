"""The customer's own pages about themselves: what they are called, the language and zone of their pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yuanyou.identity import actions, queries
from yuanyou.web.customer import zones
from yuanyou.web.shared.access import CustomerRequest, customer_required
from yuanyou.web.shared.sign_in import remember_language


class PreferencesForm(forms.Form):
    """How we address a customer."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As it should stand on receipts. You may leave it empty."),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, current_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["zone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = zones.choices(current_zone)


@customer_required
@require_safe
def overview(request: CustomerRequest) -> HttpResponse:
    """Where everything about the account is found."""
    return render(request, "customer/account.html", {"contacts": queries.contacts_of(request.customer.id)})


@customer_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: CustomerRequest) -> HttpResponse:
    """Name, language and display zone; saving speaks the new language at once."""
    customer = request.customer
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        current_zone=customer.zone,
        initial={"name": customer.name, "language": customer.language, "zone": customer.zone},
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "customer/preferences.html", {"form": form}, status=status)
    actions.set_preferences(customer.id, **form.cleaned_data)
    with translation.override(form.cleaned_data["language"]):
        messages.success(request, _("Saved."))
    response = HttpResponseRedirect(reverse("account"))
    remember_language(response, form.cleaned_data["language"])
    return response

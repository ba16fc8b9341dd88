"""What the pay forms send. Refusals are worded for the person in front of the page."""

from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanyou.orders.rules import Start


class PayForm(forms.Form):
    """How to pay, and the key that makes a second tap the same order."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    method = forms.CharField(required=False)
    use_wallet = forms.BooleanField(required=False)
    keep = forms.BooleanField(required=False)
    again = forms.BooleanField(required=False)

    def pay_key(self) -> UUID:
        """The key the page was rendered with; a fresh one for a page shown for the first time."""
        try:
            return UUID(str(self.data.get("key") or ""))
        except ValueError:
            return uuid4()


class RenewForm(PayForm):
    plan = forms.IntegerField(error_messages={"required": _("Choose a plan.")})
    start = forms.TypedChoiceField(
        choices=[(Start.AFTER, ""), (Start.NOW, "")], coerce=Start, required=False, empty_value=Start.AFTER
    )


class TopUpForm(PayForm):
    amount = forms.IntegerField(
        min_value=5,
        max_value=200,
        error_messages={
            "required": _("Choose an amount."),
            "min_value": _("The smallest top-up is 5."),
            "max_value": _("The largest top-up is 200."),
        },
    )


class GuestForm(forms.Form):
    number = forms.CharField(
        max_length=40,
        label=_("Phone number or ICCID"),
        error_messages={"required": _("Type the number you want to renew.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
    )

"""What the pay forms send. Refusals are worded for the person in front of the page."""

from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yuanyou.orders.rules import Start
from yuanyou.web.shared.methods import currency_of


class PayForm(forms.Form):
    """How to pay, and the key that makes a second tap the same order."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    method = forms.CharField(required=False)
    use_wallet = forms.BooleanField(required=False)
    keep = forms.BooleanField(required=False)
    again = forms.BooleanField(required=False)
    currency = forms.CharField(required=False)

    def currency_wanted(self) -> str:
        """What is to be charged: the way to pay decides; without one, what the page was shown in."""
        code, shown = str(self.data.get("method") or ""), str(self.data.get("currency") or "")
        config = settings.CONFIG
        fallback = shown if shown in config.currencies and not code else config.book_currency
        return currency_of(code) or fallback

    def was_shown_otherwise(self) -> bool:
        """Did the page show the bill in another currency? Without a script it did not follow the choice."""
        return (self.data.get("currency") or self.currency_wanted()) != self.currency_wanted()

    def choose(self, code: str) -> None:
        """Go on as if this way to pay had been sent: it is preselected, and its currency is shown."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "method": code}

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

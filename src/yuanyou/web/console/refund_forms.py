"""What is typed about refunds: how much goes back and why, and what one made outside was for."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanyou.flows.refund_request import Options
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.rules import Destination, TakesBack
from yuanyou.web.console import money_words
from yuanyou.web.console.people import ReasonForm
from yuanyou.web.shared.amounts import NotAnAmount, parse_amount


class RefundForm(ReasonForm):
    """How much of one attempt goes back, for what, where to and why; its key makes a second tap the same."""

    amount = forms.CharField(
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type an amount.")},
    )
    takes_back = forms.ChoiceField(label=gettext_lazy("What is taken back for it"))
    destination = forms.ChoiceField(label=gettext_lazy("Where it goes"))
    code = forms.ChoiceField(label=gettext_lazy("Why"), choices=list(money_words.REASONS.items()))
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("amount", "takes_back", "destination", "code", "reason", "key")

    def __init__(self, can: Options, data: Any = None) -> None:
        first = {"amount": str(can.left.decimal), "key": uuid4()}
        super().__init__(data, initial=first)
        self.can = can
        self.fields["amount"].label = _("Amount in %(currency)s, at most %(most)s") % {
            "currency": can.left.currency,
            "most": can.left.decimal,
        }
        _choose(self.fields["takes_back"], can.takes_back, money_words.TAKES_BACK)
        _choose(self.fields["destination"], can.destinations, money_words.DESTINATIONS)

    def clean_amount(self) -> Money:
        """Money, exactly as it was typed."""
        try:
            return parse_amount(self.cleaned_data["amount"], self.can.left.currency)
        except NotAnAmount:
            raise forms.ValidationError(
                _("Type an amount in plain digits, like %(most)s.") % {"most": self.can.left.decimal}
            ) from None

    def wish(self, order: Order, *, by: int) -> RefundWish:
        said = self.cleaned_data
        return RefundWish(
            order.customer_id,
            said["code"],
            Destination(said["destination"]),
            TakesBack(said["takes_back"]),
            by=by,
        )


class ExplainForm(ReasonForm):
    """What a refund made outside takes back."""

    takes_back = forms.ChoiceField(
        label=gettext_lazy("What it takes back"),
        error_messages={"required": gettext_lazy("Choose what it takes back.")},
    )
    field_order = ("takes_back", "reason")

    def __init__(self, meanings: Iterable[TakesBack], data: Any = None) -> None:
        super().__init__(data)
        _choose(self.fields["takes_back"], meanings, money_words.TAKES_BACK)


def _choose(field: forms.Field, choices: Iterable[str], words: Mapping[str, Promise]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(str(choice), words[choice]) for choice in choices]

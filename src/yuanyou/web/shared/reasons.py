"""Why a payment did not go through, in plain words. Adapters give codes; only pages word them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER = _("The provider did not say why. Nothing was taken.")
WORDS: dict[str, Promise] = {
    "insufficient_funds": _("There is not enough money or credit on this card. Nothing was taken."),
    "card_declined": _("The bank declined this card and did not say why. Nothing was taken."),
    "generic_decline": _("The bank declined this card and did not say why. Nothing was taken."),
    "expired_card": _("This card has expired. Nothing was taken."),
    "incorrect_cvc": _("The security code was not right. Nothing was taken."),
    "authentication_required": _("The bank wants you to confirm the payment. Please try again."),
    "payment_intent_authentication_failure": _(
        "The bank could not confirm that it is you. Nothing was taken."
    ),
    "stripe_keys": _("We cannot take cards just now; we have been told. Please try another way."),
}


def words_for(reason: str) -> Promise:
    """The words for a reason code; a calm sentence for one we do not know."""
    return WORDS.get(reason, OTHER)

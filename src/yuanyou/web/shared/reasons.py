"""Why a payment did not go through, in plain words. Adapters give codes; only pages word them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.payments.port import Why

OTHER = _("The provider did not say why. Nothing was taken.")
DECLINED = _("The bank declined this card and did not say why. Nothing was taken.")
UNCONFIRMED = _("The bank could not confirm that it is you. Nothing was taken.")
WORDS: dict[str, Promise] = {
    "insufficient_funds": _("There is not enough money or credit on this card. Nothing was taken."),
    Why.LIMIT_EXCEEDED: _("The amount is above a limit of this card. Nothing was taken."),
    Why.DECLINED: DECLINED,
    Why.SUSPECTED: DECLINED,
    Why.WRONG_DETAILS: _(
        "The number, the date, the name or the security code was not right. Nothing was taken."
    ),
    Why.NOT_SUPPORTED: _("This card cannot be used for this payment. Nothing was taken."),
    Why.AUTHENTICATION_FAILED: UNCONFIRMED,
    Why.TRY_AGAIN: _("The bank could not be reached. Nothing was taken. Please try again in a moment."),
    Why.ABANDONED: _("The payment page was left before anything was paid."),
    "no_method": _("Your wallet does not cover it, and there is nothing else to charge."),
    "disputed": _("A payment of yours is disputed at your bank, so we charge no card by ourselves."),
    "card_declined": DECLINED,
    "generic_decline": DECLINED,
    "expired_card": _("This card has expired. Nothing was taken."),
    "incorrect_cvc": _("The security code was not right. Nothing was taken."),
    "authentication_required": _("The bank wants you to confirm the payment. Please try again."),
    "payment_intent_authentication_failure": UNCONFIRMED,
    "stripe_keys": _("We cannot take cards just now; we have been told. Please try another way."),
}


def words_for(reason: str) -> Promise:
    """The words for a reason code; a calm sentence for one we do not know."""
    return WORDS.get(reason, OTHER)

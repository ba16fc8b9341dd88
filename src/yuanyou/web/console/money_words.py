"""Refunds, disputes and what differs from a statement, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.reconciliation import Resolution
from yuanyou.flows.refund_request import REJECTED, CannotRefund, Why
from yuanyou.ledger.actions import Overdrawn
from yuanyou.payments.actions import OtherRefund, RefundTooLarge
from yuanyou.payments.models import OUTSIDE
from yuanyou.payments.port import Misconfigured, Movement, ProviderTrouble, Refused
from yuanyou.payments.rules import Destination, Difference, DisputeState, RefundState, TakesBack

REFUSALS = (CannotRefund, RefundTooLarge, Overdrawn, OtherRefund)
"""Every way in which a refund is refused; `refusal` words it."""

REASONS: dict[str, Promise] = {
    "duplicate": _("Paid twice"),
    "not_delivered": _("Not delivered"),
    "provider_fault": _("Something of ours or of a provider did not work"),
    "change_of_mind": _("They changed their mind"),
    "fraud": _("Fraud"),
    "goodwill": _("Goodwill"),
}
"""Why staff give money back."""
_OTHER_REASONS: dict[str, Promise] = {
    "surplus": _("It came late or twice"),
    OUTSIDE: _("Made in the provider's own pages"),
}

TAKES_BACK: dict[str, Promise] = {
    TakesBack.TERM: _("The term that was bought"),
    TakesBack.TOP_UP: _("Money in the wallet"),
    TakesBack.SUSPENSE: _("Money that was not owed"),
    TakesBack.SURPLUS: _("Nothing: the money bought nothing"),
    TakesBack.NOTHING: _("Nothing (goodwill)"),
    "": _("Nobody has said yet"),
}
DESTINATIONS: dict[str, Promise] = {
    Destination.ORIGIN: _("Back the way it came"),
    Destination.WALLET: _("The customer's wallet"),
}

REFUND_STATES: dict[str, tuple[str, Promise]] = {
    RefundState.REQUESTED: ("wait", _("Waits for a second person")),
    RefundState.APPROVED: ("wait", _("About to be sent")),
    RefundState.SUBMITTING: ("wait", _("Being sent")),
    RefundState.PENDING: ("wait", _("On its way")),
    RefundState.UNKNOWN: ("warn", _("No clear answer yet")),
    RefundState.EXTERNAL: ("wait", _("Begun at the provider")),
    RefundState.SUCCEEDED: ("good", _("Done")),
    RefundState.FAILED: ("bad", _("Refused by the provider")),
}

WHY_NOT: dict[Why, Promise] = {
    Why.NOT_RECEIVED: _("This attempt brought no money."),
    Why.DISPUTED: _("The payer's bank is taking this money back already: a refund would pay it twice."),
    Why.WINDOW_OVER: _("The provider sends nothing back that long after the payment: use the wallet."),
    Why.WHOLE_ONLY: _("This method can only send back the whole amount."),
    Why.GUEST: _("A guest paid: the wallet is the owner's, the money was not. Send it back the way it came."),
    Why.CURRENCY: _("The money came in another currency: it can only go back the way it came."),
    Why.OWN: _("You asked for it yourself: somebody else must approve."),
    Why.STATE: _("Something has changed meanwhile, and it cannot be done this way. Look at it again."),
}
TOO_LARGE = _("That is more than what is left of this payment.")
OVERDRAWN = _("The wallet no longer holds that much: what was bought has been spent.")
OTHER = _("This form was sent before with something else in it. Look at the refunds of the order.")

DISPUTE_STATES: dict[str, tuple[str, Promise]] = {
    DisputeState.EARLY_WARNING: ("warn", _("Early warning")),
    DisputeState.NEEDS_RESPONSE: ("bad", _("Waits for our answer")),
    DisputeState.UNDER_REVIEW: ("wait", _("The bank is deciding")),
    DisputeState.WON: ("good", _("Won")),
    DisputeState.LOST: ("off", _("Lost")),
    DisputeState.PREVENTED: ("off", _("Prevented")),
}
DISPUTE_MEANS: dict[str, Promise] = {
    DisputeState.EARLY_WARNING: _(
        "The payer's bank suspects fraud, and no money has moved. "
        "A refund now prevents a dispute and its fee."
    ),
    DisputeState.NEEDS_RESPONSE: _(
        "The payer's bank has asked for the money. "
        "Contest it with what we know, once, or let the payer have it."
    ),
    DisputeState.UNDER_REVIEW: _("Our answer is with the bank. It may take weeks; we ask twice a day."),
    DisputeState.WON: _("The bank decided for us: the money is ours again."),
    DisputeState.LOST: _("The money is gone. What was left of what it had bought was taken back."),
    DisputeState.PREVENTED: _("It ended before it became a dispute."),
}

DIFFERENCES: dict[str, Promise] = {
    Difference.NOT_OURS: _("The provider moved money that we do not know"),
    Difference.NOT_THEIRS: _("We booked a payment that the provider does not list"),
    Difference.AMOUNT: _("Another amount"),
    Difference.FEE: _("Another fee"),
    Difference.CURRENCY: _("Another currency"),
    Difference.PAYOUT: _("A payout that its lines do not explain"),
}
RESOLUTIONS: dict[str, Promise] = {
    Resolution.ASK_AGAIN: _("Ask again"),
    Resolution.BOOK_DIFFERENCE: _("Book the difference"),
    Resolution.LEAVE: _("Leave it, with this note"),
    "vanished": _("It went away by itself"),
}
MOVEMENTS: dict[str, Promise] = {
    Movement.PAYMENT: _("Payments"),
    Movement.REFUND: _("Refunds"),
    Movement.REFUND_FAILED: _("Refunds that came back"),
    Movement.DISPUTE: _("Disputes"),
    Movement.DISPUTE_REVERSED: _("Disputes given back"),
    Movement.FEE: _("Fees"),
    Movement.PAYOUT: _("Payouts"),
    Movement.OTHER: _("Other"),
}


def reason(code: str) -> str:
    words = REASONS | _OTHER_REASONS
    return str(words[code]) if code in words else code


def refund_state(state: str, why_failed: str | None) -> tuple[str, Promise]:
    """The chip of a refund: how it looks and what it says."""
    if state == RefundState.FAILED and why_failed == REJECTED:
        return ("off", _("Not given"))
    return REFUND_STATES[state]


def refusal(refused: Exception) -> str:
    """Why a refund was refused."""
    if isinstance(refused, CannotRefund):
        return str(WHY_NOT[refused.why])
    words = {RefundTooLarge: TOO_LARGE, Overdrawn: OVERDRAWN, OtherRefund: OTHER}
    return str(words[type(refused)])


def trouble(met: ProviderTrouble) -> str:
    """Why a provider did not do what it was asked."""
    if isinstance(met, Misconfigured):
        return str(_("The provider does not accept our keys: tell whoever looks after the installation."))
    if isinstance(met, Refused):
        return str(_("The provider refused. It may be too late, or answered already: ask for its state."))
    return str(_("The provider did not answer. Nothing is lost: ask for its state, then try again."))

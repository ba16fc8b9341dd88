"""What came back of an order's money, as its customer reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from yuanyou.flows import refund_request
from yuanyou.kernel.money import Money
from yuanyou.payments import queries as payments
from yuanyou.payments.queries import PaymentView, RefundView
from yuanyou.payments.rules import Destination, RefundState
from yuanyou.web.shared.methods import name_of


@dataclass(frozen=True, slots=True)
class CameBack:
    """One refund. `tone` is a chip's: good, wait or warn; `detail` says where the money is."""

    amount: Money
    tone: str
    words: str
    detail: str
    at: datetime


def came_back(payment: PaymentView) -> list[CameBack]:
    """Refunds that were given, oldest first; not what is still being decided. In the order's cell."""
    ways = {attempt.id: str(name_of(attempt.method)) for attempt in payment.attempts}
    found = payments.refunds_of(list(ways))
    shown = [_shown(refund, way=ways[refund.attempt_id]) for refund in found]
    return [each for each in shown if each is not None]


def _shown(refund: RefundView, *, way: str) -> CameBack | None:
    at = refund.settled_at or refund.created_at
    if refund.state is RefundState.REQUESTED:
        return None
    if refund.state is RefundState.FAILED:
        return _failed(refund, at=at)
    if refund.state is not RefundState.SUCCEEDED:
        detail = _("It goes back the way it came: %(way)s.") % {"way": way}
        return CameBack(refund.amount, "wait", _("On its way"), detail, refund.created_at)
    if refund.destination is Destination.WALLET:
        return CameBack(refund.amount, "good", _("In your wallet"), _("You can spend it now."), at)
    detail = _("Sent back the way it came: %(way)s. A bank may take some days to show it.") % {"way": way}
    return CameBack(refund.amount, "good", _("Done"), detail, at)


def _failed(refund: RefundView, *, at: datetime) -> CameBack | None:
    """What was refused on its way. None: nothing had been taken, or it was sent once more."""
    if refund_request.in_wallet(refund.id):
        detail = _("It could not be sent back the way it came.")
        return CameBack(refund.amount, "good", _("In your wallet"), detail, at)
    if refund_request.waits(refund.id, refund.amount.currency):
        detail = _("It could not be sent back the way it came. Please write to us: we keep it for you.")
        return CameBack(refund.amount, "warn", _("Not sent yet"), detail, at)
    return None

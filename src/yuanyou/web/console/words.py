"""Acts and obstacles in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.erasure import Obstacle

VERBS: dict[str, Promise] = {
    "sign_in": _("Signed in"),
    "second_factor_set_up": _("Set up a second factor"),
    "password_changed": _("Changed their password"),
    "staff_added": _("Added a member of staff"),
    "staff_reset": _("Reset how a member of staff signs in"),
    "reveal": _("Looked at personal data"),
    "erase": _("Erased a customer"),
    "refund_request": _("Asked for a refund"),
    "refund_approve": _("Approved a refund"),
    "refund_reject": _("Did not give a refund"),
    "refund_explain": _("Said what a refund made outside was for"),
    "refund_retry": _("Sent a refused refund once more"),
    "refund_follow": _("Had a refund asked about again"),
    "network_again": _("Had the carrier asked again"),
    "dispute_contest": _("Contested a dispute"),
    "dispute_concede": _("Conceded a dispute"),
    "dispute_ask": _("Asked how a dispute stands"),
    "case_resolve": _("Decided a difference from a statement"),
    "statement_pull": _("Had a statement pulled again"),
}
"""What the log calls an act: every verb that is recorded anywhere."""

OBSTACLES: dict[Obstacle, Promise] = {
    Obstacle.LINE: _("A line is still theirs: it has to be closed or given up first."),
    Obstacle.WALLET: _("There is money in their wallet: refund it first."),
    Obstacle.PAYMENT: _("A payment, a refund or a dispute is not over yet."),
}


def verb(code: str) -> str:
    return str(VERBS.get(code, code))

"""How an order goes on while it is being paid: a code to scan, or a button that the app around us answers."""

import json
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.checkout import SHOWN_BY_US
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Action, Place
from yuanyou.payments.queries import AttemptView
from yuanyou.payments.rules import AttemptState
from yuanyou.web.shared.methods import brands_of, code_of, name_of

SCAN, SCRIPT, RUN_OUT = "scan", "script", "run_out"
SCANNED_WITH: dict[str, Promise] = {
    "alipay": _("Scan with Alipay"),
    "wechat_pay": _("Scan with WeChat"),
}
OVER = frozenset({AttemptState.EXPIRED, AttemptState.CANCELED})
"""What becomes of a code whose time is over."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the order's page shows of the try that is open. `phase`: scan, script, run_out."""

    phase: str
    ref: str
    title: Promise | str
    method: Promise | str
    brands: list[Promise | str]
    """Other wallets that can pay it."""
    amount: Money
    code: str
    """What the QR code says."""
    params: str
    """What WeChat is asked, as JSON."""
    until: datetime
    seconds: int
    """How long it is still good."""
    again: str
    """What a form sends to ask for a new one."""


def door_of(attempt: AttemptView | None, *, place: Place, now: datetime) -> Door | None:
    """The door that this try opened for who looks at it from `place`; None: there is none, or not for them.

    A code is for another device's camera, and WeChat's button only for WeChat.
    """
    if attempt is None or attempt.action not in SHOWN_BY_US or not _is_theirs(attempt, place):
        return None
    over = now >= attempt.expires_at
    if attempt.state is not AttemptState.ACTION_REQUIRED and not (over and attempt.state in OVER):
        return None
    phase = RUN_OUT if over else SCAN if attempt.action is Action.QR else SCRIPT
    return Door(
        phase=phase,
        ref=attempt.ref,
        title=_title(attempt),
        method=name_of(attempt.method),
        brands=brands_of(attempt),
        amount=attempt.amount,
        code=attempt.next_url or "",
        params=json.dumps(attempt.next_params),
        until=attempt.expires_at,
        seconds=max(0, ceil((attempt.expires_at - now).total_seconds())),
        again=code_of(attempt),
    )


def _title(attempt: AttemptView) -> Promise | str:
    if attempt.action is Action.SCRIPT:
        return _("Pay with WeChat")
    return SCANNED_WITH.get(attempt.method) or name_of(attempt.method)


def _is_theirs(attempt: AttemptView, place: Place) -> bool:
    if attempt.action is Action.SCRIPT:
        return place is Place.WECHAT
    return place in {Place.BROWSER, attempt.place}

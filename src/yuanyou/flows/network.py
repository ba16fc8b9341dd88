"""What carries a line follows the line: wishes are written with its moves, and sent from a loop.

follow()     a line was moved: what does that mean for the network?   (part of the step that moves it)
work()       the loop asks the carrier, and reads back what it did    (one wish, then its answer)
ask_again()  staff: what was refused or got stuck is wished anew

A line is restored when it was read back open, not when the carrier said so.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from yuanyou.catalog.queries import plan_version
from yuanyou.flows import acts
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import LineState
from yuanyou.network import actions as network
from yuanyou.network.actions import Claimed, Want
from yuanyou.network.port import Allow, Carrier, CarrierRefused, CarrierTrouble, Service
from yuanyou.network.rules import OPEN_STATES, Kind, Look, WishEvent, WishState, judged
from yuanyou.wiring import carrier, pay_hosts

log = logging.getLogger(__name__)

CHANNEL = "yuanyou_network"
WANTS = {
    LineState.ACTIVE: Service.OPEN,
    LineState.GRACE: Service.OPEN,
    LineState.SUSPENDED: Service.BARRED,
    LineState.PAUSED: Service.BARRED,
    LineState.RELEASED: Service.CLOSED,
    LineState.CLOSED: Service.CLOSED,
}
"""An ordered line has no card yet: nothing is wished for it."""
NOTHING = Allow(hosts=(), incoming_sms=False)


def follow(moved: Iterable[Timeline], *, now: datetime) -> int:
    """Wish what the states of these lines want, whose locks are held; how many wishes that takes.

    As many statements for a batch as for one line. The loops are told after the commit.
    """
    wants = [want for want in map(_want, moved) if want is not None]
    asked = network.want(wants, now=now) if wants else 0
    if asked:
        transaction.on_commit(_nudge)
    return asked


def _want(current: Timeline) -> Want | None:
    line = current.line
    wanted = WANTS.get(LineState(line.state))
    if wanted is None or line.iccid is None:
        return None
    allow = _allowed(current) if wanted is Service.BARRED else NOTHING
    return Want(line.pk, line.iccid, wanted, allow)


def ask_again(line_id: int, *, by: int, now: datetime) -> bool:
    """Staff: wish anew what the carrier refused or nobody knows of. False: nothing has to be asked."""
    with in_cell(cell_of(line_id)):
        current = lines.lock(line_id)
        asked = follow([current], now=now) > 0
        if asked:
            acts.record(
                actor_id=by,
                verb="network_again",
                subject=current.line.ref,
                reason="",
                facts={"state": str(current.line.state)},
                about=current.line.customer_id,
                now=now,
            )
        return asked


def work(cell: int, *, now: datetime, limit: int = 4, urgent_only: bool = False) -> int:
    """Ask the carrier what is due, and read back what became of it; how many wishes were taken."""
    began = time.monotonic()
    with in_cell(cell):
        due = network.claim_due(now=now, lease=LEASE, limit=limit, urgent_only=urgent_only)
    for wish in due:
        with apart(f"wish {wish.ask.ref} of the network"):
            told = _ask(carrier(), wish)
            # The carrier's time counts: a line works when it was seen to, not when the batch began.
            answered = now + timedelta(seconds=time.monotonic() - began)
            with in_cell(cell):
                _keep(wish.id, told, now=answered)
    return len(due)


@dataclass(frozen=True, slots=True)
class _Told:
    event: WishEvent
    why: str = ""


def _ask(company: Carrier, wish: Claimed) -> _Told:
    """One try: what may have been sent before is looked up first, and asked again only if nobody knows it."""
    said = WishEvent.LOST
    try:
        if not wish.never_sent:
            look = _look(company, wish)
            if look is not Look.ASK:
                return _seen(look)
        _send(company, wish)
        said = WishEvent.ACCEPTED
        return _seen(_look(company, wish))
    except CarrierRefused as no:
        return _Told(WishEvent.REFUSED, str(no))
    except CarrierTrouble as trouble:
        return _Told(said, str(trouble))


def _send(company: Carrier, wish: Claimed) -> None:
    """It says done or accepted; either is believed only when it is read back."""
    match wish.kind:
        case Kind.OPEN:
            company.open(wish.ask)
        case Kind.BAR:
            company.bar(wish.ask, wish.allow)
        case Kind.RESTORE:
            company.restore(wish.ask)
        case Kind.CLOSE:
            company.close(wish.ask)


def _look(company: Carrier, wish: Claimed) -> Look:
    return judged(wish.kind, company.read_back(wish.ask), hosts=wish.allow.hosts)


def _seen(look: Look) -> _Told:
    match look:
        case Look.CONFIRMED:
            return _Told(WishEvent.SEEN)
        case Look.REFUSED:
            return _Told(WishEvent.REFUSED, "refused after it was accepted")
        case _:
            return _Told(WishEvent.ACCEPTED, "not done yet")


def _keep(wish_id: int, told: _Told, *, now: datetime) -> None:
    wish = network.lock(wish_id)
    if wish.state not in OPEN_STATES:  # another worker took it when our lease was over, and knows
        return
    match told.event:
        case WishEvent.SEEN:
            network.confirmed(wish, now=now)
        case WishEvent.REFUSED:
            log.error("the carrier refuses %s of line %s: %s", wish.kind, wish.line_id, told.why)
            network.refused(wish, why=told.why, now=now)
        case _:
            network.put_off(wish, told.event, why=told.why, now=now)
            if wish.state == WishState.STUCK:
                log.error("nobody knows what became of %s of line %s", wish.kind, wish.line_id)


def _allowed(current: Timeline) -> Allow:
    """What the line reaches while it is barred: our site, every pay page, and texts if its plan says so."""
    own = urlsplit(settings.CONFIG.site_url).hostname or ""
    last = current.last
    sms = last is not None and plan_version(last.plan_version_id).policy.suspended_incoming_sms
    return Allow(hosts=tuple(dict.fromkeys((own, *pay_hosts()))), incoming_sms=sms)


def _nudge() -> None:
    """Wake the loops; they look by themselves as well, so a lost nudge costs a tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")

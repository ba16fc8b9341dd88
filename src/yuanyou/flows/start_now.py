"""The term that a line has bought already begins now, because the running one has no data left.

offer()    what that costs in days and what it brings   (changes nothing)
begin()    the owner says yes                           (one transaction, safe to run twice)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yuanyou.allowances import queries as allowances
from yuanyou.allowances.queries import Left
from yuanyou.catalog.rules import days_given_up
from yuanyou.flows import terms, tries
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.moves import settle
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.units import Unit
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.models import Line, Term
from yuanyou.lines.rules import LineState
from yuanyou.payments import saved

BY_ITS_OWNER = "owner"


class NothingToStart(Exception):
    """No term waits that would bring data, or there still is data, or it is not what was shown."""


@dataclass(frozen=True, slots=True)
class StartNow:
    """What the owner is asked about. Instants in the zone of `line`."""

    line: Line
    running_id: int
    """The term that is cut: the answer names it, so that a yes to one thing is not taken for another."""
    term_id: int
    """The term that begins."""
    plan_version_id: int
    data: int | None
    """Bytes that it brings; None without limit."""
    days_given_up: int
    running_ends: datetime
    paid_until: datetime
    """The end of all that is paid for, as it is."""
    ends_at: datetime
    """When the term that begins now would end."""
    paid_until_then: datetime
    """The end of all that is paid for, once it has begun: never sooner than this."""


def offer(line_id: int, *, customer_id: int, now: datetime) -> StartNow:
    """What it would mean. Line.DoesNotExist unless it is this customer's; NothingToStart."""
    with in_cell(cell_of(line_id)):
        current = bring_up_to_date(_locked(line_id, customer_id), now=now)
        buckets = allowances.buckets(line_id, now=now)
        running, following = _both(current, buckets, now=now)
        spans = terms.follow_on(current.waiting, after=now)
        assert current.paid_until is not None
        return StartNow(
            line=current.line,
            running_id=running.pk,
            term_id=following.pk,
            plan_version_id=following.plan_version_id,
            data=_data_of(following, buckets),
            days_given_up=days_given_up(now=now, end=running.ends_at),
            running_ends=running.ends_at,
            paid_until=current.paid_until,
            ends_at=spans[0][1],
            paid_until_then=spans[-1][1],
        )


def begin(line_id: int, *, customer_id: int, running_id: int, term_id: int, now: datetime) -> bool:
    """Cut the running term that was shown and start the one that waits; False: that one runs already.

    Line.DoesNotExist unless it is this customer's; NothingToStart. A yes that comes late costs no more days
    than were shown: fewer are left to give up.
    """
    with in_cell(cell_of(line_id)):
        mandate = saved.lock_mandate(line_id)
        current = bring_up_to_date(_locked(line_id, customer_id), now=now)
        if current.running is not None and current.running.pk == term_id:
            return False
        running, following = _both(current, allowances.buckets(line_id, now=now), now=now)
        if (running.pk, following.pk) != (running_id, term_id):
            raise NothingToStart
        terms.cut(running, at=now)
        terms.start_waiting(current, cause=BY_ITS_OWNER, now=now)
        after = lines.timeline(current.line)
        settle(after, now=now)
        if mandate is not None:  # what is paid for ends sooner, and so does the time to renew it
            saved.look_again(mandate, at=tries.first(after, now=now), order_id=mandate.order_id)
    return True


def possible(current: Timeline, buckets: Sequence[Left], *, now: datetime) -> bool:
    """Whether a line's pages offer it."""
    try:
        _both(current, buckets, now=now)
    except NothingToStart:
        return False
    return True


def _locked(line_id: int, customer_id: int) -> Timeline:
    current = lines.lock(line_id)
    if current.line.customer_id != customer_id:
        raise Line.DoesNotExist
    return current


def _both(current: Timeline, buckets: Sequence[Left], *, now: datetime) -> tuple[Term, Term]:
    """The term that would be cut and the one that would begin. NothingToStart."""
    running, waiting = current.running, current.waiting
    if current.line.state != LineState.ACTIVE or running is None or not waiting:
        raise NothingToStart
    if not allowances.out_of_data(buckets, now=now) or _data_of(waiting[0], buckets) == 0:
        raise NothingToStart
    return running, waiting[0]


def _data_of(term: Term, buckets: Sequence[Left]) -> int | None:
    """Bytes that a term brings; none while they are frozen, None without limit."""
    mine = [b for b in buckets if b.source == terms.source(term) and b.unit is Unit.BYTES]
    if any(bucket.left is None for bucket in mine):
        return None
    return sum(bucket.left or 0 for bucket in mine)

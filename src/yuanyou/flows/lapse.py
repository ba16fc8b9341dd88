"""What time does to a line: the next term starts, grace, suspension. Each move at the instant it was due.

bring_up_to_date()  inside any step that holds the line's lock, before it decides anything
sweep()             the loop: claim lines whose instant has come, one transaction a line
"""

from datetime import datetime, timedelta

from yuanyou.flows.earning import earn_rest
from yuanyou.flows.moves import settle
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import Due, LineEvent, LineState, TermEvent, due
from yuanyou.messages import queries as messages

HOLD_LONGER = timedelta(days=30)
WARNINGS_NEEDED = 4
SWEEP = "sweep"


def sweep(cell: int, *, now: datetime, limit: int = 100) -> int:
    """Move the lines that are due, one transaction a line; how many were claimed."""
    with in_cell(cell):
        due_ids = lines.claim_due(now=now, lease=LEASE, limit=limit)
    for line_id in due_ids:
        with apart(f"the sweep of line {line_id}"), in_cell(cell):
            settle(bring_up_to_date(lines.lock(line_id), now=now), now=now)
    return len(due_ids)


def bring_up_to_date(current: Timeline, *, now: datetime) -> Timeline:
    """Make every move that was due by `now`, in order, each at its own instant. The line is locked."""
    moved = False
    while True:
        found = due(
            LineState(current.line.state),
            running_end=current.running.ends_at if current.running else None,
            waiting_start=current.waiting[0].starts_at if current.waiting else None,
            life=current.clocks,
            now=now,
        )
        if found is None:
            if moved:
                settle(current, now=now)
            return current
        what, at = found
        if what is Due.RELEASE and not _may_release(current):
            # Law 13: nobody was warned enough; the number is held on, and a person decides.
            lines.hold_number(current.line, until=now + HOLD_LONGER)
        else:
            _happen(current, what, at=at)
        current, moved = lines.timeline(current.line), True


def _happen(current: Timeline, what: Due, *, at: datetime) -> None:
    line, running = current.line, current.running
    if running is not None and what in {Due.NEXT_TERM, Due.RAN_OUT}:
        lines.move_term(running, TermEvent.ENDED, at=at)
        earn_rest(running, at=at)
    match what:
        case Due.NEXT_TERM:
            lines.move_term(current.waiting[0], TermEvent.STARTED, at=at)
            lines.move(line, LineEvent.TERM_FOLLOWED, at=at, cause=SWEEP, term_id=current.waiting[0].pk)
        case Due.RAN_OUT:
            without_grace = running is not None and running.grace_days == 0
            event = LineEvent.GRACE_ENDED if without_grace else LineEvent.RAN_OUT
            lines.move(line, event, at=at, cause=SWEEP, term_id=running.pk if running else None)
        case Due.GRACE_ENDED:
            lines.move(line, LineEvent.GRACE_ENDED, at=at, cause=SWEEP)
        case Due.RELEASE:
            rest = timedelta(days=current.last.quarantine_days if current.last else 90)
            lines.release_number(line, rests_until=at + rest)
            lines.move(line, LineEvent.RELEASED, at=at, cause=SWEEP)


def _may_release(current: Timeline) -> bool:
    """Were enough warnings accepted, on a channel other than the line, since grace began?"""
    since = current.paid_until
    return since is not None and messages.warnings_accepted(current.line.pk, since=since) >= WARNINGS_NEEDED

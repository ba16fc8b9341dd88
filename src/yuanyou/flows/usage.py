"""What the network says a line used is drawn from its allowances; the first use starts a term that waits."""

from datetime import datetime

from yuanyou.allowances import actions as allowances
from yuanyou.flows import terms
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.moves import settle
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.units import Unit
from yuanyou.lines import actions as lines
from yuanyou.lines.rules import LineState

FIRST_USE = "first_use"


def record(line_id: int, unit: Unit, amount: int, *, key: str, country: str, now: datetime) -> int:
    """Take in so much usage, once per key; what no allowance covered."""
    with in_cell(cell_of(line_id)):
        current = bring_up_to_date(lines.lock(line_id), now=now)
        waits = current.running is None and current.waiting and current.waiting[0].at_first_use
        if current.line.state == LineState.ACTIVE and waits:
            terms.start_waiting(current, cause=FIRST_USE, now=now)
            settle(lines.timeline(current.line), now=now)
        return allowances.use(line_id, unit, amount, key=key, country=country, now=now)

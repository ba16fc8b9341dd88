"""What every step does last with a line that it moved, in the step's own transaction."""

from datetime import datetime

from yuanyou.flows import network
from yuanyou.lines import actions as lines
from yuanyou.lines.actions import Timeline


def settle(current: Timeline, *, now: datetime) -> None:
    """Store the line's state and its next instant, and wish of the network what that state wants."""
    lines.schedule(current)
    network.follow([current], now=now)

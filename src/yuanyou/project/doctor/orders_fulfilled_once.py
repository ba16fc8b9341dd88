"""A paid payment has one order that was fulfilled (or returned), one receipt and one sale (law 6)."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("orders_fulfilled_once")

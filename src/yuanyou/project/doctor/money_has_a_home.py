"""What arrived for a payment was sold for, topped up or given back, to the cent (laws 5 and 6)."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("money_has_a_home")

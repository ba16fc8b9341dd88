"""A number in use belongs to a line that has it, and to one only."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("numbers_have_their_line")

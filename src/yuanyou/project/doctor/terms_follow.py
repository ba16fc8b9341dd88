"""Terms of a line do not overlap, and those that wait follow without a gap (law 10)."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("terms_follow")

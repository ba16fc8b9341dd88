"""What the network last confirmed of a line is what its life wants, or a wish is under way."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("network_follows_lines")

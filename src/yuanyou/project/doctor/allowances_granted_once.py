"""Every term that was sold granted its allowances, and no bucket is overdrawn (laws 14 to 16)."""

from collections.abc import Iterable

from yuanyou.project.doctor._breaches import in_every_cell
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return in_every_cell("allowances_granted_once")

"""Stored balances are the sums of their entries (law 2)."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from yuanyou.flows.step import in_cell
from yuanyou.ledger import queries
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return _drifts()


def _drifts() -> Iterator[str]:
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            drifted = queries.drifted_balances()
        for drift in drifted:
            yield f"cell {cell}: {drift.account} is stored as {drift.stored}, posted as {drift.posted}"

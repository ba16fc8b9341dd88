"""No entry names an account that the chart does not know (law 2)."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from yuanyou.flows.step import in_cell
from yuanyou.ledger import queries, recipes
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return _strangers()


def _strangers() -> Iterator[str]:
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            sums = queries.trial_balance()
        for row in sums:
            if not any(row.account == known or _is_one_of(row.account, known) for known in recipes.CHART):
                yield f"cell {cell}: {row.account}"


def _is_one_of(account: str, family: str) -> bool:
    return family.endswith(":") and account.startswith(family)

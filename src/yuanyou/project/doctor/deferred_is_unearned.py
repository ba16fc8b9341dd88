"""What is deferred is exactly what terms have not yet earned (DESIGN, Books)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.conf import settings

from yuanyou.flows.earning import unearned
from yuanyou.flows.step import in_cell
from yuanyou.ledger import queries
from yuanyou.ledger.recipes import deferred
from yuanyou.lines.models import Term
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return _differences()


def _differences() -> Iterator[str]:
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            last = queries.last_earned_day()
            owed: dict[tuple[str, str], int] = defaultdict(int)
            for term in Term.objects.select_related("line").iterator(chunk_size=5000):
                owed[deferred(term.product_class).name, term.currency] += unearned(term, last_day=last)
            booked = {
                (row.account, row.amount.currency): -row.amount.minor
                for row in queries.trial_balance()
                if row.account.startswith("liabilities:deferred:")
            }
        for key in owed.keys() | booked.keys():
            if owed.get(key, 0) != booked.get(key, 0):
                yield f"cell {cell}: {key}: terms say {owed.get(key, 0)}, books {booked.get(key, 0)}"

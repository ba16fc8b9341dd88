"""The audit log's chain adds up: nothing was changed, taken out or put in (law 20)."""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from yuanyou.audit import queries
from yuanyou.project.steps import Step
from yuanyou.project.target import Target


def run(_target: Target, _step: Step) -> Iterable[str]:
    return _faults()


def _faults() -> Iterator[str]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield from list(queries.faults())

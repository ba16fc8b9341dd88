"""A flow step: one transaction in one cell. Modules never open or commit one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from yuanyou.kernel import cells

LEASE = timedelta(seconds=60)
"""How long a claimed row is left to its worker before another may take it."""


@contextmanager
def in_cell(cell: int) -> Iterator[None]:
    """All of it or none of it, seeing this cell and what is shared."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cells.enter(cursor, cell)
        yield

"""A flow step: one transaction in one cell. Modules never open or commit one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from yuanyou.kernel import cells

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
"""How long a claimed row is left to its worker before another may take it."""


@contextmanager
def in_cell(cell: int) -> Iterator[None]:
    """All of it or none of it, seeing this cell and what is shared."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cells.enter(cursor, cell)
        yield


@contextmanager
def apart(what: str) -> Iterator[None]:
    """One row of a batch: its failure is logged and left to its lease, and the rows behind it go on."""
    try:
        yield
    except Exception:
        log.exception("%s failed and is tried again", what)

"""Which steps write into two schemas: docs/cells.md lists them, and the tests catch any other at its commit.

PostgreSQL itself is asked, by the locks a transaction holds when it is about to commit: what was written
through a function, a trigger or an ORM shows up all the same. Reading is free, and a foreign key may point
into the catalog.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

import yuanyou

SOURCE = f"{Path(yuanyou.__file__).parent}/"
PAGE = Path(__file__).parents[1] / "docs" / "cells.md"
LOCKED = """
SELECT n.nspname, c.relname FROM pg_locks AS l
JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND c.relkind IN ('r', 'p')
  AND (l.mode = 'RowExclusiveLock' OR l.mode = 'RowShareLock' AND c.relname !~ '^catalog_')
  AND (n.nspname = 'public' OR n.nspname ~ '^cell_')
"""
"""Tables written, or whose rows were locked, by this transaction."""

COMMIT = DatabaseWrapper._commit
NAMED = re.compile(r"`([\w./]+)`")

Touched = Mapping[str, frozenset[str]]
"""The tables touched in each schema."""


def listed(page: str) -> dict[str, frozenset[str]]:
    """The public tables that each step of the page's first table may touch beside its cell."""
    found: dict[str, frozenset[str]] = {}
    for line in page.partition("\n## ")[0].splitlines():
        if line.startswith("| `"):
            steps, tables = line.split("|")[1:3]
            for step in NAMED.findall(steps):
                found[step] = found.get(step, frozenset()) | frozenset(NAMED.findall(tables))
    return found


def touched(cursor: Any) -> Touched:
    """What this transaction has touched so far."""
    cursor.execute(LOCKED)
    rows = cursor.fetchall()
    return {schema: frozenset(t for s, t in rows if s == schema) for schema in {s for s, _ in rows}}


def breach(step: str, found: Touched, allowed: Mapping[str, frozenset[str]]) -> str | None:
    """What the page does not say; None when one schema was touched, or as it is listed."""
    if len(found) < 2:
        return None
    cells = sorted(found.keys() - {"public"})
    if len(cells) > 1:
        return f"{step} writes into {' and '.join(cells)}"
    others = found["public"] - allowed.get(step, frozenset())
    return f"{step} writes into {cells[0]} and into {', '.join(sorted(others))} of public" if others else None


@contextmanager
def watched() -> Iterator[list[str]]:
    """Look at every commit; what docs/cells.md does not list is found in the list."""
    allowed = listed(PAGE.read_text("utf-8"))
    breaches: list[str] = []

    def look_and_commit(self: DatabaseWrapper) -> None:
        if self.connection is not None and (step := _step()) is not None:
            with self.connection.cursor() as cursor:
                wrong = breach(step, touched(cursor), allowed)
            if wrong is not None:
                breaches.append(wrong)
        COMMIT(self)

    with mock.patch.object(DatabaseWrapper, "_commit", look_and_commit):
        yield breaches


def _step() -> str | None:
    """The function of the source that opened the transaction, `flows/lapse.sweep`; None: a test did."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(SOURCE) and not file.endswith("flows/step.py"):
            return f"{file.removeprefix(SOURCE).removesuffix('.py')}.{frame.f_code.co_name}"
        if "/tests/" in file and file != __file__:
            return None
        frame = frame.f_back  # type: ignore[assignment]  # the outermost has none
    return None


def touched_now() -> Touched:
    """What the transaction at hand has touched so far."""
    with connection.cursor() as cursor:
        return touched(cursor)

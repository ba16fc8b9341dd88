"""Asking every cell one question whose right answer is no row at all."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from yuanyou.flows.step import in_cell
from yuanyou.kernel.sql import load


def in_every_cell(question: str) -> Iterator[str]:
    """The rows of `sql/<question>.sql`, cell by cell, as "cell 1: column=value ...": each is a breach."""
    for cell in settings.CONFIG.cells:
        with in_cell(cell), connection.cursor() as cursor:
            cursor.execute(load("yuanyou.project.doctor.sql", question), {"cell": cell})
            columns = [column.name for column in cursor.description or ()]
            rows = cursor.fetchmany(50)
        for row in rows:
            told = " ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True))
            yield f"cell {cell}: {told}"

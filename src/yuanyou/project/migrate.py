"""Bring every schema up to date: `public` first, then each cell, each with its own record of migrations."""

from collections.abc import Sequence

from django.core.cache import caches
from django.core.management import call_command
from django.db import connection

from yuanyou.kernel import cells
from yuanyou.project.router import migrating


def migrate(cell_numbers: Sequence[int], *, verbosity: int = 0) -> None:
    """Create the schemas that are missing and run the migrations each has not seen. Safe to repeat."""
    try:
        for cell in (cells.SHARED, *cell_numbers):
            with connection.cursor() as cursor:
                cells.create(cursor, cell)
            with migrating(cell):
                call_command("migrate", verbosity=verbosity, interactive=False)
            if cell == cells.SHARED:
                call_command("createcachetable", verbosity=verbosity)
    finally:
        connection.close()  # the session's search path was the last cell's
        caches.close_all()

"""Cells: a cell is a PostgreSQL schema with its own complete set of what customers own.

The only place that sets the search path. `public` holds what is shared (sign-in, catalog, staff,
inbox, audit); `cell_1`, `cell_2` ... hold lines, terms, allowances, ledger, orders, payments.
A connection at rest sees `public` only, so a step that forgot to enter its cell fails at once
instead of writing into the wrong one.
"""

from typing import Any, Protocol

from yuanyou.kernel.sql import load

SHARED = 0
"""The number of schema `public` in ids."""
LAST = 1023


class Cursor(Protocol):
    """What we need of a database cursor (psycopg's or Django's)."""

    def execute(self, sql: Any, /) -> object: ...


def schema(cell: int) -> str:
    """`schema(1)` is "cell_1"; `schema(SHARED)` is "public"."""
    if not SHARED <= cell <= LAST:
        raise ValueError(f"no such cell: {cell}")
    return "public" if cell == SHARED else f"cell_{cell}"


def enter(cursor: Cursor, cell: int) -> None:
    """See this cell, then what is shared, until the transaction ends."""
    cursor.execute(f"SET LOCAL search_path TO {schema(cell)}, public")


def leave(cursor: Cursor) -> None:
    """See only what is shared, until the transaction ends."""
    cursor.execute("SET LOCAL search_path TO public")


def settle_in(cursor: Cursor, cell: int) -> None:
    """See this cell for the whole session: for migrations, never for requests."""
    name = schema(cell)
    cursor.execute(f"SET search_path TO {name}" + (", public" if cell else ""))


def create(cursor: Cursor, cell: int) -> None:
    """Make the schema with what every table needs: its ids and its own migration record."""
    name = schema(cell)
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    settle_in(cursor, cell)
    cursor.execute(load("yuanyou.kernel.sql", "schema").format(schema=name, cell=cell))

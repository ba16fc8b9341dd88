"""Which tables live where: shared ones in schema `public`, the rest once in every cell.

Django asks `allow_migrate` for every operation; the answer depends on the schema being migrated now,
so that a celled migration that depends on a shared one leaves no empty copy of it in the cell.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from yuanyou.kernel import cells

SHARED_APPS = frozenset(
    {
        "auth",
        "contenttypes",
        "sessions",
        "django_cache",
        "account",
        "mfa",
        "usersessions",
        "identity",
        "catalog",
        "audit",
    }
)
SHARED_MODELS = frozenset(
    {"payments.inbox", "payments.statementday", "payments.statementrow", "payments.case", "lines.number"}
)
"""Shared tables of modules whose other tables are celled."""

_schema: ContextVar[int] = ContextVar("schema being migrated", default=cells.SHARED)


@contextmanager
def migrating(cell: int) -> Iterator[None]:
    """Answer for this schema until the block ends."""
    token = _schema.set(cell)
    try:
        yield
    finally:
        _schema.reset(token)


def is_shared(app_label: str, model_name: str | None) -> bool:
    return app_label in SHARED_APPS or f"{app_label}.{model_name}" in SHARED_MODELS


class CellRouter:
    """`RunSQL` for a shared table of a celled module says which with `hints={"model_name": ...}`."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        del db, hints
        return is_shared(app_label, model_name) == (_schema.get() == cells.SHARED)

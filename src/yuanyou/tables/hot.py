"""Rows where every millisecond of processor counts: paying, settling, lapsing.

The ORM builds a statement anew each time, which costs ten times what running it does. These build it
once for each table and give the database the same text again, with the values apart from it, so that it
plans it once as well. Same models, same fields, same values; anywhere else the ORM reads and writes.

The ORM itself keeps Django's own way to send values: apart from the text it gives an integer the width of
the field it guesses, and psycopg cuts what is wider without a word (`F("used") + 10_000_000_000`).

insert()  one row           insert_all()  several at once
update()  some fields of one row, save()  all of them
read()    one row           lock()        one row, locked
fetch()   rows by a condition
cursor()  for SQL of one's own
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model

from yuanyou.tables import Row

R = TypeVar("R", bound=Row)
M = TypeVar("M", bound=Model)


def cursor() -> CursorWrapper:
    """A cursor whose values travel apart from the text; what comes back is planned once a connection.

    Its statements are counted like all others. A value of no certain type needs a cast in the SQL.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    apart: Any = ServerBindingCursor
    return connection._prepare_cursor(apart(connection.connection))  # type: ignore[attr-defined, no-any-return]


def insert(row: Row) -> None:
    """Write a new row; its id is made by the database."""
    model = type(row)
    with cursor() as sent:
        sent.execute(_insertion(model, 1), _values(row, _fields(model)))
        row.pk = sent.fetchone()[0]
    _is_stored(row)


def insert_all(rows: Sequence[Row], *, ignore_conflicts: bool = False) -> None:
    """Write new rows of one table at once, leaving out those that are there. Their ids are not read back."""
    if not rows:
        return
    model = type(rows[0])
    fields = _fields(model)
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with cursor() as sent:
        sent.execute(
            _insertion(model, len(rows), tail=tail), [v for row in rows for v in _values(row, fields)]
        )


def update(row: Row, *names: str) -> None:
    """Write these fields of a row, named as its attributes are (`line_id`, not `line`)."""
    fields, sql = _update(type(row), names)
    with cursor() as sent:
        sent.execute(sql, [*_values(row, fields), row.pk])


def save(row: Row) -> None:
    """Write every field of a row that is there."""
    update(row, *(field.attname for field in _fields(type(row))))


def read(model: type[R], pk: int) -> R:
    """The row of this id. DoesNotExist."""
    return _only(model, "WHERE id = %s", pk)


def lock(model: type[R], pk: int) -> R:
    """The row of this id, locked until the transaction ends. DoesNotExist."""
    return _only(model, "WHERE id = %s FOR UPDATE", pk)


def _only(model: type[R], condition: str, pk: int) -> R:
    found = fetch(model, condition, [pk])
    if not found:
        raise model.DoesNotExist(f"{model.__name__} {pk}")
    return found[0]


def fetch(model: type[M], condition: str, params: Sequence[Any]) -> list[M]:
    """The rows that SQL after `SELECT all fields FROM the table` picks. It is never made of input."""
    with cursor() as sent:
        sent.execute(_selection(model, condition), params)
        rows = sent.fetchall()
    names, converters = _reading(model)
    return [_row(model, names, converters, row) for row in rows]


def _row(model: type[M], names: list[str], converters: list[tuple[int, Any]], told: Sequence[Any]) -> M:
    values = list(told)
    for place, convert in converters:
        values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


def _values(row: Row, fields: Sequence["Field[Any, Any]"]) -> list[Any]:
    return [_plain(field.get_db_prep_save(getattr(row, field.attname), connection)) for field in fields]


def _plain(value: Any) -> Any:
    """Whole numbers without Django's width: the database refuses what is too wide for its column."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_stored(row: Row) -> None:
    row._state.adding, row._state.db = False, connection.alias


@cache
def _fields(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insertion(model: type[Model], count: int, *, tail: str = " RETURNING id") -> str:
    fields = _fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([one] * count)}{tail}"  # noqa: S608  our tables


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[tuple["Field[Any, Any]", ...], str]:
    by_name = {field.attname: field for field in _fields(model)}
    fields = tuple(by_name[name] for name in names)
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return fields, f"UPDATE {model._meta.db_table} SET {columns} WHERE id = %s"  # noqa: S608  our tables


@cache
def _selection(model: type[Model], condition: str) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {model._meta.db_table} {condition}"  # noqa: S608  our tables, our words


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """What the columns are called, and what must be made of some of them (JSON)."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    made = [(place, one) for place, field in enumerate(fields) for one in field.get_db_converters(connection)]
    return names, made

"""Rows by hand are the rows of the ORM: same values in, same values out, refused by the same constraints."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from django.db import DataError, IntegrityError, connection

from tests.houses import NOON, give_line
from tests.people import People
from yuanyou.allowances.models import Allowance
from yuanyou.flows.step import in_cell
from yuanyou.kernel.units import Unit
from yuanyou.lines.models import Line
from yuanyou.messages.models import Message
from yuanyou.tables import hot

pytestmark = pytest.mark.usefixtures("house")
WIDE = 10_000_000_000
"""More than fits into 32 bits."""


@dataclass
class Say:
    """Messages of Mei's line."""

    line_id: int

    def message(self, key: str, **other: object) -> Message:
        fixed = {"event": "test", "customer_id": WIDE, "line_id": self.line_id, "language": "zh-hans"}
        return Message(key=key, created_at=NOON, ask_at=NOON, **(fixed | other))


@pytest.fixture
def say(people: People) -> Say:
    return Say(give_line(people.mei, now=NOON))


def bucket(line_id: int, source: str, **other: object) -> Allowance:
    fixed: dict[str, object] = {"line_id": line_id, "source": source, "unit": Unit.BYTES, "granted": WIDE}
    span: dict[str, datetime] = {"starts_at": NOON, "ends_at": NOON.replace(month=12), "granted_at": NOON}
    return Allowance(**(fixed | span | other))


def test_what_is_written_by_hand_is_read_by_the_orm(say: Say) -> None:
    said = say.message("a", facts={"名": [1, None, "é"], "big": WIDE}, why_failed="a 'quote' and 100 %s")
    with in_cell(1):
        hot.insert(said)
        stored = Message.objects.get(pk=said.pk)
    for field in Message._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(said, field.attname), field.name


def test_what_the_orm_has_written_is_read_by_hand(say: Say) -> None:
    with in_cell(1):
        stored = Message.objects.create(**_fields(say.message("b", facts={"x": {"y": "z"}})))
        again = hot.read(Message, stored.pk)
        (by_key,) = hot.fetch(Message, "WHERE key = %s", ["b"])
    for field in Message._meta.concrete_fields:
        assert getattr(again, field.attname) == getattr(stored, field.attname), field.name
    assert by_key.pk == stored.pk
    assert again.facts == {"x": {"y": "z"}}


def _fields(row: Message) -> dict[str, object]:
    fields = (field for field in row._meta.concrete_fields if not field.primary_key)
    return {field.attname: getattr(row, field.attname) for field in fields}


def test_a_read_row_can_be_saved_again_either_way(say: Say) -> None:
    with in_cell(1):
        hot.insert(said := say.message("c"))
        said.tried, said.line_id, said.language = 3, None, "en"
        hot.update(said, "tried", "line_id")
        stored = Message.objects.get(pk=said.pk)
        assert (stored.tried, stored.line_id, stored.language) == (3, None, "zh-hans")
        hot.save(said)
        again = hot.read(Message, said.pk)
        again.event = "other"
        again.save()
        assert [(m.event, m.language) for m in Message.objects.filter(key="c")] == [("other", "en")]


def test_many_at_once_leave_out_what_is_there_only_when_told_to(say: Say) -> None:
    with in_cell(1):
        hot.insert_all([say.message("d"), say.message("e")])
        hot.insert_all([say.message("e"), say.message("f")], ignore_conflicts=True)
        assert Message.objects.filter(key__in="def").count() == 3
        hot.insert_all([])
    with pytest.raises(IntegrityError), in_cell(1):
        hot.insert_all([say.message("g"), say.message("d")])
    with in_cell(1):
        assert not Message.objects.filter(key="g").exists()


def test_wide_numbers_stay_what_they_are(say: Say) -> None:
    with in_cell(1):
        hot.insert(given := bucket(say.line_id, "test:1"))
        given.used = WIDE - 1
        hot.update(given, "used")
        assert Allowance.objects.values_list("granted", "used").get(pk=given.pk) == (WIDE, WIDE - 1)


def test_a_number_too_wide_for_its_column_is_refused_and_never_cut(say: Say) -> None:
    with pytest.raises(DataError), in_cell(1):
        hot.insert(bucket(say.line_id, "test:2", priority=2**16 + 1))
    with pytest.raises(DataError), in_cell(1):
        hot.insert_all([bucket(say.line_id, "test:3", priority=2**16 + 1)])
    with in_cell(1):
        hot.insert(given := bucket(say.line_id, "test:4"))
    given.priority = 2**16 + 1
    with pytest.raises(DataError), in_cell(1):
        hot.update(given, "priority")


def test_constraints_hold(say: Say) -> None:
    with pytest.raises(IntegrityError, match="allowance_not_overdrawn"), in_cell(1):
        hot.insert(bucket(say.line_id, "test:5", used=WIDE + 1))


def test_nobodys_row_is_said_to_be_absent(say: Say) -> None:
    with pytest.raises(Line.DoesNotExist), in_cell(1):
        hot.lock(Line, say.line_id + 1)
    with pytest.raises(Message.DoesNotExist), in_cell(1):
        hot.read(Message, say.line_id)


def test_a_locked_row_waits_for_nobody_else(say: Say) -> None:
    with in_cell(1):
        hot.lock(Line, say.line_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                " WHERE c.relname = 'lines_line' AND l.mode = 'RowShareLock' AND l.pid = pg_backend_pid()"
            )
            assert cursor.fetchone() == (1,)


def test_its_statements_are_counted_like_all_others(say: Say) -> None:
    seen: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    with in_cell(1), connection.execute_wrapper(count):
        hot.read(Line, say.line_id)
    assert len(seen) == 1


def test_what_comes_back_is_planned_once(say: Say) -> None:
    with in_cell(1):
        for _ in range(7):
            hot.read(Line, say.line_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM lines_line%'"
            )
            assert cursor.fetchone() == (1,)


def test_a_statement_planned_in_one_cell_reads_the_other_cell_in_there(say: Say) -> None:
    with in_cell(1):
        for _ in range(7):
            hot.read(Line, say.line_id)
    with pytest.raises(Line.DoesNotExist), in_cell(2):
        hot.read(Line, say.line_id)

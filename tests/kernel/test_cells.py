"""Cells: a step sees its own cell and what is shared; a step that forgot its cell sees no cell at all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from yuanyou.flows.step import in_cell
from yuanyou.kernel import cells, ids
from yuanyou.lines import actions as lines
from yuanyou.lines.models import Line

NOW = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)


def open_line(cell: int) -> int:
    with in_cell(cell):
        return lines.open_line(customer_id=7, zone="America/New_York", now=NOW).pk


def found(cell: int) -> list[int]:
    with in_cell(cell):
        return list(Line.objects.order_by("id").values_list("id", flat=True))


def one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


class TestSchema:
    @pytest.mark.parametrize(("cell", "name"), [(cells.SHARED, "public"), (1, "cell_1"), (1023, "cell_1023")])
    def test_a_cell_is_a_schema(self, cell: int, name: str) -> None:
        assert cells.schema(cell) == name

    @pytest.mark.parametrize("cell", [-1, 1024])
    def test_a_number_that_no_id_can_carry_is_no_cell(self, cell: int) -> None:
        with pytest.raises(ValueError, match="no such cell"):
            cells.schema(cell)


@pytest.mark.usefixtures("house")
class TestSteps:
    def test_a_step_that_forgot_its_cell_fails_when_it_reads(self) -> None:
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            Line.objects.exists()

    def test_a_step_that_forgot_its_cell_fails_when_it_writes(self) -> None:
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            lines.open_line(customer_id=7, zone="America/New_York", now=NOW)
        assert (found(1), found(2)) == ([], [])

    def test_what_one_cell_owns_no_other_cell_sees(self) -> None:
        first, second = open_line(1), open_line(2)
        assert (found(1), found(2)) == ([first], [second])

    def test_a_cell_is_left_with_its_step(self) -> None:
        open_line(1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Line.objects.exists()

    def test_a_cell_is_left_also_by_a_step_that_failed(self) -> None:
        def fail() -> None:
            with in_cell(2):
                lines.open_line(customer_id=7, zone="America/New_York", now=NOW)
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert one("SHOW search_path") == "public"
        assert found(2) == []

    def test_every_cell_sees_what_is_shared(self) -> None:
        lines.stock_numbers(["+19175550100"])
        for cell in (1, 2):
            with in_cell(cell):
                assert one("SELECT count(*) FROM lines_number") == 1

    def test_what_is_shared_has_no_copy_in_a_cell_and_the_other_way_round(self) -> None:
        where = "SELECT array_agg(schemaname::text ORDER BY schemaname) FROM pg_tables WHERE tablename = "
        assert one(where + "'lines_number'") == ["public"]
        assert one(where + "'lines_line'") == ["cell_1", "cell_2"]


@pytest.mark.usefixtures("house")
class TestIds:
    @pytest.mark.parametrize("cell", [1, 2])
    def test_an_id_carries_the_cell_it_was_made_in(self, cell: int) -> None:
        line_id = open_line(cell)
        assert ids.cell_of(line_id) == cell
        assert found(ids.parse(str(ids.Ref("line", line_id)), "line").cell) == [line_id]

    def test_an_id_tells_when_it_was_made(self) -> None:
        before = datetime.now(UTC) - timedelta(milliseconds=2)
        line_id = open_line(1)
        made_at = datetime.fromtimestamp(((line_id >> 22) + ids.EPOCH_MS) / 1000, UTC)
        assert before <= made_at <= datetime.now(UTC) + timedelta(milliseconds=2)

    def test_ten_thousand_ids_in_one_statement_are_all_different(self) -> None:
        # More than the sequence holds: it starts again, in a later millisecond.
        with in_cell(1):
            assert one("SELECT count(DISTINCT cell_1.new_id()) FROM generate_series(1, 10000)") == 10_000

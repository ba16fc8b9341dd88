"""What a transaction touched is seen when it commits, however it was written (docs/cells.md)."""

import pytest
from django.db import connection

from tests import schemas
from tests.houses import NOON, give_line
from tests.people import People
from yuanyou.flows import lapse
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.lines.models import Line, Number


def test_reading_what_is_shared_touches_nothing(people: People) -> None:
    with in_cell(1):
        assert Number.objects.count() > 0
        assert Line.objects.count() == 0
        assert schemas.touched_now() == {}


def test_what_is_written_through_a_statement_of_sql_is_seen(people: People) -> None:
    with in_cell(1):
        received = recipes.payment_received(attempt_id=1, payment_id=1, provider="x", amount=Money(5, "USD"))
        ledger.post(received, happened_at=NOON)
        assert schemas.touched_now().keys() == {"cell_1"}


def test_a_row_that_is_only_locked_is_seen(people: People) -> None:
    with in_cell(1):
        Number.objects.select_for_update().first()
        assert schemas.touched_now() == {"public": frozenset({"lines_number"})}


def test_a_step_that_the_page_forgot_fails_its_test(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "listed", lambda _page: {})
    with schemas.watched() as breaches:
        give_line(people.mei, now=NOON)
    assert breaches == ["flows/activation.begin writes into cell_1 and into lines_number of public"]


def test_a_step_that_writes_into_two_cells_fails_its_test(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def into_both(current: object, *, now: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cell_2.lines_line SET zone = zone")

    line_id = give_line(people.mei, now=NOON)
    with in_cell(1):
        Line.objects.filter(pk=line_id).update(next_at=NOON)
    monkeypatch.setattr(lapse, "settle", into_both)
    with schemas.watched() as breaches:
        lapse.sweep(1, now=NOON)
    assert breaches == ["flows/lapse.sweep writes into cell_1 and cell_2"]

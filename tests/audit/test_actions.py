"""The audit log in PostgreSQL: appended only, linked in the order records become known, tampering found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier, Thread

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from tests.doctor import breaches
from yuanyou.audit import actions, queries
from yuanyou.audit.models import Head, Record
from yuanyou.audit.rules import NotAFact
from yuanyou.flows import acts
from yuanyou.flows.step import in_cell

NOON = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("house")


def act(verb: str = "look", *, subject: str = "line_5", actor_id: int | None = 1) -> int:
    return actions.record(
        actor_id=actor_id, verb=verb, subject=subject, reason="asked", facts={"n": 1}, now=NOON
    )


def chain() -> list[str]:
    linked = Record.objects.filter(number__isnull=False).order_by("number")
    return list(linked.values_list("verb", flat=True))


def five_linked() -> None:
    for verb in "abcde":
        act(verb)
    acts.link(now=NOON)


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """As the tables' owner, who can switch every trigger off."""
    with transaction.atomic(), connection.cursor() as cursor:
        for wish in ("DISABLE", "ENABLE"):
            for table in ("audit_record", "audit_head"):
                cursor.execute(f"ALTER TABLE {table} {wish} TRIGGER USER")
            if wish == "DISABLE":
                yield


class TestAppendOnly:
    @pytest.mark.parametrize("linked", [False, True])
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit_record SET reason = 'another'",
            "UPDATE audit_record SET at = at + interval '1 s'",
            "UPDATE audit_record SET actor_id = 2",
            "UPDATE audit_record SET customer_id = 2",
            "UPDATE audit_record SET facts = '{}'",
            "UPDATE audit_record SET number = 9, previous = hash, hash = hash",
            "UPDATE audit_record SET number = NULL, previous = NULL, hash = NULL",
            "DELETE FROM audit_record",
        ],
    )
    def test_no_record_is_changed_or_deleted(self, change: str, linked: bool) -> None:
        act()
        if linked:
            acts.link(now=NOON)
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(change)

    def test_a_record_is_not_changed_while_it_is_linked(self) -> None:
        act()
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_record SET number = 1, previous = %s, hash = %s, actor_id = 2", [bytes(32)] * 2
            )

    def test_a_record_is_not_put_into_the_chain_at_once(self) -> None:
        with pytest.raises(DatabaseError, match="append-only"):
            Record.objects.create(at=NOON, verb="x", subject="y", number=1, previous=b"", hash=b"")

    def test_the_head_does_not_go_back(self) -> None:
        five_linked()
        for change in ("UPDATE audit_head SET number = 4", "DELETE FROM audit_head"):
            with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
                cursor.execute(change)

    def test_what_is_not_a_fact_is_refused(self) -> None:
        with pytest.raises(NotAFact):
            actions.record(actor_id=1, verb="x", subject="y", reason="", facts={"n": 0.5}, now=NOON)

    def test_a_card_number_is_cut_out_of_a_reason(self) -> None:
        actions.record(
            actor_id=1, verb="x", subject="y", reason="paid by 4242 4242 4242 4242", facts={}, now=NOON
        )
        assert Record.objects.get().reason == "paid by [card 4242]"


class TestTheChain:
    def test_is_linked_in_order_in_batches(self) -> None:
        for verb in "abcde":
            act(verb)
        assert [actions_linked(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert chain() == list("abcde")
        assert list(queries.faults()) == []

    def test_an_act_and_its_record_are_kept_together_or_not_at_all(self) -> None:
        with pytest.raises(DatabaseError), in_cell(1):
            act(f"x{act()}" * 40)
        acts.link(now=NOON)
        assert not Record.objects.exists()
        assert list(queries.faults()) == []

    def test_a_record_made_in_a_cell_is_in_the_one_log(self) -> None:
        for cell in (1, 2):
            with in_cell(cell):
                act(f"in {cell}")
        acts.link(now=NOON)
        assert chain() == ["in 1", "in 2"]

    def test_what_commits_late_is_linked_at_the_end_and_nothing_moves(self) -> None:
        """Its id is older than one that is linked: a watermark would have skipped it."""
        with psycopg.connect(**connection.get_connection_params()) as slow:
            slow.execute(
                "INSERT INTO audit_record (at, verb, subject, reason, facts)"
                " VALUES (%s, 'late', 'line_5', '', '{}')",
                [NOON],
            )
            act("early")
            acts.link(now=NOON)
            before = bytes(Record.objects.get(verb="early").hash or b"")
            slow.commit()
        assert Record.objects.get(verb="late").pk < Record.objects.get(verb="early").pk
        acts.link(now=NOON)
        assert chain() == ["early", "late"]
        assert bytes(Record.objects.get(verb="early").hash or b"") == before
        assert list(queries.faults()) == []

    def test_many_writers_and_several_linkers_make_one_chain(self) -> None:
        together = Barrier(6)
        threads = [Thread(target=_write, args=(together,)) for _ in range(3)]
        threads += [Thread(target=_link, args=(together,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        acts.link(now=NOON)
        assert Record.objects.filter(number__isnull=True).count() == 0
        assert len(chain()) == 60
        assert list(queries.faults()) == []


def actions_linked(*, limit: int) -> int:
    with transaction.atomic():
        return actions.link(limit=limit)


def _write(together: Barrier) -> None:
    together.wait()
    for _ in range(20):
        act()
    connections.close_all()


def _link(together: Barrier) -> None:
    together.wait()
    for _ in range(20):
        actions_linked(limit=3)
    connections.close_all()


class TestTamperingIsFound:
    """By somebody who can write anything to the database, past every trigger."""

    def found(self, *statements: str) -> list[str]:
        five_linked()
        assert list(queries.faults()) == []
        with past_the_triggers(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        return list(queries.faults())

    @pytest.mark.parametrize(
        "change",
        [
            "actor_id = 2",
            "actor_id = NULL",
            "customer_id = 2",
            "at = at + interval '1 microsecond'",
            "verb = 'x'",
            "subject = 'x'",
            "reason = 'x'",
            "facts = '{}'",
            "facts = '{\"n\": 2}'",
            "reason = '', sealed = 'x', sealed_for = 'audit'",
            "id = -id",
        ],
    )
    @pytest.mark.parametrize("number", [1, 3, 5])
    def test_a_change(self, change: str, number: int) -> None:
        found = self.found(f"UPDATE audit_record SET {change} WHERE number = {number}")
        assert len(found) == 1
        assert found[0].startswith(f"link {number} (record ")

    @pytest.mark.parametrize("number", [1, 3])
    def test_a_deletion(self, number: int) -> None:
        found = self.found(f"DELETE FROM audit_record WHERE number = {number}")
        assert found[0] == f"link {number} to {number} missing"

    def test_a_deletion_of_the_end(self) -> None:
        found = self.found("DELETE FROM audit_record WHERE number >= 4")
        assert found == ["the chain ends at link 3, its head says 5"]

    def test_a_deletion_of_everything(self) -> None:
        assert self.found("DELETE FROM audit_record") == ["the chain ends at link 0, its head says 5"]

    def test_a_deletion_of_the_head(self) -> None:
        assert self.found("DELETE FROM audit_head") == ["the head of a chain of 5 is gone"]

    def test_a_deletion_whose_gap_was_closed(self) -> None:
        found = self.found(
            "DELETE FROM audit_record WHERE number = 3",
            "UPDATE audit_record SET number = number - 1 WHERE number > 3",
        )
        assert "link 3 does not follow the one before it" in found

    def test_an_insertion(self) -> None:
        found = self.found(
            "UPDATE audit_record SET number = number + 100 WHERE number > 2",
            "UPDATE audit_record SET number = number - 99 WHERE number > 100",
            "INSERT INTO audit_record (at, verb, subject, reason, facts, number, previous, hash)"
            " SELECT at, verb, 'x', reason, facts, 3, hash, hash FROM audit_record WHERE number = 2",
        )
        assert any(told.startswith("link 3 ") for told in found)

    def test_two_records_that_changed_places(self) -> None:
        found = self.found(
            "UPDATE audit_record SET number = number + 100 WHERE number IN (2, 3)",
            "UPDATE audit_record SET number = 105 - number WHERE number > 100",
        )
        assert "link 2 does not follow the one before it" in found

    def test_a_chain_made_anew_without_our_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every hash fits; the head's mark does not."""
        five_linked()
        with past_the_triggers():
            Record.objects.filter(number=3).update(actor_id=2)
            Record.objects.update(number=None, previous=None, hash=None)
            Head.objects.all().delete()
            monkeypatch.setattr(actions, "chain_key", lambda: b"guessed")
            actions.link()
        assert list(queries.faults()) == ["the head was not written with our key"]

    def test_and_the_doctor_tells(self) -> None:
        five_linked()
        assert breaches() == []
        with past_the_triggers():
            Record.objects.filter(number=2).update(reason="nothing")
        (told,) = breaches()
        assert "audit" in told
        assert "link 2" in told


class TestReading:
    def test_the_newest_first_by_subject_by_actor_by_verb_and_page_by_page(self) -> None:
        first = act("a", subject="ord_1", actor_id=1)
        second = act("b", subject="ord_1", actor_id=2)
        third = act("a", subject="ord_2", actor_id=None)
        assert ids(queries.latest()) == [third, second, first]
        assert ids(queries.story_of("ord_1")) == [second, first]
        assert ids(queries.by_actor(2)) == [second]
        assert ids(queries.latest(verb="a")) == [third, first]
        assert ids(queries.latest(verb="a", subject="ord_1")) == [first]
        assert ids(queries.latest(before=third, limit=1)) == [second]

    def test_a_record_says_whether_it_is_in_the_chain(self) -> None:
        act()
        assert queries.latest()[0].number is None
        acts.link(now=NOON)
        assert queries.latest()[0].number == 1


def ids(entries: list[queries.Entry]) -> list[int]:
    return [entry.said.id for entry in entries]

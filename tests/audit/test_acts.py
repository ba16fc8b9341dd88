"""Reasons are sealed with the key of the person they are about."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.people import People
from yuanyou.audit import queries
from yuanyou.audit.models import Record
from yuanyou.flows import acts
from yuanyou.identity import actions as identity

NOON = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
WHY = "Mei wrote from mei@example.com"


def tell(about: int | None, reason: str = WHY) -> None:
    acts.record(actor_id=1, verb="x", subject="line_5", reason=reason, facts={}, now=NOON, about=about)


def told() -> str | None:
    return acts.reason(queries.latest()[0].said)


@pytest.mark.parametrize("who", ["mei", None])
def test_a_reason_is_stored_sealed_and_can_be_read(people: People, who: str | None) -> None:
    tell(people.mei.id if who else None)
    stored = Record.objects.get()
    assert stored.reason == ""
    assert WHY.encode() not in bytes(stored.sealed or b"")
    assert told() == WHY
    assert [len(queries.about(person.id)) for person in (people.mei, people.ada)] == [1 if who else 0, 0]


def test_no_reason_is_no_reason(people: People) -> None:
    tell(people.mei.id, "")
    assert told() == ""


def test_a_card_number_is_cut_out_before_it_is_sealed(people: People) -> None:
    tell(people.mei.id, "paid by 4242424242424242")
    assert told() == "paid by [card 4242]"


def test_once_a_person_is_erased_nobody_reads_it_and_the_chain_still_holds(people: People) -> None:
    tell(people.mei.id)
    acts.link(now=NOON)
    with transaction.atomic():
        identity.erase(people.mei.id, now=NOON)
    assert told() is None
    assert list(queries.faults()) == []


def test_what_is_done_about_somebody_erased_is_recorded_all_the_same(people: People) -> None:
    with transaction.atomic():
        identity.erase(people.mei.id, now=NOON)
    tell(people.mei.id, "refund after closing")
    assert told() == "refund after closing"

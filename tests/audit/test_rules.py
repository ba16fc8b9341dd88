"""What is hashed: all of a record, exactly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from yuanyou.audit import rules
from yuanyou.audit.rules import START, Content, NotAFact, Sealed
from yuanyou.kernel.money import Money

SAID = Content(7, datetime(2026, 11, 1, tzinfo=UTC), 3, "reveal", "line_5", 9, "拨打电话", {"what": "email"})
HASH = rules.link(SAID, number=1, previous=START)


def test_the_hash_of_a_record_is_known_for_ever() -> None:
    """A log written by an older version must still add up."""
    assert HASH.hex() == "460ed893cc878afd02429d0a95abdb4fe6ded36094d477524fcbc9b3f0736639"


@pytest.mark.parametrize(
    "change",
    [
        lambda said: replace(said, id=8),
        lambda said: replace(said, at=said.at + timedelta(microseconds=1)),
        lambda said: replace(said, actor_id=None),
        lambda said: replace(said, verb="erase"),
        lambda said: replace(said, subject="line_6"),
        lambda said: replace(said, customer_id=None),
        lambda said: replace(said, reason=""),
        lambda said: replace(said, reason=Sealed("customer:1", b"blob")),
        lambda said: replace(said, facts={"what": "phone"}),
    ],
)
def test_every_part_of_a_record_is_in_its_hash(change: Callable[[Content], Content]) -> None:
    assert rules.link(change(SAID), number=1, previous=START) != HASH


def test_who_sealed_a_reason_is_in_the_hash_too() -> None:
    one, other = (replace(SAID, reason=Sealed(owner, b"blob")) for owner in ("customer:1", "customer:2"))
    assert rules.link(one, number=1, previous=START) != rules.link(other, number=1, previous=START)


def test_the_same_record_elsewhere_in_the_chain_is_another_link() -> None:
    assert rules.link(SAID, number=2, previous=START) != HASH
    assert rules.link(SAID, number=1, previous=HASH) != HASH


def test_the_order_of_facts_does_not_matter() -> None:
    one, other = (replace(SAID, facts=facts) for facts in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    assert rules.link(one, number=1, previous=START) == rules.link(other, number=1, previous=START)


@pytest.mark.parametrize("fact", [1.5, b"x", Money(1, "USD"), SAID.at, {1: "x"}, [0.1], {"a": {"b": 2.0}}])
def test_what_cannot_be_written_exactly_is_not_a_fact(fact: object) -> None:
    with pytest.raises(NotAFact):
        rules.checked({"fact": fact})


def test_facts_are_text_whole_numbers_truths_and_their_lists() -> None:
    facts = {"a": "x", "b": 1 << 62, "c": True, "d": None, "e": ("y", 2), "f": {"g": []}}
    assert rules.checked(facts) == facts | {"e": ["y", 2]}


def test_a_mark_needs_the_key() -> None:
    mine = rules.mark(b"k" * 32, number=1, hash_=HASH)
    assert rules.same_mark(mine, rules.mark(b"k" * 32, number=1, hash_=HASH))
    assert not rules.same_mark(mine, rules.mark(b"l" * 32, number=1, hash_=HASH))

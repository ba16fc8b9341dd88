"""References: an id as people read it out, type it and paste it; its cell and its kind can be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.ids import ALPHABET, BadReference, Ref, cell_of, parse

IDS = st.integers(0, 2**63 - 1)


def made(*, cell: int, ms: int = 1, sequence: int = 0) -> int:
    """An id as kernel/sql/schema.sql puts it together."""
    return ms << 22 | cell << 12 | sequence


@given(IDS, st.sampled_from(["ord", "pay", "line"]))
def test_a_reference_reads_back_as_the_id_it_was_made_from(id_: int, kind: str) -> None:
    assert parse(str(Ref(kind, id_)), kind) == Ref(kind, id_)


@given(IDS)
def test_it_reads_back_however_it_was_typed(id_: int) -> None:
    prefix, digits = str(Ref("ord", id_)).split("_")
    as_heard = digits.replace("0", "O").replace("1", "l")
    for typed in (f"{prefix}_{digits.lower()}", f"  {prefix.upper()}_{as_heard} \n"):
        assert parse(typed, "ord") == Ref("ord", id_)


@pytest.mark.parametrize("heard", ["i", "I", "l", "L"])
def test_what_looks_like_a_one_is_a_one(heard: str) -> None:
    assert parse(f"ord_2{heard}", "ord") == Ref("ord", 65)


def test_a_reference_has_no_letter_that_is_mistaken_on_the_phone() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32
    assert str(Ref("ord", 0)) == "ord_0"
    assert len(str(Ref("ord", 2**63 - 1))) == len("ord_") + 13


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ord",
        "ord_",
        "5",
        "_5",
        "pay_5",  # of another kind
        "order_5",
        "ord_5_5",
        "ord_5 5",
        "ord_U",  # not in the alphabet
        "ord_-5",
        "ord_５",  # a full-width digit is no digit here
        "ord_ZZZZZZZZZZZZZ",  # 65 bits
        "ord_80000000000000",  # one digit too many
    ],
)
def test_what_is_no_reference_of_this_kind_is_refused(text: str) -> None:
    with pytest.raises(BadReference):
        parse(text, "ord")


@pytest.mark.parametrize("id_", [-1, 2**63])
def test_an_id_has_63_bits(id_: int) -> None:
    with pytest.raises(BadReference):
        Ref("ord", id_)


@given(st.integers(0, 1023), st.integers(0, 2**41 - 1), st.integers(0, 4095))
def test_an_id_tells_its_cell_whenever_it_was_made(cell: int, ms: int, sequence: int) -> None:
    id_ = made(cell=cell, ms=ms, sequence=sequence)
    assert (cell_of(id_), Ref("line", id_).cell) == (cell, cell)


def test_later_ids_are_greater() -> None:
    assert made(ms=1, cell=1023, sequence=4095) < made(ms=2, cell=0)

"""A machine is its table: what stands in it happens, anything else is refused by name."""

from enum import StrEnum

import pytest

from yuanyou.kernel.state import Machine, NotAllowed


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Hand(StrEnum):
    SWITCHED = "switched"
    DROPPED = "dropped"


LAMP = Machine(
    "lamp",
    {
        (Lamp.OFF, Hand.SWITCHED): Lamp.ON,
        (Lamp.ON, Hand.SWITCHED): Lamp.OFF,
        (Lamp.ON, Hand.DROPPED): Lamp.BROKEN,
    },
)


@pytest.mark.parametrize("state", Lamp)
@pytest.mark.parametrize("event", Hand)
def test_exactly_the_moves_of_the_table_are_allowed(state: Lamp, event: Hand) -> None:
    if (state, event) in LAMP.moves:
        assert LAMP.allows(state, event)
        assert LAMP.after(state, event) is LAMP.moves[state, event]
    else:
        assert not LAMP.allows(state, event)
        with pytest.raises(NotAllowed):
            LAMP.after(state, event)


def test_a_refusal_says_which_life_which_state_and_which_event() -> None:
    with pytest.raises(NotAllowed, match=r"^lamp: dropped is not allowed while off$") as refused:
        LAMP.after(Lamp.OFF, Hand.DROPPED)
    assert (refused.value.machine, refused.value.state, refused.value.event) == ("lamp", "off", "dropped")


def test_a_state_read_from_the_database_is_the_state() -> None:
    assert LAMP.after(Lamp("on"), Hand("dropped")) == "broken"

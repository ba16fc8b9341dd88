"""What is asked of the network for each state, and the life of one wish."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from yuanyou.kernel.state import NotAllowed
from yuanyou.network.port import Outcome, Seen, Service
from yuanyou.network.rules import (
    AGAIN_AFTER,
    LEADS_TO,
    OPEN_STATES,
    SENT,
    WISH,
    Before,
    Kind,
    Look,
    WishEvent,
    WishState,
    judged,
    needed,
    next_try,
    urgency,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOSTS = ("shop.example", "checkout.stripe.com")


@pytest.mark.parametrize(
    ("wanted", "kind"), [(Service.OPEN, Kind.OPEN), (Service.BARRED, Kind.BAR), (Service.CLOSED, None)]
)
def test_a_card_the_carrier_never_heard_of_is_opened_or_barred_but_not_closed(
    wanted: Service, kind: Kind | None
) -> None:
    assert needed(wanted, None) is kind


@pytest.mark.parametrize(("kind", "state"), list(product(Kind, [*SENT, WishState.CONFIRMED])))
def test_nothing_is_asked_that_the_last_wish_leads_to(kind: Kind, state: WishState) -> None:
    assert needed(LEADS_TO[kind], Before(kind, state)) is None


@pytest.mark.parametrize(("kind", "wanted"), list(product(Kind, Service)))
def test_after_a_wish_that_got_stuck_there_is_always_another_that_leads_where_it_must(
    kind: Kind, wanted: Service
) -> None:
    found = needed(wanted, Before(kind, WishState.STUCK))
    assert found is not None
    assert LEADS_TO[found] is wanted


@pytest.mark.parametrize(("kind", "wanted"), list(product(Kind, Service)))
def test_what_is_asked_leads_where_it_must(kind: Kind, wanted: Service) -> None:
    found = needed(wanted, Before(kind, WishState.CONFIRMED))
    assert LEADS_TO[found or kind] is wanted


def test_a_barred_line_is_restored_and_not_opened_anew() -> None:
    assert needed(Service.OPEN, Before(Kind.BAR, WishState.ASKED)) is Kind.RESTORE


def test_what_gives_service_goes_before_what_takes_it() -> None:
    assert sorted(Kind, key=urgency) == [Kind.OPEN, Kind.RESTORE, Kind.BAR, Kind.CLOSE]


def test_the_state_that_is_read_back_confirms_a_wish_whatever_the_carrier_says_of_it() -> None:
    for outcome in (None, *Outcome):
        assert judged(Kind.RESTORE, Seen(Service.OPEN, (), outcome)) is Look.CONFIRMED


@pytest.mark.parametrize(
    ("outcome", "look"),
    [
        (None, Look.ASK),
        (Outcome.ACCEPTED, Look.WAIT),
        (Outcome.DONE, Look.WAIT),
        (Outcome.REFUSED, Look.REFUSED),
    ],
)
def test_a_wish_that_is_not_read_back_is_asked_again_only_if_nobody_knows_it(
    outcome: Outcome | None, look: Look
) -> None:
    assert judged(Kind.RESTORE, Seen(Service.BARRED, (), outcome)) is look


def test_a_barred_line_must_reach_every_pay_page() -> None:
    assert judged(Kind.BAR, Seen(Service.BARRED, HOSTS, Outcome.DONE), hosts=HOSTS) is Look.CONFIRMED
    assert judged(Kind.BAR, Seen(Service.BARRED, HOSTS[:1], Outcome.DONE), hosts=HOSTS) is Look.WAIT
    assert judged(Kind.BAR, Seen(Service.BARRED, (*HOSTS, "more.example")), hosts=HOSTS) is Look.CONFIRMED


def test_tries_grow_rarer_and_come_to_an_end() -> None:
    waits = [next_try(tries, now=NOW) for tries in range(len(AGAIN_AFTER) + 1)]
    assert waits[0] == NOW + timedelta(seconds=1)
    assert waits[:-1] == sorted(wait for wait in waits if wait)
    assert waits[-1] is None


def test_a_wish_that_was_sent_is_never_superseded() -> None:
    for state in SENT:
        with pytest.raises(NotAllowed):
            WISH.after(state, WishEvent.SUPERSEDED)


def test_what_has_ended_stays_as_it_is() -> None:
    ended = set(WishState) - set(OPEN_STATES)
    assert not [move for move in WISH.moves if move[0] in ended]


def test_nothing_is_confirmed_before_it_was_asked() -> None:
    assert {event for state, event in WISH.moves if state is WishState.WANTED} == {
        WishEvent.ASKED,
        WishEvent.SUPERSEDED,
    }

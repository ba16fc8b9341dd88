"""A term that waits is started by its owner, because the running one has no data left."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connections

from tests.flows.test_auto_renewal import mandate_of
from tests.houses import NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import WEEK, version_of
from yuanyou.allowances import actions as allowances
from yuanyou.allowances.models import Allowance
from yuanyou.flows import consent, lapse, start_now
from yuanyou.flows.start_now import NothingToStart, StartNow
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import GB, Unit
from yuanyou.lines import queries
from yuanyou.lines.models import Line
from yuanyou.payments.saved import Consent

pytestmark = pytest.mark.usefixtures("house", "sound")
TEN_DAYS_ON = NOON + timedelta(days=10)
SECOND = timedelta(seconds=1)


def use_up(line_id: int, *, now: datetime) -> None:
    with in_cell(1):
        allowances.use(line_id, Unit.BYTES, 10 * GB, key=f"all {now}", country="US", now=now)


def out_of_data(person: Person, *, waiting: int = 1) -> int:
    """A month that began at noon and is used up ten days on; so many weeks wait behind it."""
    line_id = give_line(person, now=NOON)
    fund(person, 10_000, now=NOON)
    for _ in range(waiting):
        renew(line_id, WEEK, again=True, now=NOON + timedelta(hours=1))
    use_up(line_id, now=TEN_DAYS_ON)
    return line_id


def offered(line_id: int, person: Person, *, now: datetime = TEN_DAYS_ON) -> StartNow:
    return start_now.offer(line_id, customer_id=person.id, now=now)


def say_yes(line_id: int, person: Person, shown: StartNow, *, now: datetime = TEN_DAYS_ON) -> bool:
    return start_now.begin(
        line_id, customer_id=person.id, running_id=shown.running_id, term_id=shown.term_id, now=now
    )


def states(line_id: int) -> list[str]:
    """Of the terms, in the order in which they run."""
    return [term.state for term in reversed(see(line_id).terms)]


def test_what_was_shown_is_what_happens(people: People) -> None:
    line_id = out_of_data(people.mei, waiting=2)
    shown = offered(line_id, people.mei)
    end_of_month = see(line_id).terms[-1].ends_at
    assert shown.days_given_up == 21  # the rest of today is given up as well
    assert (shown.data, shown.running_ends) == (3 * GB, end_of_month)
    assert shown.paid_until == end_of_month + timedelta(days=14)
    assert say_yes(line_id, people.mei, shown)
    assert states(line_id) == ["cut", "running", "waiting"]
    after = see(line_id, now=TEN_DAYS_ON)
    month, week, behind = reversed(after.terms)
    assert (month.ended_at, week.starts_at, week.ends_at) == (TEN_DAYS_ON, TEN_DAYS_ON, shown.ends_at)
    assert behind.starts_at == week.ends_at
    assert after.paid_until == shown.paid_until_then == shown.paid_until - timedelta(days=20)


def test_data_flows_at_once_and_what_is_left_of_the_old_plan_stays(people: People) -> None:
    line_id = out_of_data(people.mei)
    say_yes(line_id, people.mei, offered(line_id, people.mei))
    with in_cell(1):
        assert allowances.use(line_id, Unit.BYTES, GB, key="more", country="US", now=TEN_DAYS_ON) == 0
        assert allowances.use(line_id, Unit.MESSAGES, 900, key="texts", country="US", now=TEN_DAYS_ON) == 0


def test_looking_at_it_changes_nothing(people: People) -> None:
    line_id = out_of_data(people.mei)
    offered(line_id, people.mei)
    assert states(line_id) == ["running", "waiting"]


def test_many_taps_at_once_start_one_term_and_none_is_refused(people: People) -> None:
    line_id = out_of_data(people.mei, waiting=2)
    shown, said = offered(line_id, people.mei), []

    def tap() -> None:
        said.append(say_yes(line_id, people.mei, shown))
        connections.close_all()

    taps = [Thread(target=tap) for _ in range(8)]
    [each.start() for each in taps]
    [each.join() for each in taps]
    assert sorted(said) == [False] * 7 + [True]
    assert states(line_id) == ["cut", "running", "waiting"]
    assert see(line_id).paid_until == shown.paid_until_then


@pytest.mark.parametrize(
    ("beside", "begun", "state"),
    [(-SECOND, True, "cut"), (0 * SECOND, False, "ended"), (SECOND, False, "ended")],
)
def test_until_the_end_a_day_is_given_up_and_from_then_on_the_next_term_runs_by_itself(
    people: People, beside: timedelta, begun: bool, state: str
) -> None:
    line_id = out_of_data(people.mei)
    shown = offered(line_id, people.mei)
    end = shown.running_ends
    assert offered(line_id, people.mei, now=end - SECOND).days_given_up == 1
    assert say_yes(line_id, people.mei, shown, now=end + beside) is begun
    lapse.sweep(1, now=end + SECOND)
    assert states(line_id) == [state, "running"]
    assert see(line_id).terms[-1].ended_at == min(end, end + beside)


def test_a_stranger_neither_sees_it_nor_starts_it(people: People) -> None:
    line_id = out_of_data(people.mei)
    shown = offered(line_id, people.mei)
    with pytest.raises(Line.DoesNotExist):
        offered(line_id, people.ada)
    with pytest.raises(Line.DoesNotExist):
        say_yes(line_id, people.ada, shown)
    assert states(line_id) == ["running", "waiting"]


def test_who_still_has_data_keeps_the_days(people: People) -> None:
    line_id = out_of_data(people.mei)
    shown = offered(line_id, people.mei)
    with in_cell(1):
        Allowance.objects.filter(line_id=line_id, unit=Unit.BYTES, used=10 * GB).update(used=10 * GB - 1)
    with pytest.raises(NothingToStart):
        offered(line_id, people.mei)
    with pytest.raises(NothingToStart):
        say_yes(line_id, people.mei, shown)
    assert states(line_id) == ["running", "waiting"]


def test_without_a_term_that_waits_there_is_nothing_to_start(people: People) -> None:
    line_id = out_of_data(people.mei, waiting=0)
    with pytest.raises(NothingToStart):
        offered(line_id, people.mei)


def test_a_term_whose_money_is_contested_brings_no_data_and_is_not_started(people: People) -> None:
    line_id = out_of_data(people.mei)
    shown = offered(line_id, people.mei)
    with in_cell(1):
        allowances.freeze(f"term:{shown.term_id}", frozen=True)
    with pytest.raises(NothingToStart):
        say_yes(line_id, people.mei, shown)


def test_a_yes_to_one_thing_is_not_taken_for_another(people: People) -> None:
    line_id = out_of_data(people.mei, waiting=2)
    first = offered(line_id, people.mei)
    say_yes(line_id, people.mei, first)
    use_up(line_id, now=TEN_DAYS_ON + SECOND)
    second = offered(line_id, people.mei, now=TEN_DAYS_ON + SECOND)
    assert (second.running_id, second.days_given_up) == (first.term_id, 8)
    assert not say_yes(line_id, people.mei, first, now=TEN_DAYS_ON + SECOND)
    mixed = {"running_id": first.running_id, "term_id": second.term_id}
    with pytest.raises(NothingToStart):
        start_now.begin(line_id, customer_id=people.mei.id, **mixed, now=TEN_DAYS_ON + SECOND)
    assert states(line_id) == ["cut", "running", "waiting"]


def test_the_history_says_that_the_owner_wished_it(people: People) -> None:
    line_id = out_of_data(people.mei)
    shown = offered(line_id, people.mei)
    say_yes(line_id, people.mei, shown)
    with in_cell(1):
        last = queries.history(line_id)[0]
    assert (last.at, last.cause, last.term_id) == (TEN_DAYS_ON, "owner", shown.term_id)


def test_automatic_renewal_looks_again_in_time_for_the_sooner_end(people: People) -> None:
    line_id = out_of_data(people.mei)
    given = Consent(WEEK.code, Money(5000, "USD"), "test", "en", "words")
    consent.give(
        line_id, customer_id=people.mei.id, version_id=version_of(WEEK), given=given, now=TEN_DAYS_ON
    )
    shown = offered(line_id, people.mei)
    before = mandate_of(line_id).next_at
    say_yes(line_id, people.mei, shown)
    after = mandate_of(line_id).next_at
    assert before is not None
    assert after is not None
    assert before - after == timedelta(days=20)
    assert after < shown.paid_until_then

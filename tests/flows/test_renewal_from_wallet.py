"""A renewal paid from the wallet: the whole story without any outside company."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.houses import NOON, fund, give_line, now_at, renew, see
from tests.people import People
from tests.plans import LATER as WITHOUT_NUMBER
from tests.plans import MONTH, ROLLING, version_of
from yuanyou.flows import renewal
from yuanyou.flows.checkout import NothingToPayWith
from yuanyou.flows.renewal import PaidJustNow, PlanDoesNotFit
from yuanyou.orders.rules import OrderState, Start

LATER = NOON + timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("house")


def test_a_renewal_from_the_wallet_extends_from_the_old_end(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    before = see(line)
    order = renew(line, MONTH, now=NOON + timedelta(days=3))
    after = see(line)
    assert order.state == OrderState.FULFILLED
    assert before.paid_until == datetime(2026, 12, 2, 5, tzinfo=UTC)
    assert after.paid_until == datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert after.wallet == before.wallet - order.total
    assert [term.state for term in after.terms] == ["waiting", "running"]


def test_the_same_key_is_one_order_and_one_charge(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    key = uuid4()
    first = renew(line, MONTH, key=key, now=LATER)
    assert renew(line, MONTH, key=key, now=LATER).pk == first.pk
    assert len(see(line).terms) == 2


def test_paying_the_same_again_at_once_asks_first(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 20_000, now=NOON)
    renew(line, MONTH, now=LATER)
    with pytest.raises(PaidJustNow):
        renew(line, MONTH, now=LATER + timedelta(minutes=9))
    assert len(see(line).terms) == 2
    renew(line, MONTH, again=True, now=LATER + timedelta(minutes=9))
    assert len(see(line).terms) == 3


def test_an_empty_wallet_pays_nothing_and_leaves_nothing(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    with pytest.raises(NothingToPayWith):
        renew(line, MONTH, now=LATER)
    assert len(see(line).terms) == 1


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (now_at(12, 2, 4, 59, 59), now_at(2027, 1, 1, 5)),  # the last second: from the old end
        (now_at(12, 2, 5), now_at(2027, 1, 1, 5)),  # at T, in grace: from the old end
        (now_at(12, 5, 4, 59, 59), now_at(2027, 1, 1, 5)),  # the last second of grace
        (now_at(12, 5, 5), now_at(2027, 1, 4, 5)),  # suspended at midnight: 30 dates from the payment
        (now_at(12, 5, 17), now_at(2027, 1, 5, 5)),  # suspended at noon: the begun day is free
    ],
)
def test_the_end_of_service_is_what_the_rules_say(people: People, at: datetime, ends: datetime) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    renew(line, MONTH, now=at)
    assert see(line).paid_until == ends


def test_starting_now_cuts_the_running_term_and_keeps_what_is_left_of_it(people: People) -> None:
    line = give_line(people.mei, plan=ROLLING, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    at = NOON + timedelta(days=10)
    shown = renewal.offer(line, now=at).start_now[version_of(ROLLING)]
    renew(line, ROLLING, start=Start.NOW, now=at)
    after = see(line, now=at)
    assert shown.days_given_up == 20
    assert after.paid_until == shown.ends_at == at + timedelta(days=30)
    assert [term.state for term in after.terms] == ["running", "cut"]
    assert after.data_left == 2 * 10_000_000_000


def test_terms_that_wait_follow_the_one_that_starts_now(people: People) -> None:
    line = give_line(people.mei, plan=ROLLING, now=NOON)
    fund(people.mei, 20_000, now=NOON)
    renew(line, ROLLING, now=LATER)
    at = NOON + timedelta(days=10)
    renew(line, ROLLING, start=Start.NOW, now=at)
    running, waiting = sorted(
        (t for t in see(line).terms if t.state in {"running", "waiting"}), key=lambda t: t.starts_at
    )
    assert (running.starts_at, running.ends_at) == (at, at + timedelta(days=30))
    assert (waiting.starts_at, waiting.ends_at) == (at + timedelta(days=30), at + timedelta(days=60))


def test_a_plan_without_a_number_is_not_for_a_line_that_has_one(people: People) -> None:
    line = give_line(people.mei, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    assert version_of(WITHOUT_NUMBER) not in {
        choice.quote.plan.version_id for choice in renewal.offer(line, now=LATER).choices
    }
    with pytest.raises(PlanDoesNotFit):
        renew(line, WITHOUT_NUMBER, now=LATER)
    assert len(see(line).terms) == 1


def test_a_renewal_in_a_second_cell_is_the_same_story(people: People) -> None:
    line = give_line(people.tom, now=NOON)
    fund(people.tom, 10_000, now=NOON)
    renew(line, MONTH, now=LATER)
    assert len(see(line).terms) == 2

"""A term that waits for its first use: when it begins, and what waits behind it."""

from datetime import timedelta

import pytest

from tests.houses import NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import LATER as AT_FIRST_USE
from yuanyou.flows import lapse, usage
from yuanyou.kernel.units import GB, Unit

pytestmark = pytest.mark.usefixtures("house", "sound")


def use(line_id: int, amount: int, *, now: object) -> int:
    return usage.record(line_id, Unit.BYTES, amount, key=str(now), country="US", now=now)  # type: ignore[arg-type]


def test_what_was_renewed_before_the_first_use_follows_the_term_that_it_starts(people: People) -> None:
    line_id = give_line(people.mei, plan=AT_FIRST_USE, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    renew(line_id, AT_FIRST_USE, now=NOON + timedelta(days=1))
    assert use(line_id, GB, now=NOON + timedelta(days=2)) == 0
    second, first = see(line_id).terms
    assert (first.state, second.state) == ("running", "waiting")
    assert second.starts_at == first.ends_at
    lapse.sweep(1, now=first.ends_at)
    assert use(line_id, GB, now=first.ends_at + timedelta(days=5)) == 0

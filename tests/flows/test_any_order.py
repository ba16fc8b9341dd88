"""Whatever happens in whatever order: the books balance, service ends when the rules say, paid value stays.

A small model beside the product says what DESIGN §4 promises; it shares nothing with the code but `term_end`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows.test_settlement import balanced, success
from tests.houses import BY_CARD, NOON, fund, give_line, renew, see
from tests.people import NEW_YORK, customer
from tests.plans import MONTH, ROLLING, WEEK
from yuanyou.catalog.rules import PlanFacts, term_end
from yuanyou.flows import lapse, settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import cell_of
from yuanyou.lines import actions as lines
from yuanyou.orders.rules import Start
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Told

pytestmark = pytest.mark.usefixtures("people")
PLANS = (MONTH, ROLLING, WEEK)
ORDER_LIVES = timedelta(minutes=15)

steps = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 600, 86_399, 86_400, 259_200, 1_209_600, 2_678_400])),
    st.tuples(st.just("to the end"), st.sampled_from([-1, 0, 1])),
    st.tuples(st.just("from the wallet"), st.tuples(st.sampled_from(PLANS), st.sampled_from(Start))),
    st.tuples(st.just("by card"), st.tuples(st.sampled_from(PLANS), st.sampled_from(Start))),
    st.tuples(st.sampled_from(["paid", "paid", "told twice", "expired", "declined"]), st.none()),
    st.tuples(st.just("sweep"), st.none()),
)


@dataclass(slots=True)
class Span:
    """A term in the model."""

    starts_at: datetime
    ends_at: datetime
    plan: PlanFacts


@dataclass(slots=True)
class Model:
    """What must be true of one line, by DESIGN §4 alone."""

    spans: list[Span]
    wallet: int

    @property
    def end(self) -> datetime:
        return max(span.ends_at for span in self.spans)

    def renewed(self, plan: PlanFacts, start: Start, *, now: datetime) -> None:
        """Early and in grace from the old end; suspended from now; at once cuts and moves what waits."""
        last = max(self.spans, key=lambda span: span.ends_at)
        running = next((span for span in self.spans if span.starts_at <= now < span.ends_at), None)
        if start is Start.NOW and running is not None:
            running.ends_at = now
            new = _span(plan, now)
            follows = new.ends_at
            for waiting in sorted((s for s in self.spans if s.starts_at > now), key=lambda s: s.starts_at):
                moved = _span(waiting.plan, follows)
                waiting.starts_at, waiting.ends_at, follows = follows, moved.ends_at, moved.ends_at
            self.spans.append(new)
        elif now < last.ends_at + timedelta(days=last.plan.policy.grace_days):
            self.spans.append(_span(plan, last.ends_at))
        else:
            self.spans.append(_span(plan, now))


def _span(plan: PlanFacts, start: datetime) -> Span:
    return Span(start, term_end(start, days=plan.days, rule=plan.day_rule, zone=NEW_YORK), plan)


@dataclass(slots=True)
class World:
    """A customer with a line, the model beside it, and what waits for the provider's word."""

    person: Person
    line_id: int
    model: Model
    now: datetime
    waiting: list[tuple[Attempt, PlanFacts, Start]] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)

    def step(self, what: str, how: object) -> None:
        match what, how:
            case "wait", int(seconds):
                self.now += timedelta(seconds=seconds)
            case "to the end", int(beside):
                self.now = max(self.now, self.model.end + timedelta(seconds=beside))
            case "from the wallet", (plan, start):
                self._from_wallet(plan, start)
            case "by card", (plan, start):
                self._by_card(plan, start)
            case "sweep", _:
                lapse.sweep(1, now=self.now)
                settlement.expire(1, now=self.now)
            case _ if self.waiting:
                self._told(what)

    def _from_wallet(self, plan: PlanFacts, start: Start) -> None:
        left = see(self.line_id, now=self.now).data_left or 0
        order = renew(self.line_id, plan, start=start, again=True, now=self.now)
        self.model.renewed(plan, start, now=self.now)
        self.model.wallet -= order.total.minor
        assert see(self.line_id, now=self.now).data_left == left + (plan.data_bytes or 0)

    def _by_card(self, plan: PlanFacts, start: Start) -> None:
        order = renew(self.line_id, plan, start=start, tender=BY_CARD, again=True, now=self.now)
        with in_cell(1):
            attempt = Attempt.objects.select_related("payment").get(payment__order=order)
        self.waiting.append((attempt, plan, start))

    def _told(self, what: str) -> None:
        """The provider speaks of the attempt that waits longest; success counts whenever it comes."""
        attempt, plan, start = self.waiting[0]
        told = success(attempt)
        if what in {"expired", "declined"}:
            state = Told.EXPIRED if what == "expired" else Told.FAILED
            told = replace(told, told=state, fee=None)
        for _ in range(2 if what == "told twice" else 1):
            with in_cell(1):
                before = Attempt.objects.select_related("payment").get(pk=attempt.pk).payment.state
                settlement.settle(attempt.pk, told, source="notice", now=self.now)
            if told.told is Told.SUCCEEDED and attempt.pk not in self.settled:
                self.settled.add(attempt.pk)
                if before == "open":
                    self.model.renewed(plan, start, now=self.now)
                else:
                    self.model.wallet += attempt.amount_minor
        if told.told is Told.SUCCEEDED:
            self.waiting.pop(0)
        else:
            self.waiting.append(self.waiting.pop(0))

    def check(self) -> None:
        with in_cell(cell_of(self.line_id)):
            lines.schedule(lapse.bring_up_to_date(lines.lock(self.line_id), now=self.now))
        seen = see(self.line_id, now=self.now)
        assert seen.paid_until == self.model.end
        assert seen.wallet.minor == self.model.wallet
        assert seen.state == self._state()
        assert balanced()

    def _state(self) -> str:
        last = max(self.model.spans, key=lambda span: span.ends_at)
        if self.now < last.ends_at:
            return "active"
        grace = timedelta(days=last.plan.policy.grace_days)
        return "grace" if self.now < last.ends_at + grace else "suspended"


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.lists(steps, min_size=4, max_size=14))
def test_in_any_order_the_rules_hold(story: list[tuple[str, object]]) -> None:
    person = customer(f"{uuid4().hex}@example.com", cell=1)
    line_id = give_line(person, now=NOON)
    fund(person, 10**6, now=NOON)
    world = World(person, line_id, Model([_span(MONTH, NOON)], 10**6), NOON + timedelta(hours=1))
    for what, how in story:
        world.step(what, how)
        world.check()

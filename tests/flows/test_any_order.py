"""Whatever happens in any order: the books balance, service ends when the rules say, paid value stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings as django
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.conftest import _empty
from tests.doctor import breaches
from tests.flows.model import Model, Try, Wish, span_of
from tests.flows.test_settlement import balanced, success
from tests.houses import BOTH, BY_CARD, FROM_WALLET, NOON, fund, give_line, renew, see
from tests.people import customer
from tests.plans import MONTH, ROLLING, WEEK
from yuanyou.allowances import actions as allowances
from yuanyou.flows import earning, lapse, refund, settlement, top_up
from yuanyou.flows.checkout import NothingToPayWith, Tender
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import Unit
from yuanyou.lines import actions as lines
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start
from yuanyou.payments import actions as payments
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import RefundSnapshot, RefundTold, Told
from yuanyou.payments.rules import RefundEvent, RefundState

pytestmark = pytest.mark.usefixtures("house")
WAITS = [1, 600, 900, 86_399, 86_400, 259_200, 1_209_600, 2_678_400]

tenders = st.sampled_from([FROM_WALLET, FROM_WALLET, BY_CARD, BOTH])
wishes = st.builds(Wish, st.sampled_from([MONTH, ROLLING, WEEK]), st.sampled_from(Start))
moments = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from(WAITS)),
    st.tuples(st.just("to the end"), st.sampled_from([-1, 0, 1, 7200])),
    st.tuples(st.just("to the end of grace"), st.sampled_from([-1, 0, 1])),
)
renewals = st.tuples(moments, wishes, tenders).map(
    lambda drawn: [drawn[0], ("renew", (drawn[1], drawn[2]))],
)
words = st.sampled_from(["paid", "paid", "expired", "failed"])
other = st.one_of(
    moments,
    st.tuples(st.just("renew"), st.tuples(wishes, tenders)),
    st.tuples(st.just("top up"), st.sampled_from([500, 5000])),
    st.tuples(st.just("told"), st.tuples(st.integers(0, 3), words)),
    st.tuples(st.just("refund"), st.sampled_from([RefundTold.SUCCEEDED, RefundTold.FAILED])),
    st.tuples(st.just("use"), st.sampled_from([1, 2 * 10**9])),
    st.tuples(st.sampled_from(["sweep", "earn"]), st.just(0)),
).map(lambda step: [step])
steps = st.lists(st.one_of(renewals, other), min_size=4, max_size=10).map(
    lambda parts: [step for part in parts for step in part]
)
"""What can happen, and how: seconds, minor units, bytes, or which order it is about."""

Story = list[tuple[str, object]]
IN_GRACE: Story = [
    ("use", 5),
    ("to the end", -1),
    ("renew", (Wish(WEEK), FROM_WALLET)),
    ("to the end", 0),
    ("renew", (Wish(MONTH, Start.NOW), FROM_WALLET)),
    ("to the end of grace", -1),
    ("renew", (Wish(ROLLING), FROM_WALLET)),
    ("earn", 0),
    ("to the end of grace", 0),
    ("renew", (Wish(WEEK), FROM_WALLET)),
]
WHAT_WAITS_FOLLOWS: Story = [
    ("renew", (Wish(WEEK), FROM_WALLET)),
    ("renew", (Wish(ROLLING), FROM_WALLET)),
    ("wait", 1_209_600),
    ("renew", (Wish(WEEK, Start.NOW), FROM_WALLET)),
    ("earn", 0),
    ("renew", (Wish(MONTH, Start.NOW), FROM_WALLET)),
    ("to the end", 1),
    ("earn", 0),
]
LATE_AND_TWICE: Story = [
    ("renew", (Wish(MONTH), BOTH)),
    ("told", (0, "expired")),
    ("wait", 900),
    ("sweep", 0),
    ("told", (0, "paid")),
    ("told", (0, "paid")),
    ("refund", RefundTold.FAILED),
    ("renew", (Wish(WEEK), BY_CARD)),
    ("told", (1, "failed")),
    ("told", (1, "paid")),
    ("told", (1, "failed")),
]


@dataclass(slots=True)
class World:
    """A customer with a line, and the model beside it."""

    person: Person
    line_id: int
    model: Model
    now: datetime
    attempts: list[Attempt] = field(default_factory=list)
    """One for each try of the model."""

    def step(self, what: str, how: object) -> None:
        match what, how:
            case "wait", int(seconds):
                self.now += timedelta(seconds=seconds)
            case "to the end", int(beside):
                self._travel(self.model.last.ends_at + timedelta(seconds=beside))
            case "to the end of grace", int(beside):
                grace = timedelta(days=self.model.last.plan.policy.grace_days, seconds=beside)
                self._travel(self.model.last.ends_at + grace)
            case "renew", (Wish() as wish, Tender() as tender):
                self._renew(wish, tender)
            case "top up", int(minor):
                self._top_up(minor)
            case "told", (int(which), str(told)) if self.attempts:
                self._told(which % len(self.attempts), told)
            case "refund", RefundTold() as told:
                self._refund(told)
            case "use", int(amount):
                self._use(amount)
            case "sweep", _:
                lapse.sweep(1, now=self.now)
                settlement.expire(1, now=self.now)
                self.model.sweep(now=self.now)
            case "earn", _:
                earning.earn_days(1, now=self.now)

    def _travel(self, to: datetime) -> None:
        self.now = max(self.now, to)

    def _renew(self, wish: Wish, tender: Tender) -> None:
        assert wish.plan is not None
        with self._keeps_its_value(wish):
            try:
                order = renew(
                    self.line_id, wish.plan, start=wish.start, tender=tender, again=True, now=self.now
                )
            except NothingToPayWith:
                assert tender.provider is None
                return
            total = order.total_minor
            if tender.use_wallet and self.model.wallet >= total:
                self.model.wallet -= total
                self.model.paid(wish, total, now=self.now)
            else:
                self._waits(order, wish, held=self.model.wallet if tender.use_wallet else 0)

    def _top_up(self, minor: int) -> None:
        order, _ = top_up.begin(
            self.person, amount=Money(minor, "USD"), tender=BY_CARD, key=uuid4(), language="en", now=self.now
        )
        self._waits(order, Wish(None), held=0)

    def _waits(self, order: Order, wish: Wish, *, held: int) -> None:
        with in_cell(1):
            attempt = Attempt.objects.select_related("payment").get(payment__order=order, provider="stripe")
        assert attempt.amount_minor == order.total_minor - held
        self.model.wallet -= held
        self.model.tries.append(Try(wish, attempt.amount_minor, held, self.now))
        self.attempts.append(attempt)

    def _told(self, which: int, what: str) -> None:
        """The provider speaks of one order, once more or for the first time."""
        attempt, known = self.attempts[which], self.model.tries[which]
        told = success(attempt)
        if what != "paid":
            told = replace(told, told=Told(what), fee=None)
        with self._keeps_its_value(known.wish), in_cell(1):
            settlement.settle(attempt.pk, told, source="notice", now=self.now)
        if what == "paid":
            self.model.success(known, now=self.now)
        else:
            known.given_up = True

    def _refund(self, told: RefundTold) -> None:
        """The provider's answer about surplus that was sent back: what it could not send is the wallet's."""
        with in_cell(1):
            mine = Refund.objects.filter(customer_id=self.person.id, state=RefundState.APPROVED).first()
            if mine is None:
                return
            payments.move_refund(mine, RefundEvent.SENT, source="test", now=self.now)
            locked, mine = refund.lock(mine.pk)
            snapshot = RefundSnapshot(told, f"re_{mine.pk}", mine.amount)
            refund._told(locked, mine, snapshot, source="test", now=self.now)
        if told is RefundTold.FAILED:
            self.model.wallet += mine.amount_minor

    def _use(self, amount: int) -> None:
        before = self._data_left()
        with in_cell(1):
            beyond = allowances.use(
                self.line_id, Unit.BYTES, amount, key=uuid4().hex, country="US", now=self.now
            )
        assert self._data_left() == before - (amount - beyond)

    @contextmanager
    def _keeps_its_value(self, wish: Wish) -> Iterator[None]:
        """Days and bytes that are paid for never fall; days only for who wished to start now."""
        end, left, terms = self.model.last.ends_at, self._data_left(), len(self.model.spans)
        yield
        seen = see(self.line_id, now=self.now)
        assert seen.paid_until is not None
        assert seen.paid_until >= end or wish.start is Start.NOW
        new = wish.plan.data_bytes or 0 if wish.plan and len(seen.terms) > terms else 0
        assert self._data_left() == left + new

    def _data_left(self) -> int:
        return see(self.line_id, now=self.now).data_left or 0

    def check(self) -> None:
        with in_cell(cell_of(self.line_id)):
            lines.schedule(lapse.bring_up_to_date(lines.lock(self.line_id), now=self.now))
        seen = see(self.line_id, now=self.now)
        spans = sorted((span.starts_at, span.ends_at) for span in self.model.spans)
        assert sorted((t.starts_at, t.ended_at or t.ends_at) for t in seen.terms) == spans
        assert seen.paid_until == self.model.last.ends_at
        assert seen.wallet.minor == self.model.wallet
        assert seen.state == self.model.state(now=self.now)
        assert balanced()


@pytest.fixture
def policy() -> Iterator[None]:
    before = django.CONFIG
    yield
    django.CONFIG = before


@settings(
    max_examples=14,
    phases=[Phase.explicit, Phase.generate],  # a shorter story would take minutes to find
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(story=IN_GRACE, wallet=10**6, goes_back=False)
@example(story=WHAT_WAITS_FOLLOWS, wallet=10**6, goes_back=False)
@example(story=LATE_AND_TWICE, wallet=700, goes_back=False)
@example(story=LATE_AND_TWICE, wallet=700, goes_back=True)
@given(
    story=steps,
    wallet=st.sampled_from([10**6, 10**6, 700, 0]),
    goes_back=st.booleans(),
)
def test_in_any_order_the_rules_hold(policy: None, story: Story, wallet: int, goes_back: bool) -> None:
    django.CONFIG = replace(django.CONFIG, surplus_policy="refund" if goes_back else "wallet")
    _empty()  # each story begins on the first day
    lines.stock_numbers(["+19175550100"])
    person = customer("mei@example.com", cell=1)
    line_id = give_line(person, now=NOON)
    if wallet:
        fund(person, wallet, now=NOON)
    model = Model([span_of(MONTH, NOON)], wallet, goes_back)
    world = World(person, line_id, model, NOON + timedelta(hours=1))
    for what, how in story:
        world.step(what, how)
        world.check()
    assert breaches() == []

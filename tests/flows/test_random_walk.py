"""Whatever happens with four providers, in whatever order: the books hold, and all is known at the end.

`YUANYOU_WALKS` sets how many walks each beginning leads; a walk has thirty to sixty steps.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import HealthCheck, Phase, given, note, seed
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from tests.conftest import _empty
from tests.doctor import breaches
from tests.flows.conftest import _forget_adapters as forget_adapters
from tests.flows.walk import PROVIDERS, Travelling, Walk
from tests.houses import give_line
from tests.people import settle_in
from tests.sandbox.shop import Receiver
from yuanyou.flows.step import in_cell
from yuanyou.payments import statements
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.rules import AttemptState, Destination, RefundState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = [pytest.mark.usefixtures("house", "sandbox"), pytest.mark.slow]
WALKS = int(os.environ.get("YUANYOU_WALKS", "2"))
METHODS = st.sampled_from(
    [
        ("stripe", "card"),
        ("stripe", "card"),
        ("paypal", "paypal"),
        ("paypal", "paypal"),
        ("stripe", "alipay"),
        ("stripe", "wechat_pay"),
        ("stripe", "us_bank_account"),
        ("alipay", "alipay"),
        ("alipay", "alipay"),
        ("wechat", "wechat_pay"),
        ("wechat", "wechat_pay"),
    ]
)
WHICH = st.integers(0, 9)
CALLS = {
    "stripe": ("sessions.create", "sessions.retrieve", "sessions.expire", "refunds.create", "*"),
    "paypal": ("orders.create", "orders.get", "orders.capture", "captures.refund", "*"),
    "alipay": ("trade.precreate", "trade.query", "trade.close", "trade.refund", "*"),
    "wechat": ("transactions.native", "transactions.get", "transactions.close", "refunds.create", "*"),
}
ASKED = {
    "stripe": "sessions.retrieve",
    "paypal": "orders.get",
    "alipay": "trade.query",
    "wechat": "transactions.get",
}
"""The call whose answer a lie spoils."""
SILENCES = ("timeout_before", "timeout_after", "error_500", "malformed", "rate_limit")
LIES = ("wrong_amount", "wrong_currency", "wrong_reference")
MARKS = ("drop", "duplicate", "delay", "reorder", "hold")

STEPS = st.one_of(
    st.tuples(st.just("buy"), METHODS, st.booleans()).map(lambda t: ("buy", *t[1], t[2])),
    st.tuples(st.just("fill"), METHODS, st.sampled_from([500, 2000, 5000])).map(
        lambda t: ("fill", *t[1], t[2])
    ),
    st.just(("buy", None, None, True)),
    st.tuples(st.just("other_way"), WHICH, METHODS).map(lambda t: ("other_way", t[1], *t[2])),
    st.tuples(
        st.just("pay"), WHICH, st.sampled_from(["pays", "pays", "pays", "declined", "poor", "asked", "slow"])
    ),
    st.tuples(st.just("pay"), WHICH, st.just("pays")),
    st.tuples(st.just("land"), WHICH),
    st.tuples(st.just("pay_late"), WHICH),
    st.tuples(st.just("money_comes"), WHICH, st.sampled_from(["succeeded", "failed"])),
    st.tuples(st.just("refund_outside"), WHICH),
    st.tuples(st.just("refund_settles"), WHICH, st.sampled_from(["succeeded", "failed"])),
    st.tuples(st.just("dispute"), WHICH),
    st.tuples(st.just("dispute_ends"), st.sampled_from(["won", "lost"])),
    *(
        st.tuples(
            st.just("fault"),
            st.just(company),
            st.sampled_from(SILENCES),
            st.sampled_from(CALLS[company]),
            st.integers(1, 4),
        )
        for company in PROVIDERS
    ),
    *(
        st.tuples(
            st.just("fault"),
            st.just(company),
            st.sampled_from(LIES),
            st.just(ASKED[company]),
            st.just(1),
        )
        for company in PROVIDERS
    ),
    st.tuples(st.just("notices"), st.sampled_from(PROVIDERS), st.sampled_from(MARKS)),
    st.tuples(st.just("told"), st.booleans()),
    st.tuples(st.just("give_back"), WHICH, st.sampled_from([1, 37, 100]), st.sampled_from(list(Destination))),
    st.tuples(st.just("wait"), st.sampled_from([30, 600, 3600, 86_400, 3 * 86_400])),
    st.just(("work",)),
    st.just(("reconcile",)),
)


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Iterator[Receiver]:
    """Where notices arrive, for all walks."""
    receiver, clock = Receiver(answer=b"success"), settings.CLOCK
    yield receiver
    settings.CLOCK = clock
    receiver.close()


@pytest.mark.parametrize("beginning", range(4))
def test_at_every_step_the_books_hold_and_at_the_end_everything_is_known(
    sandbox: RunningSandbox, shop: Receiver, beginning: int
) -> None:
    @seed(beginning)
    @given_settings(
        max_examples=WALKS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # a walk takes seconds: it is read as it is, not made shorter
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(steps=st.lists(STEPS, min_size=30, max_size=60))
    def walks(steps: list[tuple[object, ...]]) -> None:
        _take(begin(sandbox, shop), steps)

    walks()


def _take(walk: Walk, steps: list[tuple[object, ...]]) -> None:
    before = {provider: walk.clearing(provider) for provider in PROVIDERS}
    for what, *how in steps:
        note(f"{what} {how}")
        walk.step(str(what), *how)
        assert breaches() == []
    walk.rest()
    assert breaches() == []
    with in_cell(1):
        attempts = set(Attempt.objects.values_list("state", flat=True))
        refunds = set(Refund.objects.values_list("state", flat=True))
    assert not attempts & {AttemptState.UNKNOWN, AttemptState.SUBMITTING, AttemptState.CREATED}
    assert not refunds & {RefundState.UNKNOWN, RefundState.SUBMITTING, RefundState.APPROVED}
    assert statements.open_cases() == []
    for provider in PROVIDERS:
        assert walk.clearing(provider) - before[provider] == walk.held(provider), provider


def begin(sandbox: RunningSandbox, shop: Receiver) -> Walk:
    """A fresh house, fresh companies, and a customer with a line."""
    _empty()
    sandbox.control("reset")
    shop.forget()
    for company in ("stripe", "paypal"):  # the others send where each order says
        sandbox.control(f"{company}/webhook", {"url": shop.url})
    settings.CONFIG = replace(
        settings.CONFIG,
        site_url=shop.url.rpartition("/hooks")[0],
        refund_approval_above=1000,
        day_limit=10**8,
        top_up_day_limit=10**8,
    )
    forget_adapters()
    clock = Travelling()
    settings.CLOCK = clock
    people = settle_in()
    return Walk(sandbox, shop, people, give_line(people.mei, now=clock.now()), clock)

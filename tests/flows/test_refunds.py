"""Money on its way back: sent once, followed to its end, and never in two places."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from tests.flows.test_with_stripe import janitor, line_of, now, pay, pending, state
from tests.houses import see
from tests.people import People
from yuanyou import wiring
from yuanyou.flows import checkout, refund, refund_request, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.payments import actions as payments
from yuanyou.payments import rules
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import RefundSnapshot, RefundTold
from yuanyou.payments.rules import AttemptState, Destination, RefundEvent, RefundState, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
NOTHING = Money(0, "USD")
Surplus = Callable[[], tuple[int, Attempt]]


@contextmanager
def wrong_keys() -> Iterator[None]:
    """Somebody mistyped the secret key in the settings."""
    before = settings.CONFIG
    settings.CONFIG = replace(before, stripe_secret_key="sk_test_mistyped")
    wiring.payment_providers.cache_clear()
    yield
    settings.CONFIG = before
    wiring.payment_providers.cache_clear()


@pytest.fixture
def surplus(sandbox: RunningSandbox, people: People) -> Surplus:
    """Money that came after our order had expired, where it is the policy to send it back."""
    settings.CONFIG = replace(settings.CONFIG, surplus_policy="refund")

    def make() -> tuple[int, Attempt]:
        line_id = line_of(people)
        attempt = pending(line_id)
        sandbox.control(f"stripe/sessions/{attempt.provider_ref}/expire")
        janitor()
        settlement.expire(1, now=now() + timedelta(hours=1))
        pay(sandbox, attempt, late=True)
        settlement.ask(attempt.pk, source="notice", now=now())
        return line_id, attempt

    return make


def refund_of(attempt: Attempt) -> Refund:
    with in_cell(1):
        return Refund.objects.select_related("attempt").get(attempt=attempt)


def sent_back(sandbox: RunningSandbox) -> int:
    return int(sandbox.control("stripe/account", method="GET")["usd"]["refunds"])


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500", "malformed"])
def test_a_refund_without_an_answer_is_unknown_and_sent_once(
    sandbox: RunningSandbox, surplus: Surplus, fault: str
) -> None:
    line_id, attempt = surplus()
    sandbox.control(
        "faults", {"company": "stripe", "fault": fault, "on": "refunds.create", "times": 9, "seconds": 0.1}
    )
    refund.work(1, now=now())
    assert refund_of(attempt).state == RefundState.UNKNOWN
    sandbox.control("faults", method="DELETE")
    refund.work(1, now=now() + timedelta(minutes=5))
    refund.work(1, now=now() + timedelta(minutes=10))
    assert refund_of(attempt).state == RefundState.SUCCEEDED
    assert (sent_back(sandbox), see(line_id).wallet) == (attempt.amount_minor, NOTHING)


def test_a_refund_that_was_sent_is_found_when_its_key_is_forgotten(
    sandbox: RunningSandbox, surplus: Surplus
) -> None:
    line_id, attempt = surplus()
    sandbox.control(
        "faults",
        {"company": "stripe", "fault": "timeout_after", "on": "refunds.create", "times": 9, "seconds": 0.1},
    )
    refund.work(1, now=now())
    sandbox.control("faults", method="DELETE")
    sandbox.control("clock", {"advance_seconds": 2 * 86_400})
    refund.work(1, now=now() + timedelta(days=2))
    assert refund_of(attempt).state == RefundState.SUCCEEDED
    assert (sent_back(sandbox), see(line_id).wallet) == (attempt.amount_minor, NOTHING)


def test_a_refund_that_stays_unknown_is_left_to_a_person(sandbox: RunningSandbox, surplus: Surplus) -> None:
    _, attempt = surplus()
    with in_cell(1):
        mine = Refund.objects.get(attempt=attempt)
        payments.move_refund(mine, RefundEvent.SENT, source="test", now=now())
        mine.asked = len(rules.ASK_AFTER)
        payments.refund_lost(mine, reason="timeout", now=now())
    assert refund_of(attempt).ask_at is None


def test_a_refund_on_its_way_is_followed_daily_to_its_end(sandbox: RunningSandbox, surplus: Surplus) -> None:
    _, attempt = surplus()
    moment = now()
    with in_cell(1):
        mine = Refund.objects.get(attempt=attempt)
        payments.move_refund(mine, RefundEvent.SENT, source="test", now=moment)
        mine.asked = len(rules.ASK_AFTER)
        on_its_way = RefundSnapshot(RefundTold.PENDING, "re_1", mine.amount)
        payments.refund_told(mine, on_its_way, source="test", now=moment)
    assert refund_of(attempt).ask_at == moment + timedelta(days=1)


def test_a_mistyped_key_does_not_make_a_refund_that_was_sent_a_failed_one(
    sandbox: RunningSandbox, surplus: Surplus
) -> None:
    line_id, attempt = surplus()
    sandbox.control(
        "faults",
        {"company": "stripe", "fault": "timeout_after", "on": "refunds.create", "times": 9, "seconds": 0.1},
    )
    refund.work(1, now=now())
    sandbox.control("faults", method="DELETE")
    with wrong_keys():
        refund.work(1, now=now() + timedelta(minutes=5))
    assert refund_of(attempt).state == RefundState.UNKNOWN
    refund.work(1, now=now() + timedelta(minutes=20))
    assert refund_of(attempt).state == RefundState.SUCCEEDED
    assert (sent_back(sandbox), see(line_id).wallet) == (attempt.amount_minor, NOTHING)


def test_a_mistyped_key_does_not_end_the_following_of_a_refund_under_way(
    sandbox: RunningSandbox, surplus: Surplus
) -> None:
    line_id, attempt = surplus()
    sandbox.control(
        "faults", {"company": "stripe", "fault": "async_then_failed", "on": "refunds.create", "times": 1}
    )
    refund.work(1, now=now())
    assert refund_of(attempt).state == RefundState.PENDING
    with wrong_keys():
        refund.work(1, now=now() + timedelta(minutes=5))
    assert see(line_id).wallet == NOTHING
    sandbox.control(f"stripe/refunds/{refund_of(attempt).provider_ref}/settle", {"outcome": "failed"})
    refund.work(1, now=now() + timedelta(minutes=20))
    refund.work(1, now=now() + timedelta(hours=20))
    assert refund_of(attempt).state == RefundState.FAILED
    assert see(line_id).wallet == attempt.amount


def test_a_refund_that_is_refused_is_the_wallets(sandbox: RunningSandbox, surplus: Surplus) -> None:
    line_id, attempt = surplus()
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(charge_ref="ch_nobody_knows")
    refund.work(1, now=now())
    assert refund_of(attempt).state == RefundState.FAILED
    assert see(line_id).wallet == attempt.amount


def test_no_more_is_sent_back_than_came(sandbox: RunningSandbox, surplus: Surplus) -> None:
    _, attempt = surplus()
    wish = RefundWish(attempt.payment.customer_id, "again", Destination.ORIGIN, TakesBack.NOTHING)
    with pytest.raises(payments.RefundTooLarge):
        refund_request.request(attempt.pk, wish, amount=Money(1, "USD"), now=now())
    refund.work(1, now=now())
    assert sent_back(sandbox) == attempt.amount_minor


@pytest.mark.parametrize(
    "meanwhile", [checkout.send, lambda pk, now: settlement.ask(pk, source="x", now=now)]
)
def test_a_mistyped_key_does_not_make_a_lost_attempt_a_failed_one(
    sandbox: RunningSandbox, people: People, meanwhile: Callable[..., object]
) -> None:
    sandbox.control(
        "faults",
        {"company": "stripe", "fault": "timeout_after", "on": "sessions.create", "times": 9, "seconds": 0.1},
    )
    attempt = pending(line_of(people))
    sandbox.control("faults", method="DELETE")
    with wrong_keys():
        meanwhile(attempt.pk, now=now())
    assert state(attempt)[0] == AttemptState.UNKNOWN
    janitor()
    assert state(attempt)[0] == AttemptState.ACTION_REQUIRED

"""Through the official SDK to a Stripe that misbehaves: every fault ends in the right money state."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest
import stripe
from django.conf import settings
from django.db import connections

from tests.houses import BOTH, BY_CARD, fund, give_line, renew, see
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import checkout, receipts, refund, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order, Receipt
from yuanyou.payments.models import Attempt, Inbox, Refund
from yuanyou.payments.port import BadNotice
from yuanyou.payments.rules import AttemptState, PaymentState, RefundState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
ALIPAY = "alipay"
GOOD, NO_MONEY, ASKS_THE_BANK = "4242424242424242", "4000000000009995", "4000002500003155"


def now() -> datetime:
    return settings.CLOCK.now()


def line_of(people: People) -> int:
    return give_line(people.mei, now=now() - timedelta(days=3))


def pending(line_id: int, *, by: checkout.Tender = BY_CARD) -> Attempt:
    return attempt_of(renew(line_id, MONTH, tender=by, now=now()))


def attempt_of(order: Order) -> Attempt:
    with in_cell(1):
        found = Attempt.objects.filter(payment__order=order, provider="stripe").order_by("number")
        return found.select_related("payment__order").last()  # type: ignore[return-value]


def pay(sandbox: RunningSandbox, attempt: Attempt, card: str = GOOD, **how: object) -> None:
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/pay", {"card": card, **how})


def janitor(*, after: timedelta = timedelta(minutes=2)) -> None:
    settlement.janitor(1, now=now() + after)


def state(attempt: Attempt) -> tuple[str, str, str]:
    with in_cell(1):
        fresh = Attempt.objects.select_related("payment__order").get(pk=attempt.pk)
        return fresh.state, fresh.payment.state, fresh.payment.order.state


DONE = (AttemptState.SUCCEEDED, PaymentState.PAID, "fulfilled")


def told(
    sandbox: RunningSandbox, attempt: Attempt, *, secret: str | None = None
) -> tuple[dict[str, str], bytes]:
    """A notice as Stripe sends it: headers and raw body."""
    session = {"id": attempt.provider_ref, "object": "checkout.session", "metadata": {"attempt": attempt.ref}}
    event = {"id": f"evt_{attempt.pk}", "type": "checkout.session.completed", "data": {"object": session}}
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret or sandbox.webhook_secret)
    return {"Stripe-Signature": signature}, body.encode()


def notify(sandbox: RunningSandbox, attempt: Attempt, **how: str) -> None:
    headers, body = told(sandbox, attempt, **how)
    settlement.receive("stripe", headers=headers, body=body, now=now())
    settlement.work("stripe", now=now())


def test_a_notice_is_a_hint_and_the_provider_is_asked(sandbox: RunningSandbox, people: People) -> None:
    attempt = pending(line_of(people))
    notify(sandbox, attempt)  # it says "completed", but nobody has paid
    assert state(attempt) == (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")
    pay(sandbox, attempt)
    janitor()
    assert state(attempt) == DONE


def test_paid_is_applied_with_its_fee_and_its_card(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    pay(sandbox, attempt)
    notify(sandbox, attempt)
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2
    with in_cell(1):
        assert Attempt.objects.get(pk=attempt.pk).card == {"brand": "visa", "last4": "4242"}


def test_a_decline_leaves_the_page_open_and_another_card_pays(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt, NO_MONEY)
    notify(sandbox, attempt)
    assert state(attempt)[:2] == (AttemptState.ACTION_REQUIRED, PaymentState.OPEN)
    pay(sandbox, attempt, ASKS_THE_BANK, challenge="complete")
    janitor()
    assert state(attempt) == DONE


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500", "malformed"])
def test_a_create_without_an_answer_is_unknown_and_found_by_its_key(
    sandbox: RunningSandbox, people: People, fault: str
) -> None:
    sandbox.control(
        "faults", {"company": "stripe", "fault": fault, "on": "sessions.create", "times": 2, "seconds": 4}
    )
    attempt = pending(line_of(people))
    assert state(attempt) == (AttemptState.UNKNOWN, PaymentState.OPEN, "open")
    for minutes in (2, 10):  # a fault may still wait when the janitor comes first
        janitor(after=timedelta(minutes=minutes))
    found = attempt_of(attempt.payment.order)
    assert found.state == AttemptState.ACTION_REQUIRED
    pay(sandbox, found)
    janitor(after=timedelta(minutes=30))
    assert state(attempt) == DONE


def test_a_lost_notice_is_found_by_the_janitor(sandbox: RunningSandbox, people: People) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt)
    janitor()
    assert state(attempt) == DONE


def test_a_retrieve_that_fails_settles_nothing_and_is_asked_again(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt)
    sandbox.control(
        "faults", {"company": "stripe", "fault": "error_500", "on": "sessions.retrieve", "times": 2}
    )
    notify(sandbox, attempt)
    assert state(attempt)[1] == PaymentState.OPEN
    with in_cell(1):
        assert Inbox.objects.filter(handled_at__isnull=True).count() == 1
    settlement.work("stripe", now=now() + timedelta(minutes=5))
    assert state(attempt) == DONE


@pytest.mark.parametrize("fault", ["wrong_amount", "wrong_currency", "wrong_reference"])
def test_money_that_is_not_ours_to_take_gives_no_service(
    sandbox: RunningSandbox, people: People, fault: str
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    pay(sandbox, attempt)
    sandbox.control("faults", {"company": "stripe", "fault": fault, "on": "sessions.retrieve", "times": 1})
    notify(sandbox, attempt)
    assert state(attempt) == (AttemptState.MISMATCH, PaymentState.OPEN, "open")
    assert len(see(line_id).terms) == 1


def test_a_notice_with_another_key_is_refused_and_keeps_nothing(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt)
    with pytest.raises(BadNotice):
        notify(sandbox, attempt, secret="whsec_somebody_elses")
    assert Inbox.objects.count() == 0
    janitor()
    assert state(attempt) == DONE


@pytest.mark.parametrize("policy", ["wallet", "refund"])
def test_paid_after_our_expiry_is_surplus_and_finds_its_home(
    sandbox: RunningSandbox, people: People, policy: str
) -> None:
    settings.CONFIG = replace(settings.CONFIG, surplus_policy=policy)
    line_id = line_of(people)
    attempt = pending(line_id)
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/expire")
    janitor()
    settlement.expire(1, now=now() + timedelta(hours=1))
    assert state(attempt) == (AttemptState.EXPIRED, PaymentState.EXPIRED, "expired")
    pay(sandbox, attempt, late=True)
    settlement.ask(attempt.pk, source="notice", now=now())
    assert len(see(line_id).terms) == 1
    if policy == "wallet":
        assert see(line_id).wallet == attempt.amount
        return
    refund.work(1, now=now())
    with in_cell(1):
        assert Refund.objects.get(attempt=attempt).state == RefundState.SUCCEEDED
    assert see(line_id).wallet == Money(0, "USD")


def test_two_tries_both_paid_renew_once_and_the_second_is_the_wallets(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    first = pending(line_id)
    sandbox.control(
        "faults", {"company": "stripe", "fault": "error_500", "on": "sessions.retrieve", "times": 9}
    )
    other = checkout.Tender(method="alipay", provider="stripe", use_wallet=False)
    checkout.again(first.payment.order, other, now=now())
    sandbox.control("faults", method="DELETE")
    second = attempt_of(first.payment.order)
    assert second.pk != first.pk
    pay(sandbox, first)
    pay(sandbox, second, ALIPAY, challenge="complete")
    for attempt in (second, first):
        settlement.ask(attempt.pk, source="notice", now=now())
    assert state(first) == state(second) == DONE
    assert len(see(line_id).terms) == 2
    assert see(line_id).wallet == first.amount


def test_part_wallet_part_card(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    fund(people.mei, 650, now=now())
    attempt = pending(line_id, by=BOTH)
    assert attempt.amount == Money(2690 - 650, "USD")
    pay(sandbox, attempt)
    notify(sandbox, attempt)
    assert state(attempt) == DONE
    assert see(line_id).wallet == Money(0, "USD")


def test_fifty_voices_at_once_renew_once(sandbox: RunningSandbox, people: People) -> None:
    """Notices, the landing page and the janitor all at the same moment."""
    line_id = line_of(people)
    attempt = pending(line_id)
    pay(sandbox, attempt)
    headers, body = told(sandbox, attempt)
    voices: list[Callable[[], object]] = [
        lambda: settlement.receive("stripe", headers=headers, body=body, now=now()),
        lambda: settlement.work("stripe", now=now()),
        lambda: settlement.ask(attempt.pk, source="landing", now=now()),
        lambda: settlement.janitor(1, now=now() + timedelta(minutes=2)),
        lambda: receipts.number(1, now=now()),
    ]

    def speak(voice: Callable[[], object]) -> None:
        voice()
        connections.close_all()

    threads = [Thread(target=speak, args=(voices[n % len(voices)],)) for n in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    settlement.work("stripe", now=now() + timedelta(minutes=5))
    receipts.number(1, now=now())
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2
    with in_cell(1):
        assert Receipt.objects.get(order=attempt.payment.order).number == 2
        assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_a_refund_that_fails_later_is_the_wallets(sandbox: RunningSandbox, people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, surplus_policy="refund")
    line_id = line_of(people)
    attempt = pending(line_id)
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/expire")
    janitor()
    settlement.expire(1, now=now() + timedelta(hours=1))
    pay(sandbox, attempt, late=True)
    settlement.ask(attempt.pk, source="notice", now=now())
    sandbox.control(
        "faults", {"company": "stripe", "fault": "async_then_failed", "on": "refunds.create", "times": 1}
    )
    refund.work(1, now=now())
    with in_cell(1):
        asked = Refund.objects.get(attempt=attempt)
    if asked.state == RefundState.PENDING:
        sandbox.control(f"stripe/refunds/{asked.provider_ref}/settle", {"outcome": "failed"})
        refund.work(1, now=now() + timedelta(hours=1))
    with in_cell(1):
        assert Refund.objects.get(attempt=attempt).state == RefundState.FAILED
    assert see(line_id).wallet == attempt.amount

"""Notices as Stripe really sends them: twice, late, never, in any order; and money that takes days."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.flows.test_with_stripe import (
    ALIPAY,
    ASKS_THE_BANK,
    DONE,
    GOOD,
    NO_MONEY,
    attempt_of,
    janitor,
    line_of,
    now,
    pay,
    pending,
    state,
)
from tests.houses import see
from tests.people import People
from tests.sandbox.shop import Receiver, client, eventually, order
from yuanyou.flows import checkout, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.payments.models import Attempt, Inbox
from yuanyou.payments.port import BadNotice
from yuanyou.payments.rules import AttemptState, PaymentState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
A_PAYMENT = 3
"""A paid session is told three times: of the session, its intent, its charge."""
OPEN = (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")
EXPIRED = (AttemptState.EXPIRED, PaymentState.EXPIRED, "expired")


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Iterator[Receiver]:
    """Where the sandbox's notices arrive; a test hands them on to the inbox."""
    receiver = Receiver()
    sandbox.control("stripe/webhook", {"url": receiver.url})
    yield receiver
    receiver.close()


def go_wrong(sandbox: RunningSandbox, **how: Any) -> None:
    sandbox.control("faults", {"company": "stripe", **how})


def hand_on(shop: Receiver, *, at_least: int) -> list[str]:
    """Give the inbox what came, as it came, once that many are there; their kinds."""
    came = eventually(lambda: shop.received if len(shop.received) >= at_least else [])
    for each in came:
        settlement.receive("stripe", headers=each.headers, body=each.body, now=now())
    settlement.work("stripe", now=now())
    return [each.type for each in came]


def renewed_once(line_id: int, attempt: Attempt) -> bool:
    with in_cell(1):
        lines = books.entries_about(f"received:{attempt.pk}", f"sold:{attempt.payment.order_id}")
    return (state(attempt), len(see(line_id).terms), len({line.key for line in lines})) == (DONE, 2, 2)


def test_three_notices_of_one_payment_renew_once(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    pay(sandbox, attempt)
    hand_on(shop, at_least=A_PAYMENT)
    assert renewed_once(line_id, attempt)
    assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_a_notice_that_comes_twice_is_kept_once(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    go_wrong(sandbox, notices="duplicate", count=A_PAYMENT)
    pay(sandbox, attempt)
    hand_on(shop, at_least=2 * A_PAYMENT)
    assert Inbox.objects.count() == A_PAYMENT
    assert renewed_once(line_id, attempt)


def test_the_last_notice_may_come_first(sandbox: RunningSandbox, shop: Receiver, people: People) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    go_wrong(sandbox, notices="reorder", count=A_PAYMENT)
    pay(sandbox, attempt)
    assert hand_on(shop, at_least=A_PAYMENT)[-1] != "checkout.session.completed"
    assert renewed_once(line_id, attempt)


def test_when_no_notice_comes_the_janitor_asks(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    go_wrong(sandbox, notices="drop", count=A_PAYMENT)
    pay(sandbox, attempt)
    janitor()
    assert shop.received == []
    assert renewed_once(line_id, attempt)


def test_a_notice_that_somebody_else_signed_is_refused_and_the_janitor_asks(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    go_wrong(sandbox, fault="wrong_key", on="notices", times=A_PAYMENT)
    pay(sandbox, attempt)
    with pytest.raises(BadNotice):
        hand_on(shop, at_least=A_PAYMENT)
    assert Inbox.objects.count() == 0
    assert state(attempt) == OPEN
    janitor()
    assert renewed_once(line_id, attempt)


@pytest.mark.parametrize("lie", ["wrong_amount", "wrong_currency"])
def test_a_notice_may_lie_for_the_truth_is_asked(
    sandbox: RunningSandbox, shop: Receiver, people: People, lie: str
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    go_wrong(sandbox, fault=lie, on="notices", times=A_PAYMENT)
    pay(sandbox, attempt)
    hand_on(shop, at_least=A_PAYMENT)
    assert renewed_once(line_id, attempt)


@pytest.mark.parametrize("reference", ["att_1", "att_ZZZZZZZZZZZZZ", "ord_1", "of another shop"])
def test_a_notice_about_something_of_another_shop_holds_up_nobody(
    sandbox: RunningSandbox, shop: Receiver, people: People, reference: str
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    stranger = client(sandbox).v1.checkout.sessions.create(
        order(client_reference_id=reference, metadata={"attempt": reference})
    )
    for session in (stranger.id, attempt.provider_ref):
        sandbox.control(f"stripe/sessions/{session}/pay")
    hand_on(shop, at_least=2 * A_PAYMENT)
    assert renewed_once(line_id, attempt)
    assert Inbox.objects.filter(outcome="unmatched", ref=reference).exists()
    assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_a_notice_after_our_expiry_brings_the_money_to_the_wallet_once(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/expire")
    hand_on(shop, at_least=1)
    assert state(attempt)[0] == AttemptState.EXPIRED
    settlement.expire(1, now=now() + timedelta(minutes=16))
    assert state(attempt) == EXPIRED
    shop.forget()
    pay(sandbox, attempt, late=True)
    hand_on(shop, at_least=A_PAYMENT)
    hand_on(shop, at_least=A_PAYMENT)
    assert (state(attempt)[1:], len(see(line_id).terms)) == (EXPIRED[1:], 1)
    assert see(line_id).wallet == attempt.amount


def test_a_page_that_was_closed_for_another_is_not_paid_and_the_other_renews(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    first = pending(line_id)
    checkout.again(first.payment.order, checkout.Tender("alipay", "stripe", use_wallet=False), now=now())
    second = attempt_of(first.payment.order)
    hand_on(shop, at_least=1)  # word of the first, closed attempt
    assert state(first)[0] == AttemptState.CANCELED
    assert state(second) == OPEN
    pay(sandbox, second, ALIPAY, challenge="complete")
    hand_on(shop, at_least=1 + A_PAYMENT)
    assert renewed_once(line_id, second)
    assert see(line_id).wallet == Money(0, "USD")


@pytest.mark.parametrize(
    ("card", "how", "reason"),
    [
        (NO_MONEY, {}, "insufficient_funds"),
        (ASKS_THE_BANK, {"challenge": "fail"}, "payment_intent_authentication_failure"),
    ],
)
def test_a_card_that_fails_leaves_the_order_open_and_the_next_one_pays(
    sandbox: RunningSandbox, shop: Receiver, people: People, card: str, how: dict[str, str], reason: str
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    pay(sandbox, attempt, card, **how)
    assert hand_on(shop, at_least=1)[-1] == "payment_intent.payment_failed"
    assert reason in shop.received[-1].body.decode()
    assert state(attempt) == OPEN
    pay(sandbox, attempt, GOOD)
    hand_on(shop, at_least=1 + A_PAYMENT)
    assert renewed_once(line_id, attempt)


@pytest.fixture
def debit(sandbox: RunningSandbox, shop: Receiver, people: People) -> tuple[int, Attempt]:
    """A renewal whose customer chose a bank debit: the money is on its way, nothing is certain."""
    line_id = line_of(people)
    attempt = pending(line_id)
    session = client(sandbox).v1.checkout.sessions.create(
        order(
            attempt.amount_minor,
            client_reference_id=attempt.ref,
            metadata={"attempt": attempt.ref},
            payment_intent_data={"metadata": {"attempt": attempt.ref}},
            payment_method_types=["card", "us_bank_account"],
        )
    )
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(provider_ref=session.id)
    attempt.provider_ref = session.id
    pay(sandbox, attempt, "bank_debit")
    hand_on(shop, at_least=1)
    assert state(attempt) == (AttemptState.PROCESSING, PaymentState.OPEN, "open")
    shop.forget()
    return line_id, attempt


def test_money_that_takes_days_renews_when_it_is_there(
    sandbox: RunningSandbox, shop: Receiver, debit: tuple[int, Attempt]
) -> None:
    line_id, attempt = debit
    assert settlement.expire(1, now=now() + timedelta(days=2)) == 0
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/settle", {"outcome": "succeeded"})
    assert "checkout.session.async_payment_succeeded" in hand_on(shop, at_least=2)
    assert renewed_once(line_id, attempt)


def test_money_that_never_came_renews_nothing_and_ends_the_order(
    sandbox: RunningSandbox, shop: Receiver, debit: tuple[int, Attempt]
) -> None:
    line_id, attempt = debit
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/settle", {"outcome": "failed"})
    assert "checkout.session.async_payment_failed" in hand_on(shop, at_least=2)
    assert state(attempt)[0] == AttemptState.FAILED
    assert settlement.expire(1, now=now() + timedelta(hours=25)) == 1
    assert (state(attempt)[2], len(see(line_id).terms)) == ("expired", 1)
    assert see(line_id).wallet == Money(0, "USD")

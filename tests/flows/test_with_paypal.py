"""Through the official SDK to PayPal: the payer agrees there, we take it, and every turn finds its state."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import RequestFactory
from django.urls import resolve

from tests.flows.test_with_stripe import janitor, line_of, now, state
from tests.flows.test_with_stripe import pay as pay_by_card
from tests.houses import BY_CARD, fund, renew, see
from tests.people import People
from tests.plans import MONTH
from tests.sandbox.shop import Receiver, eventually
from yuanyou.flows import checkout, links, reconciliation, refund, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.payments import statements
from yuanyou.payments.models import Attempt, Dispute, Inbox, Refund, SavedMethod
from yuanyou.payments.port import BadNotice
from yuanyou.payments.rules import AttemptState, PaymentState, RefundState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
BY_PAYPAL = checkout.Tender(method="paypal", provider="paypal", use_wallet=False)
DONE = (AttemptState.SUCCEEDED, PaymentState.PAID, "fulfilled")
OPEN = (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")
NOTHING = Money(0, "USD")


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Iterator[Receiver]:
    """Where PayPal's notices arrive; a test hands them on to the inbox."""
    receiver = Receiver()
    sandbox.control("paypal/webhook", {"url": receiver.url})
    yield receiver
    receiver.close()


def pending(line_id: int, *, by: checkout.Tender = BY_PAYPAL) -> Attempt:
    order = renew(line_id, MONTH, tender=by, again=True, now=now())
    with in_cell(1):
        return Attempt.objects.select_related("payment__order").get(payment__order=order, provider="paypal")


def agree(sandbox: RunningSandbox, attempt: Attempt, funding: str = "balance") -> None:
    """The payer agrees on PayPal's page. Nobody agrees twice in a second."""
    sandbox.control("clock", {"advance_seconds": 1})
    sandbox.control(f"paypal/orders/{attempt.provider_ref}/approve", {"funding": funding})


def land(attempt: Attempt) -> None:
    """The payer comes back to our site."""
    path = urlsplit(links.landing_page(attempt.payment.order)).path
    view, _, named = resolve(path)
    assert view(RequestFactory().get(path), **named).status_code == 302


def pay(sandbox: RunningSandbox, line_id: int, *, by: checkout.Tender = BY_PAYPAL) -> Attempt:
    attempt = pending(line_id, by=by)
    agree(sandbox, attempt)
    land(attempt)
    return attempt


def hand_on(shop: Receiver, *kinds: str) -> None:
    """Give the inbox every notice that came, once these kinds are there."""
    eventually(lambda: {each.type for each in shop.received} >= set(kinds))
    for each in shop.received:
        settlement.receive("paypal", headers=each.headers, body=each.body, now=now())
    settlement.work("paypal", now=now())


def fresh(attempt: Attempt) -> Attempt:
    with in_cell(1):
        return Attempt.objects.get(pk=attempt.pk)


def settle(sandbox: RunningSandbox, attempt: Attempt, outcome: str) -> None:
    sandbox.control(f"paypal/payments/{attempt.provider_ref}/settle", {"outcome": outcome})


def test_coming_back_from_paypal_takes_the_money_and_renews(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    assert state(attempt) == OPEN
    land(attempt)  # and looked around without agreeing
    assert state(attempt) == OPEN
    agree(sandbox, attempt)
    assert state(attempt) == OPEN
    land(attempt)
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2
    assert fresh(attempt).card["brand"] == "paypal"
    with in_cell(1):
        fee = sum(
            line.amount.minor for line in books.entries_about(f"fee:{attempt.pk}") if line.amount.minor > 0
        )
    assert fee == sandbox.control("paypal/account", method="GET")["USD"]["fees"]


def test_who_agrees_and_never_comes_back_is_renewed_by_paypals_notice(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt)
    hand_on(shop, "CHECKOUT.ORDER.APPROVED")
    assert state(attempt) == DONE
    hand_on(shop, "PAYMENT.CAPTURE.COMPLETED")
    assert len(see(line_id).terms) == 2
    assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_who_agrees_and_never_comes_back_is_renewed_by_the_janitor(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    agree(sandbox, attempt)
    janitor()
    assert state(attempt) == DONE


def test_a_notice_that_paypal_did_not_sign_is_refused_and_keeps_nothing(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    sandbox.control("faults", {"company": "paypal", "fault": "wrong_key", "on": "notices", "times": 9})
    agree(sandbox, pending(line_of(people)))
    with pytest.raises(BadNotice):
        hand_on(shop, "CHECKOUT.ORDER.APPROVED")
    assert Inbox.objects.count() == 0


def test_a_notice_is_proved_by_real_time_however_far_the_demo_has_travelled(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = pending(line_of(people))
    agree(sandbox, attempt)
    (sent,) = eventually(lambda: shop.received)
    later = now() + timedelta(days=3)
    with pytest.raises(BadNotice):
        settlement.receive("paypal", headers=sent.headers, body=sent.body, now=later)
    settlement.receive("paypal", headers=sent.headers, body=sent.body, now=later, real=now())
    assert Inbox.objects.count() == 1


@pytest.mark.parametrize(
    ("outcome", "kind", "renewed"),
    [("completed", "PAYMENT.CAPTURE.COMPLETED", True), ("denied", "PAYMENT.CAPTURE.DENIED", False)],
)
def test_money_that_is_held_renews_when_it_has_come_and_not_before(
    sandbox: RunningSandbox, shop: Receiver, people: People, outcome: str, kind: str, renewed: bool
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt, "echeck")
    land(attempt)
    assert state(attempt) == (AttemptState.PROCESSING, PaymentState.OPEN, "open")
    assert len(see(line_id).terms) == 1
    settle(sandbox, attempt, outcome)
    hand_on(shop, kind)
    assert (fresh(attempt).state == AttemptState.SUCCEEDED) is renewed
    assert len(see(line_id).terms) == 1 + renewed


def test_a_decline_keeps_the_order_and_another_way_at_paypal_pays(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt, "card_declined")
    land(attempt)
    assert state(attempt) == OPEN
    agree(sandbox, attempt, "balance")
    land(attempt)
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2


def test_who_goes_to_another_method_is_not_charged_by_agreeing_late(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    checkout.again(attempt.payment.order, BY_CARD, now=now())
    assert fresh(attempt).state == AttemptState.CANCELED
    agree(sandbox, attempt)
    hand_on(shop, "CHECKOUT.ORDER.APPROVED")
    with in_cell(1):
        card = Attempt.objects.select_related("payment__order").get(
            payment=attempt.payment, provider="stripe"
        )
    pay_by_card(sandbox, card)
    land(card)
    assert state(card) == DONE
    assert sandbox.state()["paypal"]["objects"]["capture"] == 0
    assert see(line_id).wallet == NOTHING


def test_part_wallet_part_paypal(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    fund(people.mei, 650, now=now())
    attempt = pay(sandbox, line_id, by=replace(BY_PAYPAL, use_wallet=True))
    assert attempt.amount == Money(2690 - 650, "USD")
    assert state(attempt) == DONE
    assert see(line_id).wallet == NOTHING


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500", "malformed"])
@pytest.mark.parametrize("on", ["orders.create", "orders.capture"])
def test_a_lost_answer_ends_in_one_renewal(
    sandbox: RunningSandbox, people: People, on: str, fault: str
) -> None:
    line_id = line_of(people)
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": on, "times": 2, "seconds": 0.1})
    attempt = pending(line_id)
    agreed = False
    for minutes in (2, 10, 20):
        janitor(after=timedelta(minutes=minutes))
        found = fresh(attempt)
        if found.provider_ref and not agreed:
            agree(sandbox, found)
            agreed = True
    sandbox.control("faults", method="DELETE")
    for minutes in (60, 240):
        janitor(after=timedelta(minutes=minutes))
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2
    assert sandbox.control("paypal/account", method="GET")["USD"]["gross"] == attempt.amount_minor


@pytest.mark.parametrize("fault", ["wrong_amount", "wrong_currency", "wrong_merchant", "wrong_reference"])
def test_money_that_is_not_ours_to_take_gives_no_service(
    sandbox: RunningSandbox, people: People, fault: str
) -> None:
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt)
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": "orders.capture"})
    land(attempt)
    assert state(attempt) == (AttemptState.MISMATCH, PaymentState.OPEN, "open")
    assert len(see(line_id).terms) == 1


def test_many_voices_at_once_take_it_once(sandbox: RunningSandbox, people: People) -> None:
    """Landing pages, notices and the janitor all at the same moment."""
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt)
    voices: list[Callable[[], object]] = [
        lambda: settlement.ask(attempt.pk, source="landing", now=now()),
        lambda: settlement.ask(attempt.pk, source="notice", now=now()),
        lambda: settlement.janitor(1, now=now() + timedelta(minutes=2)),
    ]

    def speak(voice: Callable[[], object]) -> None:
        voice()
        connections.close_all()

    threads = [Thread(target=speak, args=(voices[n % len(voices)],)) for n in range(18)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    settlement.ask(attempt.pk, source="landing", now=now())
    assert state(attempt) == DONE
    assert len(see(line_id).terms) == 2
    assert sandbox.state()["paypal"]["objects"]["capture"] == 1


def test_a_refund_made_in_paypals_own_pages_is_found_by_its_notice(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = pay(sandbox, line_of(people))
    sandbox.control(f"paypal/payments/{attempt.provider_ref}/refund", {"amount": 500})
    hand_on(shop, "PAYMENT.CAPTURE.REFUNDED")
    with in_cell(1):
        found = Refund.objects.get(attempt=attempt)
    assert (found.state, found.amount) == (RefundState.SUCCEEDED, Money(500, "USD"))
    assert found.is_unexplained


def test_money_that_came_too_late_goes_back_to_paypal(sandbox: RunningSandbox, people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, surplus_policy="refund")
    line_id = line_of(people)
    attempt = pending(line_id)
    agree(sandbox, attempt, "echeck")
    land(attempt)
    checkout.again(attempt.payment.order, BY_CARD, now=now())
    with in_cell(1):
        card = Attempt.objects.select_related("payment__order").get(
            payment=attempt.payment, provider="stripe"
        )
    pay_by_card(sandbox, card)
    land(card)
    settle(sandbox, attempt, "completed")
    janitor(after=timedelta(hours=8))
    refund.work(1, now=now() + timedelta(hours=8))
    with in_cell(1):
        assert Refund.objects.get(attempt=attempt).state == RefundState.SUCCEEDED
    assert len(see(line_id).terms) == 2
    assert see(line_id).wallet == NOTHING


def test_a_paypal_that_is_kept_pays_the_next_time_without_a_page(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    pay(sandbox, line_id, by=replace(BY_PAYPAL, keep=True))
    with in_cell(1):
        kept = SavedMethod.objects.get(provider="paypal")
    second = pending(line_id, by=replace(BY_PAYPAL, saved_id=kept.pk))
    janitor()
    assert state(second) == DONE
    assert len(see(line_id).terms) == 3


def test_a_dispute_is_heard_of_and_its_end_is_too(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = pay(sandbox, line_of(people))
    made = sandbox.control(f"paypal/payments/{attempt.provider_ref}/dispute", {"channel": "EXTERNAL"})
    hand_on(shop, "CUSTOMER.DISPUTE.CREATED")
    with in_cell(1):
        assert Dispute.objects.get().state == "needs_response"
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "won"})
    hand_on(shop, "CUSTOMER.DISPUTE.RESOLVED")
    with in_cell(1):
        assert Dispute.objects.get().state == "won"


def test_paypals_statement_agrees_with_the_books(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    first = pay(sandbox, line_id)
    pay(sandbox, line_id)
    sandbox.control(f"paypal/payments/{first.provider_ref}/refund", {"amount": 500})
    settlement.ask(first.pk, source="notice", now=now())
    sandbox.control("clock", {"advance_seconds": 28 * 3600})
    reconciliation.work(now=now() + timedelta(hours=28))
    assert [case.difference for case in statements.open_cases() if case.provider == "paypal"] == []
    with in_cell(1):
        rows = books.trial_balance()
    held = sum(row.amount.minor for row in rows if row.account == "assets:clearing:paypal")
    assert held == sandbox.control("paypal/account", method="GET")["USD"]["net"]

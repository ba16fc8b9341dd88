"""Money asked back: reserved, approved by a second person above a limit, and the value goes with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError

from tests.doctor import breaches
from tests.flows.test_with_stripe import attempt_of, line_of, now, pay
from tests.houses import BOTH, BY_CARD, FROM_WALLET, NOON, fund, give_line, issued, renew, see
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou.catalog.rules import Quote
from yuanyou.esim.models import Profile
from yuanyou.flows import activation, earning, lapse, refund, refund_care, refund_request, settlement, top_up
from yuanyou.flows.refund_request import CannotRefund, Why
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger.actions import Overdrawn
from yuanyou.lines.models import Line
from yuanyou.orders.models import Order
from yuanyou.payments.actions import RefundTooLarge, RefundWish
from yuanyou.payments.models import Attempt, Dispute, Refund
from yuanyou.payments.rules import Destination, DisputeState, RefundState, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
AGENT, LEAD = 501, 502
"""Two accounts of staff."""
SAID = "she wrote to us"


@pytest.fixture(autouse=True)
def _no_limit() -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=100_000)


def wallet_attempt(order: Order) -> Attempt:
    with in_cell(1):
        return Attempt.objects.select_related("payment").get(payment__order=order, provider="wallet")


def ask(
    attempt: Attempt,
    amount: Money | None = None,
    *,
    back: TakesBack = TakesBack.TERM,
    to: Destination = Destination.WALLET,
    at: datetime = NOON,
) -> Refund:
    wish = RefundWish(attempt.payment.customer_id, "provider_fault", to, back, by=AGENT)
    return refund_request.request(attempt.pk, wish, amount=amount or attempt.amount, note=SAID, now=at)


def bought(people: People, *, at: datetime = NOON) -> tuple[int, Order]:
    """Mei's line with a second month that waits, paid from the wallet."""
    line_id = give_line(people.mei, now=at - timedelta(days=10))
    fund(people.mei, 20_000, now=at - timedelta(days=10))
    return line_id, renew(line_id, MONTH, now=at)


def account(name: str) -> int:
    with in_cell(1):
        return sum(row.amount.minor for row in books.trial_balance() if row.account == name)


def test_a_waiting_term_goes_back_whole_with_its_taxes(people: People) -> None:
    line_id, order = bought(people)
    until = see(line_id).terms[-1].ends_at
    taxes = {row.account for row in _books() if row.account.startswith("liabilities:tax:")}
    before = {name: account(name) for name in taxes}
    wallet = see(line_id).wallet
    asked = ask(wallet_attempt(order))
    assert asked.state == RefundState.SUCCEEDED
    seen = see(line_id)
    assert seen.wallet == wallet + order.total
    assert (seen.paid_until, [term.state for term in seen.terms]) == (until, ["canceled", "running"])
    assert all(account(name) > before[name] for name in taxes)  # a credit that became smaller


def test_what_a_canceled_term_granted_is_gone(people: People) -> None:
    line_id, order = bought(people)
    data = see(line_id, now=NOON + timedelta(days=25)).data_left
    assert data
    ask(wallet_attempt(order))
    assert see(line_id, now=NOON + timedelta(days=25)).data_left == 0


def test_the_running_term_is_cut_and_the_next_one_begins(people: People) -> None:
    line_id, order = bought(people)
    first = _first_order(line_id)
    ask(wallet_attempt(first))
    seen = see(line_id)
    assert [term.state for term in seen.terms] == ["running", "cut"]
    assert seen.terms[0].starts_at == NOON
    assert seen.state == "active"
    assert order.pk == seen.terms[0].order_id


def test_with_the_last_term_gone_the_line_is_in_grace_and_can_be_renewed(people: People) -> None:
    line_id = give_line(people.mei, now=NOON - timedelta(days=10))
    ask(wallet_attempt(_first_order(line_id)))
    seen = see(line_id)
    assert (seen.state, seen.data_left, seen.paid_until) == ("grace", 0, NOON)
    renew(line_id, MONTH, now=NOON + timedelta(hours=1))
    assert see(line_id).state == "active"


def test_parts_add_up_to_the_whole_and_one_cent_more_is_refused(people: People) -> None:
    _, order = bought(people)
    attempt = wallet_attempt(order)
    left = order.total_minor
    for part in (1, 333, 7, left - 341):
        ask(attempt, Money(part, "USD"))
        assert breaches() == []
    with pytest.raises(RefundTooLarge):
        ask(attempt, Money(1, "USD"))
    with in_cell(1):
        taken = Refund.objects.filter(attempt=attempt)
        for tax in Quote.from_json(order.quote).taxes:
            assert sum(each.takes_back["taxes"][tax.code] for each in taken) == tax.amount.minor


def test_books_stay_true_however_late_a_term_is_taken_back(people: People) -> None:
    line_id, order = bought(people)
    for days in (1, 9, 24, 40, 80):
        at = NOON + timedelta(days=days)
        earning.earn_days(1, now=at)
        lapse.sweep(1, now=at)
        ask(wallet_attempt(order), Money(100, "USD"), at=at)
        assert breaches() == []
    assert see(line_id).state == "suspended"


def test_goodwill_leaves_what_was_bought(people: People) -> None:
    line_id, order = bought(people)
    ask(wallet_attempt(order), Money(500, "USD"), back=TakesBack.NOTHING)
    assert [term.state for term in see(line_id).terms] == ["waiting", "running"]
    assert account("expenses:goodwill") == 500


def test_a_first_order_that_never_got_its_card_closes_its_line(people: People) -> None:
    fund(people.mei, 20_000, now=NOON)
    order, _ = activation.begin(
        people.mei, version_id=version_of(MONTH), tender=FROM_WALLET, key=uuid4(), language="en", now=NOON
    )
    ask(wallet_attempt(order))
    with in_cell(1):
        line = Line.objects.get(customer_id=people.mei.id)
        assert (line.state, line.number) == ("closed", None)
        profile = Profile.objects.get(line=line)
        activation._activate(profile.pk, issued(profile.pk), now=NOON)  # the platform answers late
        assert Line.objects.get(pk=line.pk).state == "closed"
    assert see(line.pk).wallet == Money(20_000, "USD")


def test_above_the_limit_a_second_person_decides(people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=1000)
    line_id, order = bought(people)
    wallet = see(line_id).wallet
    asked = ask(wallet_attempt(order))
    assert asked.state == RefundState.REQUESTED
    assert (see(line_id).wallet, len(see(line_id).terms)) == (wallet, 2)
    with pytest.raises(CannotRefund) as own:
        refund_request.approve(asked.pk, by=AGENT, note=SAID, now=NOON)
    assert own.value.why is Why.OWN
    refund_request.approve(asked.pk, by=LEAD, note=SAID, now=NOON)
    assert see(line_id).wallet == wallet + order.total
    with pytest.raises(CannotRefund):
        refund_request.approve(asked.pk, by=LEAD, note=SAID, now=NOON)


def test_the_database_knows_that_nobody_approves_what_he_asked_for(people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=1000)
    asked = ask(wallet_attempt(bought(people)[1]))
    with pytest.raises(IntegrityError), in_cell(1):
        Refund.objects.filter(pk=asked.pk).update(approved_by=AGENT)


def test_rejected_means_nothing_happened_and_it_can_be_asked_again(people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=1000)
    line_id, order = bought(people)
    asked = ask(wallet_attempt(order))
    with pytest.raises(RefundTooLarge):  # reserved while it waits
        ask(wallet_attempt(order))
    refund_request.reject(asked.pk, by=LEAD, note=SAID, now=NOON)
    assert [term.state for term in see(line_id).terms] == ["waiting", "running"]
    assert ask(wallet_attempt(order)).state == RefundState.REQUESTED


def test_a_top_up_goes_back_only_while_it_is_there(sandbox: RunningSandbox, people: People) -> None:
    order, _ = top_up.begin(
        people.mei, amount=Money(5000, "USD"), tender=BY_CARD, key=uuid4(), language="en", now=now()
    )
    attempt = attempt_of(order)
    pay(sandbox, attempt)
    settlement.ask(attempt.pk, source="notice", now=now())
    origin = {"back": TakesBack.TOP_UP, "to": Destination.ORIGIN, "at": now()}
    ask(attempt, Money(2000, "USD"), **origin)  # type: ignore[arg-type]
    with in_cell(1):
        assert books.wallet_balance(people.mei.id, "USD") == Money(3000, "USD")
    spend(people)
    with pytest.raises(Overdrawn):
        ask(attempt, Money(3000, "USD"), **origin)  # type: ignore[arg-type]
    assert breaches() == []


def spend(people: People) -> None:
    """Mei spends most of her wallet."""
    activation.begin(
        people.mei, version_id=version_of(MONTH), tender=FROM_WALLET, key=uuid4(), language="en", now=now()
    )


def test_a_card_payment_goes_back_to_the_card(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    asked = ask(attempt, to=Destination.ORIGIN, at=now())
    assert asked.state == RefundState.APPROVED
    refund.work(1, now=now())
    assert sent_back(sandbox) == attempt.amount_minor
    assert account("assets:clearing:stripe") >= 0
    assert see(line_id).wallet == Money(0, "USD")


def test_each_part_of_a_mixed_payment_goes_back_where_it_came_from(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    fund(people.mei, 500, now=now())
    order = renew(line_id, MONTH, tender=BOTH, now=now())
    card = attempt_of(order)
    pay(sandbox, card)
    settlement.ask(card.pk, source="notice", now=now())
    ask(card, to=Destination.ORIGIN, at=now())
    ask(wallet_attempt(order), at=now())
    refund.work(1, now=now())
    assert sent_back(sandbox) == order.total_minor - 500
    assert see(line_id).wallet == Money(500, "USD")
    assert [term.state for term in see(line_id).terms] == ["canceled", "running"]


def test_after_the_providers_window_only_the_wallet_is_left(sandbox: RunningSandbox, people: People) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    late = now() + timedelta(days=200)
    with pytest.raises(CannotRefund) as too_late:
        ask(attempt, to=Destination.ORIGIN, at=late)
    assert too_late.value.why is Why.WINDOW_OVER
    assert ask(attempt, at=late).state == RefundState.SUCCEEDED


def test_a_disputed_charge_is_never_refunded(sandbox: RunningSandbox, people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=0)
    attempt = paid_by_card(sandbox, line_of(people))
    waits = ask(attempt, Money(100, "USD"), to=Destination.ORIGIN, at=now())
    with in_cell(1):
        Dispute.objects.create(
            attempt=attempt,
            customer_id=people.mei.id,
            provider="stripe",
            provider_ref="dp_1",
            state=DisputeState.NEEDS_RESPONSE,
            reason="fraudulent",
            amount_minor=attempt.amount_minor,
            currency="USD",
            opened_at=now(),
        )
    for act in (
        lambda: ask(attempt, to=Destination.ORIGIN, at=now()),
        lambda: refund_request.approve(waits.pk, by=LEAD, note=SAID, now=now()),
    ):
        with pytest.raises(CannotRefund) as refused:
            act()
        assert refused.value.why is Why.DISPUTED


def test_a_refund_made_in_the_dashboard_is_found_and_explained_by_a_person(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/refund")
    for _ in range(3):
        settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(1):
        found = Refund.objects.get(attempt=attempt)
    assert (found.state, found.amount, found.is_unexplained) == ("succeeded", attempt.amount, True)
    assert account("assets:refunded-outside") == attempt.amount_minor
    with pytest.raises(RefundTooLarge):  # it counts: nobody refunds it twice
        ask(attempt, Money(1, "USD"), to=Destination.ORIGIN, at=now())
    refund_care.explain(found.pk, TakesBack.TERM, by=LEAD, note=SAID, now=now())
    assert account("assets:refunded-outside") == 0
    assert [term.state for term in see(line_id).terms] == ["canceled", "running"]


def test_a_refund_that_the_bank_sends_back_ends_in_the_wallet(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    asked = ask(attempt, to=Destination.ORIGIN, at=now())
    refund.work(1, now=now())
    with in_cell(1):
        sent = Refund.objects.get(pk=asked.pk)
    assert sent.state == RefundState.SUCCEEDED
    sandbox.control(f"stripe/refunds/{sent.provider_ref}/settle", {"outcome": "failed"})
    for _ in range(2):
        settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(1):
        assert Refund.objects.get(pk=asked.pk).state == RefundState.FAILED
    assert see(line_id).wallet == attempt.amount


def paid_by_card(sandbox: RunningSandbox, line_id: int) -> Attempt:
    attempt = attempt_of(renew(line_id, MONTH, tender=BY_CARD, now=now()))
    pay(sandbox, attempt)
    settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(1):
        return Attempt.objects.select_related("payment").get(pk=attempt.pk)


def sent_back(sandbox: RunningSandbox) -> int:
    return int(sandbox.control("stripe/account", method="GET")["usd"]["refunds"])


def _first_order(line_id: int) -> Order:
    with in_cell(1):
        return Order.objects.filter(line_id=line_id).order_by("id").first()  # type: ignore[return-value]


def _books() -> list[books.AccountSum]:
    with in_cell(1):
        return books.trial_balance()

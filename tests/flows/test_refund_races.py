"""Money goes back from two hands at once: never more of it than came."""

from threading import Thread

import pytest
from django.db import connections

from tests.flows.test_refund_requests import ask, paid_by_card, sent_back
from tests.flows.test_with_stripe import line_of, now
from tests.people import People
from yuanyou.flows import refund, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.payments.actions import RefundTooLarge
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.rules import Destination, RefundState, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")


def most_of(attempt: Attempt) -> Money:
    return Money(attempt.amount_minor * 6 // 10, attempt.currency)


def by_hand(sandbox: RunningSandbox, attempt: Attempt, amount: Money) -> None:
    sandbox.control(f"stripe/payments/{attempt.provider_ref}/refund", {"amount": amount.minor})


def test_two_people_who_give_back_sixty_percent_at_once_give_it_back_once(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    refused: list[RefundTooLarge] = []

    def give() -> None:
        try:
            ask(attempt, most_of(attempt), back=TakesBack.NOTHING, to=Destination.ORIGIN, at=now())
        except RefundTooLarge as too_large:
            refused.append(too_large)
        finally:
            connections.close_all()

    agents = [Thread(target=give) for _ in range(2)]
    [each.start() for each in agents]
    [each.join() for each in agents]
    refund.work(1, now=now())
    assert len(refused) == 1
    with in_cell(1):
        assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert sent_back(sandbox) == most_of(attempt).minor


def test_after_a_refund_in_the_providers_pages_ours_is_refused_once_it_is_heard_of(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    by_hand(sandbox, attempt, most_of(attempt))
    settlement.ask(attempt.pk, source="notice", now=now())
    with pytest.raises(RefundTooLarge):
        ask(attempt, most_of(attempt), back=TakesBack.NOTHING, to=Destination.ORIGIN, at=now())
    assert sent_back(sandbox) == most_of(attempt).minor


def test_ours_that_was_on_its_way_when_somebody_refunded_by_hand_is_refused_there_and_the_books_hold(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    ours = ask(attempt, most_of(attempt), back=TakesBack.NOTHING, to=Destination.ORIGIN, at=now())
    by_hand(sandbox, attempt, most_of(attempt))
    refund.work(1, now=now())
    settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(1):
        assert Refund.objects.get(pk=ours.pk).state == RefundState.FAILED
        assert Refund.objects.exclude(pk=ours.pk).get().state == RefundState.SUCCEEDED
    assert sent_back(sandbox) == most_of(attempt).minor

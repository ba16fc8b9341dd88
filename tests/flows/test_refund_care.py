"""Refunds seen before they happen, asked for twice, and those that need a person after they have begun."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.conf import settings

from tests.doctor import breaches
from tests.flows.test_refund_requests import (
    AGENT,
    LEAD,
    SAID,
    account,
    ask,
    bought,
    paid_by_card,
    wallet_attempt,
)
from tests.flows.test_with_stripe import line_of, now
from tests.houses import NOON, see
from tests.people import People
from yuanyou.audit import queries as audit
from yuanyou.flows import acts, refund, refund_care, refund_preview, refund_request, settlement
from yuanyou.flows.acts import NoReason
from yuanyou.flows.refund_request import CannotRefund
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.payments.actions import OtherRefund, RefundTooLarge, RefundWish
from yuanyou.payments.models import Attempt, PaymentEvent, Refund
from yuanyou.payments.rules import Destination, RefundState, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")


def refunds() -> list[Refund]:
    with in_cell(1):
        return list(Refund.objects.order_by("id"))


def limit(minor: int) -> None:
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=minor)


@pytest.fixture(autouse=True)
def _no_limit() -> Iterator[None]:
    before = settings.CONFIG
    limit(100_000)
    yield
    settings.CONFIG = before


def wish(attempt: Attempt) -> RefundWish:
    customer_id = attempt.payment.customer_id
    return RefundWish(customer_id, "provider_fault", Destination.WALLET, TakesBack.TERM, by=AGENT)


class TestPreview:
    def test_says_exactly_what_happens(self, people: People) -> None:
        line_id, order = bought(people)
        attempt = wallet_attempt(order)
        seen = refund_preview.of_request(attempt.pk, wish(attempt), amount=Money(700, "USD"), now=NOON)
        asked = ask(attempt, Money(700, "USD"))
        with in_cell(1):
            kept = Refund.objects.get(pk=asked.pk).takes_back["taxes"]
            after = refund_preview._standing(Order.objects.get(pk=order.pk))
        assert seen.after == after
        assert {code: amount.minor for code, amount in seen.taxes} == {c: m for c, m in kept.items() if m}
        assert seen.net.minor == 700 - sum(kept.values())
        assert (seen.before.term, seen.after.term) == ("waiting", "canceled")
        assert see(line_id).wallet == seen.after.wallet

    def test_leaves_nothing_behind(self, people: People) -> None:
        line_id, order = bought(people)
        attempt = wallet_attempt(order)
        with in_cell(1):
            before = (see(line_id), PaymentEvent.objects.count())
        refund_preview.of_request(attempt.pk, wish(attempt), amount=attempt.amount, now=NOON)
        assert refunds() == []
        with in_cell(1):
            assert (see(line_id), PaymentEvent.objects.count()) == before
        assert audit.latest() == []

    def test_of_an_approval_is_what_the_second_person_does(self, people: People) -> None:
        limit(0)
        line_id, order = bought(people)
        asked = ask(wallet_attempt(order))
        seen = refund_preview.of_approval(asked.pk, now=NOON)
        assert refunds()[0].state == RefundState.REQUESTED
        refund_request.approve(asked.pk, by=LEAD, note=SAID, now=NOON)
        assert see(line_id).wallet == seen.after.wallet

    def test_refuses_what_would_be_refused(self, people: People) -> None:
        attempt = wallet_attempt(bought(people)[1])
        with pytest.raises(RefundTooLarge):
            refund_preview.of_request(
                attempt.pk, wish(attempt), amount=attempt.amount + Money(1, "USD"), now=NOON
            )


class TestAskedTwice:
    def test_the_same_form_is_one_refund(self, people: People) -> None:
        attempt, key = wallet_attempt(bought(people)[1]), uuid4()
        asked = [
            refund_request.request(
                attempt.pk, wish(attempt), amount=Money(100, "USD"), note=SAID, key=key, now=NOON
            )
            for _ in range(2)
        ]
        assert asked[0].pk == asked[1].pk
        assert len(refunds()) == 1

    def test_the_same_key_for_something_else_is_refused(self, people: People) -> None:
        attempt, key = wallet_attempt(bought(people)[1]), uuid4()
        fixed = {"note": SAID, "key": key, "now": NOON}
        refund_request.request(attempt.pk, wish(attempt), amount=Money(100, "USD"), **fixed)
        with pytest.raises(OtherRefund):
            refund_request.request(attempt.pk, wish(attempt), amount=Money(101, "USD"), **fixed)
        assert [each.amount_minor for each in refunds()] == [100]

    def test_parts_do_not_get_around_the_second_person(self, people: People) -> None:
        limit(1000)
        attempt = wallet_attempt(bought(people)[1])
        states = [ask(attempt, Money(400, "USD")).state for _ in range(3)]
        assert states == [RefundState.SUCCEEDED, RefundState.SUCCEEDED, RefundState.REQUESTED]


class TestRecorded:
    def test_each_act_with_its_reason_and_who_it_was(self, people: People) -> None:
        limit(0)
        asked = ask(wallet_attempt(bought(people)[1]))
        refund_request.approve(asked.pk, by=LEAD, note="checked with the network", now=NOON)
        said = [(e.said.verb, e.said.actor_id, acts.reason(e.said)) for e in audit.story_of(asked.ref)]
        assert said == [
            ("refund_approve", LEAD, "checked with the network"),
            ("refund_request", AGENT, SAID),
        ]
        assert {entry.said.customer_id for entry in audit.story_of(asked.ref)} == {people.mei.id}

    def test_what_was_refused_is_not_recorded(self, people: People) -> None:
        limit(0)
        asked = ask(wallet_attempt(bought(people)[1]))
        with pytest.raises(CannotRefund):
            refund_request.approve(asked.pk, by=AGENT, note=SAID, now=NOON)
        assert [entry.said.verb for entry in audit.story_of(asked.ref)] == ["refund_request"]

    @pytest.mark.parametrize("note", ["", "  ", "ok"])
    def test_without_a_reason_nothing_is_asked_for(self, people: People, note: str) -> None:
        attempt = wallet_attempt(bought(people)[1])
        with pytest.raises(NoReason):
            refund_request.request(attempt.pk, wish(attempt), amount=attempt.amount, note=note, now=NOON)
        assert refunds() == []


def failed_by_guest(sandbox: RunningSandbox, people: People) -> tuple[int, Refund]:
    """A refund to a guest's card that the bank sent back: the money waits for a person."""
    line_id = line_of(people)
    attempt = paid_by_card(sandbox, line_id)
    with in_cell(1):
        Order.objects.filter(pk=attempt.payment.order_id).update(by_guest=True)
    asked = ask(attempt, to=Destination.ORIGIN, at=now())
    refund.work(1, now=now())
    sent = refunds()[0]
    sandbox.control(f"stripe/refunds/{sent.provider_ref}/settle", {"outcome": "failed"})
    settlement.ask(attempt.pk, source="notice", now=now())
    assert refunds()[0].state == RefundState.FAILED
    return asked.pk, refunds()[0]


class TestSentOnceMore:
    def test_what_waits_is_sent_as_a_refund_of_its_own_once(
        self, sandbox: RunningSandbox, people: People
    ) -> None:
        old, _ = failed_by_guest(sandbox, people)
        new = refund_care.retry(old, by=LEAD, note=SAID, now=now())
        with pytest.raises(CannotRefund):
            refund_care.retry(old, by=LEAD, note=SAID, now=now())
        refund.work(1, now=now())
        assert [each.state for each in refunds()] == ["failed", "succeeded"]
        assert account("liabilities:refund-due") == 0
        assert new.amount == refunds()[0].amount

    def test_what_waits_cannot_be_asked_for_a_second_time(
        self, sandbox: RunningSandbox, people: People
    ) -> None:
        _, old = failed_by_guest(sandbox, people)
        with in_cell(1):
            attempt = Attempt.objects.select_related("payment").get(pk=old.attempt_id)
        with pytest.raises(RefundTooLarge):
            ask(attempt, Money(1, "USD"), to=Destination.ORIGIN, at=now())

    def test_what_the_wallet_has_got_instead_cannot_be_asked_for_either(
        self, sandbox: RunningSandbox, people: People
    ) -> None:
        attempt = paid_by_card(sandbox, line_of(people))
        ask(attempt, to=Destination.ORIGIN, at=now())
        refund.work(1, now=now())
        sandbox.control(f"stripe/refunds/{refunds()[0].provider_ref}/settle", {"outcome": "failed"})
        settlement.ask(attempt.pk, source="notice", now=now())
        for back in (TakesBack.TERM, TakesBack.NOTHING):
            with pytest.raises(RefundTooLarge):
                ask(attempt, Money(1, "USD"), back=back, to=Destination.ORIGIN, at=now())
        assert breaches() == []


def found_outside(sandbox: RunningSandbox, attempt: Attempt) -> Refund:
    sandbox.control(f"stripe/sessions/{attempt.provider_ref}/refund")
    settlement.ask(attempt.pk, source="notice", now=now())
    return refunds()[0]


class TestMadeOutside:
    @pytest.mark.parametrize("what", [TakesBack.TOP_UP, TakesBack.SUSPENSE, TakesBack.SURPLUS])
    def test_takes_back_only_what_its_money_bought(
        self, sandbox: RunningSandbox, people: People, what: TakesBack
    ) -> None:
        attempt = paid_by_card(sandbox, line_of(people))
        found = found_outside(sandbox, attempt)
        with pytest.raises(CannotRefund):
            refund_care.explain(found.pk, what, by=LEAD, note=SAID, now=now())
        assert refunds()[0].is_unexplained

    def test_is_shown_before_it_is_explained(self, sandbox: RunningSandbox, people: People) -> None:
        line_id = line_of(people)
        found = found_outside(sandbox, paid_by_card(sandbox, line_id))
        seen = refund_preview.of_explanation(found.pk, TakesBack.TERM, now=now())
        assert (seen.before.term, seen.after.term) == ("waiting", "canceled")
        assert refunds()[0].is_unexplained
        refund_care.explain(found.pk, TakesBack.NOTHING, by=LEAD, note=SAID, now=now())
        assert account("expenses:goodwill") == found.amount_minor


class TestWithoutAnAnswer:
    def test_is_asked_about_again_and_only_then(self, sandbox: RunningSandbox, people: People) -> None:
        attempt = paid_by_card(sandbox, line_of(people))
        asked = ask(attempt, to=Destination.ORIGIN, at=now())
        with pytest.raises(CannotRefund):
            refund_care.follow(asked.pk, by=LEAD, note=SAID, now=now())
        with in_cell(1):
            Refund.objects.filter(pk=asked.pk).update(ask_at=None)
        assert refund.work(1, now=now()) == 0
        refund_care.follow(asked.pk, by=LEAD, note=SAID, now=now())
        assert refund.work(1, now=now()) == 1
        assert refunds()[0].state == RefundState.SUCCEEDED

"""Automatic renewal: charged once for a term, no more than was agreed; every refusal asks the owner."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.db import connections

from tests.flows.bank import CONFIRM, SILENT, WELL, Bank
from tests.flows.test_saved_methods import AMEX, VISA, by, keep
from tests.houses import NOON, fund, give_line, renew, see
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou import wiring
from yuanyou.flows import (
    auto_renewal,
    checkout,
    consent,
    lapse,
    refund_request,
    saved_methods,
    settlement,
)
from yuanyou.flows.auto_renewal import Outcome
from yuanyou.flows.letters import _context as letter_context
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.lines.models import Line
from yuanyou.messages.models import Message
from yuanyou.messages.render import render
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderState
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt, Mandate
from yuanyou.payments.port import Why
from yuanyou.payments.rules import Destination, TakesBack
from yuanyou.payments.saved import Consent

pytestmark = pytest.mark.usefixtures("house", "sound")
PRICE = 2690
END = datetime(2026, 12, 2, 5, tzinfo=UTC)
"""When a month bought at NOON ends."""
FIRST_TRY = END - timedelta(hours=26)
DAY_AFTER = FIRST_TRY + timedelta(hours=14)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    it = Bank(cards={"pm_visa": WELL, "pm_amex": WELL})
    monkeypatch.setattr(wiring, "payment_providers", lambda: {it.name: it})
    return it


def agree(
    line_id: int, person: Person, *, limit: int = PRICE, text: str = "yes", now: datetime = NOON
) -> Mandate:
    given = Consent(MONTH.code, Money(limit, "USD"), "2026-11", "en", text)
    return consent.give(line_id, customer_id=person.id, version_id=version_of(MONTH), given=given, now=now)


def a_line(people: People, *, limit: int = PRICE) -> int:
    line_id = give_line(people.mei, now=NOON)
    agree(line_id, people.mei, limit=limit)
    return line_id


def tries(line_id: int) -> list[tuple[str, str, str | None]]:
    with in_cell(1):
        found = Attempt.objects.filter(payment__order__line_id=line_id).exclude(
            payment__order__kind="first_order"
        )
        rows = found.select_related("saved_method").order_by("id")
        return [(a.saved_method.last4 if a.saved_method else a.method, a.state, a.reason) for a in rows]


def told(line_id: int) -> list[str]:
    with in_cell(1):
        mail = Message.objects.filter(line_id=line_id, event__startswith="auto_renew").order_by("id")
        return list(mail.values_list("event", flat=True))


def order_of(line_id: int) -> Order:
    with in_cell(1):
        return Order.objects.filter(line_id=line_id, kind="renewal").latest("id")


def mandate_of(line_id: int) -> Mandate:
    with in_cell(1):
        return Mandate.objects.get(line_id=line_id, ended_at__isnull=True)


def test_the_end_of_the_term_is_what_these_tests_believe(people: People) -> None:
    assert see(give_line(people.mei, now=NOON)).paid_until == END


def test_the_main_card_is_charged_once_with_nobody_there(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA, AMEX)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    assert see(line_id).paid_until == END + timedelta(days=30)
    assert [(ask.saved_ref, ask.off_session) for ask in bank.asked] == [("pm_visa", True)]
    assert told(line_id) == ["auto_renewal_on", "auto_renewed"]
    for later in (timedelta(), timedelta(hours=3), timedelta(hours=27)):
        assert auto_renewal.charge(line_id, now=FIRST_TRY + later) is Outcome.NOT_DUE
    assert len(see(line_id).terms) == 2


def test_many_workers_at_once_charge_once(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA, AMEX)

    def work() -> None:
        auto_renewal.charge(line_id, now=FIRST_TRY)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(8)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert len(see(line_id).terms) == 2
    assert len(bank.asked) == 1


def test_many_workers_at_once_do_not_lose_the_order_that_waits(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.DECLINED
    line_id = a_line(people)
    keep(people.mei, VISA)

    def work() -> None:
        auto_renewal.charge(line_id, now=FIRST_TRY)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(8)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert mandate_of(line_id).order_id == order_of(line_id).pk
    assert len(tries(line_id)) == 1


def test_nothing_happens_before_the_first_try_is_due(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    just_before = FIRST_TRY - timedelta(seconds=1)
    assert auto_renewal.due(1, now=just_before) == []
    assert auto_renewal.charge(line_id, now=just_before) is Outcome.NOT_DUE
    assert auto_renewal.due(1, now=FIRST_TRY) == [line_id]
    assert auto_renewal.due(1, now=FIRST_TRY) == []
    assert bank.asked == []


def test_the_wallet_pays_when_it_covers_all_of_it(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    fund(people.mei, PRICE, now=NOON)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    assert see(line_id).wallet == Money(0, "USD")
    assert bank.asked == []


def test_a_wallet_that_does_not_cover_it_is_left_alone(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    fund(people.mei, PRICE - 1, now=NOON)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    assert see(line_id).wallet == Money(PRICE - 1, "USD")
    assert bank.asked[0].amount == Money(PRICE, "USD")


@pytest.mark.parametrize("why", [Why.INSUFFICIENT_FUNDS, Why.DECLINED, Why.LIMIT_EXCEEDED, Why.EXPIRED])
def test_the_backup_is_charged_when_the_main_card_is_declined(bank: Bank, people: People, why: Why) -> None:
    bank.cards["pm_visa"] = why
    line_id = a_line(people)
    keep(people.mei, VISA, AMEX)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    assert tries(line_id) == [("4242", "failed", why), ("0005", "succeeded", None)]
    assert told(line_id)[1:] == ["auto_renewed"]


def test_a_bank_that_wants_to_see_the_payer_ends_all_tries_and_asks_them(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = CONFIRM
    line_id = a_line(people)
    (visa, _) = keep(people.mei, VISA, AMEX)
    for later in (timedelta(), timedelta(hours=14), timedelta(hours=40)):
        assert auto_renewal.charge(line_id, now=FIRST_TRY + later) is Outcome.ASKED
    assert tries(line_id) == [("4242", "failed", Why.AUTHENTICATION_REQUIRED)]
    assert told(line_id)[1:] == ["auto_renewal_failed"]
    order = order_of(line_id)
    assert settlement.expire(1, now=END + timedelta(hours=167)) == 0
    url = checkout.again(order, by(visa), now=DAY_AFTER)
    assert url is not None
    assert "3ds" in url
    with in_cell(1):
        attempt = Attempt.objects.filter(payment__order=order).latest("number")
    bank.paid[attempt.ref] = None
    settlement.ask(attempt.pk, source="landing", now=DAY_AFTER)
    assert len(see(line_id).terms) == 2
    assert auto_renewal.charge(line_id, now=DAY_AFTER) is Outcome.RENEWED
    assert told(line_id)[1:] == ["auto_renewal_failed"]
    assert mandate_of(line_id).order_id is None


def test_a_declined_card_is_tried_once_a_day_and_its_owner_told_each_time(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.INSUFFICIENT_FUNDS
    line_id = a_line(people)
    keep(people.mei, VISA)
    for hours in (-26, -26, -25):
        assert auto_renewal.charge(line_id, now=END + timedelta(hours=hours)) is Outcome.ASKED
    assert len(tries(line_id)) == 1
    assert told(line_id)[1:] == ["auto_renewal_failed"]
    assert mandate_of(line_id).next_at == END - timedelta(hours=12)
    for hours in (-12, -2):
        assert auto_renewal.charge(line_id, now=END + timedelta(hours=hours)) is Outcome.ASKED
    assert len(tries(line_id)) == 2
    bank.cards["pm_visa"] = WELL
    assert auto_renewal.charge(line_id, now=END + timedelta(hours=6)) is Outcome.RENEWED
    assert see(line_id).paid_until == END + timedelta(days=30)


def test_a_card_that_cannot_work_again_is_not_tried_again(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.SUSPECTED
    line_id = a_line(people)
    keep(people.mei, VISA)
    for hours in (-26, -2, 6, 48):
        assert auto_renewal.charge(line_id, now=END + timedelta(hours=hours)) is Outcome.ASKED
    assert len(tries(line_id)) == 1
    with in_cell(1):
        assert Message.objects.get(event="auto_renewal_failed").facts["at"] is None


def test_while_a_try_may_still_succeed_nothing_else_is_tried(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = SILENT
    line_id = a_line(people)
    keep(people.mei, VISA, AMEX)
    for minutes in (0, 5, 60, 1000):
        at = FIRST_TRY + timedelta(minutes=minutes)
        assert auto_renewal.charge(line_id, now=at) is Outcome.WAITING
    assert [ask.saved_ref for ask in bank.asked] == ["pm_visa"]
    assert tries(line_id) == [("4242", "unknown", "timeout")]
    assert told(line_id)[1:] == []
    bank.cards["pm_visa"] = WELL
    settlement.janitor(1, now=DAY_AFTER)
    assert len(see(line_id).terms) == 2
    assert auto_renewal.charge(line_id, now=DAY_AFTER) is Outcome.RENEWED
    assert told(line_id)[1:] == ["auto_renewed"]


def test_the_backup_goes_on_where_a_silence_ended_in_a_refusal(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = SILENT
    line_id = a_line(people)
    keep(people.mei, VISA, AMEX)
    auto_renewal.charge(line_id, now=FIRST_TRY)
    assert mandate_of(line_id).next_at == FIRST_TRY + timedelta(minutes=5)
    bank.cards["pm_visa"] = Why.DECLINED
    settlement.janitor(1, now=FIRST_TRY + timedelta(minutes=2))
    assert auto_renewal.charge(line_id, now=FIRST_TRY + timedelta(minutes=5)) is Outcome.RENEWED
    assert tries(line_id) == [("4242", "failed", Why.DECLINED), ("0005", "succeeded", None)]


def test_more_than_was_agreed_is_not_taken_but_asked_for(bank: Bank, people: People) -> None:
    line_id = a_line(people, limit=PRICE - 1)
    keep(people.mei, VISA)
    fund(people.mei, PRICE, now=NOON)
    for _ in range(2):
        assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.ASKED
    assert told(line_id)[1:] == ["auto_renewal_price"]
    assert (bank.asked, tries(line_id), order_of(line_id).state) == ([], [], OrderState.OPEN)
    agree(line_id, people.mei, limit=PRICE, text="yes to the new price", now=FIRST_TRY)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    with in_cell(1):
        assert Order.objects.filter(line_id=line_id, kind="renewal").count() == 1


def test_with_nothing_to_charge_the_owner_gets_a_link_that_pays(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.ASKED
    order = order_of(line_id)
    with in_cell(1):
        facts = Message.objects.get(event="auto_renewal_failed").facts
    assert (facts["reason"], facts["to_pay_id"]) == ("no_method", order.pk)


def test_a_line_renewed_by_hand_meanwhile_is_not_charged_and_its_open_order_ends(
    bank: Bank, people: People
) -> None:
    bank.cards["pm_visa"] = Why.DECLINED
    line_id = a_line(people)
    keep(people.mei, VISA)
    auto_renewal.charge(line_id, now=FIRST_TRY)
    waiting = order_of(line_id)
    fund(people.mei, PRICE, now=NOON)
    renew(line_id, MONTH, now=FIRST_TRY)
    bank.cards["pm_visa"] = WELL
    assert auto_renewal.charge(line_id, now=DAY_AFTER) is Outcome.NOT_DUE
    with in_cell(1):
        assert Order.objects.get(pk=waiting.pk).state == OrderState.EXPIRED
    assert len(see(line_id).terms) == 2
    assert mandate_of(line_id).next_at == END + timedelta(days=30) - timedelta(hours=26)


def test_whoever_says_stop_is_not_charged(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    for _ in range(2):
        consent.stop(line_id, now=NOON)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.OFF
    assert auto_renewal.due(1, now=FIRST_TRY) == []
    assert bank.asked == []
    assert told(line_id) == ["auto_renewal_on", "auto_renewal_off"]


def test_a_renewal_that_waits_is_not_opened_twice_by_stopping_and_agreeing_again(
    bank: Bank, people: People
) -> None:
    bank.cards["pm_visa"] = Why.DECLINED
    line_id = a_line(people)
    keep(people.mei, VISA)
    auto_renewal.charge(line_id, now=FIRST_TRY)
    consent.stop(line_id, now=FIRST_TRY)
    agree(line_id, people.mei, now=DAY_AFTER)
    bank.cards["pm_visa"] = WELL
    assert auto_renewal.charge(line_id, now=DAY_AFTER) is Outcome.RENEWED
    assert len(tries(line_id)) == 2
    with in_cell(1):
        assert Order.objects.filter(line_id=line_id, kind="renewal").count() == 1


def test_a_removed_card_is_not_charged(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    visa, _ = keep(people.mei, VISA, AMEX)
    saved_methods.remove(people.mei.id, visa, now=NOON)
    auto_renewal.charge(line_id, now=FIRST_TRY)
    assert [ask.saved_ref for ask in bank.asked] == ["pm_amex"]


def test_two_lines_of_one_owner_are_both_renewed_on_one_day(bank: Bank, people: People) -> None:
    lines = [a_line(people), a_line(people)]
    keep(people.mei, VISA)
    assert [auto_renewal.charge(line, now=FIRST_TRY) for line in lines] == [Outcome.RENEWED] * 2


def test_one_decline_is_enough_for_all_lines_of_the_day(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.DECLINED
    lines = [a_line(people), a_line(people)]
    keep(people.mei, VISA)
    assert [auto_renewal.charge(line, now=FIRST_TRY) for line in lines] == [Outcome.ASKED] * 2
    assert len(bank.asked) == 1


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_letter_says_what_it_must_in_every_language(bank: Bank, people: People, language: str) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    bank.cards["pm_visa"] = Why.INSUFFICIENT_FUNDS
    auto_renewal.charge(line_id, now=FIRST_TRY)
    bank.cards["pm_visa"] = WELL
    auto_renewal.charge(line_id, now=DAY_AFTER)
    consent.stop(line_id, now=DAY_AFTER)
    mandate = agree(line_id, people.mei, limit=PRICE - 1, text="One.\nTwo.", now=DAY_AFTER)
    auto_renewal.charge(line_id, now=END + timedelta(days=29))
    with in_cell(1):
        consent.tell("auto_renewal_plan_gone", mandate, key="gone", facts={}, now=DAY_AFTER)
        Message.objects.update(language=language)
        letters = {
            m.event: render(m, to="mei@example.com", context=letter_context(m)) for m in Message.objects.all()
        }
    links_in = {
        "auto_renewal_on": ["/auto-renewal/"],
        "auto_renewed": ["/auto-renewal/"],
        "auto_renewal_failed": ["/orders/", "/auto-renewal/"],
        "auto_renewal_off": ["/lines/"],
        "auto_renewal_price": ["/orders/", "/lines/", "/auto-renewal/"],
        "auto_renewal_plan_gone": ["/renew/", "/auto-renewal/"],
    }
    assert set(links_in) <= set(letters)
    for event, links in links_in.items():
        for link in links:
            assert link in letters[event].text
            assert link in letters[event].html
    assert "- Two." in letters["auto_renewal_on"].text
    assert "26.90" in letters["auto_renewal_price"].text
    assert "26.89" in letters["auto_renewal_price"].html


def test_a_consent_is_its_owners_and_the_same_words_are_one_consent(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    with pytest.raises(Line.DoesNotExist):
        agree(line_id, people.ada)
    first = agree(line_id, people.mei)
    assert agree(line_id, people.mei, now=NOON + timedelta(days=1)).pk == first.pk
    assert agree(line_id, people.mei, limit=PRICE + 100).pk != first.pk
    with in_cell(1):
        assert Mandate.objects.filter(line_id=line_id, ended_at__isnull=True).count() == 1


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1), timedelta(days=2)])
def test_a_renewal_whose_money_went_back_is_not_charged_again(
    bank: Bank, people: People, later: timedelta
) -> None:
    """Before its term has begun (it is canceled) and after (it is cut)."""
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=100_000)
    line_id = a_line(people)
    keep(people.mei, VISA)
    assert auto_renewal.charge(line_id, now=FIRST_TRY) is Outcome.RENEWED
    with in_cell(1):
        attempt = Attempt.objects.select_related("payment").get(saved_method__isnull=False)
    wish = RefundWish(people.mei.id, "goodwill", Destination.WALLET, TakesBack.TERM)
    lapse.sweep(1, now=FIRST_TRY + later)
    refund_request.request(attempt.pk, wish, amount=attempt.amount, now=FIRST_TRY + later)
    assert see(line_id).paid_until <= FIRST_TRY + later + timedelta(hours=26)  # type: ignore[operator]
    for hours in (0, 14, 30, 60):
        at = FIRST_TRY + later + timedelta(hours=hours)
        assert auto_renewal.charge(line_id, now=at) is Outcome.NOT_DUE
    assert len(bank.asked) == 1


def test_long_after_the_last_try_nobody_is_charged(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    assert auto_renewal.charge(line_id, now=END + timedelta(hours=168 + 24)) is Outcome.NOT_DUE
    assert bank.asked == []


def test_a_suspended_line_is_renewed_from_the_payment_and_works_again(bank: Bank, people: People) -> None:
    line_id = a_line(people)
    keep(people.mei, VISA)
    at = END + timedelta(hours=100)
    assert auto_renewal.charge(line_id, now=at) is Outcome.RENEWED
    assert see(line_id).state == "active"

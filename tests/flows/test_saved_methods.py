"""Kept ways to pay: kept with consent, charged by their owner, in their order, and gone when removed."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections

from tests.flows.bank import CONFIRM, SILENT, WELL, Bank
from tests.houses import BY_CARD, NOON, give_line, renew, see
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou import wiring
from yuanyou.flows import checkout, renewal, saved_methods, settlement
from yuanyou.flows.checkout import NothingToPayWith, Tender
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start
from yuanyou.payments import queries, saved
from yuanyou.payments.models import Attempt, SavedMethod
from yuanyou.payments.port import Saved, Why
from yuanyou.payments.rules import AttemptState
from yuanyou.payments.saved import NoSuchMethod

pytestmark = pytest.mark.usefixtures("house", "sound")
LATER = NOON + timedelta(hours=1)
KEEP = replace(BY_CARD, keep=True)
VISA = Saved("cus_1", "pm_visa", "visa", "4242", "2029-04", "US", "fp_visa")
AMEX = Saved("cus_1", "pm_amex", "amex", "0005", "2028-01", "US", "fp_amex")
JCB = Saved("cus_1", "pm_jcb", "jcb", "0505", None, "JP", "fp_jcb")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """One provider, which keeps cards; ours are as they are."""
    it = Bank(cards={"pm_visa": WELL, "pm_amex": WELL, "pm_jcb": WELL})
    monkeypatch.setattr(wiring, "payment_providers", lambda: {it.name: it})
    return it


def keep(person: Person, *cards: Saved, now: datetime = NOON) -> list[int]:
    """These cards, kept long ago, in this order."""
    with in_cell(person.cell):
        for card in cards:
            saved.keep(card, customer_id=person.id, provider="stripe", method="card", now=now)
        mine = {each.last4: each.id for each in queries.saved_of(person.id)}
    return [mine[card.last4] for card in cards]


def kept(person: Person) -> list[str]:
    with in_cell(person.cell):
        return [each.last4 for each in queries.saved_of(person.id)]


def by(saved_id: int) -> Tender:
    return Tender(method=None, provider=None, use_wallet=False, saved_id=saved_id)


def last_try(order: Order) -> Attempt:
    with in_cell(1):
        return Attempt.objects.filter(payment__order=order).latest("number")


def pay_and_keep(bank: Bank, line_id: int, card: Saved, *, now: datetime) -> Order:
    order = renew(line_id, MONTH, tender=KEEP, again=True, now=now)
    attempt = last_try(order)
    bank.paid[attempt.ref] = card
    settlement.ask(attempt.pk, source="landing", now=now)
    return order


def test_a_card_is_kept_once_when_its_payment_is_paid(bank: Bank, people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    order = pay_and_keep(bank, line_id, VISA, now=LATER)
    settlement.ask(last_try(order).pk, source="notice", now=LATER)
    pay_and_keep(bank, line_id, AMEX, now=LATER)
    assert kept(people.mei) == ["4242", "0005"]
    assert bank.asked[0].keep
    assert [ask.payer_ref for ask in bank.asked] == [None, "cus_1"]


def test_nothing_is_kept_that_the_customer_did_not_agree_to(bank: Bank, people: People) -> None:
    order = renew(give_line(people.mei, now=NOON), MONTH, tender=BY_CARD, now=LATER)
    bank.paid[last_try(order).ref] = VISA
    settlement.ask(last_try(order).pk, source="landing", now=LATER)
    assert last_try(order).state == AttemptState.SUCCEEDED
    assert kept(people.mei) == []


def test_the_same_card_shown_again_takes_its_own_place(bank: Bank, people: People) -> None:
    keep(people.mei, VISA, AMEX)
    keep(people.mei, replace(VISA, saved_ref="pm_visa_again", expires="2031-04"), now=LATER)
    with in_cell(1):
        assert [(s.last4, s.expires) for s in queries.saved_of(people.mei.id)] == [
            ("4242", "2031-04"),
            ("0005", "2028-01"),
        ]
    assert saved_methods.work(1, now=LATER) == 1
    assert bank.forgot == ["cus_1 pm_visa"]


def test_many_settlements_at_once_keep_every_card_with_a_rank_of_its_own(people: People) -> None:
    cards = [replace(VISA, saved_ref=f"pm_{n}", last4=f"{n:04}", fingerprint=f"fp_{n}") for n in range(8)]

    def settle(card: Saved) -> None:
        keep(people.mei, card)
        connections.close_all()

    threads = [Thread(target=settle, args=(card,)) for card in (*cards, *cards)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(kept(people.mei)) == sorted(card.last4 for card in cards)


def test_the_owner_puts_them_in_order(people: People) -> None:
    visa, _, jcb = keep(people.mei, VISA, AMEX, JCB)
    saved_methods.place(people.mei.id, jcb, rank=0)
    assert kept(people.mei) == ["0505", "4242", "0005"]
    saved_methods.place(people.mei.id, visa, rank=2)
    assert kept(people.mei) == ["0505", "0005", "4242"]


def test_what_is_removed_is_forgotten_and_does_not_come_back(bank: Bank, people: People) -> None:
    order = pay_and_keep(bank, give_line(people.mei, now=NOON), VISA, now=LATER)
    keep(people.mei, AMEX)
    with in_cell(1):
        visa = queries.saved_of(people.mei.id)[0].id
    bank.deaf = True
    for _ in range(2):
        saved_methods.remove(people.mei.id, visa, now=LATER)
    assert kept(people.mei) == ["0005"]
    assert saved_methods.work(1, now=LATER) == 1
    bank.deaf = False
    assert saved_methods.work(1, now=LATER + timedelta(minutes=30)) == 0
    assert saved_methods.work(1, now=LATER + timedelta(hours=2)) == 1
    assert saved_methods.work(1, now=LATER + timedelta(hours=9)) == 0
    assert bank.forgot == ["cus_1 pm_visa"]
    settlement.ask(last_try(order).pk, source="notice", now=LATER)
    assert kept(people.mei) == ["0005"]
    with pytest.raises(NothingToPayWith):
        renew(give_line(people.mei, now=NOON), MONTH, tender=by(visa), now=LATER)


def test_nobody_reaches_what_another_keeps(bank: Bank, people: People) -> None:
    (visa,) = keep(people.mei, VISA)
    for act in (
        lambda: saved_methods.place(people.ada.id, visa, rank=0),
        lambda: saved_methods.remove(people.ada.id, visa, now=LATER),
    ):
        with pytest.raises(NoSuchMethod):
            act()
    with pytest.raises(NothingToPayWith):
        renew(give_line(people.ada, now=NOON), MONTH, tender=by(visa), now=LATER)
    assert bank.asked == []


def as_guest(line_id: int, tender: Tender) -> None:
    renewal.begin(
        line_id,
        version_id=version_of(MONTH),
        start=Start.AFTER,
        tender=tender,
        key=uuid4(),
        by_guest=True,
        language="en",
        again=False,
        now=LATER,
    )


def test_a_guest_neither_charges_nor_keeps_anything_of_the_owners(bank: Bank, people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    (visa,) = keep(people.mei, VISA)
    with pytest.raises(NothingToPayWith):
        as_guest(line_id, by(visa))
    as_guest(line_id, KEEP)
    assert [(ask.saved_ref, ask.keep, ask.payer_ref) for ask in bank.asked] == [(None, False, None)]


def test_a_kept_card_is_charged_at_once(bank: Bank, people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    (visa,) = keep(people.mei, VISA)
    order = renew(line_id, MONTH, tender=by(visa), now=LATER)
    assert last_try(order).state == AttemptState.PROCESSING
    settlement.ask(last_try(order).pk, source="landing", now=LATER)
    assert last_try(order).state == AttemptState.SUCCEEDED
    assert len(see(line_id).terms) == 2
    ask = bank.asked[-1]
    assert (ask.saved_ref, ask.payer_ref, ask.off_session, ask.keep) == ("pm_visa", "cus_1", False, False)


def test_the_same_request_is_sent_again_after_a_silence_whatever_changed_meanwhile(
    bank: Bank, people: People
) -> None:
    bank.cards["pm_visa"] = SILENT
    (visa,) = keep(people.mei, VISA)
    order = renew(give_line(people.mei, now=NOON), MONTH, tender=by(visa), now=LATER)
    attempt = last_try(order)
    assert attempt.state == AttemptState.UNKNOWN
    keep(people.mei, replace(AMEX, payer_ref="cus_2"), now=LATER)
    saved_methods.remove(people.mei.id, visa, now=LATER)
    bank.cards["pm_visa"] = WELL
    checkout.send(attempt.pk, now=LATER)
    first, again = bank.asked
    assert first == again


def test_a_bank_that_wants_to_see_the_payer_sends_them_to_its_page_and_back_to_ours(
    bank: Bank, people: People
) -> None:
    bank.cards["pm_visa"] = CONFIRM
    (visa,) = keep(people.mei, VISA)
    line_id = give_line(people.mei, now=NOON)
    order = renew(line_id, MONTH, tender=by(visa), now=LATER)
    attempt = last_try(order)
    assert (attempt.state, attempt.next_url) == (
        AttemptState.ACTION_REQUIRED,
        f"https://pay.example/3ds/{attempt.ref}",
    )
    settlement.ask(attempt.pk, source="landing", now=LATER)
    assert checkout.again(order, by(visa), now=LATER) == attempt.next_url
    bank.paid[attempt.ref] = None
    settlement.ask(attempt.pk, source="landing", now=LATER)
    assert len(see(line_id).terms) == 2
    assert len(bank.asked) == 1


def test_a_card_that_was_given_up_for_another_way_is_not_charged_by_asking_about_it(
    bank: Bank, people: People
) -> None:
    bank.cards["pm_visa"] = SILENT
    (visa,) = keep(people.mei, VISA)
    order = renew(give_line(people.mei, now=NOON), MONTH, tender=by(visa), now=LATER)
    first = last_try(order)
    assert checkout.ask_for(first.pk)[1].take
    checkout.again(order, BY_CARD, now=LATER)
    assert not checkout.ask_for(first.pk)[1].take
    assert checkout.ask_for(last_try(order).pk)[1].take


def test_a_decline_is_remembered_until_the_card_pays(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.INSUFFICIENT_FUNDS
    (visa,) = keep(people.mei, VISA)
    order = renew(give_line(people.mei, now=NOON), MONTH, tender=by(visa), now=LATER)
    settlement.ask(last_try(order).pk, source="landing", now=LATER)
    assert trouble_of(visa) == Why.INSUFFICIENT_FUNDS
    bank.cards["pm_visa"] = WELL
    checkout.again(order, by(visa), now=LATER)
    settlement.ask(last_try(order).pk, source="landing", now=LATER)
    assert last_try(order).number == 2
    assert trouble_of(visa) is None


def trouble_of(saved_id: int) -> str | None:
    with in_cell(1):
        return SavedMethod.objects.get(pk=saved_id).trouble

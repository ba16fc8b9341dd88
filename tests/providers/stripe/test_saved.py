"""Kept cards: what is known of them, the bank's question on-session, and keys that Stripe forgets."""

from dataclasses import replace

import httpx
import pytest

from tests.providers.stripe.conftest import Desk
from yuanyou.payments.port import Action, Ask, Closed, Declined, Saved, Told, Unknown, Why
from yuanyou_sandbox.testing import RunningSandbox

ALWAYS_ASKS = "4000002760003184"
COMPLETE, FAIL = {"action": "complete"}, {"action": "fail"}


@pytest.fixture
def asking(desk: Desk) -> Saved:
    """A kept card whose bank always wants to see its owner."""
    return desk.kept(ALWAYS_ASKS, how={"challenge": "complete"})


def answer(ask: Ask, url: str | None, how: dict[str, str]) -> str:
    """The payer at the bank's page; where they are sent next."""
    assert url
    answered = httpx.post(url, data=how)
    return answered.headers["location"]


class TestKeeping:
    def test_a_kept_card_says_what_may_be_shown_of_it(self, desk: Desk) -> None:
        saved = desk.kept("6200000000000005")
        assert (saved.brand, saved.last4, saved.country) == ("unionpay", "0005", "CN")
        assert saved.expires
        assert f"{desk.now():%Y-%m}" <= saved.expires
        assert len(saved.expires) == len("2029-04")

    def test_the_same_card_of_two_customers_has_one_fingerprint(self, desk: Desk) -> None:
        first, second = desk.kept(), desk.kept()
        assert first.fingerprint == second.fingerprint
        assert first.payer_ref != second.payer_ref

    def test_two_cards_of_one_customer_have_two(self, desk: Desk) -> None:
        first = desk.kept()
        second = desk.kept("5555555555554444", payer_ref=first.payer_ref)
        assert first.fingerprint != second.fingerprint
        assert first.payer_ref == second.payer_ref

    def test_an_email_is_told_to_stripe_only_where_it_makes_a_payer(self, desk: Desk) -> None:
        assert desk.kept(email="mei@example.com").payer_ref
        assert desk.paid(email="mei@example.com")[1].saved is None


class TestWithThePayer:
    """The customer is there, and has chosen the kept card."""

    def test_the_bank_may_want_to_see_them(self, desk: Desk, asking: Saved) -> None:
        ask = desk.charge(asking, off_session=False)
        action = desk.adapter.create(ask)
        assert action.action is Action.REDIRECT
        assert any(f"//{host}/" in str(action.url) for host in desk.adapter.capabilities().pay_hosts)
        told = desk.adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.next_url) == (Told.ACTION_REQUIRED, action.url)

    def test_who_confirms_comes_back_to_us_and_has_paid(self, desk: Desk, asking: Saved) -> None:
        ask = desk.charge(asking, off_session=False)
        action = desk.adapter.create(ask)
        back = answer(ask, action.url, COMPLETE)
        assert back.startswith(ask.return_url)
        told = desk.adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.amount) == (Told.SUCCEEDED, ask.amount)

    def test_who_does_not_confirm_has_not_paid(self, desk: Desk, asking: Saved) -> None:
        ask = desk.charge(asking, off_session=False)
        action = desk.adapter.create(ask)
        answer(ask, action.url, FAIL)
        told = desk.adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.reason) == (Told.FAILED, Why.AUTHENTICATION_FAILED)

    def test_sent_again_it_leads_to_the_same_question(self, desk: Desk, asking: Saved) -> None:
        ask = desk.charge(asking, off_session=False)
        assert desk.adapter.create(ask) == desk.adapter.create(ask)

    def test_a_question_nobody_answered_can_be_closed(self, desk: Desk, asking: Saved) -> None:
        ask = desk.sent(desk.charge(asking, off_session=False))
        for _ in range(2):
            assert desk.adapter.close(ask) is Closed.CLOSED
        assert desk.adapter.query(ask).told is Told.CANCELED
        assert desk.money("gross") == 2690  # what kept the card

    def test_a_question_answered_while_we_close_is_paid(
        self, desk: Desk, asking: Saved, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask = desk.charge(asking, off_session=False)
        action = desk.adapter.create(ask)
        stop = desk.adapter._stop

        def late(provider_ref: str) -> None:
            answer(ask, action.url, COMPLETE)
            stop(provider_ref)

        monkeypatch.setattr(desk.adapter, "_stop", late)
        assert desk.adapter.close(replace(ask, provider_ref=action.provider_ref)) is Closed.ALREADY_PAID

    def test_we_may_ask_the_bank_ourselves(self, desk: Desk) -> None:
        saved = desk.kept("4000000000003055")
        assert desk.adapter.create(desk.charge(saved, off_session=False, verify=True)).url
        assert desk.adapter.create(desk.charge(saved, off_session=False)).url is None


class TestAlone:
    """Nobody is there."""

    def test_a_bank_that_wants_to_see_the_payer_ends_it(self, desk: Desk, asking: Saved) -> None:
        action = desk.adapter.create(ask := desk.charge(asking))
        assert (action.action, action.url) == (Action.NONE, None)
        told = desk.adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.reason, told.next_url) == (Told.FAILED, Why.AUTHENTICATION_REQUIRED, None)

    def test_a_charge_is_not_repeated_when_its_key_is_forgotten(self, desk: Desk) -> None:
        saved = desk.kept()
        ask = desk.charge(saved)
        first = desk.adapter.create(ask)
        desk.travel(hours=25)
        assert desk.adapter.create(ask).provider_ref == first.provider_ref
        assert desk.adapter.query(ask).told is Told.SUCCEEDED
        assert desk.money("gross") == 2 * 2690

    def test_a_charge_whose_answer_was_lost_is_found_when_its_key_is_forgotten(self, desk: Desk) -> None:
        ask = desk.charge(desk.kept())
        desk.goes_wrong("timeout_after", "payment_intents.create", times=2, seconds=0.1)
        with pytest.raises(Unknown):
            desk.adapter.create(ask)
        desk.all_is_well()
        desk.travel(hours=25)
        assert desk.adapter.query(replace(ask, take=False)).told is Told.SUCCEEDED
        assert desk.money("gross") == 2 * 2690

    def test_a_decline_is_not_replayed_onto_the_next_attempt(self, desk: Desk) -> None:
        saved = desk.kept()
        desk.control(f"payment_methods/{saved.saved_ref}", does="insufficient_funds")
        first = desk.sent(desk.charge(saved))
        desk.control(f"payment_methods/{saved.saved_ref}", does="pays")
        second = desk.sent(desk.charge(saved))
        assert first.provider_ref != second.provider_ref
        assert desk.adapter.query(first).told is Told.FAILED
        assert desk.adapter.query(second).told is Told.SUCCEEDED

    def test_a_decline_is_not_tried_again_by_asking(self, desk: Desk) -> None:
        saved = desk.kept()
        desk.control(f"payment_methods/{saved.saved_ref}", does="generic_decline")
        ask = desk.charge(saved)
        desk.adapter.create(ask)
        desk.control(f"payment_methods/{saved.saved_ref}", does="pays")
        desk.travel(hours=25)
        for asked in (ask, desk.sent(ask)):
            assert desk.adapter.query(asked).told is Told.FAILED
        assert desk.money("gross") == 2690

    def test_a_card_that_was_forgotten_is_wrong_details(self, desk: Desk) -> None:
        saved = desk.kept()
        desk.adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        with pytest.raises(Declined) as no:
            desk.adapter.create(desk.charge(saved))
        assert no.value.reason == Why.WRONG_DETAILS

    def test_a_card_of_another_customer_is_refused(self, desk: Desk) -> None:
        mine, theirs = desk.kept(), desk.kept()
        told = desk.adapter.query(desk.charge(replace(mine, saved_ref=theirs.saved_ref)))
        assert told.told is Told.FAILED
        assert desk.money("gross") == 2 * 2690

    def test_an_amount_that_cannot_be_charged_is_not_the_cards_fault(self, desk: Desk) -> None:
        told = desk.adapter.query(desk.charge(desk.kept(), minor=10))
        assert (told.told, told.reason) == (Told.FAILED, "amount_too_small")


def test_what_is_kept_outlives_a_restart_of_the_company(desk: Desk, companies: RunningSandbox) -> None:
    saved = desk.kept()
    companies.restart()
    assert desk.adapter.query(desk.sent(desk.charge(saved))).told is Told.SUCCEEDED

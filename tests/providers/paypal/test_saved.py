"""A PayPal that is kept: kept with consent, charged once per attempt whatever is lost, and forgotten."""

from dataclasses import replace

import pytest

from tests.providers.paypal.conftest import Desk
from yuanyou.payments.port import Action, Ask, Misconfigured, Saved, Told, Unknown, Why


def keep(desk: Desk, **more: object) -> Saved:
    """A kept PayPal."""
    saved = desk.paid(keep=True, **more)[1].saved
    assert saved
    return saved


def charge(desk: Desk, saved: Saved, **more: object) -> Ask:
    """A charge of it with nobody there, not yet sent."""
    usual = {"saved_ref": saved.saved_ref, "payer_ref": saved.payer_ref, "off_session": True}
    return desk.asked(**(usual | more))


def sent(desk: Desk, ask: Ask) -> Ask:
    return replace(ask, provider_ref=desk.adapter.create(ask).provider_ref)


def change(desk: Desk, saved: Saved, **how: str) -> None:
    """The payer changes it in their PayPal account."""
    desk.sandbox.control(f"paypal/vault/{saved.saved_ref}", how)


class TestKeeping:
    def test_it_is_kept_when_the_customer_agreed(self, desk: Desk) -> None:
        saved = keep(desk)
        assert saved.brand == "paypal"
        assert saved.payer_ref
        assert saved.saved_ref

    def test_it_is_not_kept_otherwise(self, desk: Desk) -> None:
        assert desk.paid()[1].saved is None
        assert desk.count("payment_token") == 0

    def test_it_is_not_kept_before_the_money_has_come(self, desk: Desk) -> None:
        ask = desk.shown(keep=True)
        desk.agree(ask, "echeck")
        assert desk.adapter.query(ask).saved is None

    def test_the_second_one_is_the_same_payers(self, desk: Desk) -> None:
        first = keep(desk)
        second = keep(desk, payer_ref=first.payer_ref)
        assert (second.payer_ref, second.fingerprint) == (first.payer_ref, first.fingerprint)


class TestCharging:
    def test_it_is_charged_at_once_and_nobody_is_asked(self, desk: Desk) -> None:
        ask = charge(desk, keep(desk))
        action = desk.adapter.create(ask)
        assert (action.action, action.url) == (Action.NONE, None)
        told = desk.adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.ref, told.amount) == (Told.SUCCEEDED, ask.ref, ask.amount)

    def test_it_is_charged_for_a_customer_who_is_there(self, desk: Desk) -> None:
        ask = sent(desk, charge(desk, keep(desk), off_session=False))
        assert desk.adapter.query(ask).told is Told.SUCCEEDED

    def test_sent_twice_it_is_charged_once(self, desk: Desk) -> None:
        ask = charge(desk, keep(desk))
        assert desk.adapter.create(ask) == desk.adapter.create(ask)
        assert desk.money("gross") == 2 * 2690  # the one that was kept, and this one

    @pytest.mark.parametrize("fault", ["timeout_after", "malformed"])
    def test_a_lost_answer_is_no_second_charge(self, desk: Desk, fault: str) -> None:
        ask = self.lost(desk, fault=fault)
        assert desk.adapter.query(ask).told is Told.SUCCEEDED
        assert desk.money("gross") == 2 * 2690

    def test_a_lost_request_is_sent_again_while_it_is_wanted(self, desk: Desk) -> None:
        ask = self.lost(desk, fault="timeout_before")
        assert desk.adapter.query(ask).told is Told.SUCCEEDED

    def test_a_lost_request_is_not_sent_again_when_it_is_not(self, desk: Desk) -> None:
        ask = self.lost(desk, fault="timeout_before")
        with pytest.raises(Unknown):
            desk.adapter.close(ask)
        assert desk.money("gross") == 2690

    def test_a_charge_whose_answer_was_lost_is_found_in_the_account_when_its_key_is_forgotten(
        self, desk: Desk
    ) -> None:
        ask = self.lost(desk, fault="timeout_after")
        desk.travel(hours=7)
        told = desk.adapter.query(ask)
        assert (told.told, told.ref) == (Told.SUCCEEDED, ask.ref)
        assert desk.money("gross") == 2 * 2690

    def test_a_charge_that_never_reached_paypal_is_over_with_its_time(self, desk: Desk) -> None:
        ask = self.lost(desk, fault="timeout_before")
        desk.travel(hours=7)
        assert desk.adapter.query(ask).told is Told.EXPIRED
        assert desk.money("gross") == 2690

    def test_it_is_not_called_over_before_paypal_has_written_its_account(self, desk: Desk) -> None:
        ask = self.lost(desk, fault="timeout_before")
        desk.travel(hours=3)
        with pytest.raises(Unknown):
            desk.adapter.query(ask)

    def lost(self, desk: Desk, *, fault: str) -> Ask:
        ask = charge(desk, keep(desk))
        desk.goes_wrong(fault, "orders.create", times=2, seconds=0.1)
        with pytest.raises(Unknown):
            desk.adapter.create(ask)
        desk.all_is_well()
        return ask


class TestDeclines:
    @pytest.mark.parametrize("take", [True, False])
    def test_a_decline_is_told_by_asking(self, desk: Desk, take: bool) -> None:
        saved = keep(desk)
        change(desk, saved, funding="card_declined")
        told = desk.adapter.query(replace(sent(desk, charge(desk, saved)), take=take))
        assert (told.told, told.reason) == (Told.FAILED, Why.DECLINED)

    def test_two_declines_have_two_names(self, desk: Desk) -> None:
        saved = keep(desk)
        change(desk, saved, funding="card_declined")
        names = {sent(desk, charge(desk, saved)).provider_ref for _ in range(2)}
        assert len(names) == 2

    def test_a_decline_is_not_tried_again_by_asking(self, desk: Desk) -> None:
        saved = keep(desk)
        change(desk, saved, funding="card_declined")
        ask = sent(desk, charge(desk, saved))
        change(desk, saved, funding="balance")
        assert desk.adapter.query(ask).told is Told.FAILED
        assert desk.money("gross") == 2690

    def test_a_decline_whose_answer_was_lost_is_told_too(self, desk: Desk) -> None:
        saved = keep(desk)
        change(desk, saved, funding="card_declined")
        ask = charge(desk, saved)
        desk.goes_wrong("timeout_after", "orders.create", times=2, seconds=0.1)
        with pytest.raises(Unknown):
            desk.adapter.create(ask)
        desk.all_is_well()
        assert (desk.adapter.query(ask).told, desk.adapter.query(ask).reason) == (Told.FAILED, Why.DECLINED)

    def test_a_consent_taken_back_at_paypal_is_a_decline(self, desk: Desk) -> None:
        saved = keep(desk)
        change(desk, saved, state="canceled")
        told = desk.adapter.query(sent(desk, charge(desk, saved)))
        assert (told.told, told.reason) == (Told.FAILED, Why.WRONG_DETAILS)

    def test_money_that_comes_days_later_is_under_way(self, desk: Desk) -> None:
        saved = keep(desk)
        change(desk, saved, funding="echeck")
        assert desk.adapter.query(sent(desk, charge(desk, saved))).told is Told.PROCESSING


class TestForgetting:
    def test_what_is_forgotten_cannot_be_charged(self, desk: Desk) -> None:
        saved = keep(desk)
        desk.adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        assert desk.adapter.query(sent(desk, charge(desk, saved))).told is Told.FAILED

    def test_it_is_harmless_to_repeat(self, desk: Desk) -> None:
        saved = keep(desk)
        for _ in range(2):
            desk.adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        desk.adapter.forget(payer_ref="nobody", saved_ref="never0was")

    def test_no_answer_is_unknown(self, desk: Desk) -> None:
        saved = keep(desk)
        desk.goes_wrong("error_500", "payment_tokens.delete", times=2)
        with pytest.raises(Unknown):
            desk.adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)

    def test_wrong_keys_forget_nothing(self, desk: Desk) -> None:
        with pytest.raises(Misconfigured):
            desk.another(client_secret="wrong").forget(payer_ref="1", saved_ref="2")

"""Orders are not money: who captures, when, what a capture says, and what is never captured."""

from dataclasses import replace
from threading import Thread

import pytest

from tests.providers.paypal.conftest import Desk
from yuanyou.payments.port import Action, Ask, Closed, Misconfigured, Refused, Told, Unknown, Why

SILENCE = {"seconds": 0.1}


class TestTaking:
    def test_nothing_is_taken_before_the_payer_has_agreed(self, desk: Desk) -> None:
        told = desk.adapter.query(desk.shown())
        assert (told.told, told.charge_ref) == (Told.ACTION_REQUIRED, None)
        assert desk.count("capture") == 0

    def test_it_is_taken_when_the_payer_has_agreed(self, desk: Desk) -> None:
        ask, told = desk.paid()
        assert (told.told, told.amount, told.ref) == (Told.SUCCEEDED, ask.amount, ask.ref)
        assert desk.money("gross") == 2690

    def test_a_question_alone_takes_nothing(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask)
        assert desk.adapter.query(replace(ask, take=False)).told is Told.ACTION_REQUIRED
        assert desk.count("capture") == 0

    def test_ten_at_once_take_it_once(self, desk: Desk) -> None:
        ask, told = desk.shown(), []
        desk.agree(ask)

        def voice() -> None:
            try:
                told.append(desk.another().query(ask).told)
            except Unknown as busy:
                told.append(busy.reason)

        voices = [Thread(target=voice) for _ in range(10)]
        [each.start() for each in voices]
        [each.join() for each in voices]
        assert set(told) <= {Told.SUCCEEDED, "previous_request_in_progress"}
        assert desk.adapter.query(ask).told is Told.SUCCEEDED
        assert (desk.count("capture"), desk.money("gross")) == (1, 2690)

    @pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500", "malformed"])
    def test_no_answer_is_unknown_and_the_next_question_finds_it(self, desk: Desk, fault: str) -> None:
        ask = desk.shown()
        desk.agree(ask)
        desk.goes_wrong(fault, "orders.capture", times=2, **SILENCE)
        with pytest.raises(Unknown):
            desk.adapter.query(ask)
        desk.all_is_well()
        assert desk.adapter.query(ask).told is Told.SUCCEEDED
        assert (desk.count("capture"), desk.money("gross")) == (1, 2690)

    def test_a_decline_sends_the_payer_back_and_another_way_pays(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask, "card_declined")
        told = desk.adapter.query(ask)
        assert (told.told, told.reason) == (Told.ACTION_REQUIRED, Why.DECLINED)
        assert told.next_url
        assert str(ask.provider_ref) in told.next_url
        desk.agree(ask, "balance")
        assert desk.adapter.query(ask).told is Told.SUCCEEDED

    def test_a_decline_asked_about_again_is_not_tried_again(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask, "card_declined")
        for _ in range(12):  # PayPal lets an order be tried ten times
            assert desk.adapter.query(ask).reason == Why.DECLINED
        desk.agree(ask, "balance")
        assert desk.adapter.query(ask).told is Told.SUCCEEDED

    @pytest.mark.parametrize(("at_last", "told"), [("completed", Told.SUCCEEDED), ("denied", Told.FAILED)])
    def test_a_complete_order_is_no_money_while_its_capture_is_pending(
        self, desk: Desk, at_last: str, told: Told
    ) -> None:
        ask = desk.shown()
        desk.agree(ask, "echeck")
        pending = desk.adapter.query(ask)
        assert (pending.told, pending.reason, pending.fee) == (Told.PROCESSING, "echeck", None)
        desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/settle", {"outcome": at_last})
        assert desk.adapter.query(ask).told is told

    @pytest.mark.parametrize("fault", ["declined", "failed"])
    def test_a_complete_order_is_no_money_when_its_capture_brought_none(self, desk: Desk, fault: str) -> None:
        ask = desk.shown()
        desk.agree(ask)
        desk.goes_wrong(fault, "orders.capture")
        assert desk.adapter.query(ask).told is Told.FAILED
        assert desk.adapter.query(ask).reason == Why.DECLINED
        assert desk.money("gross") == 0


class TestClosing:
    def test_a_closed_order_is_never_taken_even_when_the_payer_agrees_later(self, desk: Desk) -> None:
        ask = desk.shown()
        assert desk.adapter.close(ask) is Closed.CLOSED
        desk.agree(ask)
        assert desk.adapter.query(ask).told is Told.CANCELED
        assert desk.count("capture") == 0

    def test_an_order_that_waits_for_us_is_closed_too(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask)
        assert desk.adapter.close(ask) is Closed.CLOSED
        assert desk.adapter.query(ask).told is Told.CANCELED

    def test_closing_takes_nothing(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask)
        desk.adapter.close(replace(ask, take=True))
        assert desk.count("capture") == 0

    def test_a_closed_order_still_says_whose_it_is(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.adapter.close(ask)
        assert desk.adapter.query(ask).ref == ask.ref

    def test_money_under_way_cannot_be_closed(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask, "echeck")
        desk.adapter.query(ask)
        assert desk.adapter.close(ask) is Closed.ALREADY_PAID

    def test_what_is_taken_while_we_close_is_paid(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask)
        racing = desk.another()
        before = racing.query(replace(ask, take=False))
        desk.adapter.query(ask)
        with pytest.raises(Refused):
            racing._checkout._mark(before)
        assert racing.close(ask) is Closed.ALREADY_PAID


class TestTime:
    def test_an_order_nobody_agreed_to_in_our_time_is_expired(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.travel(minutes=46)
        assert desk.adapter.query(ask).told is Told.EXPIRED

    def test_one_agreed_to_late_is_taken_while_it_is_wanted(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.travel(minutes=46)
        desk.agree(ask)
        assert desk.adapter.query(ask).told is Told.SUCCEEDED

    def test_one_that_paypal_has_forgotten_is_expired(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.agree(ask)
        desk.travel(hours=7)
        assert desk.adapter.query(ask).told is Told.EXPIRED

    def test_one_that_paypal_does_not_know_in_our_time_is_a_riddle(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.sandbox.control(f"paypal/orders/{ask.provider_ref}/expire")
        with pytest.raises(Refused):
            desk.adapter.query(ask)

    def test_a_lost_order_is_found_by_its_key(self, desk: Desk) -> None:
        ask = self.lost(desk)
        assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED
        assert desk.count("order") == 1

    def test_a_lost_order_is_not_made_again_when_its_key_is_forgotten(self, desk: Desk) -> None:
        ask = self.lost(desk)
        desk.travel(hours=7)
        assert desk.adapter.query(ask).told is Told.EXPIRED
        assert desk.adapter.close(ask) is Closed.CLOSED
        assert desk.count("order") == 1

    def lost(self, desk: Desk) -> Ask:
        ask = desk.asked()
        desk.goes_wrong("timeout_after", "orders.create", times=2, **SILENCE)
        with pytest.raises(Unknown):
            desk.adapter.create(ask)
        desk.all_is_well()
        return ask


class TestWhoWeAre:
    def test_a_token_that_ends_early_is_replaced(self, desk: Desk) -> None:
        ask = desk.shown()
        desk.sandbox.control("paypal/expire_tokens")
        assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED

    def test_a_token_that_ends_in_time_is_replaced(self, desk: Desk) -> None:
        desk.adapter.verify()
        desk.travel(hours=10)
        assert desk.shown().provider_ref

    def test_right_keys_are_proved(self, desk: Desk) -> None:
        desk.adapter.verify()

    @pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
    def test_wrong_keys_are_found_out(self, desk: Desk, wrong: str) -> None:
        with pytest.raises(Misconfigured):
            desk.another(**{wrong: "of somebody else"}).verify()

    def test_no_token_for_now_is_not_taken_for_wrong_keys(self, desk: Desk) -> None:
        desk.goes_wrong("error_500", "oauth2.token", times=2)
        with pytest.raises(Unknown):
            desk.another().create(desk.asked())

    def test_one_server_error_at_the_token_is_tried_again(self, desk: Desk) -> None:
        desk.goes_wrong("error_500", "oauth2.token")
        assert desk.another().create(desk.asked()).url

    def test_money_for_another_account_is_told_as_it_is(self, desk: Desk) -> None:
        ask, _ = desk.paid()
        desk.goes_wrong("wrong_merchant", "orders.get")
        told = desk.adapter.query(ask).merchant
        assert told not in {None, desk.adapter.merchant}

    def test_the_account_is_not_looked_at_when_ours_is_not_configured(self, desk: Desk) -> None:
        ask, _ = desk.paid()
        unnamed = desk.another(merchant=None)
        assert unnamed.query(ask).merchant == unnamed.merchant


class TestAsking:
    @pytest.mark.parametrize(
        "other", [{"minor": 99}, {"minor": 1_000_001}, {"currency": "CNY"}, {"minor": 50, "currency": "HUF"}]
    )
    def test_what_paypal_cannot_take_is_refused_before_it_is_asked(
        self, desk: Desk, other: dict[str, object]
    ) -> None:
        with pytest.raises(Refused):
            desk.adapter.create(desk.asked(**other))
        assert desk.count("order") == 0

    def test_the_payer_is_sent_to_paypal(self, desk: Desk) -> None:
        assert desk.adapter.create(desk.asked()).action is Action.REDIRECT

    def test_a_long_name_in_chinese_is_cut_between_characters(self, desk: Desk) -> None:
        assert desk.adapter.create(desk.asked(description="美国三十天不限流量套餐" * 10)).url

    @pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en", "fr"])
    def test_any_language_finds_a_page(self, desk: Desk, language: str) -> None:
        assert desk.adapter.create(desk.asked(language=language)).url

"""Asking for money: a pay page once, what is told of it, and giving it up."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import (
    NO_ANSWERS,
    Company,
    asked_of,
    back,
    page_of,
    paid_of,
    sent,
    together,
)
from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Action,
    Ask,
    Closed,
    NextAction,
    PaymentProvider,
    ProviderTrouble,
    Refused,
    Told,
    Unknown,
)

LIES = ("wrong_amount", "wrong_currency", "wrong_reference", "wrong_merchant")


class Creating(Part):
    def test_create_gives_a_page_of_a_host_we_let_through(self, adapter: PaymentProvider) -> None:
        action = adapter.create(asked_of(adapter))
        assert any(f"//{host}/" in str(action.url) for host in adapter.capabilities().pay_hosts)
        assert action.expires_at is None or action.expires_at > datetime.now(UTC)

    def test_create_repeated_gives_the_same_page(self, company: Company, adapter: PaymentProvider) -> None:
        ask = asked_of(adapter)
        assert adapter.create(ask) == adapter.create(ask)
        assert company.pages() == 1

    def test_ten_at_once_with_one_key_are_one_page(self, company: Company, adapter: PaymentProvider) -> None:
        ask = asked_of(adapter)
        outcomes = together([lambda: adapter.create(ask)] * 10)
        assert {type(each) for each in outcomes} <= {NextAction, Unknown}
        assert company.pages() == 1
        assert adapter.create(ask).provider_ref == adapter.query(ask).provider_ref

    def test_the_same_key_with_another_body_is_no_second_page(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        ask = asked_of(adapter)
        adapter.create(ask)
        with pytest.raises(ProviderTrouble):
            adapter.create(replace(ask, amount=Money(1, ask.amount.currency) + ask.amount))
        assert company.pages() == 1

    def test_a_request_it_cannot_take_is_refused_and_nothing_is_there(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        with pytest.raises(Refused):
            adapter.create(asked_of(adapter, minor=1))
        assert company.pages() == 0

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_create_is_unknown_and_the_same_key_finds_it(
        self, company: Company, adapter: PaymentProvider, how: str
    ) -> None:
        ask = asked_of(adapter)
        with company.trouble(how, "create"), pytest.raises(Unknown):
            adapter.create(ask)
        found = adapter.query(ask)
        assert (found.told, found.ref, found.amount) == (Told.ACTION_REQUIRED, ask.ref, ask.amount)
        assert adapter.create(ask).provider_ref == found.provider_ref
        assert company.pages() == 1

    def test_a_silent_create_that_was_paid_is_found_as_paid(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        ask = asked_of(adapter)
        with company.trouble("timeout_after", "create"), pytest.raises(Unknown):
            adapter.create(ask)
        company.pay(adapter.query(ask).provider_ref)
        assert adapter.query(ask).told is Told.SUCCEEDED

    @pytest.mark.parametrize("act", ["create", "query", "close", "refund"])
    def test_one_server_error_is_tried_again_with_the_same_key(
        self, company: Company, adapter: PaymentProvider, paid: Ask, act: str
    ) -> None:
        do = _acts(adapter, paid)[act]
        with company.trouble("error_500", act, times=1):
            do()
        assert company.pages() <= 2 + (act == "create")
        assert company.received() == paid.amount.minor

    def test_a_company_that_hangs_is_left_before_the_deadline(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        acts = _acts(adapter, paid)

        def patience(act: Callable[[], object]) -> float:
            started = time.monotonic()
            with pytest.raises(Unknown):
                act()
            return time.monotonic() - started

        with ExitStack() as wrong:
            for act in acts:
                wrong.enter_context(company.trouble("hang", act))
            waited = together([lambda act=act: patience(act) for act in acts.values()])
        assert [each for each in waited if isinstance(each, Exception)] == []
        assert max(waited) < adapter.capabilities().deadline_seconds

    def test_a_company_that_takes_its_time_at_each_step_is_left_before_the_deadline(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        started = time.monotonic()
        with company.trouble("slow", "query", seconds=3), company.trouble("hang", "close"):
            with pytest.raises(Unknown):
                adapter.close(shown)
            assert time.monotonic() - started < adapter.capabilities().deadline_seconds


class Querying(Part):
    def test_a_payment_is_told_in_full(self, adapter: PaymentProvider, paid: Ask) -> None:
        told = adapter.query(paid)
        assert (told.told, told.ref, told.amount) == (Told.SUCCEEDED, paid.ref, paid.amount)
        assert told.merchant == adapter.merchant
        assert told.charge_ref
        assert (told.fee is not None) is adapter.capabilities().tells_fees
        assert told.fee is None or 0 < told.fee.minor < paid.amount.minor
        assert set(told.card) == {"brand", "last4"}
        assert told.fingerprint
        assert (told.reason, told.refunds, told.disputed) == (None, (), False)

    def test_asking_again_changes_nothing(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        assert adapter.query(paid) == adapter.query(paid)
        assert company.received() == paid.amount.minor

    def test_a_page_that_nobody_used_waits_for_its_customer(self, adapter: PaymentProvider) -> None:
        ask = asked_of(adapter)
        action = adapter.create(ask)
        told = adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert told.told is Told.ACTION_REQUIRED
        assert bool(told.next_url) is (action.action is Action.REDIRECT)
        assert told.charge_ref is None

    def test_a_decline_is_not_the_end(self, company: Company, adapter: PaymentProvider, shown: Ask) -> None:
        company.decline(page_of(shown))
        told = adapter.query(shown)
        assert told.told is Told.ACTION_REQUIRED
        company.pay(page_of(shown))
        assert adapter.query(shown).told is Told.SUCCEEDED

    @pytest.mark.parametrize(("passed", "told"), [(True, Told.SUCCEEDED), (False, Told.ACTION_REQUIRED)])
    def test_the_banks_question_is_part_of_paying(
        self, company: Company, adapter: PaymentProvider, shown: Ask, passed: bool, told: Told
    ) -> None:
        company.challenge(page_of(shown), passed=passed)
        assert adapter.query(shown).told is told

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_the_last_step_is_unknown_and_asking_again_takes_it_once(
        self, company: Company, adapter: PaymentProvider, shown: Ask, how: str
    ) -> None:
        company.agree(page_of(shown))
        wanted = replace(shown, take=True)
        with company.trouble(how, "take"), pytest.raises(Unknown):
            adapter.query(wanted)
        assert adapter.query(wanted).told is Told.SUCCEEDED
        assert adapter.query(wanted).told is Told.SUCCEEDED
        assert company.received() == shown.amount.minor

    def test_money_for_an_expired_page_is_told_as_paid(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        company.expire(page_of(shown))
        assert adapter.query(shown).told is Told.EXPIRED
        company.pay(page_of(shown), late=True)
        assert adapter.query(shown).told is Told.SUCCEEDED

    def test_two_attempts_that_are_both_paid_are_two_payments(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        (first, told_first), (second, told_second) = (paid_of(company, adapter) for _ in range(2))
        assert told_first.told is told_second.told is Told.SUCCEEDED
        assert (told_first.ref, told_second.ref) == (first.ref, second.ref)
        assert told_first.charge_ref != told_second.charge_ref
        assert company.received() == 2 * first.amount.minor

    @pytest.mark.parametrize("name", ["cs_nobody", "5O190127TN364715T", "pi_nobody", "../balance", "?"])
    def test_a_page_it_never_heard_of_settles_nothing(self, adapter: PaymentProvider, name: str) -> None:
        with pytest.raises(ProviderTrouble):
            adapter.query(asked_of(adapter, provider_ref=name))

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_a_question_is_unknown(
        self, company: Company, adapter: PaymentProvider, paid: Ask, how: str
    ) -> None:
        with company.trouble(how, "query"), pytest.raises(Unknown):
            adapter.query(paid)
        assert adapter.query(paid).told is Told.SUCCEEDED

    @pytest.mark.parametrize("lie", LIES)
    def test_what_is_told_is_passed_on_not_what_we_expect(
        self, company: Company, adapter: PaymentProvider, paid: Ask, lie: str
    ) -> None:
        with company.trouble(lie, "query"):
            told = adapter.query(paid)
        wrong = {
            "wrong_amount": told.amount.minor != paid.amount.minor,
            "wrong_currency": told.amount.currency != paid.amount.currency,
            "wrong_reference": told.ref != paid.ref,
            "wrong_merchant": told.merchant != adapter.merchant,
        }
        assert told.told is Told.SUCCEEDED
        assert [name for name, is_wrong in wrong.items() if is_wrong] == [lie]

    def test_every_currency_comes_back_as_it_went(self, company: Company, adapter: PaymentProvider) -> None:
        told = {
            code: paid_of(company, adapter, minor=20_000, currency=code)[1]
            for code in adapter.capabilities().methods[0].currencies
        }
        assert {code: snapshot.amount for code, snapshot in told.items()} == {
            code: Money(20_000, code) for code in told
        }
        assert all(snapshot.fee is None or snapshot.fee.currency == code for code, snapshot in told.items())


class DelayContract(Part):
    """Where a method's money may come days later."""

    @pytest.mark.parametrize(("at_last", "told"), [(True, Told.SUCCEEDED), (False, Told.FAILED)])
    def test_money_under_way_is_processing_until_the_bank_has_spoken(
        self, company: Company, adapter: PaymentProvider, at_last: bool, told: Told
    ) -> None:
        ask = asked_of(adapter)
        ask = replace(ask, provider_ref=company.slow_page(ask))
        assert adapter.query(ask).told is Told.PROCESSING
        assert adapter.close(ask) is Closed.ALREADY_PAID
        company.money_comes(page_of(ask), at_last=at_last)
        assert adapter.query(ask).told is told


class Closing(Part):
    def test_a_closed_page_cannot_be_paid_and_closing_twice_is_harmless(
        self, adapter: PaymentProvider, shown: Ask
    ) -> None:
        assert adapter.close(shown) is Closed.CLOSED
        assert adapter.close(shown) is Closed.CLOSED
        assert adapter.query(shown).told in {Told.EXPIRED, Told.CANCELED}

    def test_a_closed_page_that_is_paid_all_the_same_is_told_as_it_is(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        adapter.close(shown)
        company.pay(page_of(shown), late=True)
        told = adapter.query(shown)
        assert (told.told is Told.SUCCEEDED) is (company.received() == shown.amount.minor)
        assert company.received() in {0, shown.amount.minor}

    def test_what_is_paid_cannot_be_closed(self, adapter: PaymentProvider, paid: Ask) -> None:
        assert adapter.close(paid) is Closed.ALREADY_PAID
        assert adapter.query(paid).told is Told.SUCCEEDED

    def test_a_page_we_never_saw_is_closed_too(self, company: Company, adapter: PaymentProvider) -> None:
        ask = asked_of(adapter)
        with company.trouble("timeout_after", "create"), pytest.raises(Unknown):
            adapter.create(ask)
        assert adapter.close(ask) is Closed.CLOSED
        assert adapter.query(ask).told in {Told.EXPIRED, Told.CANCELED}

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_closing_is_unknown(
        self, company: Company, adapter: PaymentProvider, shown: Ask, how: str
    ) -> None:
        with company.trouble(how, "close"), pytest.raises(Unknown):
            adapter.close(shown)
        assert adapter.close(shown) is Closed.CLOSED


def _acts(adapter: PaymentProvider, paid: Ask) -> dict[str, Callable[[], object]]:
    """One of each, ready to be done."""
    shown, refund = sent(adapter, asked_of(adapter)), back(adapter, paid, 700)
    return {
        "create": lambda: adapter.create(asked_of(adapter)),
        "query": lambda: adapter.query(paid),
        "close": lambda: adapter.close(shown),
        "refund": lambda: adapter.refund(refund),
    }

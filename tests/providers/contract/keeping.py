"""Kept ways to pay: kept with consent, charged once per attempt whatever is lost, and forgotten."""

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import (
    NO_ANSWERS,
    Company,
    asked_of,
    page_of,
    paid_of,
    sent,
    together,
)
from yuanyou.payments.port import (
    Action,
    Ask,
    Closed,
    Misconfigured,
    PaymentProvider,
    ProviderTrouble,
    Refused,
    Saved,
    Told,
    Unknown,
    Why,
)


def charge_of(adapter: PaymentProvider, saved: Saved, **more: object) -> Ask:
    """A charge of it that is wanted, with nobody there; not yet sent."""
    usual = {"payer_ref": saved.payer_ref, "saved_ref": saved.saved_ref, "off_session": True, "take": True}
    return asked_of(adapter, **(usual | more))


class KeepingContract(Part):
    """Where a method can be kept. The first method of the adapter is one that can."""

    @pytest.fixture
    def saved(self, company: Company, adapter: PaymentProvider) -> Saved:
        told = paid_of(company, adapter, keep=True)[1].saved
        assert told
        return told

    # Keeping

    def test_what_is_kept_says_whose_it_is_and_what_may_be_shown(self, saved: Saved) -> None:
        assert saved.payer_ref
        assert saved.saved_ref
        assert saved.brand
        assert len(saved.last4) in {0, 4}
        assert saved.fingerprint

    def test_without_consent_nothing_is_kept(self, company: Company, adapter: PaymentProvider) -> None:
        assert paid_of(company, adapter)[1].saved is None

    def test_nothing_is_kept_before_the_money_has_come(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        ask = sent(adapter, asked_of(adapter, keep=True))
        company.decline(page_of(ask))
        assert adapter.query(ask).saved is None

    def test_what_the_same_customer_keeps_later_belongs_to_the_same_payer(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        again = paid_of(company, adapter, keep=True, payer_ref=saved.payer_ref)[1].saved
        assert again
        assert (again.payer_ref, again.fingerprint) == (saved.payer_ref, saved.fingerprint)

    # Charging

    @pytest.mark.parametrize("off_session", [True, False])
    def test_it_is_charged_at_once_and_nobody_is_asked(
        self, company: Company, adapter: PaymentProvider, saved: Saved, off_session: bool
    ) -> None:
        before = company.received()
        ask = charge_of(adapter, saved, off_session=off_session)
        action = adapter.create(ask)
        assert (action.action, action.url) == (Action.NONE, None)
        told = adapter.query(replace(ask, provider_ref=action.provider_ref))
        assert (told.told, told.ref, told.amount) == (Told.SUCCEEDED, ask.ref, ask.amount)
        assert told.fingerprint == saved.fingerprint
        assert company.received() - before == ask.amount.minor

    def test_sent_again_it_is_charged_once(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before, ask = company.received(), charge_of(adapter, saved)
        assert adapter.create(ask).provider_ref == adapter.create(ask).provider_ref
        assert company.received() - before == ask.amount.minor

    def test_ten_at_once_charge_it_once(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before, ask = company.received(), charge_of(adapter, saved)
        together([lambda: adapter.create(ask)] * 10)
        assert adapter.query(ask).told is Told.SUCCEEDED
        assert company.received() - before == ask.amount.minor

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_is_unknown_and_asking_while_it_is_wanted_charges_it_once(
        self, company: Company, adapter: PaymentProvider, saved: Saved, how: str
    ) -> None:
        before, ask = company.received(), charge_of(adapter, saved)
        with company.trouble(how, "charge"), pytest.raises(Unknown):
            adapter.create(ask)
        assert adapter.query(ask).told is Told.SUCCEEDED
        assert company.received() - before == ask.amount.minor

    def test_what_is_not_wanted_any_more_is_not_charged_by_asking(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before, ask = company.received(), charge_of(adapter, saved)
        with company.trouble("timeout_before", "charge"), pytest.raises(Unknown):
            adapter.create(ask)
        for act in (adapter.query, adapter.close):
            with pytest.raises(Unknown):
                act(replace(ask, take=False))
        assert company.received() == before

    def test_what_was_charged_cannot_be_closed(self, adapter: PaymentProvider, saved: Saved) -> None:
        ask = sent(adapter, charge_of(adapter, saved))
        assert adapter.close(ask) is Closed.ALREADY_PAID

    # Declines

    def test_each_refusal_is_told_by_asking_with_its_reason(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before, refusals = company.received(), company.refusals()
        assert refusals
        for why, from_now_on in refusals.items():
            from_now_on(saved)
            ask = sent(adapter, charge_of(adapter, saved))
            told = adapter.query(ask)
            assert (told.told, told.reason) == (Told.FAILED, why)
            assert Why(told.reason)
            assert adapter.close(ask) is Closed.CLOSED
        assert company.received() == before

    def test_a_decline_asked_about_or_sent_again_is_no_second_charge(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before = company.received()
        _refuse(company, saved)
        ask = charge_of(adapter, saved)
        known = sent(adapter, ask)
        assert adapter.create(ask).provider_ref == known.provider_ref
        assert adapter.query(ask).told is adapter.query(known).told is Told.FAILED
        assert company.received() == before

    def test_a_decline_whose_answer_was_lost_is_told_too(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        _refuse(company, saved)
        ask = charge_of(adapter, saved)
        with company.trouble("timeout_after", "charge"), pytest.raises(Unknown):
            adapter.create(ask)
        assert adapter.query(ask).told is Told.FAILED

    def test_after_a_decline_another_attempt_may_pay(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        other = paid_of(company, adapter, keep=True, payer_ref=saved.payer_ref)[1].saved
        assert other
        _refuse(company, saved)
        adapter.create(charge_of(adapter, saved))
        ask = sent(adapter, charge_of(adapter, other))
        assert adapter.query(ask).told is Told.SUCCEEDED

    # Forgetting

    def test_what_is_forgotten_cannot_be_charged(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before = company.received()
        adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        ask = charge_of(adapter, saved)
        with suppress(Refused):
            adapter.create(ask)
        assert adapter.query(ask).told is Told.FAILED
        assert company.received() == before

    def test_forgetting_is_harmless_to_repeat(self, adapter: PaymentProvider, saved: Saved) -> None:
        for _ in range(2):
            adapter.forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        adapter.forget(payer_ref="nobody", saved_ref="never0was")

    def test_wrong_keys_forget_nothing(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        with pytest.raises(Misconfigured):
            company.adapter(right_keys=False).forget(payer_ref=saved.payer_ref, saved_ref=saved.saved_ref)
        ask = sent(adapter, charge_of(adapter, saved))
        assert adapter.query(ask).told is Told.SUCCEEDED

    def test_what_somebody_else_keeps_cannot_be_charged(
        self, company: Company, adapter: PaymentProvider, saved: Saved
    ) -> None:
        before = company.received()
        ask = charge_of(adapter, saved, saved_ref="never0was")
        with suppress(ProviderTrouble):
            adapter.create(ask)
        assert adapter.query(ask).told is Told.FAILED
        assert company.received() == before


def _refuse(company: Company, saved: Saved) -> None:
    """From now on charges of it are declined."""
    next(iter(company.refusals().values()))(saved)

"""Money back: never more than came, once whatever is lost, and followed to its end."""

from dataclasses import replace

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import (
    NO_ANSWERS,
    Company,
    back,
    heard,
    page_of,
    together,
)
from tests.providers.contract.statements import ReturnedRefundLines
from yuanyou.payments.port import (
    About,
    Ask,
    PaymentProvider,
    RefundSnapshot,
    RefundTold,
    Refused,
    Told,
    Unknown,
)


class Refunding(Part):
    def test_refunds_up_to_the_total_and_not_a_cent_more(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        for part in (1_000, 1_500, 190):
            assert adapter.refund(back(adapter, paid, part)).told is RefundTold.SUCCEEDED
        with pytest.raises(Refused):
            adapter.refund(back(adapter, paid, 1))
        assert company.refunded() == paid.amount.minor

    def test_a_refund_of_more_than_was_paid_is_refused(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        with pytest.raises(Refused):
            adapter.refund(back(adapter, paid, paid.amount.minor + 1))
        assert company.refunded() == 0

    def test_two_refunds_of_most_of_it_at_once_are_one(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        asks = [back(adapter, paid, 2_000) for _ in range(2)]
        together([lambda ask=ask: adapter.refund(ask) for ask in asks])
        assert company.refunded() == 2_000

    def test_a_refund_repeated_is_one_refund(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ask = back(adapter, paid, 700)
        assert adapter.refund(ask) == adapter.refund(ask)
        assert company.refunded() == 700

    def test_ten_at_once_with_one_key_are_one_refund(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ask = back(adapter, paid, 700)
        outcomes = together([lambda: adapter.refund(ask)] * 10)
        assert {type(each) for each in outcomes} <= {RefundSnapshot, Unknown}
        assert company.refunded() == 700

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_a_refund_is_unknown_and_the_same_key_refunds_once(
        self, company: Company, adapter: PaymentProvider, paid: Ask, how: str
    ) -> None:
        ask = back(adapter, paid, 700)
        with company.trouble(how, "refund"), pytest.raises(Unknown):
            adapter.refund(ask)
        assert adapter.refund(ask).told is RefundTold.SUCCEEDED
        assert company.refunded() == 700

    def test_a_refund_whose_answer_was_lost_is_found_by_our_reference(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ask = back(adapter, paid, 700)
        with company.trouble("timeout_after", "refund"), pytest.raises(Unknown):
            adapter.refund(ask)
        found = adapter.query_refund(ask)
        assert (found.told, found.ref, found.amount) == (RefundTold.SUCCEEDED, ask.ref, ask.amount)

    def test_a_refund_that_was_never_sent_settles_nothing(self, adapter: PaymentProvider, paid: Ask) -> None:
        with pytest.raises(Unknown):
            adapter.query_refund(back(adapter, paid, 700))

    def test_what_was_given_back_by_hand_cannot_be_given_back_again(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        company.refund_by_hand(page_of(paid), paid.amount.minor)
        with pytest.raises(Refused):
            adapter.refund(back(adapter, paid, 1))
        assert company.refunded() == paid.amount.minor

    def test_a_notice_of_a_refund_leads_to_its_payment(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        charge = adapter.query(paid).charge_ref
        company.refund_by_hand(page_of(paid), 500)
        told = heard(company, adapter, lambda notice: "refund" in notice.kind.lower())
        assert (told.about, told.charge_ref) == (About.ATTEMPT, charge)


class RefundListContract(Part):
    """Where a payment lists its refunds."""

    def test_a_payment_lists_all_its_refunds_and_whose_they_are(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ours = back(adapter, paid, 700)
        adapter.refund(ours)
        company.refund_by_hand(page_of(paid), 500)
        told = adapter.query(paid)
        assert sorted((each.amount.minor, each.ref or "", each.told) for each in told.refunds) == [
            (500, "", RefundTold.SUCCEEDED),
            (700, ours.ref, RefundTold.SUCCEEDED),
        ]
        assert (told.told, told.amount) == (Told.SUCCEEDED, paid.amount)

    def test_more_refunds_than_one_page_of_an_answer_are_all_listed(
        self, adapter: PaymentProvider, paid: Ask
    ) -> None:
        refs = {adapter.refund(back(adapter, paid, 10 + part)).ref for part in range(12)}
        assert {each.ref for each in adapter.query(paid).refunds} == refs
        assert len(refs) == 12


class SlowRefundContract(Part):
    """Where a refund takes its time."""

    def test_a_refund_may_fail_later(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        company.refunds_will_fail()
        ask = back(adapter, paid, 700)
        begun = adapter.refund(ask)
        assert begun.told is RefundTold.PENDING
        company.refund_fails(begun.provider_ref)
        ended = adapter.query_refund(replace(ask, provider_ref=begun.provider_ref))
        assert (ended.told, ended.amount) == (RefundTold.FAILED, ask.amount)
        assert ended.reason


class ReturningRefundContract(ReturnedRefundLines):
    """Where a refund that was done may come back."""

    def test_a_refund_that_was_done_may_come_back_and_be_sent_anew(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ask = back(adapter, paid, paid.amount.minor)
        done = adapter.refund(ask)
        company.refund_fails(done.provider_ref)
        seen = adapter.query_refund(replace(ask, provider_ref=done.provider_ref))
        assert (seen.told, seen.provider_ref) == (RefundTold.FAILED, done.provider_ref)
        listed = {each.told for each in adapter.query(paid).refunds}
        assert listed == ({RefundTold.FAILED} if adapter.capabilities().lists_refunds else set())
        assert company.refunded() == 0
        assert adapter.refund(back(adapter, paid, 700)).told is RefundTold.SUCCEEDED

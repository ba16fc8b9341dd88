"""Disputes: how one stands, what it took, our one answer, and how it ends."""

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import NO_ANSWERS, Company, back, heard, page_of
from tests.providers.contract.statements import lines_of
from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    About,
    Ask,
    DisputeTold,
    Evidence,
    Movement,
    PaymentProvider,
    Refused,
    Told,
    Unknown,
)

EVIDENCE = Evidence(
    product="US 30 days · 美国 30 天",
    customer="Mei",
    email="mei@example.com",
    network="203.0.113.7, Firefox on Android",
    delivered_on="2026-11-23",
    usage="3.2 GB until 2026-11-29",
    terms="Version 3, accepted 2026-11-23",
    refund_policy="14 days when unused",
    letters="Receipt on 2026-11-23",
    note="",
)


class DisputeContract(Part):
    """Where a payer's bank may take the money back. Of the adapter's first method it may."""

    @pytest.fixture
    def dispute(self, company: Company, paid: Ask) -> str:
        return company.dispute(page_of(paid))

    def test_a_dispute_says_what_it_is_of_and_what_was_taken(
        self, adapter: PaymentProvider, paid: Ask, dispute: str
    ) -> None:
        told = adapter.query_dispute(dispute)
        assert (told.told, told.provider_ref) == (DisputeTold.NEEDS_RESPONSE, dispute)
        assert (told.charge_ref, told.ref) == (adapter.query(paid).charge_ref, paid.ref)
        assert told.amount == told.withdrawn == paid.amount
        assert (told.fee.currency, told.fee.minor > 0) == ("USD", True)
        assert told.respond_by
        assert told.reason

    def test_a_disputed_payment_says_so_and_is_still_a_payment(
        self, adapter: PaymentProvider, paid: Ask, dispute: str
    ) -> None:
        told = adapter.query(paid)
        assert told.disputed
        assert (told.told, told.amount) == (Told.SUCCEEDED, paid.amount)

    def test_what_is_disputed_is_not_given_back_as_well(
        self, company: Company, adapter: PaymentProvider, paid: Ask, dispute: str
    ) -> None:
        with pytest.raises(Refused):
            adapter.refund(back(adapter, paid, paid.amount.minor))
        assert company.refunded() == 0

    def test_its_notice_leads_to_it(
        self, company: Company, adapter: PaymentProvider, paid: Ask, dispute: str
    ) -> None:
        told = heard(company, adapter, lambda notice: notice.dispute_ref == dispute)
        assert (told.about, told.charge_ref) == (About.DISPUTE, adapter.query(paid).charge_ref)

    @pytest.mark.parametrize(
        ("won", "told", "kept"), [(True, DisputeTold.WON, 0), (False, DisputeTold.LOST, 2690)]
    )
    def test_the_end_says_who_has_the_money(
        self,
        company: Company,
        adapter: PaymentProvider,
        dispute: str,
        won: bool,
        told: DisputeTold,
        kept: int,
    ) -> None:
        company.judge(dispute, won=won)
        ended = adapter.query_dispute(dispute)
        assert (ended.told, ended.withdrawn) == (told, Money(kept, "USD"))

    @pytest.mark.parametrize("won", [True, False])
    def test_what_it_cost_is_what_the_account_lost(
        self, company: Company, adapter: PaymentProvider, paid: Ask, won: bool
    ) -> None:
        before = company.worth()
        dispute = company.dispute(page_of(paid))
        company.judge(dispute, won=won)
        told = adapter.query_dispute(dispute)
        assert before - company.worth() == told.withdrawn.minor + told.fee.minor

    def test_evidence_is_sent_once(self, adapter: PaymentProvider, dispute: str) -> None:
        told = adapter.contest(dispute, EVIDENCE)
        assert told.told is DisputeTold.UNDER_REVIEW
        with pytest.raises(Refused):
            adapter.contest(dispute, EVIDENCE)

    def test_evidence_of_any_length_is_sent(self, adapter: PaymentProvider, dispute: str) -> None:
        long = dict.fromkeys(("product", "network", "usage", "terms", "letters"), "流量 used. " * 4000)
        told = adapter.contest(dispute, _with(**long))
        assert told.told is DisputeTold.UNDER_REVIEW

    @pytest.mark.parametrize("won", [True, False])
    def test_when_it_has_ended_it_is_too_late_for_an_answer(
        self, company: Company, adapter: PaymentProvider, dispute: str, won: bool
    ) -> None:
        company.judge(dispute, won=won)
        with pytest.raises(Refused):
            adapter.contest(dispute, EVIDENCE)
        with pytest.raises(Refused):
            adapter.concede(dispute)

    def test_what_is_conceded_is_lost(self, adapter: PaymentProvider, paid: Ask, dispute: str) -> None:
        told = adapter.concede(dispute)
        assert (told.told, told.withdrawn) == (DisputeTold.LOST, paid.amount)

    def test_a_warning_has_moved_no_money(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        before = company.worth()
        told = adapter.query_dispute(company.warn(page_of(paid)))
        assert (told.told, told.charge_ref, told.ref) == (
            DisputeTold.EARLY_WARNING,
            adapter.query(paid).charge_ref,
            paid.ref,
        )
        assert (told.withdrawn, told.fee) == (Money(0, "USD"), Money(0, "USD"))
        assert company.worth() == before

    def test_the_notice_of_a_warning_leads_to_it(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        warning = company.warn(page_of(paid))
        told = heard(company, adapter, lambda notice: notice.dispute_ref == warning)
        assert told.about is About.DISPUTE

    def test_a_warning_that_is_answered_with_a_refund_is_prevented(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        warning = company.warn(page_of(paid))
        adapter.refund(back(adapter, paid, paid.amount.minor))
        told = adapter.query_dispute(warning)
        assert (told.told, told.withdrawn.minor, told.fee.minor) == (DisputeTold.PREVENTED, 0, 0)

    def test_its_lines_in_the_statement_lead_to_it_and_add_up(
        self, company: Company, adapter: PaymentProvider, paid: Ask, dispute: str
    ) -> None:
        charge = adapter.query(paid).charge_ref
        company.judge(dispute, won=True)
        found = lines_of(company, adapter)
        moved = {line.kind: line for line in found if line.gross.minor and line.about_ref == dispute}
        assert set(moved) == {Movement.DISPUTE, Movement.DISPUTE_REVERSED}
        assert {line.charge_ref for line in moved.values()} == {charge}
        assert sum(line.gross.minor for line in moved.values()) == 0
        assert sum(line.gross.minor - line.fee.minor for line in found) == company.worth()

    @pytest.mark.parametrize("name", ["dp_nobody", "PP-D-27803", "issfr_nobody"])
    def test_a_dispute_it_never_heard_of_is_refused(self, adapter: PaymentProvider, name: str) -> None:
        with pytest.raises(Refused):
            adapter.query_dispute(name)

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_about_a_dispute_is_unknown(
        self, company: Company, adapter: PaymentProvider, dispute: str, how: str
    ) -> None:
        with company.trouble(how, "dispute"), pytest.raises(Unknown):
            adapter.query_dispute(dispute)
        with company.trouble(how, "contest"), pytest.raises(Unknown):
            adapter.contest(dispute, EVIDENCE)
        assert adapter.query_dispute(dispute).withdrawn.minor == 2690


def _with(**parts: str) -> Evidence:
    return Evidence(**{name: parts.get(name, getattr(EVIDENCE, name)) for name in Evidence.__slots__})

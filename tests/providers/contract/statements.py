"""The statement of a day: every movement once, named as we know it, and nothing left out."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import Company, back, page_of, paid_of
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Ask, Movement, PaymentProvider, StatementLine, Unknown


def lines_of(company: Company, adapter: PaymentProvider) -> list[StatementLine]:
    """All of today. Midnight may have passed meanwhile."""
    today = datetime.now(UTC).date()
    company.days_end()
    return [line for day in (today - timedelta(days=1), today) for line in adapter.statement(day)]


class Statements(Part):
    def test_a_payment_and_its_refund_are_listed_as_we_know_them(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        told, ask = adapter.query(paid), back(adapter, paid, 700)
        refund = adapter.refund(ask)
        payment, gone = sorted(lines_of(company, adapter), key=lambda line: line.kind)
        assert (payment.kind, payment.gross) == (Movement.PAYMENT, paid.amount)
        assert payment.fee.minor > 0
        assert told.fee in {payment.fee, None}
        assert (payment.ref, payment.about_ref) == (paid.ref, told.charge_ref)
        assert (gone.kind, gone.gross, gone.fee.minor) == (
            Movement.REFUND,
            Money(-700, paid.amount.currency),
            0,
        )
        assert (gone.ref, gone.about_ref) == (ask.ref, refund.provider_ref)
        assert gone.charge_ref == told.charge_ref

    def test_each_line_has_a_name_of_its_own_and_its_moment(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        paid_of(company, adapter)
        adapter.refund(back(adapter, paid, 700))
        found = lines_of(company, adapter)
        assert len({line.provider_ref for line in found}) == len(found) == 3
        assert all(abs(line.happened_at - datetime.now(UTC)) < timedelta(minutes=5) for line in found)

    def test_all_lines_together_are_what_the_account_grew_by(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        company.refund_by_hand(page_of(paid), 500)
        first = adapter.refund(back(adapter, paid, 700))
        if adapter.capabilities().refunds_come_back:
            company.refund_fails(first.provider_ref)
        adapter.refund(back(adapter, paid, 300))
        found = lines_of(company, adapter)
        assert sum(line.gross.minor - line.fee.minor for line in found) == company.worth()
        assert {line.gross.currency for line in found} == {paid.amount.currency}

    def test_another_day_is_another_statement(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        assert lines_of(company, adapter)
        assert list(adapter.statement(datetime.now(UTC).date() - timedelta(days=30))) == []

    @pytest.mark.parametrize("how", ["timeout_before", "error_500", "malformed"])
    def test_no_answer_is_unknown(
        self, company: Company, adapter: PaymentProvider, paid: Ask, how: str
    ) -> None:
        company.days_end()
        with company.trouble(how, "statement"), pytest.raises(Unknown):
            list(adapter.statement(datetime.now(UTC).date() - timedelta(days=1)))


class ReturnedRefundLines(Part):
    """Part of `ReturningRefundContract`."""

    def test_a_refund_that_came_back_is_listed_both_ways(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        refund = adapter.refund(back(adapter, paid, 700))
        company.refund_fails(refund.provider_ref)
        found = {line.kind: line for line in lines_of(company, adapter)}
        assert found[Movement.REFUND].gross == Money(-700, paid.amount.currency)
        assert found[Movement.REFUND_FAILED].gross == Money(700, paid.amount.currency)
        assert found[Movement.REFUND_FAILED].about_ref == refund.provider_ref

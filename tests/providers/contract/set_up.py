"""Our side of the wire is set up wrongly, or offers what makes no sense."""

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import Company, asked_of, page_of
from yuanyou.payments.port import Action, Ask, Misconfigured, PaymentProvider, RefundAsk


class SetUp(Part):
    def test_right_keys_open_our_account(self, adapter: PaymentProvider) -> None:
        adapter.verify()

    def test_wrong_keys_are_our_mistake_and_settle_nothing(self, company: Company, paid: Ask) -> None:
        wrong = company.adapter(right_keys=False)
        refund = RefundAsk(
            ref="ref_1", idempotency_key="ref_1", amount=paid.amount, charge_ref="ch", provider_ref=None
        )
        for act in (
            wrong.verify,
            lambda: wrong.create(asked_of(wrong)),
            lambda: wrong.query(paid),
            lambda: wrong.query(asked_of(wrong)),
            lambda: wrong.close(paid),
            lambda: wrong.refund(refund),
            lambda: wrong.query_refund(refund),
            lambda: wrong.query_dispute(page_of(paid)),
            lambda: list(wrong.statement(paid.expires_at.date())),
        ):
            with pytest.raises(Misconfigured):
                act()

    def test_what_it_offers_can_be_offered(self, adapter: PaymentProvider) -> None:
        methods = adapter.capabilities().methods
        assert len({method.code for method in methods}) == len(methods) > 0
        for method in methods:
            assert method.currencies
            assert method.refund_window.days > 0
            assert set(method.minimum) | set(method.maximum) <= method.currencies
            assert all(method.minimum.get(code, 1) < most for code, most in method.maximum.items())
            assert method.places
            assert set(method.actions) <= set(Action)

    def test_its_hosts_are_hosts(self, adapter: PaymentProvider) -> None:
        hosts = adapter.capabilities().pay_hosts
        assert hosts
        assert all("/" not in host and "*" not in host for host in hosts)

"""What every part of the contract starts from."""

import pytest

from tests.providers.contract.company import Company, asked_of, page_of, sent
from yuanyou.payments.port import Ask, PaymentProvider


class Part:
    """Inherit with a fixture `company`."""

    @pytest.fixture
    def adapter(self, company: Company) -> PaymentProvider:
        return company.adapter()

    @pytest.fixture
    def shown(self, adapter: PaymentProvider) -> Ask:
        """An attempt whose pay page is open."""
        return sent(adapter, asked_of(adapter))

    @pytest.fixture
    def paid(self, company: Company, shown: Ask) -> Ask:
        company.pay(page_of(shown))
        return shown

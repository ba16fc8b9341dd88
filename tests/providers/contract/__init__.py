"""What every payment adapter must do, whoever the company is: one suite, unchanged for all of them.

An adapter's own test names a `Company` and inherits the parts that its capabilities call for;
`PaymentContract` fails when one is missing. Nothing here knows a company.
"""

from tests.providers.contract.company import Company, Sent, asked
from tests.providers.contract.disputes import DisputeContract
from tests.providers.contract.keeping import KeepingContract
from tests.providers.contract.notices import Notices
from tests.providers.contract.paying import Closing, Creating, Querying
from tests.providers.contract.refunds import Refunding
from tests.providers.contract.set_up import SetUp
from tests.providers.contract.statements import Statements
from yuanyou.payments.port import PaymentProvider

__all__ = ["Company", "DisputeContract", "KeepingContract", "PaymentContract", "Sent", "asked"]


class PaymentContract(Creating, Querying, Closing, Refunding, Notices, Statements, SetUp):
    """For every adapter. `KeepingContract` and `DisputeContract` as its methods can do."""

    def test_it_is_held_to_all_that_it_says_it_can_do(self, adapter: PaymentProvider) -> None:
        methods = adapter.capabilities().methods
        assert isinstance(self, KeepingContract) is any(method.saves for method in methods)
        assert isinstance(self, DisputeContract) is any(method.disputes for method in methods)

"""What every payment adapter must do, whoever the company is: one suite, unchanged for all of them.

An adapter's own test names a `Company` and inherits the parts that its capabilities call for;
`PaymentContract` fails when one is missing. Nothing here knows a company.
"""

from tests.providers.contract.company import Company, Sent, asked
from tests.providers.contract.disputes import DisputeContract
from tests.providers.contract.keeping import KeepingContract
from tests.providers.contract.notices import Notices
from tests.providers.contract.paying import Closing, Creating, DelayContract, Querying
from tests.providers.contract.refunds import (
    Refunding,
    RefundListContract,
    ReturningRefundContract,
    SlowRefundContract,
)
from tests.providers.contract.set_up import SetUp
from tests.providers.contract.statements import Statements
from yuanyou.payments.port import PaymentProvider

__all__ = [
    "Company",
    "DelayContract",
    "DisputeContract",
    "KeepingContract",
    "PaymentContract",
    "RefundListContract",
    "ReturningRefundContract",
    "Sent",
    "SlowRefundContract",
    "asked",
]


class PaymentContract(Creating, Querying, Closing, Refunding, Notices, Statements, SetUp):
    """For every adapter. The other parts as its capabilities call for them."""

    def test_it_is_held_to_all_that_it_says_it_can_do(self, adapter: PaymentProvider) -> None:
        can = adapter.capabilities()
        assert isinstance(self, KeepingContract) is any(method.saves for method in can.methods)
        assert isinstance(self, DisputeContract) is any(method.disputes for method in can.methods)
        assert isinstance(self, DelayContract) is any(method.delayed for method in can.methods)
        assert isinstance(self, RefundListContract) is can.lists_refunds
        assert isinstance(self, SlowRefundContract) is not can.refunds_at_once
        assert isinstance(self, ReturningRefundContract) is can.refunds_come_back

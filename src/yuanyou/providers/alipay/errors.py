"""What Alipay's answers mean for us. Only an explicit, signed no is a no; all else is unknown.

Source: opendocs.alipay.com (gateway codes; the list of business codes on each method's page).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from yuanyou.payments.port import Declined, Misconfigured, ProviderTrouble, Refused, Unknown, Why

BUSINESS = "40004"
OUR_REQUEST = frozenset({"20001", "40001", "40002", "40003", "40006"})
"""Refused at the gateway: signature, app, rights, form. Nothing was done, and staff must act."""
NO_TRADE, NO_BILL = "ACQ.TRADE_NOT_EXIST", "isp.bill_not_exist"

WHY = {
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": Why.INSUFFICIENT_FUNDS,
    "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": Why.INSUFFICIENT_FUNDS,
    "ACQ.BEYOND_PAY_RESTRICTION": Why.LIMIT_EXCEEDED,
    "ACQ.BEYOND_PER_RECEIPT_RESTRICTION": Why.LIMIT_EXCEEDED,
    "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": Why.LIMIT_EXCEEDED,
    "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": Why.LIMIT_EXCEEDED,
    "ACQ.TOTAL_FEE_EXCEED": Why.LIMIT_EXCEEDED,
    "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE": Why.DECLINED,
    "ACQ.PAYMENT_FAIL": Why.DECLINED,
    "ACQ.PAYMENT_AUTH_CODE_INVALID": Why.WRONG_DETAILS,
    "ACQ.TRADE_BUYER_NOT_MATCH": Why.WRONG_DETAILS,
    "ACQ.BUYER_SELLER_EQUAL": Why.NOT_SUPPORTED,
    "ACQ.ERROR_BALANCE_PAYMENT_DISABLE": Why.NOT_SUPPORTED,
    "ACQ.MOBILE_PAYMENT_SWITCH_OFF": Why.NOT_SUPPORTED,
    "ACQ.BUYER_ENABLE_STATUS_FORBID": Why.SUSPECTED,
    "ACQ.PAYMENT_REQUEST_HAS_RISK": Why.SUSPECTED,
    "ACQ.PULL_MOBILE_CASHIER_FAIL": Why.TRY_AGAIN,
}
"""The payer's side said no."""
OURS = frozenset(
    {
        "ACQ.ACCESS_FORBIDDEN",
        "ACQ.PARTNER_ERROR",
        "ACQ.SELLER_BALANCE_NOT_ENOUGH",
        "ACQ.SELLER_BEEN_BLOCKED",
        "ACQ.NOT_CERTIFIED_USER",
    }
)
"""Our account is not set up for it, or empty: staff must act, and then it can be tried again."""
IN_BETWEEN = frozenset(
    {
        "ACQ.SYSTEM_ERROR",
        "AQC.SYSTEM_ERROR",
        "ACQ.CONTEXT_INCONSISTENT",
        "ACQ.DISCORDANT_REPEAT_REQUEST",
        "ACQ.TRADE_HAS_SUCCESS",
    }
)
"""Something else was done under the same number, or may have been: only asking tells what."""


@dataclass(eq=False)
class Problem(Exception):
    """Alipay's answer that it did not do it."""

    code: str
    sub_code: str
    detail: str = ""

    def trouble(self) -> ProviderTrouble:
        """The same in the port's words."""
        said = f"{self.sub_code} {self.detail}".strip()
        if self.code in OUR_REQUEST or self.sub_code in OURS:
            return Misconfigured("alipay_set_up", said)
        if self.code != BUSINESS or self.sub_code in IN_BETWEEN or self.sub_code.startswith("isp."):
            return Unknown(self.sub_code.lower() or self.code, self.detail)
        if self.sub_code in WHY:
            return Declined(WHY[self.sub_code], said)
        return Refused(self.sub_code.removeprefix("ACQ.").lower(), self.detail)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Refused, Declined, Misconfigured or Unknown instead of Alipay's, the SDK's and the network's."""
    try:
        yield
    except Problem as problem:
        raise problem.trouble() from problem
    except httpx.HTTPError as error:
        raise Unknown(type(error).__name__, str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unknown("unreadable_answer", repr(error)) from error

"""What WeChat Pay's errors mean for us. Only an explicit no is a no; all else is unknown.

Source: pay.weixin.qq.com/doc/v3/merchant/4012081606 and the tables of codes below each interface.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from yuanyou.payments.port import Declined, Misconfigured, ProviderTrouble, Refused, Unknown, Why

UNAUTHORIZED, BUSY, BROKEN = 401, 429, 500
ORDER_MISSING, RESOURCE_MISSING = "ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"
MISSING = frozenset({ORDER_MISSING, "ORDERNOTEXIST", RESOURCE_MISSING})
PAID = frozenset({"ORDERPAID", "ORDER_PAID"})
CLOSED = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})
OURS = frozenset(
    {
        *("SIGN_ERROR", "MCH_NOT_EXISTS", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "APPID_NOT_EXIST"),
        *("NO_AUTH", "NOAUTH", "ACCOUNT_ERROR"),
    }
)
"""Our account is not set up for it: staff must act, and then it can be tried again."""
IN_BETWEEN = frozenset(
    {
        *PAID,
        *("OUT_TRADE_NO_USED", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"),
        *("USERPAYING", "SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR"),
    }
)
"""Something else is under way or was done under the same number, or it is too early: ask again."""
WHY = {
    "AUTH_CODE_INVALID": Why.TRY_AGAIN,
    "AUTH_CODE_ERROR": Why.TRY_AGAIN,
    "AUTH_CODE_EXPIRED": Why.TRY_AGAIN,
    "AUTHCODEEXPIRE": Why.TRY_AGAIN,
    "NOTENOUGH": Why.INSUFFICIENT_FUNDS,
    "NOT_ENOUGH": Why.INSUFFICIENT_FUNDS,
    "RULE_LIMIT": Why.LIMIT_EXCEEDED,
    "TRADE_ERROR": Why.DECLINED,
}
"""The payer's side said no."""
MISMATCH = ("不一致", "重复")
"""In the words of INVALID_REQUEST: the number was used for something else. Only asking tells for what."""
REASONS = {
    "次数": "too_many_refunds",
    "期限": "too_late_to_refund",
    "可退金额": "more_than_is_left",
}
"""In the words of INVALID_REQUEST: why a refund is refused. There is no code for it."""


class NotWeChat(Exception):
    """An answer that WeChat did not sign."""


@dataclass(eq=False)
class Problem(Exception):
    """WeChat's explicit no: HTTP status, `code`, `message`."""

    status: int
    code: str
    message: str = ""

    def trouble(self, *, of_refund: bool = False) -> ProviderTrouble:
        """The same in the port's words. Not enough money is the payer's, at a refund it is ours."""
        if self.status == UNAUTHORIZED or self.code in OURS:
            return Misconfigured(self.code.lower(), self.message)
        if self.status == BUSY or self.code in IN_BETWEEN:
            return Unknown(self.code.lower(), self.message)
        if of_refund and self.code in {"NOT_ENOUGH", "NOTENOUGH"}:
            return Misconfigured("no_funds_for_refund", self.message)
        if self.code in WHY and not of_refund:
            return Declined(WHY[self.code], self.code)
        if self.code == "INVALID_REQUEST":
            return self._invalid()
        return Refused(self.code.lower(), self.message)

    def _invalid(self) -> ProviderTrouble:
        if any(word in self.message for word in MISMATCH):
            return Unknown("idempotency_mismatch", self.message)
        reason = next((code for word, code in REASONS.items() if word in self.message), "invalid_request")
        return Refused(reason, self.message)


@contextmanager
def translated(*, of_refund: bool = False) -> Iterator[None]:
    """Raise Refused, Declined, Misconfigured or Unknown instead of WeChat's and the network's."""
    try:
        yield
    except Problem as problem:
        raise problem.trouble(of_refund=of_refund) from problem
    except NotWeChat as error:
        raise Unknown("not_signed_by_wechat", str(error)) from error
    except requests.RequestException as error:
        raise Unknown(type(error).__name__, str(error)) from error
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise Unknown("unreadable_answer", repr(error)) from error

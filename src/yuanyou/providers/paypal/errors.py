"""What PayPal's errors mean for us. Only an explicit no is a no; all else is unknown.

Source: PayPal's OpenAPI documents (checkout_orders_v2, payments_payment_v2: the lists of 422 issues) and
developer.paypal.com/api/rest/responses.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException

from yuanyou.payments.port import Declined, Misconfigured, ProviderTrouble, Refused, Unknown, Why

FORBIDDEN, MISSING, CONFLICT, BUSY, BROKEN = 403, 404, 409, 429, 500

WHY = {
    "INSTRUMENT_DECLINED": Why.DECLINED,
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": Why.DECLINED,
    "TRANSACTION_REFUSED": Why.DECLINED,
    "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR": Why.DECLINED,
    "PAYER_ACCOUNT_RESTRICTED": Why.DECLINED,
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": Why.DECLINED,
    "DECLINED_DUE_TO_RELATED_TXN": Why.DECLINED,
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": Why.DECLINED,
    "COMPLIANCE_VIOLATION": Why.SUSPECTED,
    "PAYEE_BLOCKED_TRANSACTION": Why.SUSPECTED,
    "TRANSACTION_BLOCKED_BY_PAYEE": Why.SUSPECTED,
    "TRANSACTION_LIMIT_EXCEEDED": Why.LIMIT_EXCEEDED,
    "MAX_VALUE_EXCEEDED": Why.LIMIT_EXCEEDED,
    "PAYER_CANNOT_PAY": Why.NOT_SUPPORTED,
    "DOMESTIC_TRANSACTION_REQUIRED": Why.NOT_SUPPORTED,
    "CURRENCY_NOT_SUPPORTED": Why.NOT_SUPPORTED,
    "CARD_BRAND_NOT_SUPPORTED": Why.NOT_SUPPORTED,
    "CARD_EXPIRED": Why.EXPIRED,
    "REFERENCED_CARD_EXPIRED": Why.EXPIRED,
    "TOKEN_EXPIRED": Why.EXPIRED,
    "TOKEN_ID_NOT_FOUND": Why.WRONG_DETAILS,
    "AGREEMENT_ALREADY_CANCELLED": Why.WRONG_DETAILS,
    "BILLING_AGREEMENT_NOT_FOUND": Why.WRONG_DETAILS,
    "PAYMENT_SOURCE_CANNOT_BE_USED": Why.WRONG_DETAILS,
    "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED": Why.WRONG_DETAILS,
    "PAYER_ACTION_REQUIRED": Why.AUTHENTICATION_REQUIRED,
}
"""The payer's side said no."""
PROCESSOR_WHY = {
    "5120": Why.INSUFFICIENT_FUNDS,
    "5110": Why.WRONG_DETAILS,
    "1330": Why.WRONG_DETAILS,
    "5180": Why.WRONG_DETAILS,
    "5400": Why.EXPIRED,
    "9500": Why.SUSPECTED,
    "9520": Why.SUSPECTED,
}
"""What the payer's bank said behind PayPal (`processor_response.response_code`)."""
OURS = frozenset(
    {
        "PAYEE_ACCOUNT_INVALID",
        "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYEE_ACCOUNT_RESTRICTED",
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
        "PERMISSION_DENIED",
        "NOT_AUTHORIZED",
        "NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE",
        "AUTH_CAPTURE_NOT_ENABLED",
        "REFUND_FAILED_INSUFFICIENT_FUNDS",
    }
)
"""Our account is not set up for it, or empty: staff must act, and then it can be tried again."""
IN_BETWEEN = frozenset(
    {
        "PREVIOUS_REQUEST_IN_PROGRESS",
        "ORDER_COMPLETION_IN_PROGRESS",
        "DUPLICATE_REQUEST_ID",
        "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
        "DUPLICATE_INVOICE_ID",
        "PENDING_CAPTURE",
    }
)
"""Something else is under way or was done under the same name: only asking tells what."""


@dataclass(eq=False)
class Problem(Exception):
    """PayPal's explicit no: an answer in its own form, with the first issue it names."""

    status: int
    issue: str
    detail: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """rel -> address"""

    def trouble(self) -> ProviderTrouble:
        """The same in the port's words."""
        if self.status in {CONFLICT, BUSY} or self.issue in IN_BETWEEN:
            return Unknown(self.issue.lower(), self.detail)
        if self.status == FORBIDDEN or self.issue in OURS:
            return Misconfigured(self.issue.lower(), self.detail)
        if self.issue in WHY:
            return Declined(WHY[self.issue], self.issue)
        return Refused(self.issue.lower(), self.detail)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Refused, Declined, Misconfigured or Unknown instead of PayPal's, the SDK's and the network's."""
    try:
        yield
    except Problem as problem:
        raise problem.trouble() from problem
    except requests.RequestException as error:
        raise Unknown(type(error).__name__, str(error)) from error
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise Unknown("unreadable_answer", repr(error)) from error


def understood(error: ApiException) -> Exception:
    """What an answer that is no success says: a Problem when it is in PayPal's form, else Unknown."""
    status, text = int(error.response_code), str(error.response.text)
    if isinstance(error, OAuthProviderException):
        return Misconfigured("paypal_keys", "client id or secret is wrong")
    if status >= BROKEN:
        return Unknown(f"http_{status}", text[:200])
    try:
        said = json.loads(text)
        details = said.get("details") or [{}]
        issue = details[0].get("issue") or said["name"]
        links = [*said.get("links", ()), *details[0].get("links", ())]
        return Problem(status, str(issue), str(said.get("message", "")), _by_rel(links))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Unknown(f"http_{status}", text[:200])


def _by_rel(links: list[dict[str, Any]]) -> dict[str, str]:
    return {str(link.get("rel")): str(link.get("href")) for link in links}

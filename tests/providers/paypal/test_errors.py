"""Only PayPal's explicit no is a no: a decline, a mistake of ours, or an answer that says nothing."""

import json
from dataclasses import dataclass

import pytest
import requests
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException

from yuanyou.payments.port import Declined, Misconfigured, ProviderTrouble, Refused, Unknown, Why
from yuanyou.providers.paypal.errors import Problem, translated, understood


@dataclass
class Answer:
    status_code: int
    text: str


def said(status: int, issue: str | None, name: str = "UNPROCESSABLE_ENTITY") -> ErrorException:
    body = {"name": name, "message": "No.", "links": [{"rel": "information_link", "href": "https://x"}]}
    details = {"details": [{"issue": issue, "description": "why"}]} if issue else {}
    return ErrorException("no", Answer(status, json.dumps(body | details)))


def trouble(error: Exception) -> ProviderTrouble:
    with pytest.raises(ProviderTrouble) as caught, translated():
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("issue", "why"),
    [
        ("INSTRUMENT_DECLINED", Why.DECLINED),
        ("TRANSACTION_REFUSED", Why.DECLINED),
        ("TRANSACTION_LIMIT_EXCEEDED", Why.LIMIT_EXCEEDED),
        ("PAYER_CANNOT_PAY", Why.NOT_SUPPORTED),
        ("CURRENCY_NOT_SUPPORTED", Why.NOT_SUPPORTED),
        ("COMPLIANCE_VIOLATION", Why.SUSPECTED),
        ("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", Why.DECLINED),
        ("AGREEMENT_ALREADY_CANCELLED", Why.WRONG_DETAILS),
        ("PAYER_ACTION_REQUIRED", Why.AUTHENTICATION_REQUIRED),
    ],
)
def test_a_decline_says_why_in_our_words(issue: str, why: Why) -> None:
    no = trouble(understood(said(422, issue)))
    assert isinstance(no, Declined)
    assert no.reason == why


@pytest.mark.parametrize(
    "issue",
    ["DECIMALS_NOT_SUPPORTED", "DECIMAL_PRECISION", "REFUND_AMOUNT_EXCEEDED", "CAPTURE_FULLY_REFUNDED"],
)
def test_a_refusal_is_nobodys_decline(issue: str) -> None:
    no = trouble(understood(said(422, issue)))
    assert type(no) is Refused
    assert no.reason == issue.lower()


@pytest.mark.parametrize(
    "error",
    [
        said(422, "PAYEE_ACCOUNT_RESTRICTED"),
        said(422, "REFUND_FAILED_INSUFFICIENT_FUNDS"),
        said(403, "PERMISSION_DENIED", "NOT_AUTHORIZED"),
        said(403, None, "NOT_AUTHORIZED"),
        OAuthProviderException("no", Answer(401, '{"error": "invalid_client"}')),
    ],
)
def test_what_staff_must_put_right_is_not_taken_for_a_refusal(error: ApiException) -> None:
    assert isinstance(trouble(understood(error)), Misconfigured)


@pytest.mark.parametrize(
    "error",
    [
        said(422, "DUPLICATE_INVOICE_ID"),
        said(422, "PENDING_CAPTURE"),
        said(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"),
        said(409, "PREVIOUS_REQUEST_IN_PROGRESS", "RESOURCE_CONFLICT"),
        said(429, None, "RATE_LIMIT_REACHED"),
        said(500, None, "INTERNAL_SERVER_ERROR"),
        ApiException("no", Answer(503, "busy")),
        ApiException("no", Answer(400, "<html>a proxy</html>")),
        ApiException("no", Answer(422, "{}")),
        ApiException("no", Answer(404, "null")),
        ApiException("no", Answer(403, "[]")),
    ],
)
def test_what_is_no_clear_answer_is_unknown(error: ApiException) -> None:
    assert type(trouble(understood(error))) is Unknown


@pytest.mark.parametrize(
    "error",
    [requests.Timeout(), requests.ConnectionError(), ValueError("no JSON"), KeyError("id"), TypeError()],
)
def test_no_answer_and_one_that_cannot_be_read_are_unknown(error: Exception) -> None:
    assert type(trouble(error)) is Unknown


def test_where_the_payer_goes_on_is_kept() -> None:
    body = {
        "name": "UNPROCESSABLE_ENTITY",
        "details": [{"issue": "INSTRUMENT_DECLINED"}],
        "links": [{"rel": "redirect", "href": "https://www.paypal.com/checkoutnow?token=1"}],
    }
    problem = understood(ErrorException("no", Answer(422, json.dumps(body))))
    assert isinstance(problem, Problem)
    assert problem.links["redirect"] == "https://www.paypal.com/checkoutnow?token=1"

"""What a proved notice tells us to go and ask about."""

import json

import pytest

from yuanyou.payments.port import About, BadNotice, Notice
from yuanyou.providers.paypal.events import notice_of

HOST = "https://api-m.paypal.com"
CAPTURE = {
    "id": "2GG279541U471931P",
    "custom_id": "att_1",
    "invoice_id": "att_1",
    "status": "COMPLETED",
    "supplementary_data": {"related_ids": {"order_id": "5O190127TN364715T"}},
    "links": [{"rel": "up", "href": f"{HOST}/v2/checkout/orders/5O190127TN364715T"}],
}
REFUND = {
    "id": "1JU08902781691411",
    "custom_id": "att_1",
    "status": "COMPLETED",
    "links": [
        {"rel": "self", "href": f"{HOST}/v2/payments/refunds/1JU08902781691411"},
        {"rel": "up", "href": f"{HOST}/v2/payments/captures/2GG279541U471931P"},
    ],
}
DISPUTE = {
    "dispute_id": "PP-D-4012",
    "disputed_transactions": [{"seller_transaction_id": "2GG279541U471931P", "custom": "att_1"}],
}


def told(kind: str, resource: object) -> Notice:
    return notice_of(json.dumps({"id": "WH-1", "event_type": kind, "resource": resource}).encode())


def test_an_approval_is_about_its_order() -> None:
    resource = {"id": "5O190127TN364715T", "purchase_units": [{"custom_id": "att_1"}]}
    assert told("CHECKOUT.ORDER.APPROVED", resource) == Notice(
        "WH-1", "CHECKOUT.ORDER.APPROVED", "5O190127TN364715T", "att_1"
    )


def test_an_order_that_we_closed_is_still_ours() -> None:
    resource = {"id": "5O190127TN364715T", "purchase_units": [{"custom_id": "att_1,closed"}]}
    assert told("CHECKOUT.ORDER.APPROVED", resource).ref == "att_1"


@pytest.mark.parametrize("what", ["COMPLETED", "PENDING", "DENIED", "DECLINED"])
def test_a_capture_is_about_its_attempt(what: str) -> None:
    notice = told(f"PAYMENT.CAPTURE.{what}", CAPTURE)
    assert (notice.about, notice.provider_ref, notice.ref, notice.charge_ref) == (
        About.ATTEMPT,
        "5O190127TN364715T",
        "att_1",
        "2GG279541U471931P",
    )


@pytest.mark.parametrize("kind", ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.FAILED"])
def test_a_refund_is_about_the_payment_that_it_gives_back(kind: str) -> None:
    notice = told(kind, REFUND)
    assert (notice.provider_ref, notice.ref, notice.charge_ref) == (None, "att_1", "2GG279541U471931P")


def test_a_reversal_is_found_by_its_capture_alone() -> None:
    resource = {name: value for name, value in REFUND.items() if name != "custom_id"}
    notice = told("PAYMENT.CAPTURE.REVERSED", resource)
    assert (notice.ref, notice.charge_ref) == (None, "2GG279541U471931P")


def test_an_approval_taken_back_is_about_its_order() -> None:
    assert told("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": "5O1"}).provider_ref == "5O1"


@pytest.mark.parametrize("what", ["CREATED", "UPDATED", "RESOLVED"])
def test_a_dispute_is_about_itself(what: str) -> None:
    notice = told(f"CUSTOMER.DISPUTE.{what}", DISPUTE)
    assert (notice.about, notice.dispute_ref) == (About.DISPUTE, "PP-D-4012")
    assert (notice.charge_ref, notice.ref, notice.provider_ref) == ("2GG279541U471931P", "att_1", None)


@pytest.mark.parametrize("kind", ["VAULT.PAYMENT-TOKEN.DELETED", "SOMETHING.NEW", "X"])
def test_what_asks_no_question_is_kept_all_the_same(kind: str) -> None:
    assert told(kind, {"id": "1"}).about is About.NOTHING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"text"',
        b"\xff",
        b'{"id": "WH-1", "event_type": "X"}',
        b'{"id": "WH-1", "event_type": "CHECKOUT.ORDER.APPROVED", "resource": {}}',
        b'{"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": []}',
        b'{"id": "WH-1", "event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {"disputed_transactions": 1}}',
    ],
)
def test_what_is_not_understood_is_a_bad_notice(body: bytes) -> None:
    with pytest.raises(BadNotice):
        notice_of(body)

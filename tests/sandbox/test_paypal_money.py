"""PayPal's captures that wait or fail, refunds in parts, and the account that must add up."""

from typing import Any

import pytest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox.paypal_shop import Wire, capture_of, issue_of
from tests.sandbox.shop import Receiver, eventually
from yuanyou_sandbox.testing import RunningSandbox

DAY = 86_400
CAPTURES, REFUNDS = "/v2/payments/captures", "/v2/payments/refunds"


def _refund(wire: Wire, capture: Any, value: str | None = None, **more: Any) -> tuple[int, Any]:
    amount = {"amount": {"currency_code": "USD", "value": value}} if value else {}
    key = more.pop("key", None)
    return wire.post(f"{CAPTURES}/{capture['id']}/refund", amount | more, key=key)


def _status(wire: Wire, capture: Any) -> str:
    return str(wire.get(f"{CAPTURES}/{capture['id']}")[1]["status"])


def test_an_echeck_is_pending_for_days_and_then_pays(wire: Wire, sandbox: RunningSandbox) -> None:
    told = wire.captured("echeck")
    capture = capture_of(told)
    assert (told["status"], capture["status"]) == ("COMPLETED", "PENDING")
    assert capture["status_details"] == {"reason": "ECHECK"}
    assert "seller_receivable_breakdown" not in capture
    assert sandbox.control("paypal/account", method="GET") == {}
    wire.wait(4 * DAY)
    assert _status(wire, capture) == "COMPLETED"
    assert sandbox.control("paypal/account", method="GET")["USD"]["gross"] == 1200


def test_an_echeck_that_bounces_is_declined_and_no_money(wire: Wire, sandbox: RunningSandbox) -> None:
    capture = capture_of(wire.captured("echeck_bounces"))
    wire.wait(4 * DAY)
    assert _status(wire, capture) == "DECLINED"
    assert sandbox.control("paypal/account", method="GET") == {}


@pytest.mark.parametrize(("outcome", "status"), [("completed", "COMPLETED"), ("denied", "DECLINED")])
def test_a_pending_capture_is_decided_by_hand(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, outcome: str, status: str
) -> None:
    told = wire.captured("echeck")
    sandbox.control(f"paypal/payments/{told['id']}/settle", {"outcome": outcome})
    assert _status(wire, capture_of(told)) == status
    eventually(lambda: shop.of(f"PAYMENT.CAPTURE.{outcome.upper()}"))


@pytest.mark.parametrize(
    ("fault", "status", "notice"),
    [
        ("declined", "DECLINED", "DECLINED"),
        ("failed", "FAILED", "DECLINED"),
        ("pending", "PENDING", "PENDING"),
    ],
)
def test_a_completed_order_is_not_always_money(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, fault: str, status: str, notice: str
) -> None:
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": "orders.capture"})
    told = wire.captured()
    assert (told["status"], capture_of(told)["status"]) == ("COMPLETED", status)
    assert sandbox.control("paypal/account", method="GET") == {}
    eventually(lambda: shop.of(f"PAYMENT.CAPTURE.{notice}"))


def test_pending_then_denied_can_be_ordered(wire: Wire, sandbox: RunningSandbox) -> None:
    fault = {"company": "paypal", "fault": "pending_then_denied", "on": "orders.capture"}
    sandbox.control("faults", fault)
    capture = capture_of(wire.captured())
    assert capture["status_details"] == {"reason": "PENDING_REVIEW"}
    wire.wait(DAY)
    assert _status(wire, capture) == "DECLINED"


def test_the_sdk_refunds_a_part_and_looks_it_up(sdk: PaypalServersdkClient, wire: Wire) -> None:
    capture = capture_of(wire.captured(unit={"invoice_id": "inv-1"}))
    amount = {"currency_code": "USD", "value": "2.00"}
    wanted = {"amount": amount, "invoice_id": "r-1", "note_to_payer": "退款"}
    asked = {
        "capture_id": capture["id"],
        "paypal_request_id": "ref_1",
        "prefer": "return=representation",
        "body": RefundRequest.from_dictionary(wanted),
    }
    made = sdk.payments.refund_captured_payment(asked).body
    assert (made.status, made.amount.value, made.note_to_payer) == ("COMPLETED", "2.00", "退款")
    assert made.seller_payable_breakdown.total_refunded_amount.value == "2.00"
    assert sdk.payments.get_refund({"refund_id": made.id}).body.invoice_id == "r-1"
    known = sdk.payments.get_captured_payment({"capture_id": capture["id"]}).body
    assert known.status == "PARTIALLY_REFUNDED"


def test_refund_notices_carry_the_total_of_all_refunds(wire: Wire, shop: Receiver) -> None:
    capture = capture_of(wire.captured())
    for value in ("2.00", "3.00"):
        _refund(wire, capture, value)
    notices = eventually(lambda: len(shop.of("PAYMENT.CAPTURE.REFUNDED")) == 2 and shop.received)
    told = {
        each.event["resource"]["amount"]["value"]: each.event["resource"]["seller_payable_breakdown"]
        for each in notices
        if each.type == "PAYMENT.CAPTURE.REFUNDED"
    }
    assert told["2.00"]["total_refunded_amount"]["value"] == "2.00"
    assert told["3.00"]["total_refunded_amount"]["value"] == "5.00"


def test_refunds_never_exceed_the_capture(wire: Wire, sandbox: RunningSandbox) -> None:
    capture = capture_of(wire.captured())
    assert _refund(wire, capture, "7.00")[0] == 201
    assert issue_of(_refund(wire, capture, "7.00")[1]) == "REFUND_AMOUNT_EXCEEDED"
    rest = _refund(wire, capture)[1]
    assert (rest["amount"]["value"], _status(wire, capture)) == ("5.00", "REFUNDED")
    assert issue_of(_refund(wire, capture)[1]) == "CAPTURE_FULLY_REFUNDED"
    money = sandbox.control("paypal/account", method="GET")["USD"]
    assert (money["gross"], money["refunds"], money["net"]) == (1200, 1200, -money["fees"])


def test_refunds_in_another_currency_of_pending_and_of_lost_money_are_refused(
    wire: Wire, sandbox: RunningSandbox
) -> None:
    capture = capture_of(wire.captured())
    amount = {"amount": {"currency_code": "EUR", "value": "1.00"}}
    refused = wire.post(f"{CAPTURES}/{capture['id']}/refund", amount)
    assert issue_of(refused[1]) == "REFUND_CAPTURE_CURRENCY_MISMATCH"
    pending = wire.captured("echeck")
    assert issue_of(_refund(wire, capture_of(pending))[1]) == "PENDING_CAPTURE"
    sandbox.control(f"paypal/payments/{pending['id']}/settle", {"outcome": "denied"})
    assert issue_of(_refund(wire, capture_of(pending))[1]) == "REFUND_NOT_ALLOWED"
    assert issue_of(_refund(wire, {"id": "NONE"})[1]) == "INVALID_RESOURCE_ID"


def test_refunds_end_with_their_window(wire: Wire, sandbox: RunningSandbox) -> None:
    capture = capture_of(wire.captured())
    wire.wait(180 * DAY)
    assert issue_of(_refund(wire, capture)[1]) == "REFUND_TIME_LIMIT_EXCEEDED"


def test_one_refund_under_one_id_for_forty_five_days(wire: Wire, sandbox: RunningSandbox) -> None:
    capture = capture_of(wire.captured())
    status, first = _refund(wire, capture, "1.00", key="ref_1")
    wire.wait(45 * DAY - 60)
    again, second = _refund(wire, capture, "1.00", key="ref_1")
    assert (status, again, second["id"]) == (201, 200, first["id"])
    assert issue_of(_refund(wire, capture, "2.00", key="ref_1")[1]) == "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"
    wire.wait(60)
    assert _refund(wire, capture, "1.00", key="ref_1")[1]["id"] != first["id"]


def test_a_refunds_invoice_is_used_once(wire: Wire) -> None:
    capture = capture_of(wire.captured())
    assert _refund(wire, capture, "1.00", invoice_id="r-1")[0] == 201
    assert issue_of(_refund(wire, capture, "1.00", invoice_id="r-1")[1]) == "DUPLICATE_INVOICE_ID"


@pytest.mark.parametrize(
    ("fault", "ends", "notice", "left"),
    [
        ("async", "COMPLETED", "PAYMENT.CAPTURE.REFUNDED", "REFUNDED"),
        ("async_then_failed", "FAILED", "PAYMENT.REFUND.FAILED", "COMPLETED"),
    ],
)
def test_a_refund_that_takes_a_day(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, fault: str, ends: str, notice: str, left: str
) -> None:
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": "captures.refund"})
    capture = capture_of(wire.captured())
    made = _refund(wire, capture)[1]
    assert (made["status"], made["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert issue_of(_refund(wire, capture, "1.00")[1]) == "CAPTURE_FULLY_REFUNDED"
    eventually(lambda: shop.of("PAYMENT.REFUND.PENDING"))
    wire.wait(DAY)
    assert wire.get(f"{REFUNDS}/{made['id']}")[1]["status"] == ends
    assert _status(wire, capture) == left
    eventually(lambda: shop.of(notice))


def test_a_refund_that_was_done_can_still_come_back(wire: Wire, sandbox: RunningSandbox) -> None:
    capture = capture_of(wire.captured())
    made = _refund(wire, capture)[1]
    sandbox.control(f"paypal/refunds/{made['id']}/settle", {"outcome": "failed"})
    assert wire.get(f"{REFUNDS}/{made['id']}")[1]["status"] == "FAILED"
    assert _status(wire, capture) == "COMPLETED"
    assert sandbox.control("paypal/account", method="GET")["USD"]["refunds"] == 0


def test_a_refund_by_hand_is_listed_with_the_order(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    told = wire.captured()
    made = sandbox.control(f"paypal/payments/{told['id']}/refund", {"amount": 500})
    unit = wire.get(f"/v2/checkout/orders/{told['id']}")[1]["purchase_units"][0]
    assert [each["id"] for each in unit["payments"]["refunds"]] == [made["id"]]
    eventually(lambda: shop.of("PAYMENT.CAPTURE.REFUNDED"))


def test_the_account_adds_up(wire: Wire, sandbox: RunningSandbox) -> None:
    for value in ("12.00", "20.00", "5.00"):
        capture = capture_of(wire.captured(value=value, key=value))
    _refund(wire, capture, "1.50")
    sandbox.control("paypal/withdraw", {"currency": "USD", "amount": 1000})
    money = sandbox.control("paypal/account", method="GET")["USD"]
    assert (money["gross"], money["refunds"], money["withdrawn"]) == (3700, 150, 1000)
    assert money["fees"] == (42 + 49) + (70 + 49) + (17 + 49)
    assert money["net"] == 3700 - money["fees"] - 150 - 1000

"""PayPal's orders through the official SDK and on the wire: created, agreed to, captured, once."""

import pytest
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox.paypal_shop import (
    Wire,
    agree,
    approval_url,
    capture_of,
    issue_of,
    order,
)
from yuanyou_sandbox.testing import RunningSandbox

HOUR = 3600
ORDERS = "/v2/checkout/orders"


def test_the_sdk_creates_an_order_that_is_agreed_to_and_captures_it(
    sdk: PaypalServersdkClient, sandbox: RunningSandbox
) -> None:
    body = OrderRequest.from_dictionary(order("12.34"))
    asked = {"body": body, "paypal_request_id": "create-1", "prefer": "return=representation"}
    made = sdk.orders.create_order(asked).body
    assert made.status == "PAYER_ACTION_REQUIRED"
    sandbox.control(f"paypal/orders/{made.id}/approve")
    assert sdk.orders.get_order({"id": made.id}).body.payer.payer_id == "SANDBOXPAYER1"
    asked = {"id": made.id, "paypal_request_id": "capture-1", "prefer": "return=representation"}
    told = sdk.orders.capture_order(asked).body
    capture = told.purchase_units[0].payments.captures[0]
    assert (told.status, capture.status, capture.custom_id) == ("COMPLETED", "COMPLETED", "att_1")
    breakdown = capture.seller_receivable_breakdown
    shares = [breakdown.gross_amount.value, breakdown.paypal_fee.value, breakdown.net_amount.value]
    assert shares == ["12.34", "0.92", "11.42"]
    known = sdk.payments.get_captured_payment({"capture_id": capture.id}).body
    assert known.supplementary_data.related_ids.order_id == made.id
    assert known.payee.merchant_id == sandbox.paypal_merchant_id


def test_the_sdk_raises_what_paypal_refuses(sdk: PaypalServersdkClient) -> None:
    made = sdk.orders.create_order({"body": OrderRequest.from_dictionary(order()), "paypal_request_id": "k"})
    with pytest.raises(ErrorException) as refusal:
        sdk.orders.capture_order({"id": made.body.id})
    assert refusal.value.response_code == 422
    assert refusal.value.details[0].issue == "ORDER_NOT_APPROVED"


def test_wrong_keys_get_no_token(sandbox: RunningSandbox, wire: Wire) -> None:
    asked = {"grant_type": "client_credentials"}
    answer = wire.http.post("/v1/oauth2/token", data=asked, auth=(sandbox.paypal_client_id, "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = wire.http.post("/v1/oauth2/token", data={}, auth=("AClient", "ESecret"))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_token_ends_on_the_companies_clock(sandbox: RunningSandbox, wire: Wire) -> None:
    assert wire.get(f"{ORDERS}/NONE")[0] == 404
    sandbox.control("clock", {"advance_seconds": 9 * HOUR})
    status, told = wire.get(f"{ORDERS}/NONE")
    assert (status, told["error"]) == (401, "invalid_token")
    wire.renew()
    assert wire.get(f"{ORDERS}/NONE")[0] == 404


def test_tokens_can_be_ended_by_hand_and_outlive_a_restart(sandbox: RunningSandbox, wire: Wire) -> None:
    sandbox.restart()
    assert wire.get(f"{ORDERS}/NONE")[0] == 404
    sandbox.control("paypal/expire_tokens")
    assert wire.get(f"{ORDERS}/NONE")[0] == 401


def test_without_a_token_nothing_is_told(wire: Wire) -> None:
    del wire.http.headers["Authorization"]
    status, told = wire.get(f"{ORDERS}/NONE")
    assert (status, told["name"]) == (401, "AUTHENTICATION_FAILURE")


def test_every_answer_has_a_debug_id(wire: Wire) -> None:
    refused = wire.http.get(f"{ORDERS}/NONE")
    assert refused.headers["paypal-debug-id"] == refused.json()["debug_id"]
    fine = wire.http.post(ORDERS, json=order(), headers={"PayPal-Request-Id": "d"})
    assert fine.headers["paypal-debug-id"]


def test_only_who_prefers_it_gets_the_whole_order(wire: Wire) -> None:
    _, brief = wire.post(ORDERS, order(), key="brief", prefer=None)
    assert set(brief) == {"id", "status", "links"}
    _, whole = wire.post(ORDERS, order(), key="whole")
    assert whole["purchase_units"][0]["custom_id"] == "att_1"


def test_the_older_application_context_makes_an_approve_link(wire: Wire) -> None:
    body = order()
    context = body.pop("payment_source")["paypal"]["experience_context"]
    status, made = wire.post(ORDERS, body | {"application_context": context})
    assert (status, made["status"]) == (201, "CREATED")
    assert [each["rel"] for each in made["links"]] == ["self", "approve", "capture"]
    assert agree(made).headers["location"].endswith(f"token={made['id']}&PayerID=SANDBOXPAYER1")


@pytest.mark.parametrize(
    ("currency", "value", "fee"), [("JPY", "1200", "91"), ("USD", "5", "0.66"), ("EUR", "5.5", "0.58")]
)
def test_currencies_have_their_own_decimals(wire: Wire, currency: str, value: str, fee: str) -> None:
    capture = capture_of(wire.captured(value=value, currency=currency))
    assert capture["seller_receivable_breakdown"]["paypal_fee"] == {"currency_code": currency, "value": fee}


def test_the_same_request_under_the_same_id_is_one_order_told_as_it_is_by_then(
    wire: Wire, sandbox: RunningSandbox
) -> None:
    status, first = wire.post(ORDERS, order(), key="same")
    sandbox.control(f"paypal/orders/{first['id']}/approve")
    again, second = wire.post(ORDERS, order(), key="same")
    assert (status, again) == (201, 200)
    assert (second["id"], second["status"]) == (first["id"], "APPROVED")


def test_another_body_under_the_same_id_is_refused(wire: Wire) -> None:
    wire.post(ORDERS, order("12.00"), key="same")
    status, told = wire.post(ORDERS, order("13.00"), key="same")
    assert (status, issue_of(told)) == (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")


def test_request_ids_are_forgotten_after_six_hours(wire: Wire, sandbox: RunningSandbox) -> None:
    _, first = wire.post(ORDERS, order(), key="same")
    sandbox.control("clock", {"advance_seconds": 6 * HOUR - 60})
    assert wire.post(ORDERS, order(), key="same")[1]["id"] == first["id"]
    sandbox.control("clock", {"advance_seconds": 60})
    assert wire.post(ORDERS, order(), key="same")[1]["id"] != first["id"]


def test_a_refused_request_leaves_its_id_free(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    path = f"{ORDERS}/{made['id']}/capture"
    assert issue_of(wire.post(path, key="capture")[1]) == "ORDER_NOT_APPROVED"
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    assert wire.post(path, key="capture")[0] == 201


def test_an_order_is_captured_once(wire: Wire, sandbox: RunningSandbox) -> None:
    told = wire.captured()
    path = f"{ORDERS}/{told['id']}/capture"
    status, refused = wire.post(path, key="another")
    assert (status, issue_of(refused)) == (422, "ORDER_ALREADY_CAPTURED")
    assert sandbox.state()["paypal"]["account"]["USD"]["gross"] == 1200


def test_an_order_lives_six_hours(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    sandbox.control("clock", {"advance_seconds": 6 * HOUR - 60})
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "APPROVED"
    sandbox.control("clock", {"advance_seconds": 60})
    for status, told in (
        wire.get(f"{ORDERS}/{made['id']}"),
        wire.post(f"{ORDERS}/{made['id']}/capture"),
    ):
        assert (status, issue_of(told)) == (404, "INVALID_RESOURCE_ID")


def test_a_captured_order_outlives_its_hours(wire: Wire, sandbox: RunningSandbox) -> None:
    told = wire.captured()
    sandbox.control("clock", {"advance_seconds": 8 * HOUR})
    assert wire.get(f"{ORDERS}/{told['id']}")[1]["status"] == "COMPLETED"


def test_an_invoice_is_paid_once(wire: Wire, sandbox: RunningSandbox) -> None:
    first, second = (wire.order(unit={"invoice_id": "inv-1"}, key=key) for key in ("a", "b"))
    for made in (first, second):
        sandbox.control(f"paypal/orders/{made['id']}/approve")
    assert wire.post(f"{ORDERS}/{first['id']}/capture")[0] == 201
    status, told = wire.post(f"{ORDERS}/{second['id']}/capture")
    assert (status, issue_of(told)) == (422, "DUPLICATE_INVOICE_ID")


def test_a_declined_card_sends_the_payer_back_to_choose_again(wire: Wire) -> None:
    made = wire.order()
    agree(made, "card_declined")
    path = f"{ORDERS}/{made['id']}/capture"
    status, told = wire.post(path, key="try-1")
    assert (status, issue_of(told)) == (422, "INSTRUMENT_DECLINED")
    again = next(each for each in told["links"] if each["rel"] == "redirect")
    assert again["href"] == approval_url(made)
    agree(made, "balance")
    assert issue_of(wire.post(path, key="try-1")[1]) == "INSTRUMENT_DECLINED"
    assert wire.post(path, key="try-2")[1]["status"] == "COMPLETED"


def test_attempts_have_an_end(wire: Wire) -> None:
    made = wire.order()
    agree(made, "card_declined")
    path = f"{ORDERS}/{made['id']}/capture"
    for place in range(10):
        assert issue_of(wire.post(path, key=f"try-{place}")[1]) == "INSTRUMENT_DECLINED"
    assert issue_of(wire.post(path, key="try-10")[1]) == "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"


def test_units_are_captured_together_and_need_names(wire: Wire) -> None:
    body = order()
    body["purchase_units"] = [{**body["purchase_units"][0], "reference_id": name} for name in "ab"]
    _, made = wire.post(ORDERS, body, key="two")
    agree(made)
    _, told = wire.post(f"{ORDERS}/{made['id']}/capture")
    assert [len(unit["payments"]["captures"]) for unit in told["purchase_units"]] == [1, 1]
    for unit in body["purchase_units"]:
        unit["reference_id"] = "a"
    assert issue_of(wire.post(ORDERS, body, key="three")[1]) == "DUPLICATE_REFERENCE_ID"


def test_what_the_sandbox_does_not_simulate_is_said(wire: Wire) -> None:
    status, told = wire.post("/v2/checkout/orders/X/authorize", {})
    assert status == 404
    assert "operations.py" in told["message"]

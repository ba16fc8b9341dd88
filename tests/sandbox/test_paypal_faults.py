"""PayPal going wrong on demand: too late, not at all, unreadable, and with answers that are not true."""

from typing import Any

import httpx
import pytest

from tests.sandbox.paypal_shop import Wire, capture_of, issue_of, order
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

ORDERS = "/v2/checkout/orders"
REFUND = "/v2/payments/captures/{}/refund"


def _fault(sandbox: RunningSandbox, fault: str, on: str = "*", **more: Any) -> None:
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": on, **more})


def test_a_timeout_after_the_capture_has_taken_the_money_once(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    _fault(sandbox, "timeout_after", "orders.capture", seconds=0.1)
    path = f"{ORDERS}/{made['id']}/capture"
    with pytest.raises(httpx.TransportError):
        wire.post(path, key="capture")
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "COMPLETED"
    status, again = wire.post(path, key="capture")
    assert (status, capture_of(again)["status"]) == (200, "COMPLETED")
    assert sandbox.control("paypal/account", method="GET")["USD"]["gross"] == 1200


def test_a_timeout_before_the_capture_has_taken_nothing(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    _fault(sandbox, "timeout_before", "orders.capture", seconds=0.1)
    with pytest.raises(httpx.TransportError):
        wire.post(f"{ORDERS}/{made['id']}/capture", key="capture")
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "APPROVED"


@pytest.mark.parametrize("fault", ["timeout_after", "malformed"])
def test_a_refund_whose_answer_is_lost_is_done_once(wire: Wire, sandbox: RunningSandbox, fault: str) -> None:
    path = REFUND.format(capture_of(wire.captured())["id"])
    _fault(sandbox, fault, "captures.refund", seconds=0.1)
    with pytest.raises((httpx.TransportError, ValueError)):
        wire.post(path, {}, key="ref_1")
    assert wire.post(path, {}, key="ref_1")[0] == 200
    assert sandbox.control("paypal/account", method="GET")["USD"]["refunds"] == 1200


@pytest.mark.parametrize(
    ("fault", "status", "name"),
    [("error_500", 500, "INTERNAL_SERVER_ERROR"), ("rate_limit", 429, "RATE_LIMIT_REACHED")],
)
def test_a_server_in_trouble_does_nothing(
    wire: Wire, sandbox: RunningSandbox, fault: str, status: int, name: str
) -> None:
    _fault(sandbox, fault, "orders.create")
    answered, told = wire.post(ORDERS, order(), key="k")
    assert (answered, told["name"]) == (status, name)
    assert wire.post(ORDERS, order(), key="k")[0] == 201


def test_even_tokens_fail(sandbox: RunningSandbox, wire: Wire) -> None:
    _fault(sandbox, "error_500", "oauth2.token")
    asked = {"grant_type": "client_credentials"}
    keys = (sandbox.paypal_client_id, sandbox.paypal_client_secret)
    assert wire.http.post("/v1/oauth2/token", data=asked, auth=keys).status_code == 500
    assert wire.http.post("/v1/oauth2/token", data=asked, auth=keys).status_code == 200


def test_a_request_under_an_id_that_is_in_use_is_told_to_wait(wire: Wire, sandbox: RunningSandbox) -> None:
    _fault(sandbox, "slow", "orders.create", seconds=1)
    headers = dict(wire.http.headers) | {"PayPal-Request-Id": "same", "Content-Type": "application/json"}
    with httpx.Client(base_url=sandbox.paypal_url, headers=headers, timeout=0.3) as impatient:
        with pytest.raises(httpx.TimeoutException):
            impatient.post(ORDERS, json=order())
        answer = impatient.post(ORDERS, json=order())
    assert (answer.status_code, issue_of(answer.json())) == (409, "PREVIOUS_REQUEST_IN_PROGRESS")


def test_an_instrument_can_be_made_to_be_declined(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    _fault(sandbox, "instrument_declined", "orders.capture", about=made["id"])
    assert issue_of(wire.post(f"{ORDERS}/{made['id']}/capture")[1]) == "INSTRUMENT_DECLINED"


@pytest.mark.parametrize(
    ("fault", "look", "told"),
    [
        ("wrong_amount", lambda u: u["amount"]["value"], "13.00"),
        ("wrong_currency", lambda u: u["payments"]["captures"][0]["amount"]["currency_code"], "EUR"),
        ("wrong_merchant", lambda u: u["payee"]["merchant_id"], "SOMEBODYELSE1"),
        ("wrong_reference", lambda u: u["custom_id"], "somebody_else"),
    ],
)
def test_an_answer_may_lie_and_the_next_is_true(
    wire: Wire, sandbox: RunningSandbox, fault: str, look: Any, told: str
) -> None:
    path = f"{ORDERS}/{wire.captured()['id']}"
    true = look(wire.get(path)[1]["purchase_units"][0])
    _fault(sandbox, fault, "orders.get")
    assert look(wire.get(path)[1]["purchase_units"][0]) == told
    assert look(wire.get(path)[1]["purchase_units"][0]) == true


def test_what_nobody_knows_cannot_be_ordered(sandbox: RunningSandbox) -> None:
    for wrong in ({"fault": "earthquake"}, {"fault": "slow", "on": "orders.steal"}):
        with pytest.raises(ControlRefused):
            sandbox.control("faults", {"company": "paypal", **wrong})


def test_orders_keys_and_money_outlive_a_kill(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order(key="create")
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    captured = wire.post(f"{ORDERS}/{made['id']}/capture", key="capture")[1]
    sandbox.kill()
    sandbox.start()
    status, again = wire.post(f"{ORDERS}/{made['id']}/capture", key="capture")
    assert (status, capture_of(again)["id"]) == (200, capture_of(captured)["id"])
    assert sandbox.state()["paypal"]["account"]["USD"]["gross"] == 1200

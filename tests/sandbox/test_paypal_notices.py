"""PayPal's notices: signed with a certificate anybody can fetch, tried for days, and wrong on demand."""

from typing import Any

import httpx
import pytest
from cryptography import x509

from tests.sandbox.paypal_shop import Wire, capture_of, is_signed
from tests.sandbox.shop import Received, Receiver, eventually
from yuanyou_sandbox.testing import RunningSandbox

DAY = 86_400
COMPLETED = "PAYMENT.CAPTURE.COMPLETED"


def _next(shop: Receiver, event_type: str = COMPLETED) -> Received:
    return eventually(lambda: shop.of(event_type))[-1]


def _sent(received: Received) -> dict[str, str]:
    return {name.lower(): value for name, value in received.headers.items()}


def _verified(wire: Wire, received: Received, **other: Any) -> str:
    """What PayPal's own interface says of a transmission."""
    headers = _sent(received)
    asked = {
        "auth_algo": headers["paypal-auth-algo"],
        "cert_url": headers["paypal-cert-url"],
        "transmission_id": headers["paypal-transmission-id"],
        "transmission_sig": headers["paypal-transmission-sig"],
        "transmission_time": headers["paypal-transmission-time"],
        "webhook_id": wire.sandbox.paypal_webhook_id,
        "webhook_event": received.event,
    }
    return str(
        wire.post("/v1/notifications/verify-webhook-signature", asked | other)[1]["verification_status"]
    )


def test_an_approval_and_a_capture_are_told(wire: Wire, shop: Receiver) -> None:
    told = wire.captured()
    approved, completed = _next(shop, "CHECKOUT.ORDER.APPROVED").event, _next(shop).event
    assert (approved["resource_type"], approved["resource"]["id"]) == ("checkout-order", told["id"])
    assert approved["resource"]["purchase_units"][0]["custom_id"] == "att_1"
    assert completed["resource"]["id"] == capture_of(told)["id"]
    assert completed["resource"]["supplementary_data"]["related_ids"]["order_id"] == told["id"]
    assert completed["id"].startswith("WH-")


def test_a_notice_is_signed_over_its_raw_body_and_the_webhooks_id(wire: Wire, shop: Receiver) -> None:
    wire.captured()
    received = _next(shop)
    assert _sent(received)["paypal-auth-algo"] == "SHA256withRSA"
    assert is_signed(received, wire.sandbox.paypal_webhook_id)
    assert not is_signed(received, "2JE4291016473214C")
    assert not is_signed(Received(received.headers, received.body + b" "), wire.sandbox.paypal_webhook_id)


def test_paypal_verifies_its_own_notices_and_no_others(wire: Wire, shop: Receiver) -> None:
    wire.captured()
    received = _next(shop)
    assert _verified(wire, received) == "SUCCESS"
    for other in (
        {"webhook_id": "2JE4291016473214C"},
        {"cert_url": "https://api.paypal.com.example/cert"},
        {"transmission_time": "2001-01-01T00:00:00Z"},
        {"webhook_event": received.event | {"summary": "changed"}},
        {"auth_algo": "MD5withRSA"},
    ):
        assert _verified(wire, received, **other) == "FAILURE", other


def test_a_notice_signed_with_another_key_is_found_out(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    sandbox.control("faults", {"company": "paypal", "fault": "wrong_key", "on": "notices", "times": 2})
    wire.captured()
    assert not is_signed(_next(shop), wire.sandbox.paypal_webhook_id)
    assert _verified(wire, _next(shop)) == "FAILURE"


def test_a_notice_may_name_a_certificate_of_somebody_else(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    fault = {"company": "paypal", "fault": "wrong_cert", "on": "notices", "times": 2}
    sandbox.control("faults", fault | {"value": "https://paypal.com.evil.example/cert"})
    wire.captured()
    assert _sent(_next(shop))["paypal-cert-url"] == "https://paypal.com.evil.example/cert"


def test_a_rotation_changes_the_certificate_and_the_old_one_can_be_forgotten(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    before = sandbox.control("paypal/webhook", method="GET")["certificates"]
    after = sandbox.control("paypal/rotate_certificate")["certificates"]
    assert after[1:] == before
    wire.captured()
    assert _sent(_next(shop))["paypal-cert-url"] == after[0]
    assert is_signed(_next(shop), sandbox.paypal_webhook_id)
    assert x509.load_pem_x509_certificate(httpx.get(before[0]).content)
    assert len(sandbox.control("paypal/rotate_certificate", {"forget": True})["certificates"]) == 1
    assert httpx.get(after[0]).status_code == 404


def test_the_certificate_outlives_a_restart_and_a_reset(sandbox: RunningSandbox) -> None:
    before = sandbox.control("paypal/webhook", method="GET")
    sandbox.restart()
    sandbox.control("reset")
    assert sandbox.control("paypal/webhook", method="GET")["certificates"] == before["certificates"]


def test_a_notice_is_tried_twenty_five_more_times_in_three_days(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    shop.statuses = [500] * 200
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    began = sandbox.state()["clock"]["now"]
    for tries in range(1, 27):
        eventually(lambda tries=tries: len(shop.received) == tries)
        if tries < 26:
            eventually(lambda: sandbox.notices(company="paypal")[0]["state"] == "due")
            sandbox.control("clock", {"advance_seconds": int(3.5 * 3600)})
    eventually(lambda: sandbox.notices(company="paypal")[0]["state"] == "given_up")
    assert sandbox.state()["clock"]["now"] - began <= 25 * int(3.5 * 3600) + 60


def test_a_second_try_is_another_transmission_of_the_same_event(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    shop.statuses = [500]
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    eventually(lambda: sandbox.notices(company="paypal")[0]["state"] == "due" and shop.received)
    sandbox.control("clock", {"advance_seconds": 5})
    first, second = eventually(lambda: len(shop.received) == 2 and shop.received)
    assert first.event["id"] == second.event["id"]
    assert _sent(first)["paypal-transmission-id"] != _sent(second)["paypal-transmission-id"]


@pytest.mark.parametrize(("mode", "arrive"), [("drop", 0), ("duplicate", 2)])
def test_notices_get_lost_or_come_twice(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, mode: str, arrive: int
) -> None:
    made = wire.order()
    sandbox.control("faults", {"company": "paypal", "notices": mode})
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    wire.post(f"/v2/checkout/orders/{made['id']}/capture")
    _next(shop)
    eventually(lambda: len(shop.of("CHECKOUT.ORDER.APPROVED")) == arrive or None if arrive else True)
    assert len(shop.of("CHECKOUT.ORDER.APPROVED")) == arrive


def test_notices_come_in_the_wrong_order(wire: Wire, sandbox: RunningSandbox, shop: Receiver) -> None:
    sandbox.control("faults", {"company": "paypal", "notices": "reorder"})
    wire.captured()
    received = eventually(lambda: len(shop.received) == 2 and shop.received)
    assert [each.type for each in received] == [COMPLETED, "CHECKOUT.ORDER.APPROVED"]


@pytest.mark.parametrize(
    ("fault", "look", "told"),
    [
        ("wrong_amount", lambda r: r["amount"]["value"], "13.00"),
        ("wrong_currency", lambda r: r["amount"]["currency_code"], "EUR"),
        ("wrong_merchant", lambda r: r["payee"]["merchant_id"], "SOMEBODYELSE1"),
        ("wrong_reference", lambda r: r["custom_id"], "somebody_else"),
    ],
)
def test_a_notice_may_lie_and_be_signed(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, fault: str, look: Any, told: str
) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/approve")
    _next(shop, "CHECKOUT.ORDER.APPROVED")
    sandbox.control("faults", {"company": "paypal", "fault": fault, "on": "notices"})
    wire.post(f"/v2/checkout/orders/{made['id']}/capture")
    received = _next(shop)
    assert look(received.event["resource"]) == told
    assert is_signed(received, sandbox.paypal_webhook_id)


def test_the_webhook_chooses_its_events(wire: Wire, sandbox: RunningSandbox, shop: Receiver) -> None:
    sandbox.control("paypal/webhook", {"events": [COMPLETED]})
    wire.captured()
    _next(shop)
    assert [each.type for each in shop.received] == [COMPLETED]

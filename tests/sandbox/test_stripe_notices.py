"""Stripe's webhooks: signed as the SDK checks, at least once, by a plan that a virtual clock drives."""

import json
import time

import pytest
import stripe

from tests.sandbox.shop import GOOD, Receiver, eventually, order, paid_charge, pay_on_page
from yuanyou_sandbox.testing import RunningSandbox

PAID = ["charge.succeeded", "checkout.session.completed", "payment_intent.succeeded"]


@pytest.fixture
def paid(api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver) -> str:
    """A session that was paid, and all is told."""
    del shop
    return _pay(api, sandbox)


def test_a_payment_is_told_with_a_signature_the_sdk_accepts(
    api: stripe.StripeClient, shop: Receiver, sandbox: RunningSandbox
) -> None:
    made = api.v1.checkout.sessions.create(order())
    pay_on_page(str(made.url), GOOD)
    eventually(lambda: len(shop.received) == 3)
    assert sorted(each.type for each in shop.received) == PAID
    for each in shop.received:
        header = each.headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(each.body, header, sandbox.webhook_secret)
        assert event.id == each.event["id"]
    completed = shop.of("checkout.session.completed")[0].event["data"]["object"]
    assert (completed["id"], completed["payment_status"]) == (made.id, "paid")
    assert completed["metadata"] == {"attempt": "att_1"}


def test_another_secret_does_not_accept_it(shop: Receiver, paid: str) -> None:
    del paid
    notice = eventually(lambda: shop.received)[0]
    header = notice.headers["Stripe-Signature"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(notice.body, header, "whsec_other")


def test_the_signature_is_in_real_time_whatever_the_companies_clock_says(
    api: stripe.StripeClient, shop: Receiver, sandbox: RunningSandbox
) -> None:
    sandbox.control("clock", {"advance_seconds": 90 * 86_400})
    _pay(api, sandbox)
    notice = eventually(lambda: shop.received)[0]
    assert notice.event["created"] > time.time() + 89 * 86_400
    signed_at = int(notice.headers["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(signed_at - time.time()) < 60


def test_an_expired_session_is_told(api: stripe.StripeClient, shop: Receiver) -> None:
    made = api.v1.checkout.sessions.create(order())
    api.v1.checkout.sessions.expire(made.id)
    told = eventually(lambda: shop.of("checkout.session.expired"))[0].event
    assert told["data"]["object"]["id"] == made.id
    assert told["request"]["id"].startswith("req_")


def test_a_session_that_runs_out_of_time_is_told_by_itself(
    api: stripe.StripeClient, shop: Receiver, sandbox: RunningSandbox
) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control("clock", {"advance_seconds": 86_400})
    told = eventually(lambda: shop.of("checkout.session.expired"))[0].event
    assert told["data"]["object"]["id"] == made.id


def test_a_decline_is_told(api: stripe.StripeClient, shop: Receiver, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay", {"card": "4000000000009995"})
    told = eventually(lambda: shop.of("payment_intent.payment_failed"))[0].event["data"]["object"]
    assert told["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert shop.of("checkout.session.completed") == []


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_delayed_payment_is_told_twice(
    api: stripe.StripeClient, shop: Receiver, sandbox: RunningSandbox, outcome: str
) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay", {"card": "bank_debit"})
    first = eventually(lambda: shop.of("checkout.session.completed"))[0].event["data"]["object"]
    sandbox.control(f"stripe/sessions/{made.id}/settle", {"outcome": outcome})
    second = eventually(lambda: shop.of(f"checkout.session.async_payment_{outcome}"))[0].event["data"][
        "object"
    ]
    assert first["payment_status"] == "unpaid"
    assert second["payment_status"] == ("paid" if outcome == "succeeded" else "unpaid")


def test_a_notice_that_is_not_taken_comes_again_by_plan(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    shop.statuses = [500] * 9
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 3)
    time.sleep(0.5)
    assert len(shop.received) == 3
    sandbox.control("clock", {"advance_seconds": 5})
    eventually(lambda: len(shop.received) == 6)
    sandbox.control("clock", {"advance_seconds": 59})
    time.sleep(0.5)
    assert len(shop.received) == 6
    sandbox.control("clock", {"advance_seconds": 2})
    eventually(lambda: len(shop.received) == 9)
    sandbox.control("clock", {"advance_seconds": 300})
    eventually(lambda: sandbox.state()["notices"] == {"delivered": 3})
    assert len({each.event["id"] for each in shop.received}) == 3
    tried = sandbox.notices(reference=shop.received[0].event["id"])[0]
    assert [answer["status"] for answer in tried["answers"]] == [500, 500, 500, 200]


def test_a_notice_is_given_up_after_three_days(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    shop.statuses = [500] * 100
    api.v1.checkout.sessions.expire(api.v1.checkout.sessions.create(order()).id)
    eventually(lambda: len(shop.received) == 1)
    for tries in range(2, 13):
        eventually(lambda tries=tries: sandbox.notices()[0]["answers"][tries - 2 :])  # type: ignore[misc]
        sandbox.control("clock", {"advance_seconds": 12 * 3600})
        eventually(lambda tries=tries: len(shop.received) == tries)  # type: ignore[misc]
    eventually(lambda: sandbox.state()["notices"] == {"given_up": 1})
    first, last = sandbox.notices()[0]["answers"][0], sandbox.notices()[0]["answers"][-1]
    assert last["at"] > first["at"]


def test_dropped_notices_never_come(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "drop", "count": 3})
    _pay(api, sandbox)
    assert sandbox.state()["notices"] == {"dropped": 3}
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 3)


def test_a_duplicate_is_the_same_event_twice(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "duplicate", "count": 1})
    api.v1.checkout.sessions.expire(api.v1.checkout.sessions.create(order()).id)
    eventually(lambda: len(shop.received) == 2)
    assert shop.received[0].body == shop.received[1].body


def test_reordered_notices_come_last_first(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "reorder", "count": 3})
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 3)
    assert [each.type for each in shop.received] == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]


def test_delayed_notices_come_when_the_clock_says_so(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "delay", "count": 3, "seconds": 600})
    _pay(api, sandbox)
    time.sleep(0.5)
    assert shop.received == []
    sandbox.control("clock", {"advance_seconds": 600})
    eventually(lambda: len(shop.received) == 3)


def test_held_notices_come_when_they_are_released(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "hold", "count": 3})
    _pay(api, sandbox)
    assert sandbox.state()["notices"] == {"held": 3}
    assert sandbox.control("notices/release", {"company": "stripe"}) == {"released": 3}
    eventually(lambda: len(shop.received) == 3)


def test_a_notice_is_sent_again_by_hand(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    api.v1.checkout.sessions.expire(api.v1.checkout.sessions.create(order()).id)
    eventually(lambda: sandbox.state()["notices"] == {"delivered": 1})
    sandbox.control(f"notices/{sandbox.notices()[0]['id']}/send")
    eventually(lambda: len(shop.received) == 2)


def test_a_notice_signed_with_a_wrong_key_is_followed_by_good_ones(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    sandbox.control("faults", {"company": "stripe", "fault": "wrong_key", "on": "notices"})
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 3)
    assert sorted(_good(each.body, each.headers["Stripe-Signature"], sandbox) for each in shop.received) == [
        False,
        True,
        True,
    ]


def test_after_a_rotation_both_secrets_sign_for_a_while(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    made = sandbox.control("stripe/rotate_webhook_secret", {"overlap_seconds": 3600})["secret"]
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 3)
    sandbox.control("clock", {"advance_seconds": 3600})
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 6)
    for place, notice in enumerate(shop.received):
        header = notice.headers["Stripe-Signature"]
        assert _good(notice.body, header, sandbox) == (place < 3)
        assert stripe.WebhookSignature.verify_header(notice.body, header, made)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("wrong_amount", (1300, "usd", "att_1", {"attempt": "att_1"})),
        ("wrong_currency", (1200, "eur", "att_1", {"attempt": "att_1"})),
        ("wrong_reference", (1200, "usd", "somebody_else", {"attempt": "somebody_else"})),
    ],
)
def test_a_notice_may_lie_while_the_truth_can_be_asked_for(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient, fault: str, told: object
) -> None:
    sandbox.control("faults", {"company": "stripe", "fault": fault, "on": "notices", "times": 3})
    session = _pay(api, sandbox)
    said = eventually(lambda: shop.of("checkout.session.completed"))[0].event["data"]["object"]
    found = (said["amount_total"], said["currency"], said["client_reference_id"], said["metadata"])
    assert found == told
    true = api.v1.checkout.sessions.retrieve(session)
    assert (true.amount_total, true.currency, true.client_reference_id) == (1200, "usd", "att_1")


def test_notices_follow_the_shop_to_another_address(
    sandbox: RunningSandbox, api: stripe.StripeClient, shop: Receiver
) -> None:
    elsewhere = Receiver()
    try:
        sandbox.control("stripe/webhook", {"url": elsewhere.url})
        _pay(api, sandbox)
        eventually(lambda: len(elsewhere.received) == 3)
        assert shop.received == []
    finally:
        elsewhere.close()


def test_the_endpoint_hears_only_of_the_events_it_listens_to(
    sandbox: RunningSandbox, api: stripe.StripeClient, shop: Receiver
) -> None:
    sandbox.control("stripe/webhook", {"events": ["checkout.session.completed", "payment_intent.processing"]})
    _pay(api, sandbox)
    eventually(lambda: sandbox.state()["notices"] == {"delivered": 1})
    assert [each.type for each in shop.received] == ["checkout.session.completed"]
    assert len(api.v1.events.list().data) == 3
    sandbox.control("reset")
    _pay(api, sandbox)
    eventually(lambda: len(shop.received) == 4)


def test_a_refund_by_hand_is_told_like_any_other(
    shop: Receiver, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    charge = paid_charge(sandbox, api)
    session = api.v1.checkout.sessions.list({"payment_intent": charge.payment_intent}).data[0].id
    made = sandbox.control(f"stripe/sessions/{session}/refund", {"amount": 200})
    told = eventually(lambda: shop.of("charge.refunded"))[0].event
    assert told["data"]["object"]["amount_refunded"] == 200
    assert told["request"] == {"id": None, "idempotency_key": None}
    assert eventually(lambda: shop.of("refund.created"))[0].event["data"]["object"]["id"] == made["id"]


def _pay(api: stripe.StripeClient, sandbox: RunningSandbox) -> str:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay")
    return made.id


def _good(body: bytes, header: str, sandbox: RunningSandbox) -> bool:
    json.loads(body)
    try:
        stripe.WebhookSignature.verify_header(body, header, sandbox.webhook_secret)
        return True
    except stripe.SignatureVerificationError:
        return False

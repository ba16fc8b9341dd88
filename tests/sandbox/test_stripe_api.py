"""Stripe's API on the wire, by the official SDK."""

import concurrent.futures
import json
import time
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.shop import client, order, paid_charge
from yuanyou_sandbox.testing import RunningSandbox


def test_a_session_is_what_was_asked_for(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order(customer_email="mei@example.com", locale="zh-TW"))
    told = api.v1.checkout.sessions.retrieve(made.id)
    assert made.id.startswith("cs_test_")
    assert told.status == "open"
    assert told.payment_status == "unpaid"
    assert (told.amount_total, told.currency) == (1200, "usd")
    assert told.client_reference_id == "att_1"
    assert told.to_dict()["metadata"] == {"attempt": "att_1"}
    assert told.customer_email == "mei@example.com"
    assert told.payment_intent is None
    assert told.url == f"{sandbox.stripe_url}/pay/{made.id}"
    assert told.expires_at == told.created + 86_400
    assert not told.livemode


def test_the_same_key_and_request_give_the_first_answer_again(api: stripe.StripeClient) -> None:
    first = api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    again = api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert again.id == first.id
    assert "Idempotent-Replayed" not in _headers(first)
    assert _headers(again)["Idempotent-Replayed"] == "true"
    assert _headers(again)["Original-Request"] == _headers(first)["Request-Id"]
    assert len(api.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_another_request_is_refused(api: stripe.StripeClient) -> None:
    api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError):
        api.v1.checkout.sessions.create(order(1300), {"idempotency_key": "k1"})


def test_a_key_is_forgotten_after_a_day(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    first = api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    sandbox.control("clock", {"advance_seconds": 86_399})
    assert api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).id == first.id
    sandbox.control("clock", {"advance_seconds": 2})
    assert api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).id != first.id


def test_a_refused_request_may_be_sent_again_corrected_with_its_key(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.create(order(1), {"idempotency_key": "k1"})
    assert api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).amount_total == 1200


def test_a_key_in_use_is_a_conflict_that_the_sdk_waits_out(sandbox: RunningSandbox) -> None:
    patient = client(sandbox, retries=4)
    slow = {"company": "stripe", "fault": "slow", "on": "sessions.create", "seconds": 1}
    sandbox.control("faults", slow)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(patient.v1.checkout.sessions.create, order(), {"idempotency_key": "k1"})
        time.sleep(0.3)
        with pytest.raises(stripe.APIError) as conflict:
            client(sandbox).v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
        waited = patient.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert conflict.value.http_status == 409
    assert waited.id == first.result().id


def test_a_wrong_key_and_no_key_are_refused_in_stripes_shape(sandbox: RunningSandbox) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        client(sandbox, key="sk_test_somebody_else").v1.balance.retrieve()
    answer = httpx.get(f"{sandbox.stripe_url}/v1/balance")
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_version_that_was_asked_for_is_the_version_of_the_answer(sandbox: RunningSandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.stripe_key}", "Stripe-Version": "2026-10-28.endive"}
    answer = httpx.get(f"{sandbox.stripe_url}/v1/balance", headers=headers)
    assert answer.headers["stripe-version"] == "2026-10-28.endive"
    assert answer.headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"frobnicate": "1"}, "parameter_unknown", "frobnicate"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"success_url": "paid"}, "url_invalid", "success_url"),
        ({"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"customer_email": "mei"}, "email_invalid", "customer_email"),
        ({"locale": "tlh"}, None, "locale"),
        ({"mode": "setup"}, None, "mode"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"payment_method_types": ["us_bank_account"], "currency": "jpy"}, None, "payment_method_types"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
    ],
)
def test_a_mistake_is_refused_and_named(
    api: stripe.StripeClient, change: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(order(**change))
    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert api.v1.checkout.sessions.list().data == []


def test_an_unknown_parameter_deep_inside_is_named(api: stripe.StripeClient) -> None:
    params = order()
    params["line_items"][0]["price_data"]["product_data"]["colour"] = "jade"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(params)
    assert refusal.value.param == "line_items[0][price_data][product_data][colour]"


@pytest.mark.parametrize(
    ("amount", "currency"), [(50, "usd"), (50, "jpy"), (400, "hkd"), (99_999_999, "usd")]
)
def test_the_smallest_and_the_largest_amount_are_taken(
    api: stripe.StripeClient, amount: int, currency: str
) -> None:
    made = api.v1.checkout.sessions.create(order(amount, currency=currency))
    assert (made.amount_total, made.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"),
        (49, "jpy", "amount_too_small"),
        (399, "hkd", "amount_too_small"),
        (100_000_000, "usd", "amount_too_large"),
    ],
)
def test_an_amount_beyond_stripes_limits_is_refused(
    api: stripe.StripeClient, amount: int, currency: str, code: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(order(amount, currency=currency))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("after", "taken"), [(30 * 60 - 60, False), (30 * 60 + 5, True), (86_400 - 5, True), (86_400 + 60, False)]
)
def test_a_session_lasts_between_thirty_minutes_and_a_day(
    api: stripe.StripeClient, sandbox: RunningSandbox, after: int, taken: bool
) -> None:
    expires_at = sandbox.state()["clock"]["now"] + after
    if taken:
        assert api.v1.checkout.sessions.create(order(expires_at=expires_at)).expires_at == expires_at
    else:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            api.v1.checkout.sessions.create(order(expires_at=expires_at))
        assert refusal.value.param == "expires_at"


def test_a_session_ends_at_its_second(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order())
    left = made.expires_at - sandbox.state()["clock"]["now"]
    sandbox.control("clock", {"advance_seconds": left - 3})
    assert api.v1.checkout.sessions.retrieve(made.id).status == "open"
    sandbox.control("clock", {"advance_seconds": 3})
    told = api.v1.checkout.sessions.retrieve(made.id)
    assert (told.status, told.url) == ("expired", None)


def test_an_open_session_can_be_expired_and_a_complete_one_cannot(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    made = api.v1.checkout.sessions.create(order())
    assert api.v1.checkout.sessions.expire(made.id).status == "expired"
    paid = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{paid.id}/pay")
    for done in (made, paid):
        with pytest.raises(stripe.InvalidRequestError, match="open"):
            api.v1.checkout.sessions.expire(done.id)


def test_a_request_that_is_far_too_long_is_not_read(sandbox: RunningSandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.stripe_key}"}
    answer = httpx.post(f"{sandbox.stripe_url}/v1/customers", content=b"a" * 2_000_001, headers=headers)
    assert answer.status_code == 413


def test_what_does_not_exist_is_missing(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        api.v1.checkout.sessions.retrieve("cs_test_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        api.v1.products.list()


def test_a_paid_session_expands_down_to_the_fee(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order(2000))
    sandbox.control(f"stripe/sessions/{made.id}/pay")
    paths = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    told: Any = api.v1.checkout.sessions.retrieve(made.id, {"expand": paths})
    charge = told.payment_intent.latest_charge
    assert told.payment_status == "paid"
    assert told.payment_intent.status == "succeeded"
    assert told.payment_intent.amount_received == 2000
    assert told.payment_intent.to_dict()["metadata"] == {"attempt": "att_1"}
    assert charge.payment_method_details.card.last4 == "4242"
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (88, 1912)
    assert told.line_items.data[0].description == "US 30 days · 美国 30 天"


def test_what_cannot_be_expanded_is_refused(api: stripe.StripeClient) -> None:
    made = api.v1.checkout.sessions.create(order())
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        api.v1.checkout.sessions.retrieve(made.id, {"expand": ["amount_total"]})


def test_lists_are_newest_first_and_page_by_cursor(api: stripe.StripeClient) -> None:
    made = [api.v1.customers.create({"name": f"customer {place}"}).id for place in range(5)]
    first = api.v1.customers.list({"limit": 2})
    assert [each.id for each in first.data] == made[:2:-1]
    assert first.has_more
    assert [each.id for each in first.auto_paging_iter()] == made[::-1]
    before = api.v1.customers.list({"limit": 2, "ending_before": made[1]})
    assert [each.id for each in before.data] == [made[3], made[2]]


def test_a_session_is_found_by_its_payment_intent(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    api.v1.checkout.sessions.create(order())
    charge = paid_charge(sandbox, api)
    found = api.v1.checkout.sessions.list({"payment_intent": charge.payment_intent})
    assert [each.payment_intent for each in found.data] == [charge.payment_intent]


def test_a_payment_is_found_by_its_metadata(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    charge = paid_charge(sandbox, api)
    found = api.v1.payment_intents.search({"query": "metadata['attempt']:'att_1'"})
    nothing = api.v1.payment_intents.search({"query": "metadata['attempt']:'att_2'"})
    assert [each.id for each in found.data] == [charge.payment_intent]
    assert nothing.data == []


def test_money_is_listed_by_the_day_it_moved(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    paid_charge(sandbox, api)
    sandbox.control("clock", {"advance_seconds": 86_400})
    now = sandbox.state()["clock"]["now"]
    later = paid_charge(sandbox, api, amount=5000)
    lines = api.v1.balance_transactions.list({"created": {"gte": now, "lt": now + 86_400}}).data
    assert [(line.amount, line.source) for line in lines] == [(5000, later.id)]


def test_the_balance_becomes_available_after_two_days(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    sandbox.control("stripe/payout_schedule", {"interval": "manual"})
    paid_charge(sandbox, api, amount=2000)
    before = api.v1.balance.retrieve()
    sandbox.control("clock", {"advance_seconds": 2 * 86_400})
    after = api.v1.balance.retrieve()
    assert (before.available[0].amount, before.pending[0].amount) == (0, 1912)
    assert (after.available[0].amount, after.pending[0].amount) == (1912, 0)
    told = sandbox.control("stripe/account", method="GET")["usd"]
    assert (told["gross"], told["fees"], told["net"]) == (2000, 88, 1912)
    assert (told["balance"], told["available"], told["pending"]) == (1912, 1912, 0)


def test_events_are_kept_in_order(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    paid_charge(sandbox, api)
    kept = [event.type for event in api.v1.events.list().data]
    assert kept == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]
    completed = api.v1.events.list({"type": "checkout.session.completed"}).data[0]
    assert api.v1.events.retrieve(completed.id).id == completed.id


def test_a_payment_without_a_page_succeeds_declines_or_asks_the_bank(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    intents: Any = api.v1.payment_intents
    ask: Any = {
        "amount": 1500,
        "currency": "usd",
        "confirm": True,
        "return_url": "http://127.0.0.1:9/back?x=1",
    }
    assert intents.create({**ask, "payment_method": "pm_card_visa"}).status == "succeeded"
    with pytest.raises(stripe.CardError) as decline:
        intents.create({**ask, "payment_method": "pm_card_chargeDeclinedInsufficientFunds"})
    refused: Any = decline.value.error
    assert (refused.code, refused.decline_code) == ("card_declined", "insufficient_funds")
    assert refused.payment_intent.status == "requires_payment_method"
    challenged: Any = intents.create({**ask, "payment_method": "pm_card_threeDSecure2Required"})
    go = challenged.next_action.redirect_to_url.url
    back = httpx.post(go, data={"action": "complete"})
    assert back.headers["location"].startswith(f"http://127.0.0.1:9/back?x=1&payment_intent={challenged.id}")
    assert intents.retrieve(challenged.id).status == "succeeded"


def test_the_same_key_replays_a_decline(api: stripe.StripeClient) -> None:
    ask: Any = {
        "amount": 1500,
        "currency": "usd",
        "confirm": True,
        "payment_method": "pm_card_chargeDeclined",
        "payment_method_types": ["card"],
    }
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            api.v1.payment_intents.create(ask, {"idempotency_key": "k1"})
    assert len(api.v1.payment_intents.list().data) == 1


def test_a_payment_intent_is_canceled_once_and_never_paid_after(api: stripe.StripeClient) -> None:
    intents: Any = api.v1.payment_intents
    made = intents.create({"amount": 1500, "currency": "usd"})
    assert intents.cancel(made.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_the_intent_of_a_session_is_left_to_the_session(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay", {"card": "4000000000000002"})
    intent = str(api.v1.checkout.sessions.retrieve(made.id).payment_intent)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.cancel(intent)
    api.v1.checkout.sessions.expire(made.id)
    assert api.v1.payment_intents.retrieve(intent).status == "canceled"


def _headers(answer: Any) -> Any:
    return json.loads(
        json.dumps({name.title(): value for name, value in answer.last_response.headers.items()})
    )

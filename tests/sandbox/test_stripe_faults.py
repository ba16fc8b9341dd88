"""What goes wrong on the line, and what is true afterwards."""

import time
from typing import Any

import pytest
import stripe

from tests.sandbox.shop import client, order, paid_charge
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox


def _order_fault(sandbox: RunningSandbox, fault: str, on: str, **more: Any) -> None:
    sandbox.control("faults", {"company": "stripe", "fault": fault, "on": on, **more})


def test_a_timeout_before_means_nothing_was_done(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "timeout_before", "sessions.create")
    with pytest.raises(stripe.APIConnectionError):
        api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert api.v1.checkout.sessions.list().data == []
    assert "Idempotent-Replayed" not in _headers(
        api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    )


def test_a_timeout_after_means_it_was_done(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "timeout_after", "sessions.create")
    with pytest.raises(stripe.APIConnectionError):
        api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    made = api.v1.checkout.sessions.list().data[0].id
    again = api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert again.id == made
    assert _headers(again)["idempotent-replayed"] == "true"


def test_a_refund_that_timed_out_after_is_one_refund(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    charge = paid_charge(sandbox, api)
    _order_fault(sandbox, "timeout_after", "refunds.create")
    ask: Any = {"charge": charge.id, "amount": 500}
    with pytest.raises(stripe.APIConnectionError):
        api.v1.refunds.create(ask, {"idempotency_key": "r1"})
    api.v1.refunds.create(ask, {"idempotency_key": "r1"})
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 500


def test_a_line_that_goes_dead_early_is_no_answer(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "timeout_after", "sessions.create", seconds=0.2)
    with pytest.raises(stripe.APIConnectionError):
        api.v1.checkout.sessions.create(order())
    assert len(api.v1.checkout.sessions.list().data) == 1


def test_an_error_500_means_nothing_was_done(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "error_500", "sessions.create")
    with pytest.raises(stripe.APIError) as error:
        api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    assert error.value.http_status == 500
    assert api.v1.checkout.sessions.list().data == []


def test_the_sdk_retries_an_error_500_with_the_same_key(sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "error_500", "sessions.create", times=2)
    client(sandbox, retries=2).v1.checkout.sessions.create(order())
    assert len(client(sandbox).v1.checkout.sessions.list().data) == 1


def test_a_malformed_answer_hides_what_was_done(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "malformed", "sessions.create")
    with pytest.raises(stripe.APIError, match="Invalid response body"):
        api.v1.checkout.sessions.create(order())
    assert len(api.v1.checkout.sessions.list().data) == 1


def test_too_many_requests_are_told_so(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "rate_limit", "*")
    with pytest.raises(stripe.RateLimitError):
        api.v1.balance.retrieve()
    api.v1.balance.retrieve()


def test_an_object_that_is_locked_is_worth_another_try(sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "lock_timeout", "refunds.create", times=2)
    ask: Any = {"charge": paid_charge(sandbox, client(sandbox)).id}
    with pytest.raises(stripe.RateLimitError) as locked:
        client(sandbox).v1.refunds.create(ask)
    assert (locked.value.http_status, _code(locked.value)) == (429, "lock_timeout")
    assert locked.value.headers["stripe-should-retry"] == "true"
    assert client(sandbox, retries=2).v1.refunds.create(ask).status == "succeeded"


def test_a_key_that_is_in_use_is_worth_another_try(sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "key_in_use", "sessions.create", times=2)
    with pytest.raises(stripe.APIError) as conflict:
        client(sandbox).v1.checkout.sessions.create(order())
    assert (conflict.value.http_status, _code(conflict.value)) == (409, "idempotency_key_in_use")
    client(sandbox, retries=2).v1.checkout.sessions.create(order())
    assert len(client(sandbox).v1.checkout.sessions.list().data) == 1


def test_an_error_500_that_is_kept_is_all_that_its_key_gives_for_a_day(sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "error_500_kept", "sessions.create")
    patient = client(sandbox, retries=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as broken:
            patient.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
        assert broken.value.http_status == 500
        assert broken.value.headers["stripe-should-retry"] == "false"
    assert patient.v1.checkout.sessions.list().data == []
    sandbox.control("clock", {"advance_seconds": 86_401})
    assert patient.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).status == "open"


def test_what_has_no_advice_on_retries_gives_none(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(order(1))
    assert "stripe-should-retry" not in refusal.value.headers


def test_a_statement_may_lie_about_a_fee_or_leave_out_a_line(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    for amount in (2000, 5000):
        paid_charge(sandbox, api, amount=amount)
    _order_fault(sandbox, "wrong_fee", "balance_transactions.list", value="99")
    _order_fault(sandbox, "missing_line", "balance_transactions.list")
    wrong = api.v1.balance_transactions.list().data
    assert [(line.fee, line.net) for line in wrong] == [(99, 4901), (99, 1901)]
    assert [line.amount for line in api.v1.balance_transactions.list().data] == [2000]
    assert [line.fee for line in api.v1.balance_transactions.list().data] == [175, 88]


def test_an_answer_may_come_from_the_wrong_account(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order())
    _order_fault(sandbox, "wrong_merchant", "sessions.retrieve")
    assert api.v1.checkout.sessions.retrieve(made.id).livemode
    assert not api.v1.checkout.sessions.retrieve(made.id).livemode


def test_a_fault_waits_for_its_act_and_counts_down(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "error_500", "sessions.retrieve", times=2)
    made = api.v1.checkout.sessions.create(order())
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            api.v1.checkout.sessions.retrieve(made.id)
    assert api.v1.checkout.sessions.retrieve(made.id).id == made.id


def test_a_fault_may_be_about_one_session_only(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    good, bad = (api.v1.checkout.sessions.create(order()).id for _ in range(2))
    _order_fault(sandbox, "error_500", "sessions.retrieve", about=bad)
    assert api.v1.checkout.sessions.retrieve(good).id == good
    with pytest.raises(stripe.APIError):
        api.v1.checkout.sessions.retrieve(bad)


def test_faults_can_be_called_off(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    _order_fault(sandbox, "error_500", "*", times=100)
    sandbox.control("faults", method="DELETE")
    api.v1.balance.retrieve()


@pytest.mark.parametrize(
    ("fault", "amount", "currency", "reference"),
    [
        ("wrong_amount", 1300, "usd", "att_1"),
        ("wrong_currency", 1200, "eur", "att_1"),
        ("wrong_reference", 1200, "usd", "somebody_else"),
    ],
)
def test_an_answer_may_lie_throughout(
    api: stripe.StripeClient,
    sandbox: RunningSandbox,
    fault: str,
    amount: int,
    currency: str,
    reference: str,
) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay")
    _order_fault(sandbox, fault, "sessions.retrieve", about=made.id)
    told: Any = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    assert (told.amount_total, told.currency, told.client_reference_id) == (amount, currency, reference)
    assert told.metadata.attempt == reference
    assert (told.payment_intent.amount, told.payment_intent.latest_charge.amount) == (amount, amount)
    assert api.v1.checkout.sessions.retrieve(made.id).amount_total == 1200
    assert sandbox.state()["stripe"]["account"]["usd"]["gross"] == 1200


def test_money_may_arrive_after_the_session_has_expired(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    made = api.v1.checkout.sessions.create(order())
    api.v1.checkout.sessions.expire(made.id)
    with pytest.raises(ControlRefused, match="409"):
        sandbox.control(f"stripe/sessions/{made.id}/pay")
    sandbox.control(f"stripe/sessions/{made.id}/pay", {"late": True})
    assert api.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_a_spelling_mistake_in_a_control_is_refused(sandbox: RunningSandbox) -> None:
    for wrong in (
        {"company": "stripe", "fault": "explode"},
        {"company": "stripe", "fault": "error_500", "on": "sessions.creat"},
        {"company": "strip", "fault": "error_500"},
        {"company": "stripe", "fault": "error_500", "time": 2},
        {"company": "stripe", "notices": "lose"},
    ):
        with pytest.raises(ControlRefused, match="400"):
            sandbox.control("faults", wrong)
    assert sandbox.control("faults", method="GET") == {"faults": [], "notices": []}


def test_a_hanging_request_does_not_keep_the_sandbox_from_stopping() -> None:
    with RunningSandbox() as sandbox:
        _order_fault(sandbox, "timeout_before", "balance.retrieve")
        with pytest.raises(stripe.APIConnectionError):
            client(sandbox).v1.balance.retrieve()
        _order_fault(sandbox, "slow", "balance.retrieve", seconds=60)
        with pytest.raises(stripe.APIConnectionError):
            client(sandbox).v1.balance.retrieve()
        began = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - began < 2


def _code(error: Any) -> str:
    return str(error.json_body["error"]["code"])


def _headers(answer: Any) -> Any:
    return answer.last_response.headers

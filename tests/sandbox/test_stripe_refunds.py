"""Refunds: never above the charge, sometimes slow, sometimes sent back."""

from typing import Any

import pytest
import stripe

from tests.sandbox.shop import Receiver, eventually, order, paid_charge
from yuanyou_sandbox.testing import RunningSandbox

PENDING_REFUND, FAILING_REFUND = "4000000000007726", "4000000000005126"


@pytest.fixture
def charge(sandbox: RunningSandbox, api: stripe.StripeClient) -> Any:
    """1200 were taken."""
    return paid_charge(sandbox, api)


def test_partial_refunds_add_up_to_the_charge_and_no_further(api: stripe.StripeClient, charge: Any) -> None:
    for amount in (500, 600, 100):
        assert api.v1.refunds.create({"charge": charge.id, "amount": amount}).status == "succeeded"
    told = api.v1.charges.retrieve(charge.id)
    assert (told.amount_refunded, told.refunded) == (1200, True)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"charge": charge.id, "amount": 1})
    assert refusal.value.code == "charge_already_refunded"


def test_a_refund_above_what_is_left_is_refused_whole(api: stripe.StripeClient, charge: Any) -> None:
    api.v1.refunds.create({"charge": charge.id, "amount": 700})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as refusal:
        api.v1.refunds.create({"charge": charge.id, "amount": 501})
    assert refusal.value.param == "amount"
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 700


def test_without_an_amount_all_that_is_left_goes_back(api: stripe.StripeClient, charge: Any) -> None:
    api.v1.refunds.create({"payment_intent": charge.payment_intent, "amount": 200})
    rest = api.v1.refunds.create({"payment_intent": charge.payment_intent, "reason": "requested_by_customer"})
    assert (rest.amount, rest.reason) == (1000, "requested_by_customer")


def test_the_fee_is_kept_when_the_charge_goes_back(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    refund: Any = api.v1.refunds.create({"charge": charge.id, "expand": ["balance_transaction"]})
    assert (refund.balance_transaction.amount, refund.balance_transaction.fee) == (-1200, 0)
    told = sandbox.control("stripe/account", method="GET")["usd"]
    assert (told["gross"], told["fees"], told["refunds"], told["net"]) == (1200, 65, 1200, -65)


def test_the_same_key_refunds_once(api: stripe.StripeClient, charge: Any) -> None:
    ask: Any = {"charge": charge.id, "amount": 300, "metadata": {"refund": "ref_1"}}
    first = api.v1.refunds.create(ask, {"idempotency_key": "r1"})
    again = api.v1.refunds.create(ask, {"idempotency_key": "r1"})
    assert again.id == first.id
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 300
    assert [each.id for each in api.v1.refunds.list({"charge": charge.id}).data] == [first.id]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({}, "parameter_missing"),
        ({"charge": "ch_nobody"}, "resource_missing"),
        ({"payment_intent": "pi_nobody"}, "resource_missing"),
    ],
)
def test_a_refund_of_nothing_is_refused(api: stripe.StripeClient, ask: Any, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create(ask)
    assert refusal.value.code == code


def test_a_payment_that_failed_cannot_be_refunded(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = api.v1.checkout.sessions.create(order())
    sandbox.control(f"stripe/sessions/{made.id}/pay", {"card": "4000000000000002"})
    intent = str(api.v1.checkout.sessions.retrieve(made.id).payment_intent)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create({"payment_intent": intent})


def test_an_asynchronous_refund_is_pending_until_the_bank_takes_it(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    sandbox.control("faults", {"company": "stripe", "fault": "async", "on": "refunds.create"})
    made = api.v1.refunds.create({"charge": charge.id})
    assert made.status == "pending"
    sandbox.control("clock", {"advance_seconds": 86_400})
    assert api.v1.refunds.retrieve(made.id).status == "succeeded"
    eventually(lambda: shop.of("refund.updated"))
    assert shop.of("refund.failed") == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_asynchronous_refund_may_come_back(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any, by_hand: bool
) -> None:
    sandbox.control("faults", {"company": "stripe", "fault": "async_then_failed", "on": "refunds.create"})
    made = api.v1.refunds.create({"charge": charge.id, "amount": 400})
    assert (made.status, api.v1.charges.retrieve(charge.id).amount_refunded) == ("pending", 400)
    if by_hand:
        sandbox.control(f"stripe/refunds/{made.id}/settle", {"outcome": "failed"})
    else:
        sandbox.control("clock", {"advance_seconds": 86_400})
    told: Any = api.v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (told.status, told.failure_reason) == ("failed", "expired_or_canceled_card")
    assert told.failure_balance_transaction.amount == 400
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert eventually(lambda: shop.of("refund.failed"))[0].event["data"]["object"]["id"] == made.id
    assert sandbox.state()["stripe"]["account"]["usd"]["refunds"] == 0
    sandbox.control(f"stripe/refunds/{made.id}/settle", {"outcome": "failed"})
    assert sandbox.state()["stripe"]["account"]["usd"]["refunds"] == 0


@pytest.mark.parametrize(("card", "at_first"), [(PENDING_REFUND, "pending"), (FAILING_REFUND, "succeeded")])
def test_some_cards_take_their_time(
    api: stripe.StripeClient, sandbox: RunningSandbox, card: str, at_first: str
) -> None:
    made = api.v1.refunds.create({"charge": paid_charge(sandbox, api, card).id})
    sandbox.control("clock", {"advance_seconds": 86_400})
    at_last = "succeeded" if card == PENDING_REFUND else "failed"
    assert (made.status, api.v1.refunds.retrieve(made.id).status) == (at_first, at_last)


def test_every_change_of_a_refund_is_told_with_its_metadata(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver
) -> None:
    charge = paid_charge(sandbox, api, FAILING_REFUND)
    made = api.v1.refunds.create({"charge": charge.id, "amount": 300, "metadata": {"refund": "ref_1"}})
    api.v1.refunds.update(made.id, {"metadata": {"reason": "late"}})
    sandbox.control("clock", {"advance_seconds": 86_400})
    kinds = {"refund.created": 1, "refund.updated": 2, "refund.failed": 1, "charge.refund.updated": 2}
    for kind, times in kinds.items():
        told = eventually(lambda kind=kind, times=times: len(shop.of(kind)) == times and shop.of(kind))
        about = told[-1].event["data"]["object"]
        assert (about["id"], about["metadata"]["refund"]) == (made.id, "ref_1")
    last = shop.of("refund.failed")[0].event["data"]["object"]
    assert last["metadata"] == {"refund": "ref_1", "reason": "late"}
    assert (last["charge"], last["payment_intent"]) == (charge.id, charge.payment_intent)


def test_a_refund_by_hand_is_told_and_fails_like_any_other(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver
) -> None:
    charge = paid_charge(sandbox, api)
    made = sandbox.control(f"stripe/payments/{charge.payment_intent}/refund", {"amount": 300})
    sandbox.control(f"stripe/refunds/{made['id']}/settle", {"outcome": "failed"})
    for kind in ("refund.created", "charge.refunded", "refund.failed", "charge.refund.updated"):
        event = eventually(lambda kind=kind: shop.of(kind))[0].event
        assert event["request"] == {"id": None, "idempotency_key": None}
    assert event["data"]["object"]["metadata"] == {}
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 0

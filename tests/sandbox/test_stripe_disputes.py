"""Early fraud warnings and disputes: who has the money, who may be refunded, what is told."""

from typing import Any

import pytest
import stripe

from tests.sandbox.shop import Receiver, eventually, order, paid_charge
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

FEE = 1500
PROOF: Any = {"product_description": "30 days in the USA", "customer_email_address": "mei@example.com"}


def _dispute(sandbox: RunningSandbox, charge: Any, **more: Any) -> Any:
    return sandbox.control(f"stripe/payments/{charge.id}/dispute", more)


def _resolve(sandbox: RunningSandbox, dispute: str, outcome: str) -> Any:
    return sandbox.control(f"stripe/disputes/{dispute}/resolve", {"outcome": outcome})


def _usd(sandbox: RunningSandbox) -> dict[str, int]:
    found: dict[str, int] = sandbox.control("stripe/account", method="GET")["usd"]
    return found


def _let_things_follow(sandbox: RunningSandbox) -> None:
    sandbox.control("clock", {"advance_seconds": 0})


@pytest.fixture
def charge(sandbox: RunningSandbox, api: stripe.StripeClient) -> Any:
    """5000 were taken; Stripe's fee is 175."""
    return paid_charge(sandbox, api, amount=5000)


def test_a_dispute_takes_the_money_and_a_fee(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge, reason="product_not_received")
    told: Any = api.v1.disputes.retrieve(made["id"], {"expand": ["charge", "payment_intent"]})
    assert (told.status, told.reason, told.amount, told.currency) == (
        "needs_response",
        "product_not_received",
        5000,
        "usd",
    )
    assert (told.charge.id, told.charge.disputed) == (charge.id, True)
    assert told.payment_intent.to_dict()["metadata"] == {"attempt": "att_1"}
    assert (told.payment_method_details.card.case_type, told.is_charge_refundable) == ("chargeback", False)
    line = told.balance_transactions[0]
    assert (line.amount, line.fee, line.net) == (-5000, FEE, -6500)
    assert (line.type, line.reporting_category, line.source) == ("adjustment", "dispute", told.id)
    assert line.fee_details[0].description == "Dispute fee"
    assert [each.id for each in api.v1.balance_transactions.list({"source": told.id}).data] == [line.id]
    assert _usd(sandbox)["disputes"] == 5000
    assert _usd(sandbox)["net"] == 5000 - 175 - 5000 - FEE
    for event in ("charge.dispute.created", "charge.dispute.funds_withdrawn"):
        assert eventually(lambda event=event: shop.of(event))[0].event["data"]["object"]["id"] == told.id


def test_disputes_are_listed_by_charge_payment_and_time(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    now = sandbox.state()["clock"]["now"]
    for asked in (
        {},
        {"charge": charge.id},
        {"payment_intent": charge.payment_intent},
        {"created": {"lte": now}},
    ):
        assert [each.id for each in api.v1.disputes.list(asked).data] == [made]  # type: ignore[arg-type]
    assert api.v1.disputes.list({"charge": "ch_other"}).data == []


def test_a_disputed_charge_is_never_refunded(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge, amount=2000)["id"]
    api.v1.disputes.close(made)
    for ask in ({"charge": charge.id}, {"payment_intent": charge.payment_intent, "amount": 100}):
        with pytest.raises(stripe.InvalidRequestError, match="has been charged back") as refusal:
            api.v1.refunds.create(ask)  # type: ignore[arg-type]
        assert refusal.value.code == "charge_disputed"
    with pytest.raises(ControlRefused, match="409"):
        sandbox.control(f"stripe/payments/{charge.id}/refund")
    assert api.v1.refunds.list().data == []


def test_evidence_is_kept_first_and_sent_once(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    staged: Any = api.v1.disputes.update(
        made, {"evidence": PROOF, "submit": False, "metadata": {"case": "7"}}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.evidence_details.submission_count == 0
    sent: Any = api.v1.disputes.update(made, {"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.product_description == "30 days in the USA"
    assert sent.to_dict()["metadata"] == {"case": "7"}
    eventually(lambda: len(shop.of("charge.dispute.updated")) == 2)
    for again in ({"evidence": PROOF}, {"submit": True}):
        with pytest.raises(stripe.InvalidRequestError):
            api.v1.disputes.update(made, again)  # type: ignore[arg-type]
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.disputes.close(made)


def test_evidence_is_sent_at_once_unless_told_otherwise(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    assert api.v1.disputes.update(made, {"metadata": {"case": "7"}}).status == "needs_response"
    assert api.v1.disputes.update(made, {"evidence": PROOF}).status == "under_review"


@pytest.mark.parametrize(
    ("evidence", "param"),
    [
        ({"colour": "jade"}, "evidence[colour]"),
        ({"receipt": "file_nothing"}, "evidence[receipt]"),
        ({"product_description": "x" * 20_001}, "evidence[product_description]"),
        (dict.fromkeys(("access_activity_log", "uncategorized_text", "service_date", "customer_name",
                        "shipping_date", "billing_address", "cancellation_rebuttal", "shipping_carrier"),
                       "x" * 20_000), "evidence"),
    ],
)  # fmt: skip
def test_evidence_that_cannot_be_sent_is_refused_whole(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any, evidence: Any, param: str
) -> None:
    made = _dispute(sandbox, charge)["id"]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.disputes.update(made, {"evidence": evidence})
    assert refusal.value.param == param
    assert api.v1.disputes.retrieve(made).status == "needs_response"


def test_a_dispute_that_was_won_gives_the_money_back_but_not_the_fee(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    api.v1.disputes.update(made, {"evidence": PROOF})
    assert _usd(sandbox)["fees"] == 175 + 2 * FEE
    _resolve(sandbox, made, "won")
    told: Any = api.v1.disputes.retrieve(made)
    assert [(line.amount, line.fee) for line in told.balance_transactions] == [(-5000, FEE), (5000, 0)]
    assert told.balance_transactions[1].reporting_category == "dispute_reversal"
    assert (told.status, _usd(sandbox)["fees"], _usd(sandbox)["disputes"]) == ("won", 175 + FEE, 0)
    fees = api.v1.balance_transactions.list({"type": "stripe_fee"}).data
    assert [(line.amount, line.source) for line in fees] == [(FEE, None), (-FEE, None)]
    assert eventually(lambda: shop.of("charge.dispute.closed"))[0].event["data"]["object"]["status"] == "won"
    assert eventually(lambda: shop.of("charge.dispute.funds_reinstated"))
    assert api.v1.refunds.create({"charge": charge.id}).status == "succeeded"


def test_a_dispute_that_was_lost_costs_the_money_and_both_fees(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    api.v1.disputes.update(made, {"evidence": PROOF})
    _resolve(sandbox, made, "lost")
    assert api.v1.disputes.retrieve(made).status == "lost"
    assert _usd(sandbox)["net"] == -175 - 2 * FEE
    assert eventually(lambda: shop.of("charge.dispute.closed"))
    assert shop.of("charge.dispute.funds_reinstated") == []


def test_a_dispute_that_is_accepted_is_lost(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    assert api.v1.disputes.close(made).status == "lost"
    assert _usd(sandbox)["fees"] == 175 + FEE
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.v1.disputes.update(made, {"evidence": PROOF})


def test_a_dispute_that_nobody_answers_is_lost_after_its_day(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made: Any = api.v1.disputes.retrieve(_dispute(sandbox, charge)["id"])
    left = made.evidence_details.due_by - sandbox.state()["clock"]["now"]
    assert 7 * 86_400 < left < 21 * 86_400
    sandbox.control("clock", {"advance_seconds": left - 5})
    assert api.v1.disputes.retrieve(made.id).status == "needs_response"
    sandbox.control("clock", {"advance_seconds": 10})
    assert api.v1.disputes.retrieve(made.id).status == "lost"


@pytest.mark.parametrize(("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_test_mode_judges_certain_evidence_by_itself(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any, text: str, status: str
) -> None:
    made = _dispute(sandbox, charge)["id"]
    sent = api.v1.disputes.update(made, {"evidence": {"uncategorized_text": text}})
    assert sent.status == "under_review"
    _let_things_follow(sandbox)
    assert api.v1.disputes.retrieve(made).status == status


@pytest.mark.parametrize(
    ("card", "reason", "status"),
    [
        ("4000000000000259", "fraudulent", "needs_response"),
        ("4000000000002685", "product_not_received", "needs_response"),
        ("4000000000001976", "fraudulent", "warning_needs_response"),
    ],
)
def test_some_cards_dispute_what_they_paid(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, card: str, reason: str, status: str
) -> None:
    charge = paid_charge(sandbox, api, card, amount=5000)
    made = eventually(lambda: api.v1.disputes.list({"charge": charge.id}).data)[0]
    assert (made.reason, made.status) == (reason, status)
    assert eventually(lambda: shop.of("charge.dispute.created"))


def test_an_inquiry_moves_no_money_and_ends_with_a_refund(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge, case="inquiry")
    assert (made["status"], made["balance_transactions"], made["is_charge_refundable"]) == (
        "warning_needs_response",
        [],
        True,
    )
    assert _usd(sandbox)["net"] == 5000 - 175
    api.v1.refunds.create({"charge": charge.id})
    assert api.v1.disputes.retrieve(made["id"]).status == "warning_closed"
    with pytest.raises(ControlRefused, match="409"):
        sandbox.control(f"stripe/disputes/{made['id']}/reopen")


def test_an_inquiry_may_become_a_dispute(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge, case="inquiry")["id"]
    answered = api.v1.disputes.update(made, {"evidence": PROOF})
    assert (answered.status, _usd(sandbox)["fees"]) == ("warning_under_review", 175)
    with pytest.raises(ControlRefused, match="409"):
        _resolve(sandbox, made, "won")
    _resolve(sandbox, made, "escalated")
    told: Any = api.v1.disputes.retrieve(made)
    assert (told.status, told.payment_method_details.card.case_type) == ("needs_response", "chargeback")
    assert _usd(sandbox)["disputes"] == 5000


def test_an_inquiry_ends_by_itself(api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any) -> None:
    made = _dispute(sandbox, charge, case="inquiry")["id"]
    sandbox.control("clock", {"advance_seconds": 120 * 86_400})
    assert api.v1.disputes.retrieve(made).status == "warning_closed"


def test_a_prevented_dispute_is_a_refund_by_stripe(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge, case="block")
    assert (made["status"], made["balance_transactions"]) == ("prevented", [])
    assert [each.amount for each in api.v1.refunds.list({"charge": charge.id}).data] == [5000]
    assert (_usd(sandbox)["refunds"], _usd(sandbox)["disputes"]) == (5000, 0)
    assert eventually(lambda: shop.of("charge.refunded"))


def test_a_prevented_dispute_may_be_reopened_and_its_refund_fails(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    made = _dispute(sandbox, charge, case="block")["id"]
    sandbox.control(f"stripe/disputes/{made}/reopen")
    assert api.v1.disputes.retrieve(made).status == "needs_response"
    assert api.v1.refunds.list({"charge": charge.id}).data[0].status == "failed"
    usd = _usd(sandbox)
    assert (usd["refunds"], usd["disputes"], usd["fees"]) == (0, 5000, 175 + FEE)
    for event in ("refund.failed", "charge.dispute.funds_withdrawn", "charge.dispute.updated"):
        eventually(lambda event=event: shop.of(event))


def test_a_network_may_give_the_money_back_before_anybody_is_asked(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge, case="resolution")["id"]
    told: Any = api.v1.disputes.retrieve(made)
    assert told.status == "prevented"
    assert [(line.amount, line.fee) for line in told.balance_transactions] == [(-5000, 0)]
    assert api.v1.refunds.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"charge": charge.id})
    assert refusal.value.code == "charge_disputed"


def test_a_dispute_that_was_won_may_be_reopened_and_takes_the_money_again(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    made = _dispute(sandbox, charge)["id"]
    _resolve(sandbox, made, "won")
    with pytest.raises(ControlRefused, match="409"):
        _resolve(sandbox, made, "lost")
    sandbox.control(f"stripe/disputes/{made}/reopen")
    assert _usd(sandbox)["disputes"] == 5000
    _resolve(sandbox, made, "won")
    told: Any = api.v1.disputes.retrieve(made)
    assert [line.amount for line in told.balance_transactions] == [-5000, 5000, -5000, 5000]
    assert _usd(sandbox)["fees"] == 175 + FEE


def test_only_what_is_left_of_a_card_payment_can_be_disputed(
    api: stripe.StripeClient, sandbox: RunningSandbox, charge: Any
) -> None:
    api.v1.refunds.create({"charge": charge.id, "amount": 2000})
    with pytest.raises(ControlRefused, match="409"):
        _dispute(sandbox, charge, amount=3001)
    assert _dispute(sandbox, charge, amount=1000)["amount"] == 1000
    assert _dispute(sandbox, charge)["amount"] == 2000
    with pytest.raises(ControlRefused, match="409"):
        _dispute(sandbox, charge)
    other = paid_charge(sandbox, api, "bank_debit_fails")
    with pytest.raises(ControlRefused, match="409"):
        _dispute(sandbox, other)


def test_a_wallet_payment_has_no_disputes(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    session = api.v1.checkout.sessions.create(order(payment_method_types=["alipay"]))
    sandbox.control(f"stripe/sessions/{session.id}/pay", {"card": "alipay", "challenge": "complete"})
    with pytest.raises(ControlRefused, match="only cards"):
        sandbox.control(f"stripe/payments/{session.id}/dispute")


def test_a_bank_warns_before_anybody_disputes(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any
) -> None:
    path = f"stripe/payments/{charge.payment_intent}/warning"
    made = sandbox.control(path, {"fraud_type": "made_with_stolen_card"})["id"]
    warnings = api.v1.radar.early_fraud_warnings
    told: Any = warnings.retrieve(made, {"expand": ["charge"]})
    assert (told.fraud_type, told.actionable, told.charge.id) == ("made_with_stolen_card", True, charge.id)
    assert [each.id for each in warnings.list({"payment_intent": charge.payment_intent}).data] == [made]
    event = eventually(lambda: shop.of("radar.early_fraud_warning.created"))[0].event
    assert event["data"]["object"]["charge"] == charge.id
    assert _usd(sandbox)["net"] == 5000 - 175


def test_a_card_brings_a_warning_by_itself(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    charge = paid_charge(sandbox, api, "4000000000005423")
    warnings = api.v1.radar.early_fraud_warnings
    assert eventually(lambda: warnings.list({"charge": charge.id}).data)[0].actionable
    assert api.v1.disputes.list().data == []


@pytest.mark.parametrize("how", ["refund", "dispute"])
def test_a_warning_cannot_be_acted_upon_any_more_after_a_refund_or_a_dispute(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, charge: Any, how: str
) -> None:
    made = sandbox.control(f"stripe/payments/{charge.id}/warning")["id"]
    api.v1.refunds.create({"charge": charge.id, "amount": 100})
    assert api.v1.radar.early_fraud_warnings.retrieve(made).actionable
    sandbox.control(f"stripe/payments/{charge.id}/{how}")
    assert not api.v1.radar.early_fraud_warnings.retrieve(made).actionable
    assert eventually(lambda: shop.of("radar.early_fraud_warning.updated"))

"""What each event of Stripe leads us to ask about. The messages have the fields that Stripe documents."""

import json
from typing import Any

import pytest

from yuanyou.payments.port import About, BadNotice, Notice
from yuanyou.providers.stripe.events import notice_of

SESSION = {
    "id": "cs_test_1",
    "object": "checkout.session",
    "client_reference_id": "att_1",
    "metadata": {"attempt": "att_1"},
    "payment_intent": "pi_1",
}
INTENT = {"id": "pi_1", "object": "payment_intent", "metadata": {"attempt": "att_1"}, "latest_charge": "ch_1"}
CHARGE = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "metadata": {"attempt": "att_1"}}
REFUND = {
    "id": "re_1",
    "object": "refund",
    "charge": "ch_1",
    "payment_intent": "pi_1",
    "metadata": {"refund": "ref_1"},
}
DISPUTE = {"id": "du_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "metadata": {}}
WARNING = {"id": "issfr_1", "object": "radar.early_fraud_warning", "charge": "ch_1", "payment_intent": "pi_1"}
PAYOUT = {"id": "po_1", "object": "payout", "metadata": {}}

ATTEMPT_EVENTS = [
    ("checkout.session.completed", SESSION, "cs_test_1", "att_1", None),
    ("checkout.session.async_payment_succeeded", SESSION, "cs_test_1", "att_1", None),
    ("checkout.session.async_payment_failed", SESSION, "cs_test_1", "att_1", None),
    ("checkout.session.expired", SESSION | {"payment_intent": None}, "cs_test_1", "att_1", None),
    ("payment_intent.succeeded", INTENT, "pi_1", "att_1", None),
    ("payment_intent.payment_failed", INTENT, "pi_1", "att_1", None),
    ("payment_intent.processing", INTENT, "pi_1", "att_1", None),
    ("payment_intent.canceled", INTENT, "pi_1", "att_1", None),
    ("charge.succeeded", CHARGE, "pi_1", "att_1", "ch_1"),
    ("charge.failed", CHARGE, "pi_1", "att_1", "ch_1"),
    ("charge.refunded", CHARGE, "pi_1", "att_1", "ch_1"),
    ("charge.refund.updated", REFUND, "pi_1", None, "ch_1"),
    ("refund.created", REFUND, "pi_1", None, "ch_1"),
    ("refund.updated", REFUND, "pi_1", None, "ch_1"),
    ("refund.failed", REFUND, "pi_1", None, "ch_1"),
]
DISPUTE_EVENTS = [
    *(
        (f"charge.dispute.{what}", DISPUTE, "du_1")
        for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
    ),
    ("radar.early_fraud_warning.created", WARNING, "issfr_1"),
    ("radar.early_fraud_warning.updated", WARNING, "issfr_1"),
]


def told(kind: str, what: dict[str, Any]) -> Notice:
    event = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": what}, "livemode": False}
    return notice_of(json.dumps(event).encode())


@pytest.mark.parametrize(("kind", "what", "provider_ref", "ref", "charge_ref"), ATTEMPT_EVENTS)
def test_money_leads_to_its_attempt(
    kind: str, what: dict[str, Any], provider_ref: str, ref: str | None, charge_ref: str | None
) -> None:
    notice = told(kind, what)
    assert (notice.notice_id, notice.kind, notice.about) == ("evt_1", kind, About.ATTEMPT)
    assert (notice.provider_ref, notice.ref, notice.charge_ref) == (provider_ref, ref, charge_ref)
    assert notice.dispute_ref is None


@pytest.mark.parametrize(("kind", "what", "dispute_ref"), DISPUTE_EVENTS)
def test_a_complaint_leads_to_itself_and_its_charge(
    kind: str, what: dict[str, Any], dispute_ref: str
) -> None:
    notice = told(kind, what)
    assert (notice.about, notice.dispute_ref, notice.charge_ref) == (About.DISPUTE, dispute_ref, "ch_1")
    assert (notice.provider_ref, notice.ref) == (None, None)


@pytest.mark.parametrize(
    "kind", ["payout.paid", "payout.failed", "customer.created", "payment_method.attached", "of.next.year"]
)
def test_what_is_no_money_of_a_customer_is_kept_and_nothing_is_asked(kind: str) -> None:
    assert told(kind, PAYOUT).about is About.NOTHING


def test_a_reference_that_is_expanded_is_read_too() -> None:
    notice = told("refund.updated", REFUND | {"charge": CHARGE, "payment_intent": INTENT})
    assert (notice.provider_ref, notice.charge_ref) == ("pi_1", "ch_1")


def test_a_charge_that_is_not_ours_has_no_reference() -> None:
    notice = told("charge.succeeded", {"id": "ch_2", "object": "charge", "metadata": None})
    assert (notice.provider_ref, notice.ref, notice.charge_ref) == (None, None, "ch_2")


@pytest.mark.parametrize("broken", [{"type": "x"}, {"id": "evt_1"}, {"id": "evt_1", "type": "charge.x"}])
def test_half_an_event_is_not_understood(broken: dict[str, Any]) -> None:
    with pytest.raises(BadNotice):
        notice_of(json.dumps(broken).encode())

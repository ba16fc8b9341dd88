"""Disputes: the object, its money, and the refunds it forbids. What happens to one is in `dispute_life`.

Sources: docs.stripe.com/api/disputes, /disputes/how-disputes-work and the support article on dispute fees:
the received fee stays with Stripe, the countered fee comes back with a dispute that was won.
"""

from enum import StrEnum
from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.stripe import balance
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import MOST

KIND = "dispute"
FEE = 1500
"""For every dispute, and once more for countering it; minor units in every currency."""
ANSWER_DAYS, DAY_SECONDS = 10, 86_400
REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6"}
TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)


class Case(StrEnum):
    """Stripe's `case_type`."""

    CHARGEBACK = "chargeback"
    INQUIRY = "inquiry"  # the bank asks; no money moves
    RESOLUTION = "resolution"  # prevented: the network has given the money back
    BLOCK = "block"  # prevented: Stripe has refunded the charge


def new(account: Account, charge: Document, *, amount: int, reason: str, case: Case, status: str) -> Document:
    """A dispute nobody has been told of; no money has moved."""
    charge["disputed"] = True
    account.save(charge)
    code = NETWORK_CODES.get(reason)
    brand = charge["payment_method_details"]["card"]["brand"]
    card = {"brand": brand, "case_type": str(case), "network": brand, "network_reason_code": code}
    dispute = {
        "id": new_id("du_1"),
        "object": KIND,
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys((*TEXTS, *FILES)), "enhanced_evidence": {}},
        "evidence_details": unanswered(account.now()),
        "intended_submission_method": None,
        "is_charge_refundable": case in {Case.INQUIRY, Case.BLOCK},
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": reason,
        "status": status,
    }
    return account.create(dispute, {"charge": charge["id"], "payment_intent": charge["payment_intent"]})


def unanswered(now: int) -> dict[str, Any]:
    """`evidence_details` of a dispute that was opened now: ten days, to the end of the day."""
    last_day = now + ANSWER_DAYS * DAY_SECONDS
    return {
        "due_by": last_day - last_day % DAY_SECONDS + DAY_SECONDS - 1,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }


def case_of(dispute: Document) -> Case:
    return Case(dispute["payment_method_details"]["card"]["case_type"])


def become_chargeback(dispute: Document) -> None:
    """From now on it is about money."""
    dispute["payment_method_details"]["card"]["case_type"] = str(Case.CHARGEBACK)
    dispute["is_charge_refundable"] = False


def withdrawn(dispute: Document) -> bool:
    """Has the bank taken the money, and not given it back?"""
    return bool(sum(line["amount"] for line in dispute["balance_transactions"]) < 0)


def withdraw(account: Account, dispute: Document, *, fee: int) -> None:
    """The bank takes the disputed amount."""
    _book(
        account,
        dispute,
        balance.Movement(
            kind="adjustment",
            category="dispute",
            currency=dispute["currency"],
            amount=-dispute["amount"],
            source=dispute["id"],
            description=f"Chargeback withdrawal for {dispute['charge']}",
            fee=fee,
            fee_for="Dispute fee",
        ),
    )


def reinstate(account: Account, dispute: Document) -> None:
    """The bank gives it back; Stripe keeps the fee."""
    _book(
        account,
        dispute,
        balance.Movement(
            kind="adjustment",
            category="dispute_reversal",
            currency=dispute["currency"],
            amount=dispute["amount"],
            source=dispute["id"],
            description=f"Chargeback reversal for {dispute['charge']}",
        ),
    )


def of_charge(account: Account, charge_id: str) -> list[Document]:
    """Newest first."""
    return account.page(KIND, Page(limit=MOST, key=("charge", charge_id)))[0]


def check_refundable(account: Account, charge: Document) -> None:
    """ApiError while a bank has, or may take, the money of the charge."""
    if charge["disputed"] and not all(
        dispute["is_charge_refundable"] for dispute in of_charge(account, charge["id"])
    ):
        told = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise ApiError(told, code="charge_disputed")


def close_inquiries(account: Account, charge: Document) -> None:
    """The charge was refunded: its bank has nothing left to ask."""
    for dispute in of_charge(account, charge["id"]) if charge["disputed"] else ():
        if dispute["status"] in {"warning_needs_response", "warning_under_review"}:
            dispute["status"] = "warning_closed"
            account.save(dispute)
            account.emit("charge.dispute.closed", dispute)


def _book(account: Account, dispute: Document, movement: balance.Movement) -> None:
    line = balance.record(account, balance.DISPUTES, movement)
    dispute["balance_transactions"].append(balance.shown(account, line))

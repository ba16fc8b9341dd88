"""Disputes: a payer, or the payer's bank, wants the money back.

An inquiry moves no money. A claim (INTERNAL, stage CHARGEBACK) holds it until PayPal decides; a bank's
chargeback (EXTERNAL) takes it at once, with a fee. Source: PayPal's OpenAPI document customer_disputes_v1;
what it does not say, the issue of an action at the wrong time, is ours (ACTION_NOT_ALLOWED).
"""

from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.paypal import balance, capturing, money
from yuanyou_sandbox.paypal.account import HIDDEN, Account, shown
from yuanyou_sandbox.paypal.balance import Code, Entry
from yuanyou_sandbox.paypal.dispute_shapes import disputed_transaction, reversal_of
from yuanyou_sandbox.paypal.errors import unprocessable
from yuanyou_sandbox.paypal.ids import dispute_id
from yuanyou_sandbox.shared.store import Document

KIND, REVERSAL = "dispute", "reversal"
DUE = "paypal.dispute_due"
ANSWER_SECONDS = 10 * 86_400
INTERNAL, EXTERNAL = "INTERNAL", "EXTERNAL"
INQUIRY, CLAIM = "INQUIRY", "CHARGEBACK"
REASONS = (
    *("MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", "UNAUTHORISED"),
    *("CREDIT_NOT_PROCESSED", "DUPLICATE_TRANSACTION", "INCORRECT_AMOUNT", "PAYMENT_BY_OTHER_MEANS"),
    *("CANCELED_RECURRING_BILLING", "PROBLEM_WITH_REMITTANCE", "OTHER"),
)
OPEN, TO_ANSWER, REVIEW, RESOLVED = "OPEN", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED"
STATES = {
    OPEN: "OPEN_INQUIRIES",
    TO_ANSWER: "REQUIRED_ACTION",
    REVIEW: "UNDER_PAYPAL_REVIEW",
    RESOLVED: "RESOLVED",
}
"""What each status means for the seller."""
WON, LOST, CANCELED = "RESOLVED_SELLER_FAVOUR", "RESOLVED_BUYER_FAVOUR", "CANCELED_BY_BUYER"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the payer says: `units` of the capture, in its currency."""

    units: int
    reason: str = REASONS[0]
    channel: str = INTERNAL
    stage: str = CLAIM


def open_dispute(account: Account, capture: Document, complaint: Complaint) -> Document:
    """A new dispute. The capture's money must have come, and there must be `units` of it left."""
    ident, now, currency = dispute_id(), account.now(), capture["amount"]["currency_code"]
    dispute: Document = {
        "id": ident,
        "dispute_id": ident,
        "create_time": account.time(now),
        "update_time": account.time(now),
        "disputed_transactions": [disputed_transaction(account, capture)],
        "reason": complaint.reason,
        "status": OPEN,
        "dispute_state": STATES[OPEN],
        "dispute_amount": money.money(complaint.units, currency),
        "dispute_life_cycle_stage": INQUIRY,
        "dispute_channel": complaint.channel,
        HIDDEN: {"capture": capture["id"], "held": 0, "taken": 0, "updated": now},
    }
    with account.transaction():
        account.create(KIND, dispute, {"capture": capture["id"]})
        if complaint.stage == CLAIM:
            _claim(account, dispute)
        _tell(account, "CREATED", dispute)
    return dispute


def escalate(account: Account, dispute: Document) -> None:
    """The payer makes an inquiry a claim; nothing when it is one."""
    if dispute["status"] != OPEN:
        return
    with account.transaction():
        _claim(account, dispute)
        _tell(account, "UPDATED", dispute)


def review(account: Account, dispute: Document, evidences: list[dict[str, Any]]) -> None:
    """The seller has answered; PayPal, or the bank, decides. ApiError when nothing is asked of the seller."""
    if dispute["status"] != TO_ANSWER:
        raise unprocessable("ACTION_NOT_ALLOWED")
    with account.transaction():
        dispute["evidences"] = [*dispute.get("evidences", []), *evidences]
        _save(account, dispute, REVIEW)
        _tell(account, "UPDATED", dispute)


def accept(account: Account, dispute: Document) -> None:
    """The seller gives in. ApiError when it is too late for that."""
    if dispute["status"] not in {OPEN, TO_ANSWER}:
        raise unprocessable("ACTION_NOT_ALLOWED")
    resolve(account, dispute, LOST)


def resolve(account: Account, dispute: Document, outcome: str) -> None:
    """The end: `outcome` is WON, LOST or CANCELED; nothing when it has ended."""
    if dispute["status"] == RESOLVED:
        return
    with account.transaction():
        if outcome == LOST:
            _lose(account, dispute)
        else:
            _give_back(account, dispute)
        _end(account, dispute, outcome, _disputed(dispute) if outcome == LOST else 0)


def run_out(account: Account, ident: str) -> None:
    """The seller has not answered in time: lost."""
    dispute = account.get(KIND, ident)
    if dispute["status"] == TO_ANSWER:
        resolve(account, dispute, LOST)


def check_refundable(account: Account, capture: Document, *, whole: bool) -> None:
    """ApiError when a dispute forbids the refund: of a claim PayPal takes whole refunds only."""
    for dispute in open_of(account, capture):
        if dispute["dispute_channel"] == EXTERNAL:
            raise unprocessable("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")
        if not whole:
            raise unprocessable("TRANSACTION_DISPUTED")


def end_by_refund(account: Account, capture: Document) -> None:
    """The seller gave all the money back: there is nothing left to dispute."""
    for dispute in open_of(account, capture):
        with account.transaction():
            _give_back(account, dispute)
            _end(account, dispute, LOST, _disputed(dispute))


def whole(account: Account, dispute: Document) -> Document:
    """As the API shows it, with what can be done now."""
    told = {name: value for name, value in shown(dispute).items() if name != "id"}
    path = f"v1/customer/disputes/{dispute['id']}"
    links = [account.link("self", path)]
    if dispute["status"] == TO_ANSWER:
        links.append(account.link("provide_evidence", f"{path}/provide-evidence", "POST"))
    if dispute["status"] in {OPEN, TO_ANSWER}:
        links.append(account.link("accept_claim", f"{path}/accept-claim", "POST"))
    return told | {"links": links}


def _claim(account: Account, dispute: Document) -> None:
    """PayPal holds the money, or the bank takes it."""
    units, now = _disputed(dispute), account.now()
    if dispute["dispute_channel"] == EXTERNAL:
        _take(account, dispute, Code.CHARGEBACK, "CHARGEBACK")
        dispute[HIDDEN]["taken"] = units
        _charge(account, dispute, "CHARGEBACK_FEE")
    else:
        _move(account, dispute, Code.HELD_FOR_DISPUTE, -units)
        dispute[HIDDEN]["held"] = units
    dispute["dispute_life_cycle_stage"] = CLAIM
    dispute["seller_response_due_date"] = account.time(now + ANSWER_SECONDS)
    _save(account, dispute, TO_ANSWER)
    account.world.timers.set(DUE, dispute["id"], now + ANSWER_SECONDS)


def _lose(account: Account, dispute: Document) -> None:
    if dispute[HIDDEN]["taken"]:
        return
    claimed = bool(dispute[HIDDEN]["held"])
    _give_back(account, dispute)
    _take(account, dispute, Code.REVERSAL, "BUYER_COMPLAINT")
    if claimed:
        _charge(account, dispute, "DISPUTE_FEE")


def _give_back(account: Account, dispute: Document) -> None:
    """What was held or taken is the seller's again."""
    hidden = dispute[HIDDEN]
    if hidden["held"]:
        _move(account, dispute, Code.RELEASED, hidden["held"])
    if hidden["taken"]:
        _move(account, dispute, Code.CHARGEBACK_REVERSAL, hidden["taken"])
        _moved(account, dispute, "CREDIT", hidden["taken"], "DISPUTE_SETTLEMENT")
        capture = account.get(capturing.KIND, hidden["capture"])
        capture[HIDDEN]["reversed"] -= hidden["taken"]
        capturing.restate(account, capture)
    dispute[HIDDEN] |= {"held": 0, "taken": 0}


def _take(account: Account, dispute: Document, code: Code, why: str) -> None:
    """The money of the capture is gone."""
    units = _disputed(dispute)
    movement = _move(account, dispute, code, -units)
    _moved(account, dispute, "DEBIT", units, "DISPUTE_SETTLEMENT")
    capture = account.get(capturing.KIND, dispute[HIDDEN]["capture"])
    capture[HIDDEN]["reversed"] += units
    capturing.restate(account, capture, why)
    reversal = reversal_of(account, capture, movement["id"], dispute["dispute_amount"])
    account.create(REVERSAL, reversal)
    told = money.shown(units, capture["amount"]["currency_code"])
    account.emit(
        "PAYMENT.CAPTURE.REVERSED", "refund", shown(reversal), f"A {told} capture payment was reversed"
    )


def _charge(account: Account, dispute: Document, reason: str) -> None:
    """The fee of a dispute; it is not given back."""
    fee = balance.dispute_fee(dispute["dispute_amount"]["currency_code"])
    _move(account, dispute, Code.DISPUTE_FEE, -fee)
    _moved(account, dispute, "DEBIT", fee, reason)


def _move(account: Account, dispute: Document, code: Code, gross: int) -> Document:
    capture = account.get(capturing.KIND, dispute[HIDDEN]["capture"])
    entry = Entry(
        code,
        gross,
        capture["amount"]["currency_code"],
        reference=capture["id"],
        invoice_id=capture.get("invoice_id"),
        custom_id=capture.get("custom_id"),
    )
    return balance.record(account, entry)


def _moved(account: Account, dispute: Document, way: str, units: int, reason: str) -> None:
    told = {
        "affected_party": "SELLER",
        "amount": money.money(units, dispute["dispute_amount"]["currency_code"]),
        "initiated_time": account.time(),
        "type": way,
        "reason": reason,
    }
    dispute["money_movements"] = [*dispute.get("money_movements", []), told]


def _end(account: Account, dispute: Document, outcome: str, refunded: int) -> None:
    told = money.money(refunded, dispute["dispute_amount"]["currency_code"])
    dispute["dispute_outcome"] = {"outcome_code": outcome} | ({"amount_refunded": told} if refunded else {})
    dispute.pop("seller_response_due_date", None)
    _save(account, dispute, RESOLVED)
    _tell(account, "RESOLVED", dispute)


def _save(account: Account, dispute: Document, status: str) -> None:
    dispute |= {"status": status, "dispute_state": STATES[status], "update_time": account.time()}
    dispute[HIDDEN]["updated"] = account.now()
    account.save(KIND, dispute)


def _tell(account: Account, what: str, dispute: Document) -> None:
    told = whole(account, dispute)
    summary = f"A dispute was {what.lower()}"
    account.emit(f"CUSTOMER.DISPUTE.{what}", "dispute", told, summary, version="1.0")


def open_of(account: Account, capture: Document) -> list[Document]:
    """The disputes of a capture that have not ended."""
    found = account.all_by(KIND, "capture", capture["id"])
    return [each for each in found if each["status"] != RESOLVED]


def _disputed(dispute: Document) -> int:
    return money.units_of(dispute["dispute_amount"])

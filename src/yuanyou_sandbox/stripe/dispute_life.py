"""What a customer's bank, the shop and the clock do to a dispute."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import balance, disputes, fraud_warnings, refunds
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import of_fingerprint
from yuanyou_sandbox.stripe.disputes import Case
from yuanyou_sandbox.stripe.methods import After

OVERDUE, JUDGE = "stripe.dispute_overdue", "stripe.dispute_judged"
HIDDEN = "dispute.hidden"
INQUIRY_SECONDS = 120 * 86_400
"""After so long the bank has nothing more to say to an inquiry."""
FIRST = {
    Case.CHARGEBACK: "needs_response",
    Case.INQUIRY: "warning_needs_response",
    Case.RESOLUTION: "prevented",
    Case.BLOCK: "prevented",
}
AFTER = {
    After.FRAUD: ("fraudulent", Case.CHARGEBACK),
    After.NOT_RECEIVED: ("product_not_received", Case.CHARGEBACK),
    After.INQUIRY: ("fraudulent", Case.INQUIRY),
}
MAGIC = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalated"}
"""What test mode makes of `uncategorized_text`. Source: docs.stripe.com/testing#disputes."""
ASKED, OPEN = ("warning_needs_response", "warning_under_review"), ("needs_response", "under_review")
OUTCOMES = {"won": OPEN, "lost": OPEN, "closed": ASKED, "escalated": ASKED, "prevented": ASKED}
"""How a bank ends it, or makes more of it, and from which states."""


class NotNow(Exception):
    """The dispute, or the charge, is in no state for that."""


def open_case(
    account: Account, charge: Document, *, reason: str, case: Case, amount: int | None = None
) -> Document:
    """A customer disputes `amount` (minor units; None is all that is left). NotNow when nothing is."""
    left = charge["amount"] - charge["amount_refunded"] - _disputed(account, charge)
    if charge["status"] != "succeeded" or not 0 < (amount or left) <= left:
        raise NotNow(f"{left} of the charge are left to be disputed")
    if charge["payment_method_details"]["type"] != "card":
        raise NotNow("only cards have disputes")
    fraud_warnings.settle(account, charge)
    status, disputed = FIRST[case], amount or left
    dispute = disputes.new(account, charge, amount=disputed, reason=reason, case=case, status=status)
    account.emit("charge.dispute.created", dispute)
    match case:
        case Case.CHARGEBACK:
            _withdraw(account, dispute, fee=disputes.FEE)
        case Case.RESOLUTION:
            _withdraw(account, dispute, fee=0)
        case Case.BLOCK:
            _prevent(account, dispute)
    account.save(dispute)
    _wait(account, dispute)
    return dispute


def follow(account: Account, charge: Document) -> None:
    """What a test card brings about by itself."""
    after = of_fingerprint(charge["payment_method_details"]["card"]["fingerprint"]).after
    if after is After.WARNING:
        fraud_warnings.warn(account, charge, "misc")
    elif after and not charge["refunded"]:
        reason, case = AFTER[after]
        open_case(account, charge, reason=reason, case=case)


def answer(account: Account, dispute: Document) -> None:
    """The shop's evidence goes to the bank."""
    details = dispute["evidence_details"]
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    if dispute["status"] == "needs_response":
        balance.record_fee(account, dispute["currency"], disputes.FEE, _countered(dispute))
        dispute["status"] = "under_review"
    else:
        dispute["status"] = "warning_under_review"
    account.save(dispute)
    if dispute["evidence"]["uncategorized_text"] in MAGIC:
        account.world.timers.set(JUDGE, dispute["id"], account.now())


def judge(account: Account, dispute: Document) -> None:
    """What test mode makes of certain evidence; nothing when it does not fit."""
    outcome = MAGIC.get(dispute["evidence"]["uncategorized_text"] or "")
    if outcome and dispute["status"] in OUTCOMES[outcome]:
        resolve(account, dispute, outcome)


def resolve(account: Account, dispute: Document, outcome: str) -> None:
    """The bank's word, one of `OUTCOMES`. NotNow when the dispute is in no state for it."""
    if dispute["status"] not in OUTCOMES[outcome]:
        raise NotNow(f"the dispute is {dispute['status']}")
    match outcome:
        case "won":
            _win(account, dispute)
        case "escalated":
            _charge_back(account, dispute)
        case "prevented":
            account.save(dispute | {"status": "prevented"})
            _prevent(account, dispute)
            _close(account, dispute, "prevented")
        case _:
            _close(account, dispute, "lost" if outcome == "lost" else "warning_closed")


def reopen(account: Account, dispute: Document) -> None:
    """The bank has changed its mind. NotNow while it is open.

    What Stripe had refunded to prevent it comes back, and the bank takes the money instead.
    """
    if dispute["status"] in (*OPEN, *ASKED):
        raise NotNow(f"the dispute is {dispute['status']}")
    hidden = account.find(HIDDEN, dispute["id"])
    if hidden and dispute["status"] == "prevented":
        refunds.fail(account, account.get("refund", hidden["refund"]))
    elif dispute["status"] == "warning_closed" and account.get("charge", dispute["charge"])["refunded"]:
        raise NotNow("the charge has been refunded")
    dispute["evidence_details"] = disputes.unanswered(account.now())
    _charge_back(account, dispute)
    _wait(account, dispute)


def overdue(account: Account, dispute: Document) -> None:
    """Nobody has answered in time: the customer is right. An inquiry just ends."""
    details = dispute["evidence_details"]
    late = account.now() > details["due_by"]
    if dispute["status"] == "needs_response" and late:
        _close(account, dispute, "lost")
    elif dispute["status"] in ASKED and account.now() >= dispute["created"] + INQUIRY_SECONDS:
        _close(account, dispute, "warning_closed")


def accept(account: Account, dispute: Document) -> None:
    """The shop does not contest it."""
    _close(account, dispute, "lost" if dispute["status"] in OPEN else "warning_closed")


def _disputed(account: Account, charge: Document) -> int:
    """How much of it banks have taken, or ask about."""
    found = disputes.of_charge(account, charge["id"]) if charge["disputed"] else []
    return sum(each["amount"] for each in found if each["status"] in ASKED or disputes.withdrawn(each))


def _wait(account: Account, dispute: Document) -> None:
    if dispute["status"] == "needs_response":
        account.world.timers.set(OVERDUE, dispute["id"], dispute["evidence_details"]["due_by"] + 1)
    elif dispute["status"] in ASKED:
        account.world.timers.set(OVERDUE, dispute["id"], dispute["created"] + INQUIRY_SECONDS)


def _charge_back(account: Account, dispute: Document) -> None:
    """It is open again, and about money."""
    first = not dispute["balance_transactions"]
    disputes.become_chargeback(dispute)
    dispute["status"] = "needs_response"
    if not disputes.withdrawn(dispute):
        _withdraw(account, dispute, fee=disputes.FEE if first else 0)
    account.save(dispute)
    account.emit("charge.dispute.updated", dispute)


def _withdraw(account: Account, dispute: Document, *, fee: int) -> None:
    disputes.withdraw(account, dispute, fee=fee)
    account.save(dispute)
    account.emit("charge.dispute.funds_withdrawn", dispute)


def _win(account: Account, dispute: Document) -> None:
    dispute["is_charge_refundable"] = True
    disputes.reinstate(account, dispute)
    if dispute["evidence_details"]["submission_count"]:
        balance.record_fee(account, dispute["currency"], -disputes.FEE, _countered(dispute))
    _close(account, dispute, "won")
    account.emit("charge.dispute.funds_reinstated", dispute)


def _prevent(account: Account, dispute: Document) -> None:
    """Stripe refunds the charge before its bank asks for the money."""
    charge = account.get("charge", dispute["charge"])
    made = refunds.refund(account, charge, dispute["amount"])
    account.create({"id": dispute["id"], "object": HIDDEN, "created": account.now(), "refund": made["id"]})


def _close(account: Account, dispute: Document, status: str) -> None:
    dispute["status"] = status
    account.save(dispute)
    account.emit("charge.dispute.closed", dispute)


def _countered(dispute: Document) -> str:
    return f"Dispute countered fee ({dispute['id']})"

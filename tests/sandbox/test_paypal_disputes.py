"""PayPal's disputes: inquiries, claims that hold the money, chargebacks that take it."""

from typing import Any

import pytest

from tests.sandbox.paypal_shop import Wire, capture_of, issue_of
from tests.sandbox.shop import Receiver, eventually
from yuanyou_sandbox.testing import RunningSandbox

DAY = 86_400
DISPUTES = "/v1/customer/disputes"
FEE = 2000


@pytest.fixture
def paid(wire: Wire) -> Any:
    """A payment of USD 12.00, as its capture."""
    return capture_of(wire.captured(unit={"invoice_id": "inv-1"}))


def _open(sandbox: RunningSandbox, paid: Any, **how: Any) -> Any:
    return sandbox.control(f"paypal/payments/{paid['id']}/dispute", how)


def _money(sandbox: RunningSandbox) -> Any:
    return sandbox.control("paypal/account", method="GET")["USD"]


def _told(wire: Wire, dispute: Any) -> Any:
    status, told = wire.get(f"{DISPUTES}/{dispute['dispute_id']}")
    assert status == 200
    return told


def _answer(wire: Wire, dispute: Any) -> tuple[int, Any]:
    evidence = {"evidence_type": "PROOF_OF_FULFILLMENT", "notes": "Delivered, and 2 GB were used."}
    return wire.post(f"{DISPUTES}/{dispute['dispute_id']}/provide-evidence", {"evidences": [evidence]})


def test_a_claim_holds_the_money_and_names_the_payment(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, paid: Any
) -> None:
    made = _open(sandbox, paid, reason="UNAUTHORISED")
    told = _told(wire, made)
    assert (told["status"], told["dispute_state"]) == ("WAITING_FOR_SELLER_RESPONSE", "REQUIRED_ACTION")
    assert (told["reason"], told["dispute_amount"]["value"]) == ("UNAUTHORISED", "12.00")
    assert told["seller_response_due_date"]
    about = told["disputed_transactions"][0]
    assert (about["seller_transaction_id"], about["invoice_number"]) == (paid["id"], "inv-1")
    assert about["custom"] == "att_1"
    assert _money(sandbox)["disputes"] == 1200
    notice = eventually(lambda: shop.of("CUSTOMER.DISPUTE.CREATED"))[0].event
    assert notice["resource"]["dispute_id"] == made["dispute_id"]


def test_an_inquiry_moves_no_money_until_it_is_a_claim(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, paid: Any
) -> None:
    made = _open(sandbox, paid, stage="INQUIRY")
    assert (_told(wire, made)["dispute_state"], _money(sandbox)["disputes"]) == ("OPEN_INQUIRIES", 0)
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/escalate")
    assert (_told(wire, made)["dispute_state"], _money(sandbox)["disputes"]) == ("REQUIRED_ACTION", 1200)
    eventually(lambda: shop.of("CUSTOMER.DISPUTE.UPDATED"))


def test_evidence_is_taken_once_and_the_shop_may_win(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, paid: Any
) -> None:
    made = _open(sandbox, paid)
    status, answer = _answer(wire, made)
    assert (status, answer["links"][0]["rel"]) == (200, "self")
    told = _told(wire, made)
    assert told["status"] == "UNDER_REVIEW"
    assert told["evidences"][0]["source"] == "SUBMITTED_BY_SELLER"
    assert issue_of(_answer(wire, made)[1]) == "ACTION_NOT_ALLOWED"
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "won"})
    assert _told(wire, made)["dispute_outcome"]["outcome_code"] == "RESOLVED_SELLER_FAVOUR"
    assert _money(sandbox)["disputes"] == 0
    eventually(lambda: shop.of("CUSTOMER.DISPUTE.RESOLVED"))


def test_evidence_may_come_with_files(wire: Wire, sandbox: RunningSandbox, paid: Any) -> None:
    made = _open(sandbox, paid)
    told = '{"evidences": [{"evidence_type": "OTHER", "notes": "see the file"}]}'
    parts = {
        "input": (None, told, "application/json"),
        "file1": ("usage.pdf", b"%PDF-1.4", "application/pdf"),
    }
    answer = wire.http.post(f"{DISPUTES}/{made['dispute_id']}/provide-evidence", files=parts)
    assert answer.status_code == 200
    assert _told(wire, made)["evidences"][0]["notes"] == "see the file"


def test_giving_in_reverses_the_payment(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, paid: Any
) -> None:
    made = _open(sandbox, paid)
    assert wire.post(f"{DISPUTES}/{made['dispute_id']}/accept-claim", {"note": "sorry"})[0] == 200
    told = _told(wire, made)
    assert told["dispute_outcome"] == {
        "outcome_code": "RESOLVED_BUYER_FAVOUR",
        "amount_refunded": {"currency_code": "USD", "value": "12.00"},
    }
    capture = wire.get(f"/v2/payments/captures/{paid['id']}")[1]
    assert (capture["status"], capture["status_details"]["reason"]) == ("REFUNDED", "BUYER_COMPLAINT")
    reversal = eventually(lambda: shop.of("PAYMENT.CAPTURE.REVERSED"))[0].event["resource"]
    assert next(each["href"] for each in reversal["links"] if each["rel"] == "up").endswith(paid["id"])
    assert wire.get(f"/v2/payments/refunds/{reversal['id']}")[1]["amount"]["value"] == "12.00"
    money = _money(sandbox)
    assert (money["disputes"], money["refunds"], money["fees"]) == (1200, 0, 91 + FEE)


def test_silence_loses(wire: Wire, sandbox: RunningSandbox, paid: Any) -> None:
    made = _open(sandbox, paid)
    wire.wait(10 * DAY)
    assert _told(wire, made)["dispute_outcome"]["outcome_code"] == "RESOLVED_BUYER_FAVOUR"


def test_a_chargeback_takes_the_money_and_a_fee_at_once(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver, paid: Any
) -> None:
    made = _open(sandbox, paid, channel="EXTERNAL", amount=500)
    assert (_money(sandbox)["disputes"], _money(sandbox)["fees"]) == (500, 91 + FEE)
    moves = [(each["type"], each["reason"]) for each in _told(wire, made)["money_movements"]]
    assert moves == [("DEBIT", "DISPUTE_SETTLEMENT"), ("DEBIT", "CHARGEBACK_FEE")]
    assert wire.get(f"/v2/payments/captures/{paid['id']}")[1]["status"] == "PARTIALLY_REFUNDED"
    eventually(lambda: shop.of("PAYMENT.CAPTURE.REVERSED"))
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "won"})
    assert (_money(sandbox)["disputes"], _money(sandbox)["fees"]) == (0, 91 + FEE)
    assert wire.get(f"/v2/payments/captures/{paid['id']}")[1]["status"] == "COMPLETED"


def test_a_lost_chargeback_takes_nothing_twice(wire: Wire, sandbox: RunningSandbox, paid: Any) -> None:
    made = _open(sandbox, paid, channel="EXTERNAL")
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "lost"})
    assert _money(sandbox)["disputes"] == 1200
    assert _told(wire, made)["status"] == "RESOLVED"


def test_a_payer_may_give_up(wire: Wire, sandbox: RunningSandbox, paid: Any) -> None:
    made = _open(sandbox, paid)
    sandbox.control(f"paypal/disputes/{made['dispute_id']}/resolve", {"outcome": "canceled"})
    assert _told(wire, made)["dispute_outcome"]["outcome_code"] == "CANCELED_BY_BUYER"
    assert _money(sandbox)["disputes"] == 0


def test_of_disputed_money_only_all_goes_back_and_that_ends_a_claim(
    wire: Wire, sandbox: RunningSandbox, paid: Any
) -> None:
    made = _open(sandbox, paid)
    path = f"/v2/payments/captures/{paid['id']}/refund"
    part = {"amount": {"currency_code": "USD", "value": "1.00"}}
    assert issue_of(wire.post(path, part)[1]) == "TRANSACTION_DISPUTED"
    assert wire.post(path, {})[0] == 201
    assert _told(wire, made)["status"] == "RESOLVED"
    money = _money(sandbox)
    assert (money["disputes"], money["refunds"]) == (0, 1200)


def test_a_chargeback_forbids_refunds(wire: Wire, sandbox: RunningSandbox, paid: Any) -> None:
    _open(sandbox, paid, channel="EXTERNAL", amount=500)
    refused = wire.post(f"/v2/payments/captures/{paid['id']}/refund", {})[1]
    assert issue_of(refused) == "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"


def test_disputes_are_listed_by_payment_state_and_time(
    wire: Wire, sandbox: RunningSandbox, paid: Any
) -> None:
    first = _open(sandbox, paid)
    sandbox.control(f"paypal/disputes/{first['dispute_id']}/resolve", {"outcome": "won"})
    other = capture_of(wire.captured(key="other"))
    second = _open(sandbox, other, stage="INQUIRY")

    def listed(**query: Any) -> list[str]:
        return [each["dispute_id"] for each in wire.get(DISPUTES, **query)[1]["items"]]

    assert listed() == [second["dispute_id"], first["dispute_id"]]
    assert listed(disputed_transaction_id=paid["id"]) == [first["dispute_id"]]
    assert listed(dispute_state="RESOLVED,REQUIRED_ACTION") == [first["dispute_id"]]
    assert listed(update_time_after="2099-01-01T00:00:00.000Z") == []
    page = wire.get(DISPUTES, page_size=1)[1]
    following = next(each["href"] for each in page["links"] if each["rel"] == "next")
    assert wire.http.get(following).json()["items"][0]["dispute_id"] == first["dispute_id"]
    assert issue_of(wire.get(DISPUTES, page_size=51)[1]) == "INVALID_PARAMETER_VALUE"


def test_no_more_is_disputed_than_was_paid(sandbox: RunningSandbox, paid: Any) -> None:
    with pytest.raises(Exception, match="not so much to dispute"):
        _open(sandbox, paid, amount=1201)

"""Payouts, and balance transactions that add up to them."""

from typing import Any

import pytest
import stripe

from tests.sandbox.shop import Receiver, eventually, paid_charge
from yuanyou_sandbox.testing import RunningSandbox

DAY = 86_400
PAYOUT_EVENTS = ["payout.created", "payout.paid", "payout.failed", "payout.reconciliation_completed"]


@pytest.fixture
def manual(sandbox: RunningSandbox) -> RunningSandbox:
    """No payout comes by itself."""
    sandbox.control("stripe/payout_schedule", {"interval": "manual"})
    return sandbox


def _account(sandbox: RunningSandbox, code: str = "usd") -> dict[str, int]:
    found: dict[str, int] = sandbox.control("stripe/account", method="GET")[code]
    return found


def _advance(sandbox: RunningSandbox, seconds: int) -> None:
    sandbox.control("clock", {"advance_seconds": seconds})


def _lines(api: stripe.StripeClient, **asked: Any) -> list[Any]:
    return list(api.v1.balance_transactions.list({"limit": 100, **asked}).auto_paging_iter())


def test_what_is_available_is_paid_out_every_midnight(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    paid_charge(sandbox, api, amount=2000)
    now = sandbox.state()["clock"]["now"]
    _advance(sandbox, DAY - now % DAY)
    assert api.v1.payouts.list().data == []
    _advance(sandbox, 3 * DAY)
    (payout,) = api.v1.payouts.list().data
    assert (payout.amount, payout.currency, payout.automatic) == (1912, "usd", True)
    told = _account(sandbox)
    assert (told["net"], told["payouts"], told["balance"], told["available"]) == (1912, 1912, 0, 0)
    assert api.v1.balance.retrieve().available[0].amount == 0


def test_a_payout_lists_what_it_paid_out_and_itself(api: stripe.StripeClient, manual: RunningSandbox) -> None:
    first, second = paid_charge(manual, api, amount=2000), paid_charge(manual, api, amount=5000)
    refund = api.v1.refunds.create({"charge": first.id, "amount": 500})
    _advance(manual, 2 * DAY)
    late = paid_charge(manual, api, amount=900)
    (made,) = manual.control("stripe/payout")["payouts"]
    lines = _lines(api, payout=made["id"])
    by_type = {(line.type, line.source): line.net for line in lines}
    assert by_type == {
        ("charge", first.id): 1912,
        ("charge", second.id): 4825,
        ("refund", refund.id): -500,
        ("payout", made["id"]): -6237,
    }
    assert sum(by_type.values()) == 0
    assert made["amount"] == 6237
    assert late.id not in {line.source for line in lines}
    assert [line.net for line in _lines(api, payout=made["id"], type="payout")] == [-6237]
    assert _account(manual)["balance"] == _account(manual)["pending"] == 900 - 56


def test_a_line_leads_to_what_moved(api: stripe.StripeClient, manual: RunningSandbox) -> None:
    charge = paid_charge(manual, api, amount=5000)
    dispute = manual.control(f"stripe/payments/{charge.id}/dispute", {"amount": 1000})["id"]
    manual.control("stripe/disputes/" + dispute + "/resolve", {"outcome": "won"})
    _advance(manual, 2 * DAY)
    payout = manual.control("stripe/payout")["payouts"][0]["id"]
    found = {line.source.object: line.source.id for line in _lines(api, expand=["data.source"])}
    assert found == {"charge": charge.id, "dispute": dispute, "payout": payout}


@pytest.mark.parametrize("kind", ["charge", "refund", "refund_failure", "adjustment", "stripe_fee", "payout"])
def test_every_type_of_line_can_be_asked_for(
    api: stripe.StripeClient, manual: RunningSandbox, kind: str
) -> None:
    charge = paid_charge(manual, api, amount=9000)
    made = api.v1.refunds.create({"charge": charge.id, "amount": 100})
    manual.control(f"stripe/refunds/{made.id}/settle", {"outcome": "failed"})
    manual.control(f"stripe/payments/{charge.id}/dispute", {"amount": 1000})
    manual.control("stripe/fee", {"amount": 70, "description": "Radar"})
    _advance(manual, 2 * DAY)
    manual.control("stripe/payout")
    lines = _lines(api, type=kind)
    assert len(lines) == 1
    told = {
        "charge": ("charge", 9000, 8709),
        "refund": ("refund", -100, -100),
        "refund_failure": ("refund_failure", 100, 100),
        "adjustment": ("dispute", -1000, -2500),
        "stripe_fee": ("fee", -70, -70),
        "payout": ("payout", -6139, -6139),
    }
    line = lines[0]
    assert (line.reporting_category, line.amount, line.net) == told[kind]
    assert sum(each.net for each in _lines(api)) == _account(manual)["balance"] == 0


def test_the_lines_always_add_up_to_the_balance(api: stripe.StripeClient, manual: RunningSandbox) -> None:
    for amount, card in ((2000, "4242424242424242"), (3000, "4000000000005126"), (700, "bank_debit")):
        charge = paid_charge(manual, api, card, amount=amount)
        if card != "bank_debit":
            api.v1.refunds.create({"charge": charge.id, "amount": 500})
        _advance(manual, DAY)
        manual.control("stripe/payout")
    for days in (4, 2):  # the debit comes, then it is available
        _advance(manual, days * DAY)
    manual.control("stripe/payout")
    assert sum(line.net for line in _lines(api)) == _account(manual)["balance"] == 0
    paid_out = sum(payout.amount for payout in api.v1.payouts.list({"limit": 100}).data)
    assert paid_out == _account(manual)["net"] == _account(manual)["payouts"]


def test_a_refund_that_fails_gives_the_money_back_to_the_balance(
    api: stripe.StripeClient, manual: RunningSandbox
) -> None:
    charge = paid_charge(manual, api, "4000000000005126", amount=2000)
    made = api.v1.refunds.create({"charge": charge.id})
    assert _account(manual)["balance"] == -88
    _advance(manual, DAY)
    assert _account(manual)["balance"] == 1912
    told: Any = api.v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    back = told.failure_balance_transaction
    assert (back.type, back.amount, back.source) == ("refund_failure", 2000, made.id)


def test_a_refund_of_what_is_not_available_yet_waits_with_it(
    api: stripe.StripeClient, manual: RunningSandbox
) -> None:
    charge = paid_charge(manual, api, amount=2000)
    api.v1.refunds.create({"charge": charge.id, "amount": 500})
    told = _account(manual)
    assert (told["available"], told["pending"]) == (0, 1412)
    _advance(manual, 2 * DAY)
    assert (_account(manual)["available"], _account(manual)["pending"]) == (1412, 0)
    api.v1.refunds.create({"charge": charge.id, "amount": 500})
    assert (_account(manual)["available"], _account(manual)["pending"]) == (912, 0)


def test_a_payout_arrives_at_the_next_midnight(
    api: stripe.StripeClient, manual: RunningSandbox, shop: Receiver
) -> None:
    manual.control("stripe/webhook", {"events": PAYOUT_EVENTS})
    paid_charge(manual, api, amount=2000)
    (made,) = manual.control("stripe/payout", {"early": True})["payouts"]
    told: Any = api.v1.payouts.retrieve(made["id"], {"expand": ["balance_transaction"]})
    assert (told.status, told.reconciliation_status) == ("in_transit", "completed")
    assert told.balance_transaction.amount == -1912
    assert told.arrival_date % DAY == 0
    _advance(manual, told.arrival_date - manual.state()["clock"]["now"])
    assert [each.id for each in api.v1.payouts.list({"status": "paid"}).data] == [made["id"]]
    assert api.v1.payouts.list({"status": "in_transit"}).data == []
    eventually(lambda: shop.of("payout.paid"))
    assert shop.of("payout.created")


def test_a_payout_that_fails_comes_back_and_goes_out_again(
    api: stripe.StripeClient, manual: RunningSandbox, shop: Receiver
) -> None:
    manual.control("stripe/webhook", {"events": PAYOUT_EVENTS})
    paid_charge(manual, api, amount=2000)
    (made,) = manual.control("stripe/payout", {"early": True})["payouts"]
    for _ in range(2):
        manual.control(f"stripe/payouts/{made['id']}/settle", {"outcome": "failed"})
    assert (_account(manual)["balance"], _account(manual)["payouts"]) == (1912, 0)
    told: Any = api.v1.payouts.retrieve(made["id"], {"expand": ["failure_balance_transaction"]})
    assert (told.status, told.failure_code) == ("failed", "account_closed")
    assert told.failure_balance_transaction.type == "payout_failure"
    assert len(eventually(lambda: shop.of("payout.failed"))) == 1
    (again,) = manual.control("stripe/payout")["payouts"]
    assert again["amount"] == 1912
    assert [line.type for line in _lines(api, payout=again["id"])] == ["payout", "payout_failure"]


def test_a_balance_below_nothing_is_not_paid_out(api: stripe.StripeClient, manual: RunningSandbox) -> None:
    charge = paid_charge(manual, api, amount=2000)
    api.v1.refunds.create({"charge": charge.id})
    assert manual.control("stripe/payout", {"early": True})["payouts"] == []
    assert _account(manual)["balance"] == -88
    paid_charge(manual, api, amount=2000)
    assert manual.control("stripe/payout", {"early": True})["payouts"][0]["amount"] == 1912 - 88


def test_each_currency_is_paid_out_by_itself(api: stripe.StripeClient, manual: RunningSandbox) -> None:
    paid_charge(manual, api, amount=2000)
    paid_charge(manual, api, amount=3000, currency="eur")
    made = manual.control("stripe/payout", {"early": True})["payouts"]
    assert {each["currency"]: each["amount"] for each in made} == {"usd": 1912, "eur": 2883}


def test_a_payout_nobody_knows_is_missing(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        api.v1.balance_transactions.list({"payout": "po_nothing"})
    assert (missing.value.code, missing.value.param) == ("resource_missing", "payout")
    with pytest.raises(stripe.InvalidRequestError, match="No such payout"):
        api.v1.payouts.retrieve("po_nothing")

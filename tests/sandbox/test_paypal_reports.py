"""PayPal's transaction reports: late, in pages, and the same money as the account's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox.paypal_shop import Wire, capture_of
from yuanyou_sandbox.testing import RunningSandbox

HOUR, DAY = 3600, 86_400
PATH = "/v1/reporting/transactions"


def _window(sandbox: RunningSandbox, days: int = 30) -> dict[str, str]:
    end = datetime.fromtimestamp(sandbox.state()["clock"]["now"], UTC)
    moments = {"start_date": end - timedelta(days=days), "end_date": end}
    return {name: each.strftime("%Y-%m-%dT%H:%M:%SZ") for name, each in moments.items()}


def _listed(wire: Wire, **query: Any) -> list[dict[str, Any]]:
    status, told = wire.get(PATH, **_window(wire.sandbox), **query)
    assert status == 200, told
    return [each["transaction_info"] for each in told["transaction_details"]]


def _minor(amount: dict[str, str] | None) -> int:
    return int(amount["value"].replace(".", "")) if amount else 0


def test_the_sdk_reads_a_payment_with_its_fee_and_our_references(
    sdk: PaypalServersdkClient, wire: Wire, sandbox: RunningSandbox
) -> None:
    capture = capture_of(wire.captured(unit={"invoice_id": "inv-1"}))
    wire.wait(3 * HOUR)
    told = sdk.transaction_search.search_transactions(_window(sandbox)).body
    info = told.transaction_details[0].transaction_info
    assert (info.transaction_id, info.transaction_event_code) == (capture["id"], "T0006")
    assert (info.transaction_amount.value, info.fee_amount.value) == ("12.00", "-0.91")
    assert (info.invoice_id, info.custom_field, info.transaction_status) == ("inv-1", "att_1", "S")
    assert (told.account_number, told.total_items, told.page) == (sandbox.paypal_merchant_id, 1, 1)


def test_reports_are_three_hours_behind_unless_told_otherwise(wire: Wire, sandbox: RunningSandbox) -> None:
    wire.captured()
    wire.wait(3 * HOUR - 60)
    assert _listed(wire) == []
    wire.wait(60)
    assert len(_listed(wire)) == 1
    wire.captured(key="later")
    sandbox.control("paypal/reporting", {"lag_seconds": 0})
    assert len(_listed(wire)) == 2


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:01Z", "Date range is greater than 31 days."),
        ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", "End date is before start date."),
        ("2099-01-01T00:00:00Z", "2099-01-02T00:00:00Z", "Data for the given start date is not available."),
    ],
)
def test_a_window_that_cannot_be_is_refused(wire: Wire, begin: str, end: str, why: str) -> None:
    status, told = wire.get(PATH, start_date=begin, end_date=end)
    assert (status, told["details"][0]["issue"]) == (400, why)


def test_thirty_one_days_are_fine_and_dates_are_needed(wire: Wire) -> None:
    window = {"start_date": "2026-01-01T00:00:00-0800", "end_date": "2026-02-01T00:00:00-0800"}
    assert wire.get(PATH, **window)[0] == 200
    status, told = wire.get(PATH, start_date="2026-01-01", end_date="2026-01-02")
    assert (status, told["details"][0]["field"]) == (400, "start_date")


def test_pages_begin_with_one(wire: Wire) -> None:
    for place in range(3):
        wire.captured(key=str(place))
    wire.wait(4 * HOUR)
    window = _window(wire.sandbox)
    first = wire.get(PATH, **window, page_size=2, page=1)[1]
    second = wire.get(PATH, **window, page_size=2, page=2)[1]
    assert [len(each["transaction_details"]) for each in (first, second)] == [2, 1]
    assert (first["total_items"], first["total_pages"]) == (3, 2)


def test_every_movement_is_listed_and_all_of_it_is_the_balance(wire: Wire, sandbox: RunningSandbox) -> None:
    captures = [capture_of(wire.captured(value="60.00", key=str(place))) for place in range(4)]
    refund = wire.post(f"/v2/payments/captures/{captures[0]['id']}/refund", {})[1]
    sandbox.control(f"paypal/payments/{captures[1]['id']}/dispute", {"channel": "EXTERNAL"})
    claim = sandbox.control(f"paypal/payments/{captures[2]['id']}/dispute")
    sandbox.control(f"paypal/disputes/{claim['dispute_id']}/resolve", {"outcome": "lost"})
    sandbox.control("paypal/withdraw", {"currency": "USD", "amount": 100})
    sandbox.control(f"paypal/refunds/{refund['id']}/settle", {"outcome": "failed"})
    wire.wait(4 * HOUR)
    found = _listed(wire)
    codes = ["T0006"] * 4 + ["T1107", "T1201", "T0106", "T1110", "T1111", "T1106", "T0106", "T0400", "T1100"]
    assert [each["transaction_event_code"] for each in found] == codes
    net = sum(_minor(each["transaction_amount"]) + _minor(each.get("fee_amount")) for each in found)
    assert net == sandbox.control("paypal/account", method="GET")["USD"]["net"]
    back = next(each for each in found if each["transaction_event_code"] == "T1107")
    assert (back["transaction_id"], back["paypal_reference_id"]) == (refund["id"], captures[0]["id"])


def test_pending_money_is_listed_for_who_asks_and_moves_when_it_comes(wire: Wire) -> None:
    capture = capture_of(wire.captured("echeck"))
    wire.wait(4 * HOUR)
    assert _listed(wire) == []
    waiting = _listed(wire, balance_affecting_records_only="N")
    assert [(each["transaction_id"], each["transaction_status"]) for each in waiting] == [
        (capture["id"], "P")
    ]
    wire.wait(4 * DAY)
    wire.wait(4 * HOUR)
    assert [each["transaction_status"] for each in _listed(wire)] == ["S"]


def test_money_that_never_came_is_listed_as_denied_when_that_was_known(wire: Wire) -> None:
    wire.captured("echeck_bounces")
    wire.wait(4 * DAY)
    wire.wait(4 * HOUR)
    assert _listed(wire) == []
    assert [each["transaction_status"] for each in _listed(wire, balance_affecting_records_only="N")] == ["D"]


def test_a_payment_that_went_back_whole_is_marked(wire: Wire) -> None:
    capture = capture_of(wire.captured())
    wire.post(f"/v2/payments/captures/{capture['id']}/refund", {})
    wire.wait(4 * HOUR)
    found = _listed(wire, transaction_id=capture["id"])
    assert [each["transaction_status"] for each in found] == ["V"]
    assert [each["transaction_event_code"] for each in _listed(wire, transaction_type="T1107")] == ["T1107"]


def test_a_charge_of_a_kept_wallet_has_its_own_code(wire: Wire) -> None:
    keep = {"vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}}
    told = wire.captured(wallet={"attributes": keep})
    vault_id = told["payment_source"]["paypal"]["attributes"]["vault"]["id"]
    wire.order(wallet={"vault_id": vault_id}, key="charge")
    wire.wait(4 * HOUR)
    assert [each["transaction_event_code"] for each in _listed(wire)] == ["T0006", "T0003"]

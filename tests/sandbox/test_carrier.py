"""The carrier: subscriptions by ICCID, orders that are done once, and what can go wrong with them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

ICCID = "8901999000000000017"
HOSTS = ["shop.example", "checkout.stripe.com"]


@pytest.fixture
def carrier(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.carrier_token}"}
    with httpx.Client(base_url=sandbox.carrier_url, timeout=1, headers=headers) as client:
        yield client


def order(carrier: httpx.Client, ident: str, action: str, **details: Any) -> httpx.Response:
    body = {"id": ident, "action": action, **details}
    return carrier.post(f"/subscriptions/{ICCID}/orders", json=body)


def seen(carrier: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = carrier.get(f"/subscriptions/{ICCID}").json()
    return found


def fault(sandbox: RunningSandbox, name: str, **more: Any) -> None:
    sandbox.control("faults", {"company": "carrier", "fault": name, **more})


def test_a_card_is_served_barred_restored_and_closed(carrier: httpx.Client) -> None:
    assert carrier.get(f"/subscriptions/{ICCID}").status_code == 404
    order(carrier, "net_1", "activate")
    assert seen(carrier)["state"] == "active"
    order(carrier, "net_2", "suspend", hosts=HOSTS, incoming_sms=True)
    barred = seen(carrier)
    assert (barred["state"], barred["hosts"], barred["incoming_sms"]) == ("suspended", HOSTS, True)
    order(carrier, "net_3", "resume")
    open_again = seen(carrier)
    assert (open_again["state"], open_again["hosts"], open_again["incoming_sms"]) == ("active", [], False)
    order(carrier, "net_4", "terminate")
    assert seen(carrier)["state"] == "terminated"
    assert [each["id"] for each in seen(carrier)["orders"]] == ["net_4", "net_3", "net_2", "net_1"]


def test_an_order_that_is_repeated_is_done_once(carrier: httpx.Client, sandbox: RunningSandbox) -> None:
    order(carrier, "net_1", "activate")
    order(carrier, "net_2", "suspend", hosts=HOSTS)
    assert order(carrier, "net_1", "activate").json() == {"id": "net_1", "status": "done"}
    assert seen(carrier)["state"] == "suspended"
    assert sandbox.state()["carrier"] == {"subscriptions": 1, "orders": 2}


def test_an_id_cannot_be_used_for_something_else(carrier: httpx.Client) -> None:
    order(carrier, "net_1", "activate")
    assert order(carrier, "net_1", "suspend").status_code == 409
    assert seen(carrier)["state"] == "active"


@pytest.mark.parametrize("action", ["activate", "suspend", "resume"])
def test_what_is_closed_stays_closed(carrier: httpx.Client, action: str) -> None:
    order(carrier, "net_1", "terminate")
    assert order(carrier, "net_2", action).status_code == 409
    assert seen(carrier)["state"] == "terminated"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"action":"activate"}',
        b'{"id":"net_1","action":"explode"}',
        b'{"id":"net_1","action":"suspend","hosts":"all"}',
        b'{"id":"net_1","action":"suspend","incoming_sms":1}',
        b'{"id":"net_1","action":"activate","speed":9}',
    ],
)
def test_what_is_not_an_order_changes_nothing(
    carrier: httpx.Client, sandbox: RunningSandbox, body: bytes
) -> None:
    assert carrier.post(f"/subscriptions/{ICCID}/orders", content=body).status_code == 400
    assert sandbox.state()["carrier"] == {"subscriptions": 0, "orders": 0}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
def test_without_the_token_nothing_is_told_or_done(sandbox: RunningSandbox, header: dict[str, str]) -> None:
    where = f"{sandbox.carrier_url}/subscriptions/{ICCID}"
    body = {"id": "net_1", "action": "activate"}
    assert httpx.post(f"{where}/orders", json=body, headers=header).status_code == 401
    assert httpx.get(where, headers=header).status_code == 401
    assert sandbox.state()["carrier"] == {"subscriptions": 0, "orders": 0}


@pytest.mark.parametrize(
    ("name", "done"),
    [("timeout_before", 0), ("timeout_after", 1), ("error_500", 0), ("rate_limit", 0), ("refuse", 0)],
)
def test_an_order_that_went_wrong_can_be_sent_again(
    carrier: httpx.Client, sandbox: RunningSandbox, name: str, done: int
) -> None:
    fault(sandbox, name, on="carrier.activate")
    try:
        assert order(carrier, "net_1", "activate").is_error
    except httpx.ReadTimeout:
        assert name.startswith("timeout")
    assert sandbox.state()["carrier"]["orders"] == done
    assert order(carrier, "net_1", "activate").json()["status"] == "done"
    assert sandbox.state()["carrier"] == {"subscriptions": 1, "orders": 1}


def test_a_carrier_that_forgets_says_yes_and_knows_nothing(
    carrier: httpx.Client, sandbox: RunningSandbox
) -> None:
    fault(sandbox, "forget")
    assert order(carrier, "net_1", "activate").json()["status"] == "done"
    assert carrier.get(f"/subscriptions/{ICCID}").status_code == 404


def test_an_order_that_is_stuck_is_done_when_its_time_comes(
    carrier: httpx.Client, sandbox: RunningSandbox
) -> None:
    fault(sandbox, "stuck", seconds=600)
    assert order(carrier, "net_1", "activate").status_code == 202
    assert seen(carrier)["orders"][0]["status"] == "accepted"
    assert seen(carrier)["state"] == "idle"
    sandbox.control("clock", {"advance_seconds": 601})
    assert seen(carrier)["orders"][0]["status"] == "done"
    assert seen(carrier)["state"] == "active"


def test_somebody_does_or_refuses_an_order_that_is_stuck(
    carrier: httpx.Client, sandbox: RunningSandbox
) -> None:
    fault(sandbox, "stuck", times=2)
    order(carrier, "net_1", "activate")
    order(carrier, "net_2", "suspend")
    sandbox.control("carrier/orders/net_1")
    sandbox.control("carrier/orders/net_2", {"outcome": "refused"})
    assert seen(carrier)["state"] == "active"
    assert [each["status"] for each in seen(carrier)["orders"]] == ["refused", "done"]
    with pytest.raises(ControlRefused, match="no such order"):
        sandbox.control("carrier/orders/net_1")


def test_a_slow_carrier_answers_late(carrier: httpx.Client, sandbox: RunningSandbox) -> None:
    fault(sandbox, "slow", seconds=0.3)
    answer = order(carrier, "net_1", "activate")
    assert answer.json()["status"] == "done"
    assert answer.elapsed.total_seconds() >= 0.3


def test_a_power_cut_loses_nothing(carrier: httpx.Client, sandbox: RunningSandbox) -> None:
    order(carrier, "net_1", "activate")
    fault(sandbox, "stuck")
    order(carrier, "net_2", "suspend", hosts=HOSTS)
    sandbox.kill()
    sandbox.start()
    assert seen(carrier)["state"] == "active"
    sandbox.control("carrier/orders/net_2")
    assert seen(carrier)["hosts"] == HOSTS


def test_the_desk_shows_what_waits_in_both_languages(carrier: httpx.Client, sandbox: RunningSandbox) -> None:
    order(carrier, "net_1", "activate")
    fault(sandbox, "stuck")
    order(carrier, "net_2", "suspend", hosts=HOSTS)
    page = httpx.get(f"{sandbox.carrier_url}/").text
    assert "Accepted, not done" in page
    assert "net_2" in page
    assert "停机" in httpx.get(f"{sandbox.carrier_url}/?lang=zh").text
    done = httpx.post(f"{sandbox.carrier_url}/desk/net_2", data={"outcome": "done"})
    assert (done.status_code, done.headers["location"]) == (303, "/carrier/")
    assert seen(carrier)["state"] == "suspended"

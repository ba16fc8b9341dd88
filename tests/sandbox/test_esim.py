"""The eSIM platform: one profile for a reference, and what a phone does with it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from yuanyou_sandbox.testing import ControlRefused, RunningSandbox


@pytest.fixture
def platform(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.esim_token}"}
    with httpx.Client(base_url=sandbox.esim_url, timeout=1, headers=headers) as client:
        yield client


def order(platform: httpx.Client, reference: str = "line_1") -> dict[str, Any]:
    found: dict[str, Any] = platform.post("/profiles", json={"reference": reference}).json()
    return found


def luhn_sum(number: str) -> int:
    """Divisible by ten for a number with the right check digit."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(each // 10 + each % 10 for each in doubled)


def test_a_profile_has_everything_a_phone_needs(platform: httpx.Client) -> None:
    profile = order(platform)
    assert (profile["reference"], profile["state"], profile["eid"]) == ("line_1", "released", None)
    assert profile["iccid"].startswith("89")
    assert len(profile["iccid"]) == 19
    assert luhn_sum(profile["iccid"]) % 10 == 0
    assert profile["activation_code"] == f"LPA:1${profile['smdp_address']}${profile['matching_id']}"
    assert set(profile) == {
        "reference",
        "iccid",
        "eid",
        "smdp_address",
        "matching_id",
        "activation_code",
        "state",
    }


def test_the_same_reference_gives_the_same_profile_and_another_a_new_one(platform: httpx.Client) -> None:
    first = order(platform)
    assert order(platform) == first
    assert platform.get(f"/profiles/{first['iccid']}").json() == first
    other = order(platform, "line_2")
    assert other["iccid"] != first["iccid"]
    assert other["matching_id"] != first["matching_id"]


def test_a_reset_platform_gives_no_number_twice(platform: httpx.Client, sandbox: RunningSandbox) -> None:
    before = {order(platform, f"line_{each}")["iccid"] for each in range(20)}
    sandbox.control("reset")
    after = {order(platform, f"line_{each}")["iccid"] for each in range(20)}
    assert len(before | after) == 40


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_the_token_nothing_is_told_or_done(sandbox: RunningSandbox, header: dict[str, str]) -> None:
    answer = httpx.post(f"{sandbox.esim_url}/profiles", json={"reference": "line_1"}, headers=header)
    assert answer.status_code == 401
    assert sandbox.state()["esim"] == {"profiles": 0}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"reference":7}', b'{"reference":""}', b"\xff"])
def test_an_order_without_a_reference_is_refused(platform: httpx.Client, body: bytes) -> None:
    assert platform.post("/profiles", content=body).status_code == 400


def test_an_unknown_number_is_not_found(platform: httpx.Client) -> None:
    assert platform.get("/profiles/8901999000000000000").status_code == 404


@pytest.mark.parametrize(
    ("fault", "done"), [("timeout_before", 0), ("timeout_after", 1), ("error_500", 0), ("rate_limit", 0)]
)
def test_an_order_that_went_wrong_can_be_sent_again(
    platform: httpx.Client, sandbox: RunningSandbox, fault: str, done: int
) -> None:
    sandbox.control("faults", {"company": "esim", "fault": fault, "on": "esim.order"})
    try:
        assert platform.post("/profiles", json={"reference": "line_1"}).is_error
    except httpx.ReadTimeout:
        assert fault.startswith("timeout")
    assert sandbox.state()["esim"] == {"profiles": done}
    assert order(platform)["state"] == "released"
    assert sandbox.state()["esim"] == {"profiles": 1}


def test_a_malformed_answer_is_not_json(platform: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.control("faults", {"company": "esim", "fault": "malformed"})
    answer = platform.post("/profiles", json={"reference": "line_1"})
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


def test_a_phone_takes_a_profile_through_its_life(platform: httpx.Client, sandbox: RunningSandbox) -> None:
    iccid = order(platform)["iccid"]
    for state in ("downloaded", "installed", "enabled", "disabled", "deleted"):
        sandbox.control(f"esim/profiles/{iccid}", {"state": state})
        assert platform.get(f"/profiles/{iccid}").json()["state"] == state
    eid = platform.get(f"/profiles/{iccid}").json()["eid"]
    assert len(eid) == 32
    assert int(eid) % 97 == 1


def test_a_phone_cannot_enable_what_it_has_not_installed(
    platform: httpx.Client, sandbox: RunningSandbox
) -> None:
    iccid = order(platform)["iccid"]
    with pytest.raises(ControlRefused, match="released -> enabled"):
        sandbox.control(f"esim/profiles/{iccid}", {"state": "enabled"})


def test_the_page_shows_profiles_and_what_a_phone_can_do(
    platform: httpx.Client, sandbox: RunningSandbox
) -> None:
    profile = order(platform)
    page = httpx.get(f"{sandbox.esim_url}/").text
    assert profile["activation_code"] in page
    moved = httpx.post(f"{sandbox.esim_url}/phone/{profile['iccid']}", data={"state": "downloaded"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/esim/")
    assert platform.get(f"/profiles/{profile['iccid']}").json()["state"] == "downloaded"

"""WeChat Pay's notices: sealed, signed, again by WeChat's plan, and wrong when that was ordered."""

import json
from typing import Any

import pytest

from tests.sandbox.shop import Received, Receiver, eventually
from tests.sandbox.wechat_shop import client, wish
from yuanyou_sandbox.testing import RunningSandbox

PLAN = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600)
TOTAL = 24 * 3600 + 4 * 60


def paid(sandbox: RunningSandbox, shop: Receiver, number: str = "order_000001") -> Any:
    wechat = client(sandbox, shop.url)
    assert wechat.pay(**wish(number))[0] == 200
    sandbox.control(f"wechat/orders/{number}/pay")
    return wechat


def first(shop: Receiver) -> Received:
    return eventually(lambda: list(shop.received))[0]


def test_the_sdk_proves_and_opens_what_it_is_told(sandbox: RunningSandbox, shop: Receiver) -> None:
    wechat = paid(sandbox, shop)
    got = first(shop)
    told = wechat.callback(got.headers, got.body.decode())
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    plain = told["resource"]
    assert (plain["out_trade_no"], plain["amount"]["total"], plain["trade_state"]) == (
        "order_000001",
        2690,
        "SUCCESS",
    )


def test_a_refund_tells_how_it_ended(sandbox: RunningSandbox, shop: Receiver) -> None:
    wechat = paid(sandbox, shop)
    amount = {"refund": 700, "total": 2690, "currency": "CNY"}
    assert wechat.refund("refund_1", amount, out_trade_no="order_000001")[0] == 200
    sandbox.control("clock", {"advance_seconds": 6})
    eventually(lambda: len(shop.received) == 2)
    told = [wechat.callback(each.headers, each.body.decode()) for each in shop.received]
    (refund,) = [each["resource"] for each in told if each["event_type"] == "REFUND.SUCCESS"]
    assert (refund["refund_status"], refund["amount"]["refund"]) == ("SUCCESS", 700)


def test_a_shop_that_does_not_take_it_is_told_16_times_within_a_day(
    sandbox: RunningSandbox, shop: Receiver
) -> None:
    assert sum(PLAN) == TOTAL
    shop.statuses = [500] * 20
    paid(sandbox, shop)
    for tries, seconds in enumerate(PLAN, start=1):
        eventually(lambda tries=tries: len(shop.received) == tries and sandbox.notices()[0]["state"] == "due")
        sandbox.control("clock", {"advance_seconds": seconds})
    eventually(lambda: sandbox.notices()[0]["state"] == "given_up")
    assert len(shop.received) == len(PLAN) + 1
    assert len({json.loads(each.body)["id"] for each in shop.received}) == 1
    assert len({each.headers["Wechatpay-Nonce"] for each in shop.received}) == len(shop.received)


def test_an_empty_204_is_a_yes(sandbox: RunningSandbox, shop: Receiver) -> None:
    shop.statuses = [204]
    paid(sandbox, shop)
    eventually(lambda: sandbox.notices()[0]["state"] == "delivered")


@pytest.mark.parametrize(("mode", "received"), [("drop", 0), ("duplicate", 2)])
def test_a_notice_may_be_lost_or_come_twice(
    sandbox: RunningSandbox, shop: Receiver, mode: str, received: int
) -> None:
    sandbox.control("faults", {"company": "wechat", "notices": mode})
    paid(sandbox, shop)
    paid(sandbox, shop, "order_000002")
    eventually(lambda: len(shop.received) == received + 1)


@pytest.mark.parametrize("fault", ["wrong_key", "year_2001", "re_encoded", "probe", "unknown_serial"])
def test_a_notice_may_be_wrong_in_each_way_that_a_shop_must_see(
    sandbox: RunningSandbox, shop: Receiver, fault: str
) -> None:
    sandbox.control("faults", {"company": "wechat", "fault": fault, "on": "notices"})
    wechat = paid(sandbox, shop)
    got = first(shop)
    if fault == "year_2001":
        assert got.headers["Wechatpay-Timestamp"] == "1000000000"
        assert wechat.callback(got.headers, got.body.decode())  # the SDK as it comes sees nothing wrong
    elif fault == "unknown_serial":
        assert got.headers["Wechatpay-Serial"] != sandbox.wechat_key_id
    else:
        assert wechat.callback(got.headers, got.body.decode()) is None
    assert got.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/") is (fault == "probe")


@pytest.mark.parametrize(
    ("lie", "name"), [("wrong_amount", "amount"), ("wrong_merchant", "mchid"), ("wrong_app", "appid")]
)
def test_a_notice_may_lie_under_a_good_signature(
    sandbox: RunningSandbox, shop: Receiver, lie: str, name: str
) -> None:
    sandbox.control("faults", {"company": "wechat", "fault": lie, "on": "notices"})
    wechat = paid(sandbox, shop)
    got = first(shop)
    told = wechat.callback(got.headers, got.body.decode())["resource"]
    true = json.loads(wechat.query(out_trade_no="order_000001")[1])
    assert [each for each in ("amount", "mchid", "appid") if told[each] != true[each]] == [name]


def test_the_probe_is_sent_and_judged_by_the_answer(sandbox: RunningSandbox, shop: Receiver) -> None:
    shop.statuses = [400]
    ident = sandbox.control("wechat/probe", {"url": shop.url})["id"]
    got = first(shop)
    assert json.loads(got.body)["id"] == ident
    assert got.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    eventually(lambda: [each["status"] for each in sandbox.notices()[0]["answers"]] == [400])

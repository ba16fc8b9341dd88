"""WeChat Pay's pages, as people without JavaScript use them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.wechat_shop import INSIDE, client, wish
from yuanyou_sandbox.testing import RunningSandbox

BACK = "http://127.0.0.1:9/paid/"
SCENE = {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}


@pytest.fixture
def wechat(sandbox: RunningSandbox) -> WeChatPay:
    return client(sandbox)


@pytest.fixture
def browser(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"Accept-Language": "en"}, base_url=sandbox.url) as made:
        yield made


def told(reply: tuple[int, str]) -> Any:
    assert reply[0] == 200, reply[1]
    return json.loads(reply[1])


def state(wechat: WeChatPay, number: str = "order_000001") -> str:
    return str(told(wechat.query(out_trade_no=number))["trade_state"])


def cashier(sandbox: RunningSandbox, number: str = "order_000001") -> str:
    return str(sandbox.control(f"wechat/orders/{number}", method="GET")["cashier"])


def h5_url(wechat: WeChatPay) -> str:
    return str(told(wechat.pay(**wish(scene_info=SCENE, pay_type=WeChatPayType.H5)))["h5_url"])


def test_a_code_leads_to_the_cashier_and_there_it_is_paid(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client
) -> None:
    page = browser.get(told(wechat.pay(**wish()))["code_url"]).text
    assert "¥26.90 CNY" in page
    assert "美国 30 天" in page
    assert "<script" not in page
    (scan,) = re.findall(r'href="(/wechat/cashier/[^"]+)"', page)
    assert browser.post(scan, data={"action": "pay"}).headers["location"] == scan
    assert "Paid" in browser.get(scan).text
    assert state(wechat) == "SUCCESS"


@pytest.mark.parametrize(("language", "says"), [("en", "Simulate the scan"), ("zh-Hans", "模拟扫码")])
def test_the_page_speaks_two_languages(
    wechat: WeChatPay, browser: httpx.Client, language: str, says: str
) -> None:
    page = browser.get(told(wechat.pay(**wish()))["code_url"], params={"lang": language}).text
    assert f'<html lang="{language}">' in page
    assert says in page


def test_too_little_money_takes_nothing_and_can_be_tried_again(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client
) -> None:
    wechat.pay(**wish())
    here = cashier(sandbox)
    again = browser.post(here, data={"action": "poor"}).headers["location"]
    assert "Not enough money" in browser.get(again).text
    assert state(wechat) == "NOTPAY"
    browser.post(here, data={"action": "pay"})
    assert state(wechat) == "SUCCESS"


def test_who_leaves_tells_nobody(sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client) -> None:
    wechat.pay(**wish())
    assert "not been told" in browser.post(cashier(sandbox), data={"action": "leave"}).text
    assert (state(wechat), sandbox.notices()) == ("NOTPAY", [])


def test_what_is_over_cannot_be_paid(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client
) -> None:
    wechat.pay(**wish())
    sandbox.control("clock", {"advance_seconds": 2 * 3600})
    assert browser.get(cashier(sandbox)).status_code == 410
    browser.post(cashier(sandbox), data={"action": "pay"})
    assert state(wechat) == "NOTPAY"


@pytest.mark.parametrize("action", ["pay", "leave"])
def test_h5_leads_back_to_the_shop(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client, action: str
) -> None:
    landing = browser.get(f"{h5_url(wechat)}&redirect_url={BACK}")
    assert "Open WeChat" in landing.text
    answer = browser.post(cashier(sandbox), data={"action": action})
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)


def test_h5_opens_outside_wechat_only_and_for_five_minutes(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client
) -> None:
    url = h5_url(wechat)
    assert browser.get(url, headers=INSIDE).status_code == 403
    assert browser.get(url[:-1]).status_code == 404
    assert browser.get(url).status_code == 200
    sandbox.control("clock", {"advance_seconds": 300})
    assert browser.get(url).status_code == 410
    assert browser.get(h5_url(wechat)).status_code == 200


@pytest.mark.parametrize(("answer", "becomes"), [("pay", "SUCCESS"), ("leave", "PAYERROR")])
def test_the_phone_shows_a_code_and_answers_wechat_s_question(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client, answer: str, becomes: str
) -> None:
    where = browser.post("/wechat/code", data={"mood": "asked"}).headers["location"]
    (code,) = re.findall(r'id="code">(\d{18})<', browser.get(where).text)
    scene = {"store_info": {"id": "1"}}
    asked = wish(payer={"auth_code": code}, scene_info=scene, pay_type=WeChatPayType.CODEPAY)
    assert wechat.pay(**asked)[0] == 202
    assert "asks for the password" in browser.get("/wechat/code").text
    browser.post("/wechat/code/order_000001", data={"action": answer})
    assert state(wechat) == becomes


def test_staff_refund_by_hand_and_say_how_it_ends(
    sandbox: RunningSandbox, wechat: WeChatPay, browser: httpx.Client
) -> None:
    wechat.pay(**wish())
    sandbox.control("wechat/orders/order_000001/pay")
    browser.post("/wechat/orders/order_000001", data={"action": "refund"})
    browser.post("/wechat/orders/order_000001", data={"action": "abnormal"})
    page = browser.get("/wechat/").text
    assert "ABNORMAL" in page
    assert "order_000001" in page
    assert sandbox.control("wechat/account", method="GET")["refunds"] == 2690

"""Four doors, and what is told of what was paid behind them."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.providers.wechat.conftest import OPENID, Desk
from tests.providers.wechat.signing import private_line, rsa_key
from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Action,
    Ask,
    Closed,
    Declined,
    Misconfigured,
    NextAction,
    Place,
    Refused,
    Told,
    Unknown,
    Why,
)

ADDRESS = "203.0.113.7"


def inside(desk: Desk, **more: Any) -> Ask:
    return desk.asked(place=Place.WECHAT, payer_ref=OPENID, **more)


def invoke(desk: Desk, shown: NextAction, **changed: str) -> str:
    """What WeixinJSBridge says to our page."""
    prepay_id = shown.params["package"].removeprefix("prepay_id=")
    told = desk.control(f"jsapi/{prepay_id}/pay", {**shown.params, **changed})
    return str(told["err_msg"]).removeprefix("get_brand_wcpay_request:")


def at_the_till(desk: Desk, mood: str = "pays", **more: Any) -> Ask:
    code = desk.control("code", {"mood": mood})["auth_code"]
    return desk.asked(place=Place.STORE, payer_code=code, **more)


def test_a_desktop_gets_a_code_to_draw(desk: Desk) -> None:
    shown = desk.adapter.create(desk.asked())
    assert (shown.action, shown.params) == (Action.QR, {})
    assert "scan" in httpx.get(str(shown.url)).text


def test_a_phone_is_led_to_wechat_and_back_to_us(desk: Desk) -> None:
    ask = desk.asked(place=Place.PHONE, payer_ip=ADDRESS)
    shown = desk.adapter.create(ask)
    assert shown.action is Action.REDIRECT
    query = parse_qs(urlsplit(str(shown.url)).query)
    assert query["redirect_url"] == [ask.return_url]
    with httpx.Client() as browser:
        landing = browser.get(str(shown.url))
        assert "Open WeChat" in landing.text
        cashier = desk.control(f"orders/{ask.ref}", method="GET")["cashier"]
        back = browser.post(cashier, data={"action": "pay"})
    assert (back.status_code, back.headers["location"]) == (303, ask.return_url)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_phone_whose_address_is_not_known_is_not_sent_anywhere(desk: Desk) -> None:
    with pytest.raises(Refused, match="no_payer_ip"):
        desk.adapter.create(desk.asked(place=Place.PHONE))
    assert desk.count("order") == 0


def test_inside_wechat_our_page_asks_the_app_with_a_second_signature(desk: Desk) -> None:
    ask = inside(desk)
    shown = desk.adapter.create(ask)
    assert (shown.action, shown.url) == (Action.SCRIPT, None)
    assert set(shown.params) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert invoke(desk, shown) == "ok"
    told = desk.adapter.query(ask)
    assert (told.told, told.fingerprint) == (Told.SUCCEEDED, OPENID)


@pytest.mark.parametrize("act", ["poor", "cancel"])
def test_who_leaves_the_app_s_question_may_answer_it_again(desk: Desk, act: str) -> None:
    ask = inside(desk)
    shown = desk.adapter.create(ask)
    assert invoke(desk, shown, act=act) != "ok"
    assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED
    assert invoke(desk, shown) == "ok"


def test_asking_again_signs_anew_for_the_same_order(desk: Desk) -> None:
    ask = inside(desk)
    first, second = desk.adapter.create(ask), desk.adapter.create(ask)
    assert first.params["package"] == second.params["package"]
    assert first.params["paySign"] != second.params["paySign"]
    assert invoke(desk, second) == "ok"
    assert desk.count("order") == 1


@pytest.mark.parametrize("name", ["appId", "timeStamp", "nonceStr", "paySign"])
def test_parameters_that_were_changed_on_the_page_pay_nothing(desk: Desk, name: str) -> None:
    ask = inside(desk)
    shown = desk.adapter.create(ask)
    other = base64.b64encode(b"x" * 256).decode() if name == "paySign" else "1"
    assert invoke(desk, shown, **{name: other}) == "fail"
    assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED


@pytest.mark.parametrize("openid", [None, "oNobody"])
def test_inside_wechat_nobody_pays_who_is_not_known(desk: Desk, openid: str | None) -> None:
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(place=Place.WECHAT, payer_ref=openid))
    assert desk.count("order") == 0


def test_a_code_scanned_in_a_shop_pays_at_once(desk: Desk) -> None:
    ask = at_the_till(desk)
    shown = desk.adapter.create(ask)
    assert (shown.action, shown.url) == (Action.NONE, None)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED
    assert desk.shop.received == []


def test_a_scan_repeated_takes_the_money_once(desk: Desk) -> None:
    ask = at_the_till(desk)
    desk.goes_wrong("timeout_after", "transactions.codepay", times=2, seconds=0.1)
    for _ in range(2):
        with pytest.raises(Unknown):
            desk.adapter.create(ask)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED
    assert desk.money("gross") == ask.amount.minor


def test_a_payer_who_is_asked_for_a_password_is_waited_for(desk: Desk) -> None:
    ask = at_the_till(desk, "asked")
    desk.adapter.create(ask)
    assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED
    desk.pay(ask)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_scan_that_gets_no_answer_is_reversed_and_not_within_15_seconds(desk: Desk) -> None:
    ask = at_the_till(desk, "asked")
    desk.adapter.create(ask)
    with pytest.raises(Unknown, match="not_reversed"):
        desk.adapter.close(ask)
    desk.travel(seconds=15)
    assert desk.adapter.close(ask) is Closed.CLOSED
    assert desk.adapter.close(ask) is Closed.CLOSED
    assert desk.adapter.query(ask).told is Told.CANCELED


def test_what_was_paid_at_the_till_is_never_reversed(desk: Desk) -> None:
    ask = at_the_till(desk)
    desk.adapter.create(ask)
    desk.travel(seconds=20)
    assert desk.adapter.close(ask) is Closed.ALREADY_PAID
    assert (desk.adapter.query(ask).told, desk.money("refunds")) == (Told.SUCCEEDED, 0)


@pytest.mark.parametrize(
    ("mood", "why"), [("poor", Why.INSUFFICIENT_FUNDS), ("used", Why.TRY_AGAIN), ("old", Why.TRY_AGAIN)]
)
def test_a_scan_that_is_refused_says_why(desk: Desk, mood: str, why: Why) -> None:
    ask = at_the_till(desk, "poor" if mood == "poor" else "pays")
    if mood == "used":
        desk.adapter.create(desk.asked(place=Place.STORE, payer_code=ask.payer_code))
    if mood == "old":
        desk.travel(minutes=2)
    with pytest.raises(Declined) as no:
        desk.adapter.create(ask)
    assert no.value.reason == why


def test_a_till_without_a_code_asks_for_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="no_payer_code"):
        desk.adapter.create(desk.asked(place=Place.STORE))


def test_only_the_doors_are_offered_that_wechat_approved(desk: Desk) -> None:
    adapter = desk.another(products=("native", "h5"))
    assert adapter.capabilities().methods[0].places == {Place.BROWSER, Place.PHONE}
    with pytest.raises(Refused, match="not_offered_here"):
        adapter.create(inside(desk))


@pytest.mark.parametrize("place", [Place.PHONE, Place.STORE])
def test_what_cannot_be_asked_again_is_absent_until_its_time_is_over(desk: Desk, place: Place) -> None:
    ask = desk.asked(place=place)
    assert desk.adapter.query(ask).told is Told.ABSENT
    desk.travel(minutes=16)
    assert desk.adapter.query(ask).told is Told.EXPIRED
    assert desk.count("order") == 0


def test_a_coupon_of_wechat_s_does_not_lessen_what_was_paid(desk: Desk) -> None:
    ask = desk.shown()
    desk.pay(ask, coupon=500)
    assert desk.adapter.query(ask).amount == ask.amount == Money(2690, "CNY")


def test_money_for_another_app_of_the_same_merchant_is_not_ours(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.goes_wrong("wrong_app", "transactions.get")
    assert told.merchant == desk.adapter.merchant
    assert desk.adapter.query(ask).merchant != desk.adapter.merchant


@pytest.mark.parametrize("lie", ["wrong_amount", "wrong_currency", "wrong_merchant", "wrong_app"])
def test_a_validly_signed_lie_shows_in_what_is_told(desk: Desk, lie: str) -> None:
    ask, told = desk.paid()
    desk.goes_wrong(lie, "transactions.get")
    false = desk.adapter.query(ask)
    assert (false.amount, false.merchant) != (told.amount, told.merchant)


@pytest.mark.parametrize("wrong", ["wrong_key", "unknown_serial", "year_2001", "probe", "unsigned"])
def test_an_answer_that_wechat_did_not_prove_settles_nothing(desk: Desk, wrong: str) -> None:
    ask, told = desk.paid()
    desk.goes_wrong(wrong, "transactions.get")
    with pytest.raises(Unknown, match="not_signed_by_wechat"):
        desk.adapter.query(ask)
    assert desk.adapter.query(ask) == told


def test_a_refusal_that_wechat_did_not_prove_is_no_refusal(desk: Desk) -> None:
    desk.goes_wrong("wrong_key", "transactions.native")
    ask = replace(desk.asked(), expires_at=desk.now() + timedelta(days=8))  # too long for WeChat
    with pytest.raises(Unknown, match="not_signed_by_wechat"):
        desk.adapter.create(ask)
    with pytest.raises(Refused):
        desk.adapter.create(ask)


def test_another_s_private_key_is_our_mistake(desk: Desk) -> None:
    wrong = desk.another(private_key=private_line(rsa_key("another")))
    with pytest.raises(Misconfigured, match="sign_error"):
        wrong.verify()

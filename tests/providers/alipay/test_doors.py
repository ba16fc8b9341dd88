"""The right door: a code where a phone can scan it, a redirect on the phone, the payer's code in a shop."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.providers.alipay.conftest import Desk
from tests.providers.alipay.forms import BEIJING, FORMAT
from yuanyou.payments.port import (
    Action,
    Closed,
    Declined,
    Place,
    Refused,
    Told,
    Unknown,
    Why,
)

IN_SHOP = {"place": Place.STORE}


def a_code(desk: Desk, does: str = "pays") -> str:
    """What a customer in the shop shows."""
    return str(desk.sandbox.control("alipay/codes", {"does": does})["code"])


# A desktop


def test_a_desktop_shows_a_code_that_holds_as_long_as_the_attempt(desk: Desk) -> None:
    ask = desk.asked()
    action = desk.adapter.create(ask)
    assert (action.action, action.provider_ref, action.expires_at) == (Action.QR, ask.ref, ask.expires_at)
    assert action.url
    assert httpx.get(action.url).status_code == 200
    desk.travel(minutes=16)
    assert httpx.get(action.url).status_code == 410
    assert desk.adapter.query(ask).told is Told.EXPIRED


def test_an_order_nobody_has_opened_is_not_failed_but_waits(desk: Desk) -> None:
    ask = desk.shown()
    told = desk.adapter.query(ask)
    assert (told.told, told.charge_ref, told.amount) == (Told.ACTION_REQUIRED, None, ask.amount)
    desk.sandbox.control(f"alipay/orders/{ask.ref}/open")
    assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED
    desk.pays(ask)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_an_opened_order_ends_with_its_time(desk: Desk) -> None:
    ask = desk.shown()
    desk.sandbox.control(f"alipay/orders/{ask.ref}/open")
    desk.travel(minutes=16)
    assert desk.adapter.query(ask).told is Told.EXPIRED


def test_what_alipay_forbids_in_a_name_is_left_out(desk: Desk) -> None:
    ask = desk.shown(description="美国/30 天 & 更多=好")
    order = desk.sandbox.control(f"alipay/orders/{ask.ref}", method="GET")
    assert order["subject"] == "美国 30 天 更多 好"


# A phone


def test_a_phone_goes_to_the_cashier_and_comes_back_with_the_money_paid(desk: Desk) -> None:
    ask = desk.asked(place=Place.PHONE)
    action = desk.adapter.create(ask)
    assert action.action is Action.REDIRECT
    assert desk.count("order") == 0  # nothing is sent before the payer goes there
    with httpx.Client() as phone:
        cashier = phone.get(str(action.url), follow_redirects=True)
        assert "26.90" in cashier.text
        paid = phone.post(cashier.url, data={"action": "pay"})
    assert urlsplit(paid.headers["location"])[:3] == urlsplit(ask.return_url)[:3]
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_phones_address_is_one_of_a_host_that_we_let_through(desk: Desk) -> None:
    url = str(desk.adapter.create(desk.asked(place=Place.PHONE)).url)
    assert urlsplit(url).netloc in desk.adapter.capabilities().pay_hosts


def test_a_phones_address_says_when_it_is_over_in_beijing(desk: Desk) -> None:
    ask = desk.asked(place=Place.PHONE)
    sent = parse_qs(urlsplit(str(desk.adapter.create(ask).url)).query)
    until = ask.expires_at.astimezone(BEIJING).strftime(FORMAT)
    assert until in sent["biz_content"][0]
    stamp = datetime.strptime(sent["timestamp"][0], FORMAT).replace(tzinfo=BEIJING)
    assert abs((stamp - datetime.now(BEIJING)).total_seconds()) < 60


def test_a_phone_that_comes_back_is_told_where_to_go_on(desk: Desk) -> None:
    ask = desk.shown(place=Place.PHONE)
    first = desk.adapter.query(ask).next_url
    httpx.get(str(first), follow_redirects=True)
    opened = desk.adapter.query(ask)
    assert opened.told is Told.ACTION_REQUIRED
    assert "26.90" in httpx.get(str(opened.next_url), follow_redirects=True).text
    desk.pays(ask)
    assert desk.adapter.query(ask).next_url is None


def test_a_page_that_was_never_opened_can_be_given_up(desk: Desk) -> None:
    ask = desk.asked(place=Place.PHONE)
    url = str(desk.adapter.create(ask).url)
    assert desk.adapter.close(ask) is Closed.CLOSED
    refused = httpx.get(url, follow_redirects=True)
    assert "ACQ.TRADE_HAS_CLOSE" in refused.text
    assert desk.money("gross") == 0


# A shop


def test_a_customers_code_is_charged_at_once(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk))
    action = desk.adapter.create(ask)
    assert (action.action, action.url, action.provider_ref) == (Action.NONE, None, ask.ref)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_customer_may_be_asked_for_the_password_first(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk, "asks"))
    desk.adapter.create(ask)
    assert desk.adapter.query(ask).told is Told.ACTION_REQUIRED
    desk.pays(ask)
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


def test_a_customer_who_hesitates_is_given_up(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk, "asks"))
    desk.adapter.create(ask)
    assert desk.adapter.close(ask) is Closed.CLOSED
    assert desk.adapter.query(ask).told is Told.CANCELED
    assert desk.money("gross") == 0


@pytest.mark.parametrize(("does", "why"), [("poor", Why.INSUFFICIENT_FUNDS), ("nobody", Why.WRONG_DETAILS)])
def test_a_code_that_brings_no_money_is_declined(desk: Desk, does: str, why: Why) -> None:
    code = "281234567890123456" if does == "nobody" else a_code(desk, does)
    with pytest.raises(Declined) as declined:
        desk.adapter.create(desk.asked(**IN_SHOP, payer_code=code))
    assert declined.value.reason == why


def test_a_code_is_good_for_one_payment_and_one_minute(desk: Desk) -> None:
    code = a_code(desk)
    desk.adapter.create(desk.asked(**IN_SHOP, payer_code=code))
    late = a_code(desk)
    desk.travel(seconds=61)
    for used in (code, late):
        with pytest.raises(Declined):
            desk.adapter.create(desk.asked(**IN_SHOP, payer_code=used))
    assert desk.count("movement") == 1


def test_without_a_code_a_shop_asks_for_nothing(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(**IN_SHOP))
    assert desk.count("order") == 0


@pytest.mark.parametrize("how", ["timeout_after", "malformed", "system_error"])
def test_a_charge_whose_answer_is_lost_is_unknown_and_found_once(desk: Desk, how: str) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk))
    desk.goes_wrong(how, "trade.pay", seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.create(ask)
    if how == "system_error":  # Alipay did nothing, and did not say so
        with pytest.raises(Unknown):
            desk.adapter.query(ask)
    else:
        assert desk.adapter.query(ask).told is Told.SUCCEEDED
    assert desk.money("gross") in {0, ask.amount.minor}


def test_a_charge_that_never_came_is_over_only_with_its_time(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk))
    desk.goes_wrong("timeout_before", "trade.pay", seconds=0.1)
    with pytest.raises(Unknown):
        desk.adapter.create(ask)
    with pytest.raises(Unknown):
        desk.adapter.query(ask)
    desk.travel(minutes=16)
    assert desk.adapter.query(ask).told is Told.EXPIRED


def test_a_charge_is_never_sent_twice_by_itself(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk))
    desk.goes_wrong("error_500", "trade.pay")
    with pytest.raises(Unknown):
        desk.adapter.create(ask)
    assert desk.count("movement") == 0


def test_a_charge_that_is_given_up_before_it_comes_never_takes_money(desk: Desk) -> None:
    ask = desk.asked(**IN_SHOP, payer_code=a_code(desk))
    assert desk.adapter.close(ask) is Closed.CLOSED
    with pytest.raises(Refused):
        desk.adapter.create(ask)
    assert desk.money("gross") == 0


# Nowhere else


def test_inside_wechat_there_is_no_door(desk: Desk) -> None:
    (method,) = desk.adapter.capabilities().methods
    assert Place.WECHAT not in method.places
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(place=Place.WECHAT))


def test_only_yuan_are_taken(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(currency="USD"))


def test_an_order_that_we_would_name_otherwise_is_none_of_ours(desk: Desk) -> None:
    ask = desk.shown()
    desk.pays(ask)
    with pytest.raises(Unknown):
        desk.adapter.query(replace(desk.asked(), provider_ref=ask.ref))

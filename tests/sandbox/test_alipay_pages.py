"""Alipay's pages: the cashier, the code to scan, the customer's own code; in two languages."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.sandbox.test_alipay_requests import ORDER, PRECREATE, QUERY, Shop
from yuanyou_sandbox.alipay import keys
from yuanyou_sandbox.testing import RunningSandbox

RETURN = "http://127.0.0.1:9/paid"
WAP, PAGE = "alipay.trade.wap.pay", "alipay.trade.page.pay"
PRODUCTS = {WAP: "QUICK_WAP_WAY", PAGE: "FAST_INSTANT_TRADE_PAY"}


@pytest.fixture
def shop_side(sandbox: RunningSandbox) -> Shop:
    return Shop(sandbox)


def door(shop: Shop, method: str, **other: str) -> str:
    """A signed address for a payer."""
    content = ORDER | {"product_code": PRODUCTS[method]}
    told = shop.parameters(method, content, return_url=RETURN, **other)
    return f"{shop.gateway}?{urlencode({**told, 'sign': shop.sign(told)})}"


def status(shop: Shop) -> str:
    told = shop.ask(QUERY, {"out_trade_no": "att_1"})
    return str(told.get("trade_status") or told["sub_code"])


@pytest.mark.parametrize("method", [WAP, PAGE])
def test_there_is_no_trade_until_the_payer_has_come(shop_side: Shop, method: str) -> None:
    url = door(shop_side, method)
    assert status(shop_side) == "ACQ.TRADE_NOT_EXIST"
    at_the_gateway = httpx.get(url)
    assert at_the_gateway.status_code == 302
    assert status(shop_side) == "ACQ.TRADE_NOT_EXIST"
    assert "26.90" in httpx.get(at_the_gateway.headers["location"]).text
    assert status(shop_side) == "WAIT_BUYER_PAY"


@pytest.mark.parametrize("method", [WAP, PAGE])
def test_who_pays_comes_back_with_alipays_signed_word(shop_side: Shop, method: str) -> None:
    cashier = httpx.get(door(shop_side, method), follow_redirects=True)
    back = httpx.post(cashier.url, data={"action": "pay"}).headers["location"]
    assert back.startswith(f"{RETURN}?")
    told = {name: value for name, (value,) in parse_qs(urlsplit(back).query).items()}
    sign = told.pop("sign")
    told.pop("sign_type")
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    assert keys.signed(shop_side.known["alipay_public_key"], text.encode(), sign)
    assert (told["out_trade_no"], status(shop_side)) == ("att_1", "TRADE_SUCCESS")


def test_who_has_not_enough_money_may_try_again(shop_side: Shop) -> None:
    cashier = httpx.get(door(shop_side, WAP), follow_redirects=True)
    with httpx.Client(follow_redirects=True) as payer:
        poor = payer.post(cashier.url, data={"action": "poor"})
        assert 'id="error"' in poor.text
        assert status(shop_side) == "WAIT_BUYER_PAY"
    httpx.post(cashier.url, data={"action": "pay"})
    assert status(shop_side) == "TRADE_SUCCESS"


def test_who_leaves_tells_nobody(shop_side: Shop) -> None:
    cashier = httpx.get(door(shop_side, WAP), follow_redirects=True)
    assert httpx.post(cashier.url, data={"action": "leave"}).status_code == 200
    assert status(shop_side) == "WAIT_BUYER_PAY"


def test_a_code_is_scanned_without_a_phone(shop_side: Shop) -> None:
    code = shop_side.ask(PRECREATE, ORDER)["qr_code"]
    page = httpx.get(code)
    assert "data:image/svg+xml" in page.text
    assert 'id="scan"' in page.text
    assert status(shop_side) == "ACQ.TRADE_NOT_EXIST"
    cashier = httpx.post(code, data={"action": "scan"}, follow_redirects=False).headers["location"]
    assert status(shop_side) == "WAIT_BUYER_PAY"
    httpx.post(f"{shop_side.sandbox.url}{cashier}", data={"action": "pay"})
    assert status(shop_side) == "TRADE_SUCCESS"


def test_a_code_that_is_over_cannot_be_scanned_or_paid(shop_side: Shop) -> None:
    code = shop_side.ask(PRECREATE, ORDER)["qr_code"]
    shop_side.sandbox.control("alipay/orders/att_1/expire")
    assert httpx.get(code).status_code == 410
    httpx.post(code, data={"action": "scan"}, follow_redirects=True)
    httpx.post(code.replace("/qr/", "/cashier/"), data={"action": "pay"}, follow_redirects=True)
    assert status(shop_side) == "ACQ.TRADE_NOT_EXIST"
    assert shop_side.sandbox.control("alipay/account", method="GET")["gross"] == 0


@pytest.mark.parametrize(
    ("does", "code", "state"),
    [
        ("pays", "10000", "TRADE_SUCCESS"),
        ("asks", "10003", "WAIT_BUYER_PAY"),
        ("poor", "40004", "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_the_shops_scanner_reads_the_customers_code(
    shop_side: Shop, does: str, code: str, state: str
) -> None:
    page = httpx.post(f"{shop_side.sandbox.alipay_url}/customer-code", data={"does": does}).text
    (number,) = re.findall(r'id="code">(\d{16,24})<', page)
    told = shop_side.ask("alipay.trade.pay", ORDER | {"scene": "bar_code", "auth_code": number})
    assert (told["code"], status(shop_side)) == (code, state)


def test_a_signed_address_that_was_changed_opens_nothing(shop_side: Shop) -> None:
    url = door(shop_side, WAP).replace("26.90", "0.01")
    refused = httpx.get(url, follow_redirects=True)
    assert refused.status_code == 400
    assert "isv.invalid-signature" in refused.text
    assert shop_side.sandbox.state()["alipay"]["objects"]["order"] == 0


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_page_is_in_both_languages(shop_side: Shop, language: str) -> None:
    code = shop_side.ask(PRECREATE, ORDER)["qr_code"]
    base = shop_side.sandbox.alipay_url
    for url in (code, code.replace("/qr/", "/cashier/"), f"{base}/customer-code", f"{base}/"):
        text = httpx.get(url, params={"lang": language}).text
        chinese = re.sub("远游|中文|美国 30 天", "", re.sub(r"<[^>]*>", " ", text))
        assert bool(re.search(r"[\u4e00-\u9fff]", chinese)) is (language == "zh-Hans"), url

"""The sandbox's pages in a real browser: paying by clicks, and no barrier that a machine can find."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from wechatpayv3 import WeChatPayType

from tests.sandbox.paypal_shop import Wire, agree, approval_url
from tests.sandbox.shop import CHALLENGED, POOR, order, paid_charge, pay_on_page
from tests.sandbox.test_alipay_requests import ORDER, PRECREATE, Shop
from tests.sandbox.wechat_shop import client as wechat_client
from tests.sandbox.wechat_shop import wish
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_no_page_has_a_barrier(
    browser: Browser, sandbox: RunningSandbox, api: stripe.StripeClient, scheme: str, language: str
) -> None:
    paths = ("/", "/stripe/", "/notices", "/mail/", "/esim/", "/carrier/")
    addresses = [f"{sandbox.url}{path}" for path in paths]
    addresses += _pay_pages(sandbox, api)
    assert _barriers(browser, addresses, language, scheme) == []


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh-Hans"), ("dark", "en")])
def test_no_page_of_paypal_has_a_barrier(
    browser: Browser, sandbox: RunningSandbox, wire: Wire, scheme: str, language: str
) -> None:
    addresses = [*_approval_pages(sandbox, wire), f"{sandbox.paypal_url}/"]
    assert _barriers(browser, addresses, language, scheme) == []


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh-Hans"), ("dark", "en")])
def test_no_page_of_alipay_has_a_barrier(
    browser: Browser, sandbox: RunningSandbox, scheme: str, language: str
) -> None:
    shop, base = Shop(sandbox), sandbox.alipay_url
    code = shop.ask(PRECREATE, ORDER)["qr_code"]
    other = shop.ask(PRECREATE, ORDER | {"out_trade_no": "att_2"})["qr_code"]
    sandbox.control("alipay/orders/att_2/lack")
    addresses = [code, other.replace("/qr/", "/cashier/"), f"{base}/customer-code", f"{base}/"]
    addresses.append(f"{base}/refused?why=isv.invalid-signature")
    assert _barriers(browser, addresses, language, scheme) == []


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh-Hans"), ("dark", "en")])
def test_no_page_of_wechat_pay_has_a_barrier(
    browser: Browser, sandbox: RunningSandbox, scheme: str, language: str
) -> None:
    base, scene = sandbox.wechat_url, {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
    shop = wechat_client(sandbox)
    code = json.loads(shop.pay(**wish())[1])["code_url"]
    landing = json.loads(shop.pay(**wish("order_h5", scene_info=scene, pay_type=WeChatPayType.H5))[1])
    cashier = sandbox.control("wechat/orders/order_000001", method="GET")["cashier"]
    shop.pay(**wish("order_paid"))
    sandbox.control("wechat/orders/order_paid/pay")
    paid = sandbox.control("wechat/orders/order_paid", method="GET")["cashier"]
    shown = sandbox.control("wechat/code")["auth_code"]
    addresses = [code, landing["h5_url"], cashier, f"{cashier}?poor", paid, f"{base}/"]
    addresses += [f"{base}/code?code={shown}", f"{base}/connect/oauth2/authorize"]
    assert _barriers(browser, addresses, language, scheme) == []


def test_a_payer_scans_wechat_s_code_has_not_enough_money_and_pays(
    browser: Browser, sandbox: RunningSandbox
) -> None:
    code = json.loads(wechat_client(sandbox).pay(**wish())[1])["code_url"]
    page = browser.new_page(locale="zh-CN")
    page.goto(code)
    page.click("#scan")
    page.click("#poor")
    assert "零钱余额不足" in page.inner_text("#error")
    page.click("#pay")
    assert "支付成功" in page.inner_text("h1")
    page.close()
    assert sandbox.control("wechat/account", method="GET")["gross"] == 2690


def test_a_payer_scans_alipays_code_has_not_enough_money_and_pays(
    browser: Browser, sandbox: RunningSandbox
) -> None:
    code = Shop(sandbox).ask(PRECREATE, ORDER)["qr_code"]
    page = browser.new_page(locale="zh-CN")
    page.goto(code)
    page.click("#scan")
    page.click("#poor")
    assert "账户余额不足。" in page.inner_text("#error")
    page.click("#pay")
    assert "CNY 26.90" in page.inner_text("main")
    page.close()
    assert sandbox.control("alipay/account", method="GET")["gross"] == 2690


def test_a_payer_clicks_through_a_decline_and_agrees_again(
    browser: Browser, sandbox: RunningSandbox, wire: Wire
) -> None:
    home = f"{sandbox.paypal_url}/"
    made = wire.order(context={"return_url": home, "cancel_url": home, "locale": "zh-CN"})
    page = browser.new_page()
    page.goto(approval_url(made))
    page.check("#funding-card_declined")
    page.click("#pay")
    assert page.url == f"{home}?token={made['id']}&PayerID=SANDBOXPAYER1"
    assert wire.post(f"/v2/checkout/orders/{made['id']}/capture")[0] == 422
    page.goto(approval_url(made))
    assert "您的银行拒绝了这笔付款。" in page.inner_text("#error")
    page.check("#funding-balance")
    page.click("#pay")
    page.close()
    assert wire.post(f"/v2/checkout/orders/{made['id']}/capture")[1]["status"] == "COMPLETED"


def test_a_customer_clicks_through_a_decline_and_the_bank(
    browser: Browser, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    home = f"{sandbox.url}/stripe/"
    made = api.v1.checkout.sessions.create(order(success_url=home, cancel_url=home, locale="zh"))
    page = browser.new_page()
    page.goto(str(made.url))
    page.check(f"#card-{POOR}")
    page.click("#pay")
    assert "您的卡余额不足。" in page.inner_text("#error")
    page.check(f"#card-{CHALLENGED}")
    page.click("#pay")
    page.click("#complete")
    assert page.url == home
    page.close()
    assert api.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_a_customer_scans_the_code_for_wechat_pay(
    browser: Browser, sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    home = f"{sandbox.url}/stripe/"
    ways: Any = {
        "payment_method_types": ["wechat_pay"],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
    }
    made = api.v1.checkout.sessions.create(order(success_url=home, cancel_url=home, locale="zh", **ways))
    page = browser.new_page()
    page.goto(str(made.url))
    page.click("#pay")
    assert page.evaluate("document.getElementById('code').naturalWidth") > 100
    page.click("#fail")
    page.check("#card-wechat_pay")
    page.click("#pay")
    page.click("#complete")
    assert page.url == home
    page.close()
    assert api.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def _pay_pages(sandbox: RunningSandbox, api: stripe.StripeClient) -> list[str]:
    """A pay page at first, after a decline, when it is over, when it is paid; the bank's and the wallets'."""
    ways: Any = {
        "payment_method_types": ["card", "us_bank_account", "alipay", "wechat_pay"],
        "payment_method_options": {
            "card": {"setup_future_usage": "off_session"},
            "wechat_pay": {"client": "web"},
        },
    }
    fresh, declined, expired, paid, challenged, alipay, wechat = (
        str(api.v1.checkout.sessions.create(order(**ways)).url) for _ in range(7)
    )
    pay_on_page(declined, POOR)
    api.v1.checkout.sessions.expire(expired.rpartition("/")[2])
    pay_on_page(paid, "bank_debit")
    asked = ((challenged, CHALLENGED), (alipay, "alipay"), (wechat, "wechat_pay"))
    elsewhere = [sandbox.url + pay_on_page(url, way).headers["location"] for url, way in asked]
    disputed = paid_charge(sandbox, api)
    sandbox.control(f"stripe/payments/{disputed.id}/dispute")
    return [fresh, declined, expired, paid, *elsewhere, f"{sandbox.url}/stripe/"]


def _approval_pages(sandbox: RunningSandbox, wire: Wire) -> list[str]:
    """The approval page as it is at first, after a decline, agreed to, when it is over, when it is paid."""
    fresh, declined, agreed, expired, paid = (wire.order(key=str(place)) for place in range(5))
    agree(declined, "card_declined")
    agree(agreed)
    agree(paid)
    for made in (declined, paid):
        wire.post(f"/v2/checkout/orders/{made['id']}/capture")
    sandbox.control(f"paypal/orders/{expired['id']}/expire")
    return [approval_url(made) for made in (fresh, declined, agreed, expired, paid)]


def _barriers(browser: Browser, addresses: list[str], language: str, scheme: str) -> list[object]:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    found: list[object] = []
    for address in addresses:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((address, width, "wider than the screen"))
        found += [(address, each["id"], each["nodes"]) for each in Axe().run(page).response["violations"]]
    context.close()
    return found

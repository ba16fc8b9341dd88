"""Alipay and WeChat Pay through the right door, in Chinese: on a desktop, on a phone, and inside WeChat."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from tests.project.test_up import Up
from tests.stories.phone import PATIENCE_MS, Phone, phone
from tests.stories.test_payments_by_phone import CARD, GOOD_CARD, WORDS, Payer
from yuanyou.kernel.clock import Clock
from yuanyou.project.stories._clerk import Clerk
from yuanyou.project.stories._visitor import code_for
from yuanyou.project.target import find

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ALIPAY, WECHAT_PAY = "alipay:alipay", "wechat:wechat_pay"
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36"
WECHAT = f"{PHONE} MicroMessenger/8.0.50"
BRIDGE = """window.WeixinJSBridge = {
  invoke: (name, params, then) => window.asksWeChat(name, params).then(then) }"""
LANGUAGE = "zh-hans"
BACK_SECONDS = 240
"""WeChat takes a refund and tells later; we ask with growing patience."""
RUNS_OUT = timedelta(minutes=11)


@dataclass(slots=True)
class Traveller(Payer):
    """Somebody with Alipay and WeChat on a phone."""

    sandbox_url: str

    def buys(self, mail_url: str) -> None:
        page, email = self.page, f"traveller-{uuid4().hex[:10]}@example.com"
        page.goto("/sign-up/?next=/buy/us-30-10gb/")
        page.fill("[name=email]", email)
        page.click("main form button")
        page.fill("[name=code]", code_for(mail_url, email))
        page.click("main form button")
        page.wait_for_url("**/buy/us-30-10gb/")
        page.check(f"[name=method][value='{CARD}']")
        page.wait_for_load_state("networkidle")
        page.click(".pay button")
        self.pays_by_card(GOOD_CARD)
        page.goto("/home/")
        expect(page.get_by_text(self.words.works, exact=True)).to_be_visible(timeout=PATIENCE_MS)

    def asks_for_a_code(self, method: str, title: str) -> None:
        self.chooses(method)
        self.phone.photograph(f"renew-by-{method.partition(':')[0]}")
        self.sends("**/orders/**")
        expect(self.page.get_by_role("heading", name=title)).to_be_visible()
        expect(self.page.locator(".qr")).to_be_visible()
        expect(self.page.get_by_role("timer")).to_be_visible()
        self.phone.photograph(f"code-of-{method.partition(':')[0]}")

    @property
    def attempt(self) -> str:
        """Our reference of what the page shows."""
        asks = self.page.locator("[hx-get*='seen=']").get_attribute("hx-get") or ""
        found = re.search(r"att_\w+", asks)
        assert found, asks
        return found[0]

    @property
    def order(self) -> str:
        return self.page.url.partition("/orders/")[2].partition("/")[0]

    def control(self, path: str, told: dict[str, object] | None = None) -> dict[str, str]:
        """Ask the companies, or have somebody there do something."""
        url = f"{self.sandbox_url}/_control/{path}"
        answer = httpx.get(url) if told is None else httpx.post(url, json=told)
        answer.raise_for_status()
        found: dict[str, str] = answer.json()
        return found

    def another_browser(self) -> Phone:
        """The same phone's own browser, which knows nobody."""
        browser = self.page.context.browser
        assert browser
        context = browser.new_context(user_agent=PHONE, color_scheme="dark", viewport=self.page.viewport_size)
        context.set_default_timeout(PATIENCE_MS)
        site = str(self.page.evaluate("location.origin"))
        context.add_cookies([{"name": "lang", "value": LANGUAGE, "url": site}])
        return Phone(context.new_page(), "browser", self.phone.shots)

    @property
    def amount(self) -> str:
        """What was paid in yuan, as the page shows it."""
        found = re.search(r"CNY\s[\d.]+", self.page.locator("#order").inner_text())
        assert found
        return found[0]

    def is_given_back(self, clerk: Clerk) -> None:
        """Staff give all of the order back that is shown; its page says so."""
        clerk.gives_back(self.order, self.amount.replace("\u00a0", " "), seconds=BACK_SECONDS)
        self.page.reload()
        expect(self.page.locator("#order")).to_contain_text("退款")
        expect(self.page.locator("#order .state").last).to_have_text("完成")

    def scans_with_alipay(self) -> None:
        """The phone's Alipay, as another page; the desktop's changes by itself."""
        slug = self.control(f"alipay/orders/{self.attempt}")["slug"]
        app = self.page.context.new_page()
        app.goto(f"{self.sandbox_url}/alipay/qr/{slug}")
        app.click("#scan")
        app.click("#pay")
        app.close()

    def scans_with_wechat(self) -> None:
        app = self.page.context.new_page()
        app.goto(self.control(f"wechat/orders/{self.attempt}")["cashier"])
        app.click("#pay")
        app.close()

    def asks_wechat(self, name: str, params: dict[str, object]) -> dict[str, str]:
        """What WeChat does with what our page hands to it."""
        assert name == "getBrandWCPayRequest"
        prepay = str(params["package"]).removeprefix("prepay_id=")
        return self.control(f"wechat/jsapi/{prepay}/pay", params)


@contextmanager
def traveller(up: Up, shots: Path, *, width: int = 390, agent: str | None = None) -> Iterator[Traveller]:
    with phone(
        up.run.site_url, language=LANGUAGE, scheme="light", shots=shots, width=width, agent=agent
    ) as device:
        one = Traveller(device, WORDS[LANGUAGE], str(up.run.sandbox_url))
        one.buys(f"{up.run.sandbox_url}/mail/messages")
        yield one
    assert device.barriers == []


def test_on_a_desktop_codes_are_scanned_the_page_changes_by_itself_and_money_goes_back(
    up: Up, tmp_path: Path
) -> None:
    clerk = Clerk(find(up.data))
    with traveller(up, tmp_path, width=1280) as mei, closing(clerk.visitor):
        mei.asks_for_a_code(ALIPAY, "用支付宝扫码付款")
        mei.scans_with_alipay()
        mei.sees_it_renewed("by-alipay", "支付宝")
        mei.is_given_back(clerk)
        mei.phone.photograph("given-back-by-alipay")
        mei.asks_for_a_code(WECHAT_PAY, "用微信扫码付款")
        mei.scans_with_wechat()
        mei.sees_it_renewed("by-wechat", "微信支付")
        mei.is_given_back(clerk)


def test_on_a_phone_the_wallets_open_and_lead_back(up: Up, tmp_path: Path) -> None:
    with traveller(up, tmp_path, agent=PHONE) as mei:
        mei.chooses(ALIPAY)
        mei.sends("**/alipay/cashier/**")
        mei.phone.picture("alipay")
        mei.page.click("#pay")
        mei.sees_it_renewed("by-alipay", "支付宝")
        mei.chooses(WECHAT_PAY)
        mei.sends("**/checkmweb**")
        mei.phone.picture("wechat-h5")
        mei.page.click("#open")
        mei.page.click("#pay")
        mei.sees_it_renewed("by-wechat", "微信支付")


def test_inside_wechat_its_own_button_pays(up: Up, tmp_path: Path) -> None:
    with traveller(up, tmp_path, agent=WECHAT) as mei:
        mei.page.expose_function("asksWeChat", partial(mei.asks_wechat))
        mei.page.add_init_script(BRIDGE)
        mei.chooses(WECHAT_PAY)
        mei.phone.photograph("renew-inside-wechat")
        mei.sends("**/orders/**")  # by way of WeChat, which says who pays
        mei.phone.photograph("wechats-button")
        mei.page.click("[data-wechat-pay]")
        mei.sees_it_renewed("inside-wechat", "微信支付")


def test_inside_wechat_alipay_is_paid_in_the_browser_without_signing_in(up: Up, tmp_path: Path) -> None:
    with traveller(up, tmp_path, agent=WECHAT) as mei:
        mei.chooses(ALIPAY)
        mei.sends("**/go-on/**")
        expect(mei.page.get_by_role("heading", name="支付宝无法在微信内打开")).to_be_visible()
        mei.phone.photograph("leave-wechat")
        browser = mei.another_browser()
        browser.page.goto(mei.page.url)
        browser.photograph("go-on")
        browser.press(re.compile("用支付宝付款"))
        browser.page.wait_for_url("**/alipay/cashier/**")
        browser.page.click("#pay")
        renewed = browser.page.get_by_role("heading", name=mei.words.renewed)
        expect(renewed).to_be_visible(timeout=PATIENCE_MS)
        mei.page.reload()
        expect(mei.page.get_by_role("heading", name="此链接只能用一次")).to_be_visible()
        mei.phone.photograph("used")
        assert browser.barriers == []


def test_a_code_that_ran_out_is_renewed_and_when_both_are_paid_one_is_in_the_wallet(
    up: Up, tmp_path: Path
) -> None:
    clock = Clock(find(up.data).config().clock_file)
    with traveller(up, tmp_path, width=1280) as mei:
        mei.asks_for_a_code(ALIPAY, "用支付宝扫码付款")
        first = mei.attempt
        clock.travel(clock.offset() + RUNS_OUT)
        expect(mei.page.get_by_role("heading", name="二维码已过期")).to_be_visible(timeout=PATIENCE_MS)
        mei.phone.photograph("run-out")
        mei.phone.press(re.compile("换一张新的二维码"))
        expect(mei.page.locator(".qr")).to_be_visible()
        second = mei.attempt
        assert second != first
        mei.control(f"alipay/orders/{first}/pay", {"late": True})
        mei.control(f"alipay/orders/{second}/pay", {})
        mei.sees_it_renewed("once", "支付宝")
        paid = mei.amount.partition("\u00a0")[2]
        for _look in range(20):
            mei.page.goto("/home/")
            if f"CN¥{paid}" in mei.page.locator("main").inner_text():
                break
            mei.page.wait_for_timeout(1000)
        expect(mei.page.locator("main")).to_contain_text(f"CN¥{paid}")
        mei.phone.photograph("surplus-in-the-wallet")

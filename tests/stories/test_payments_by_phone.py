"""Every way to pay in a real browser: 3-D Secure, PayPal, wallet, both, and another way after a decline."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.project.test_up import Up
from tests.stories.phone import PATIENCE_MS, Phone, phone
from yuanyou.project.stories._visitor import code_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GOOD_CARD, NO_MONEY, ASKS_THE_BANK = "4242424242424242", "4000000000009995", "4000002500003155"
CARD, PAYPAL = "stripe:card", "paypal:paypal"


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say in one language."""

    works: str
    renewed: str
    no_money: str
    wallet: str
    card: str


WORDS = {
    "zh-hans": Words("正常使用", "续费成功", "余额或额度不足", "余额", "信用卡、借记卡"),
    "en": Words(
        "Working", "Renewed", "There is not enough money or credit", "Wallet", "Credit or debit card"
    ),
}


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "light", 390), ("en", "dark", 1280)])
def test_a_line_is_renewed_in_every_way(
    up: Up, tmp_path: Path, language: str, scheme: str, width: int
) -> None:
    with phone(up.run.site_url, language=language, scheme=scheme, shots=tmp_path, width=width) as mei:
        payer = Payer(mei, WORDS[language])
        payer.buys(f"{up.run.sandbox_url}/mail/messages")
        payer.renews_with_3d_secure()
        payer.renews_by_paypal()
        payer.renews_from_the_wallet()
        payer.renews_from_the_wallet_and_a_card()
        payer.is_declined_and_pays_otherwise()
    assert mei.barriers == []


@dataclass(slots=True)
class Payer:
    """Somebody who renews one line again and again."""

    phone: Phone
    words: Words

    @property
    def page(self) -> Page:
        return self.phone.page

    def buys(self, mail_url: str) -> None:
        page, email = self.page, f"payer-{uuid4().hex[:10]}@example.com"
        page.goto("/sign-up/?next=/buy/us-30-10gb/")
        page.fill("[name=email]", email)
        page.click("main form button")
        page.fill("[name=code]", code_for(mail_url, email))
        page.click("main form button")
        page.wait_for_url("**/buy/us-30-10gb/")
        self.phone.photograph("buy")
        page.click(".pay button")
        self.pays_by_card(GOOD_CARD)
        page.goto("/home/")
        expect(page.get_by_text(self.words.works, exact=True)).to_be_visible(timeout=PATIENCE_MS)

    def renews_with_3d_secure(self) -> None:
        self.chooses(CARD)
        self.phone.photograph("renew-by-card")
        self.sends("**/stripe/pay/**")
        self.page.check(f"[name=card][value='{ASKS_THE_BANK}']")
        self.page.click("[name=action][value=pay]")
        self.page.wait_for_url("**/stripe/3ds/**")
        self.phone.picture("3d-secure")
        self.page.click("[name=action][value=complete]")
        self.sees_it_renewed("by-card", self.words.card)

    def renews_by_paypal(self) -> None:
        self.chooses(PAYPAL)
        self.phone.photograph("renew-by-paypal")
        self.sends("**/paypal/checkoutnow**")
        self.phone.picture("paypal")
        self.page.click("[name=action][value=pay]")
        self.sees_it_renewed("by-paypal", "PayPal")

    def renews_from_the_wallet(self) -> None:
        self.page.goto("/top-up/")
        self.page.check("[name=amount][value='50']")
        self.page.wait_for_load_state("networkidle")
        self.phone.photograph("top-up")
        self.page.click(".pay button")
        self.pays_by_card(GOOD_CARD)
        self.phone.photograph("topped-up")
        self.chooses(wallet=True)
        self.phone.photograph("renew-from-wallet")
        self.sends("**/orders/**")
        self.sees_it_renewed("from-wallet", self.words.wallet)

    def renews_from_the_wallet_and_a_card(self) -> None:
        self.chooses(CARD, wallet=True)
        self.phone.photograph("renew-by-both")
        self.sends("**/stripe/pay/**")
        self.pays_by_card(GOOD_CARD)
        self.sees_it_renewed("by-both", self.words.wallet, self.words.card)

    def is_declined_and_pays_otherwise(self) -> None:
        self.chooses(CARD)
        self.sends("**/stripe/pay/**")
        self.page.check(f"[name=card][value='{NO_MONEY}']")
        self.page.click("[name=action][value=pay]")
        expect(self.page.locator("#error")).to_be_visible()
        self.phone.picture("declined-there")
        self.page.click("[name=action][value=leave]")
        self.page.wait_for_url("**/orders/**")
        expect(self.page.locator("#order")).to_contain_text(self.words.no_money, timeout=PATIENCE_MS)
        self.phone.photograph("declined")
        order = self.page.url
        self.page.check(f"[name=method][value='{PAYPAL}']")
        self.page.click(".pay button")
        self.page.wait_for_url("**/paypal/checkoutnow**")
        self.page.click("[name=action][value=pay]")
        self.sees_it_renewed("after-a-decline", "PayPal")
        assert self.page.url == order

    def chooses(self, method: str | None = None, *, wallet: bool = False) -> None:
        """Open the renewal page and choose; the page recounts after each choice."""
        self.page.goto("/home/")
        self.page.click("a.btn[href$='/renew/']")
        self.page.wait_for_url("**/renew/")
        if wallet:
            self.page.check("[name=use_wallet]")
            self.page.wait_for_load_state("networkidle")
        if method:
            self.page.check(f"[name=method][value='{method}']")
            self.page.wait_for_load_state("networkidle")

    def sends(self, to: str) -> None:
        """Pay; who renewed minutes ago is asked whether they mean it, and does."""
        with self.page.expect_navigation():
            self.page.click(".pay button")
        if self.page.locator("[name=again]").count():
            self.phone.photograph("again")
            self.page.click(".pay button")
        self.page.wait_for_url(to)

    def pays_by_card(self, card: str) -> None:
        self.page.wait_for_url("**/stripe/pay/**")
        self.page.check(f"[name=card][value='{card}']")
        self.page.click("[name=action][value=pay]")
        self.page.wait_for_url("**/orders/**")

    def sees_it_renewed(self, how: str, *named: str) -> None:
        self.page.wait_for_url("**/orders/**")
        renewed = self.page.get_by_role("heading", name=self.words.renewed)
        expect(renewed).to_be_visible(timeout=PATIENCE_MS)
        for name in named:
            expect(self.page.locator("#order")).to_contain_text(name)
        self.phone.photograph(f"renewed-{how}")

"""Choosing another way to pay in a real Chromium: the bill follows into the currency that it takes."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.flows.bank import Bank
from tests.flows.test_other_currency import Alipay
from tests.houses import fund, give_line
from tests.people import People
from yuanyou import wiring
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.web.shared import methods

pytestmark = pytest.mark.browser
TITLES = {"en": "Pay with Alipay CN¥188.30", "zh-hans": "支付宝", "zh-hant": "支付寶"}


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, people: People) -> str:
    both = {"stripe": Bank(), "alipay": Alipay(name="alipay")}
    for module in (wiring, methods):
        monkeypatch.setattr(module, "payment_providers", lambda: both)
    fund(people.mei, 1_000, now=settings.CLOCK.now())
    line_id = give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    return reverse("customer:renew", args=[str(Ref("line", line_id))])


@pytest.mark.parametrize("language", sorted(TITLES))
def test_the_bill_follows_the_way_to_pay_and_back(
    page: Page, site: str, people: People, path: str, language: str
) -> None:
    client = Client()
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site},
            {"name": "lang", "value": language, "url": site},
        ]
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    due, button = page.locator("#renew"), page.locator(".pay button")
    expect(due).to_contain_text("USD\xa026.90")
    page.locator('input[value="alipay:alipay"]').check(force=True)
    expect(due).to_contain_text("CNY\xa0188.30")
    expect(button).to_contain_text("CN¥188.30")
    expect(button).to_contain_text(TITLES[language])
    expect(page.locator('input[name="use_wallet"]')).to_have_count(0)
    shots = os.environ.get("SHOTS")
    if shots:
        page.screenshot(path=Path(shots) / f"currency-{language}.png", full_page=True)
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    page.locator('input[value="stripe:card"]').check(force=True)
    expect(due).to_contain_text("USD\xa026.90")
    expect(page.locator('input[name="use_wallet"]')).to_have_count(1)

"""A student's phone in a real browser: register, buy, renew with a card that asks the bank, see it work.

The product runs as `yuanyou up` runs it, with the sandbox's companies. Pictures are left in tests/shots.
"""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.project.test_up import Up
from tests.stories.phone import Phone, phone
from yuanyou.project.stories._visitor import code_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = Path(__file__).parent.parent / "shots"
WORDS = {
    "zh-hans": {"send": "发送验证码", "renewed": "续费成功", "works": "正常使用", "language": "zh-Hans"},
    "en": {"send": "E-mail me a code", "renewed": "Renewed", "works": "Working", "language": "en"},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_student_renews_on_the_phone(up: Up, language: str, scheme: str) -> None:
    with phone(up.run.site_url, language=language, scheme=scheme, shots=SHOTS) as student:
        _story(student, up, WORDS[language])
    assert student.barriers == []


def _story(phone: Phone, up: Up, words: dict[str, str]) -> None:
    page, email = phone.page, f"student-{uuid4().hex[:10]}@example.com"
    page.goto("/plans/us-30-10gb/")
    phone.photograph("plan")
    page.goto("/buy/us-30-10gb/")  # leads to the door, and from there back to the same plan
    page.goto("/sign-up/?next=/buy/us-30-10gb/")
    page.fill("[name=email]", email)
    phone.photograph("sign-up")
    page.click("main form button")
    page.fill("[name=code]", code_for(f"{up.run.sandbox_url}/mail/messages", email))
    page.click("main form button")
    page.wait_for_url("**/buy/us-30-10gb/")
    phone.photograph("buy")
    page.click(".pay button")
    page.wait_for_url("**/stripe/pay/**")
    page.screenshot(path=SHOTS / f"{phone.name}-provider.png", full_page=True)
    page.check("[name=card][value='4242424242424242']")
    page.click("[name=action][value=pay]")
    page.wait_for_url("**/orders/**")
    expect(page.locator("#order .state.stop")).to_have_count(0)
    phone.photograph("bought")
    page.goto("/home/")
    expect(page.get_by_text(words["works"], exact=True)).to_be_visible(timeout=10_000)
    phone.photograph("home")
    page.click("a.btn[href$='/install/']")
    phone.photograph("install")
    page.goto("/home/")
    page.click("a.btn[href$='/renew/']")
    phone.photograph("renew")
    page.check("[name=start][value=now]")
    expect(page.locator("[name=start][value=now]")).to_be_checked()
    page.wait_for_load_state("networkidle")
    page.check("[name=start][value=after]")
    page.wait_for_load_state("networkidle")
    page.click(".pay button")
    page.wait_for_url("**/stripe/pay/**")
    page.check("[name=card][value='4000000000009995']")
    page.click("[name=action][value=pay]")
    page.check("[name=card][value='4000002500003155']")
    page.click("[name=action][value=pay]")
    page.click("[name=action][value=complete]")
    page.wait_for_url("**/orders/**")
    expect(page.get_by_role("heading", name=words["renewed"])).to_be_visible(timeout=10_000)
    phone.photograph("renewed")
    page.reload()
    expect(page.get_by_role("heading", name=words["renewed"])).to_be_visible()
    page.click("a[href$='/receipt/']")
    expect(page.locator("h1")).to_contain_text("Y1-", timeout=5_000)
    phone.photograph("receipt")
    assert page.locator("html").get_attribute("lang") == words["language"]

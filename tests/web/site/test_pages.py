"""What holds for every public page."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.plans import MONTH

NAMES = ("home", "plans", "help", "verify", "faq", "terms", "refunds", "privacy", "app")
LANGUAGES = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")


def paths() -> list[str]:
    return [*(reverse(f"site:{name}") for name in NAMES), reverse("site:plan", args=[MONTH.code])]


@pytest.mark.parametrize("path", paths())
@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryPage:
    def test_opens_for_anybody_in_each_language(
        self, client: Client, house: None, path: str, language: str
    ) -> None:
        answer = client.get(path, {"lang": language})
        assert answer.status_code == 200
        assert f'<html lang="{LANGUAGES[language]}">' in answer.content.decode()

    def test_says_everything_in_its_language(
        self, client: Client, house: None, path: str, language: str
    ) -> None:
        page = client.get(path, {"lang": language}).content.decode()
        assert ("跳到" in page or "跳至" in page) == (language != "en")


@pytest.mark.parametrize("path", paths())
class TestItsFrame:
    def test_nothing_is_inline_so_that_the_browser_may_refuse_what_is(
        self, client: Client, house: None, path: str
    ) -> None:
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert INLINE.findall(answer.content.decode()) == []

    def test_help_comes_right_after_the_plans_in_every_header(
        self, client: Client, house: None, path: str
    ) -> None:
        header = client.get(path).content.decode().partition("</header>")[0]
        links = re.findall(r'href="([^"]+)"', header.partition('class="brand"')[2])
        assert links[1:3] == [reverse("site:plans"), reverse("site:help")]

    def test_it_tells_who_runs_it_and_where_card_numbers_are_typed(
        self, client: Client, house: None, path: str
    ) -> None:
        footer = client.get(path).content.decode().partition("<footer>")[2]
        assert settings.CONFIG.operator_name in footer
        assert "only ever typed on the payment provider" in footer

    def test_a_page_asks_for_no_session(self, client: Client, house: None, path: str) -> None:
        assert settings.SESSION_COOKIE_NAME not in client.get(path).cookies


def test_the_front_page_leads_a_guest_to_renew(client: Client, house: None) -> None:
    page = client.get("/").content.decode()
    assert f'action="{reverse("customer:find")}"' in page
    assert 'name="number"' in page


def test_the_front_page_stands_when_nothing_is_on_sale(
    client: Client, house: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yuanyou.catalog.queries.quotes", lambda **_asked: [])
    for path in paths()[: len(NAMES)]:
        assert client.get(path).status_code == 200

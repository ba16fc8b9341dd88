"""Every public page opens for anybody, in every language."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.plans import MONTH

PAGES = ("home", "plans", "help", "verify", "faq", "terms", "refunds", "privacy", "app")
LANGUAGES = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_anybody_in_each_language(
    client: Client, house: None, name: str, language: str
) -> None:
    answer = client.get(reverse(f"site:{name}"), {"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{LANGUAGES[language]}">' in answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plans_own_page_opens_for_anybody(client: Client, house: None, language: str) -> None:
    answer = client.get(reverse("site:plan", args=[MONTH.code]), {"lang": language})
    assert answer.status_code == 200

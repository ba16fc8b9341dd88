"""The front page."""

import pytest
from django.test import Client


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_front_page_opens_for_anybody(client: Client, house: None, language: str) -> None:
    answer = client.get("/", {"lang": language})
    assert answer.status_code == 200

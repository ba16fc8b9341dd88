"""Hong Kong reads zh-Hant in its own words: who is spoken to like that, what differs, and what does not."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext as _

from tests.houses import FROM_WALLET, NOON, fund, give_line, renew
from tests.people import NEW_YORK, People, customer
from tests.plans import MONTH
from tests.web.customer.test_renew import signed_in
from yuanyou.flows import checkout, letters, links
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries
from yuanyou.identity.queries import Person
from yuanyou.messages.models import Message
from yuanyou.messages.receipt import receipt_page
from yuanyou.messages.render import render
from yuanyou.orders import queries as orders
from yuanyou.providers.paypal import orders as paypal
from yuanyou.providers.stripe import asking as stripe
from yuanyou.web.shared import formats

HONG_KONG = "zh-hant-hk"


@pytest.fixture
def chan(people: People) -> Person:
    """Who reads Hong Kong's Chinese."""
    return customer("chan@example.com", cell=1, language=HONG_KONG)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant-HK"),
        ("zh-MO", "zh-Hant-HK"),
        ("zh-Hant-HK", "zh-Hant-HK"),
        ("zh-Hant-MO", "zh-Hant-HK"),
        ("zh-TW,zh-HK;q=0.5", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("en-HK", "en"),
    ],
)
def test_the_browser_says_who_reads_it(house: None, asked: str, spoken: str) -> None:
    page = Client().get("/help/", headers={"accept-language": asked}).content.decode()
    assert f'<html lang="{spoken}">' in page


def test_it_can_be_chosen_on_every_page_and_as_ones_own_language(people: People) -> None:
    client = signed_in(people.ada)
    page = client.get("/account/preferences/").content.decode()
    assert f'href="/account/preferences/?lang={HONG_KONG}" lang="zh-Hant-HK"' in page
    form = {"name": "", "language": HONG_KONG, "zone": "Asia/Hong_Kong"}
    assert client.post("/account/preferences/", form).status_code == 302
    assert queries.person(people.ada.id).language == HONG_KONG
    assert '<html lang="zh-Hant-HK">' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("english", "taiwan", "hong_kong"),
    [
        ("Wallet", "餘額", "結餘"),
        ("Top up", "儲值", "增值"),
        ("Plans", "方案", "計劃"),
        ("Suspended", "已停話", "已暫停服務"),
        ("Paused", "暫停使用", "暫停（保留號碼）"),
        ("Your number", "您的門號", "您的電話號碼"),
        ("Texts", "簡訊", "短訊"),
        ("Number given up", "門號已回收", "號碼已收回"),
        ("Receipt", "收據", "收據"),
        ("This field is required.", "這個欄位是必須的。", "這個欄位是必須的。"),  # Django's own
    ],
)
def test_its_words_are_said_and_all_else_is_as_in_taiwan(english: str, taiwan: str, hong_kong: str) -> None:
    with translation.override("zh-hant"):
        assert _(english) == taiwan
    with translation.override(HONG_KONG):
        assert _(english) == hong_kong


def test_dates_countries_and_money_are_as_they_are_written_there() -> None:
    at = datetime(2026, 12, 2, 4, 59, tzinfo=UTC)
    with translation.override(HONG_KONG):
        assert formats.when(at, NEW_YORK, now=at) == "12月1日（週二）23:59 紐約時間"
        assert formats.when(at, "Asia/Hong_Kong", now=at) == "12月2日（週三）12:59 香港時間"
        assert formats.zone_name("Asia/Shanghai") == "北京時間"
        assert [formats.country(code) for code in ("HK", "TW", "IT")] == ["香港", "台灣", "意大利"]
        assert formats.data(1_500_000_000) == "1.5 GB"


def test_pages_letters_and_receipts_speak_it(chan: Person) -> None:
    line_id = give_line(chan, plan=MONTH, now=NOON)
    fund(chan, 10_000, now=NOON)
    order = renew(line_id, MONTH, tender=FROM_WALLET, now=NOON)
    client = signed_in(chan, language="zh-HK")
    home = client.get("/home/").content.decode()
    assert "結餘" in home
    assert "seal-hant.svg" in home
    receipt = client.get(links.order_page(order).removeprefix(settings.CONFIG.site_url) + "receipt/")
    assert "結餘" in receipt.content.decode().partition("<main")[2]
    with in_cell(1):
        message = Message.objects.get(event="line_active", line_id=line_id)
        assert message.language == HONG_KONG
        letter = render(message, to="chan@example.com", context=letters._context(message))
    assert re.search("您的電話號碼 .+ 已開通。", letter.text)


def test_what_a_plan_and_a_receipt_say_of_themselves_is_the_text_for_taiwan(chan: Person) -> None:
    line_id = give_line(chan, plan=MONTH, now=NOON)
    fund(chan, 10_000, now=NOON)
    order = renew(line_id, MONTH, tender=FROM_WALLET, now=NOON)
    texts = MONTH.texts["zh-Hant"] | {"name": "美國 30 天"}
    order.quote["plan"]["texts"] = {**MONTH.texts, "zh-Hant": texts}
    order.language = HONG_KONG
    assert checkout._description(order) == "美國 30 天"
    with in_cell(1):
        kept = orders.receipt_of(order.pk)
    assert kept is not None
    kept.facts["plan_texts"]["zh-Hant"]["name"] = "美國 30 天"
    assert receipt_page(kept).lines(HONG_KONG)[0].name == "美國 30 天"


@pytest.mark.parametrize("locale", [stripe.LOCALE, paypal.LOCALE])
def test_pay_pages_are_asked_to_speak_it(locale: dict[str, str]) -> None:
    assert locale[HONG_KONG] == "zh-HK"
    assert set(locale) == {code for code, _name in settings.LANGUAGES}

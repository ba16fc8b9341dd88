"""Reaching us, knowing that it is us, and keeping the site on a phone."""

import json
from dataclasses import replace

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from yuanyou.web.shared.operator import operator
from yuanyou.web.site.browsers import Browser, browser

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)
WECHAT = f"{IPHONE} MicroMessenger/8.0.50"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


class TestContacts:
    def test_help_tells_every_way_and_the_hours(self, client: Client, house: None) -> None:
        page = client.get(reverse("site:help")).content.decode()
        company = operator()
        for way in (company.wechat, company.telegram, company.email, f"tel:{company.phone}"):
            assert way in page
        assert "08:00–24:00 New York" in page

    def test_hours_are_also_told_on_the_readers_clock(self, client: Client, house: None) -> None:
        client.cookies["zone"] = "Asia/Shanghai"
        page = client.get(reverse("site:help")).content.decode()
        assert "(next day) Beijing" in page

    def test_a_reader_with_our_clock_sees_them_once(self, client: Client, house: None) -> None:
        client.cookies["zone"] = "America/Toronto"
        assert "Toronto" not in client.get(reverse("site:help")).content.decode()

    def test_what_the_operator_does_not_have_is_not_shown(
        self, client: Client, house: None, settings: Settings
    ) -> None:
        settings.CONFIG = replace(settings.CONFIG, support_whatsapp="", support_hours="09:30-18:00")
        page = client.get(reverse("site:help")).content.decode()
        assert "WhatsApp" not in page
        assert "Telegram" in page
        assert "09:30–18:00 New York" in page


class TestVerify:
    @pytest.mark.parametrize(
        "handle",
        [
            "yuanyou-care",
            "@yuanyou_care",
            "https://t.me/Yuanyou_Care",
            "+1 917 555 0100",
            "(917) 555-0100",
            "９１７５５５０１００",
            "wa.me/19175550100",
        ],
    )
    def test_ours_is_ours_however_it_is_written(self, client: Client, house: None, handle: str) -> None:
        assert "is ours." in client.get(reverse("site:verify"), {"handle": handle}).content.decode()

    @pytest.mark.parametrize(
        "handle",
        [
            "yuanyou-care1",
            "@yuanyou_cares",
            "https://t.me.evil.example/yuanyou_care",
            "+44 917 555 0100",
            "care",
        ],
    )
    def test_what_only_looks_like_ours_is_not(self, client: Client, house: None, handle: str) -> None:
        page = client.get(reverse("site:verify"), {"handle": handle}).content.decode()
        assert "is not ours." in page
        assert "is ours." not in page

    def test_nothing_is_said_before_anything_is_asked(self, client: Client, house: None) -> None:
        assert "ours." not in client.get(reverse("site:verify")).content.decode()


class TestTheApp:
    @pytest.mark.parametrize(
        ("agent", "expected"),
        [
            (IPHONE, Browser.IPHONE),
            (WECHAT, Browser.WECHAT),
            (ANDROID, Browser.ANDROID),
            (DESKTOP, Browser.DESKTOP),
            ("", Browser.DESKTOP),
        ],
    )
    def test_a_browser_is_known_by_what_it_can_do(self, agent: str, expected: Browser) -> None:
        assert browser(agent) is expected

    @pytest.mark.parametrize(("agent", "first"), [(IPHONE, "Safari"), (ANDROID, "Android, in Chrome")])
    def test_ones_own_way_comes_first_and_open(
        self, client: Client, house: None, agent: str, first: str
    ) -> None:
        page = client.get(reverse("site:app"), headers={"user-agent": agent}).content.decode()
        assert first in page.partition('<details class="sheet" open>')[2].partition("</summary>")[0]

    def test_inside_wechat_one_is_told_to_leave_it(self, client: Client, house: None) -> None:
        inside = client.get(reverse("site:app"), headers={"user-agent": WECHAT}).content.decode()
        outside = client.get(reverse("site:app"), headers={"user-agent": IPHONE}).content.decode()
        assert "Open in browser" in inside
        assert "Open in browser" not in outside

    @pytest.mark.parametrize(
        ("language", "name"), [("zh-hans", "远游"), ("zh-hant", "遠遊"), ("en", "Yuanyou")]
    )
    def test_the_manifest_speaks_the_language(
        self, client: Client, house: None, language: str, name: str
    ) -> None:
        answer = client.get(reverse("site:manifest"), {"lang": language})
        assert answer.headers["Content-Type"] == "application/manifest+json"
        assert json.loads(answer.content)["name"] == name

    def test_its_icons_are_there_in_the_sizes_it_says(self, client: Client, house: None) -> None:
        icons = client.get(reverse("site:manifest")).json()["icons"]
        assert {icon["sizes"] for icon in icons} == {"192x192", "512x512"}
        assert [icon.get("purpose") for icon in icons].count("maskable") == 1
        for icon in icons:
            found = finders.find(icon["src"].removeprefix("/static/"))
            assert found
            with Image.open(found) as picture:
                assert "{}x{}".format(*picture.size) == icon["sizes"]


def test_robots_keep_out_of_what_is_private(client: Client, house: None) -> None:
    answer = client.get(reverse("site:robots")).content.decode()
    assert "Disallow: /orders/" in answer
    assert "Disallow: /plans/" not in answer

"""The frame of every page: its language, the reader's zone, what a browser may do, words in trouble."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from tests.people import People
from tests.web.customer.test_passkeys import enter
from yuanyou import wiring
from yuanyou.identity import actions
from yuanyou.project import urls
from yuanyou.web.shared.context import ZONE_COOKIE, viewer_zone

COOKIE = settings.LANGUAGE_COOKIE_NAME


def trouble(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"400": SuspiciousOperation, "403": PermissionDenied, "500": ZeroDivisionError}[kind](
        "told to nobody"
    )


class Urls:
    urlpatterns = [*urls.urlpatterns, path("trouble/<str:kind>/", trouble)]
    handler500 = urls.handler500


class TestLanguage:
    def test_the_address_decides_and_is_remembered(self, client: Client, house: None) -> None:
        assert 'lang="zh-Hant"' in client.get("/help/?lang=zh-hant").content.decode()
        assert 'lang="zh-Hant"' in client.get("/help/").content.decode()

    @pytest.mark.parametrize(
        ("asked", "spoken"),
        [("zh-CN,zh;q=0.9", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant-HK"), ("fr", "en")],
    )
    def test_else_the_browser_decides(self, client: Client, house: None, asked: str, spoken: str) -> None:
        page = client.get("/help/", headers={"accept-language": asked}).content.decode()
        assert f'<html lang="{spoken}">' in page

    def test_a_language_we_do_not_speak_changes_nothing(self, client: Client, house: None) -> None:
        answer = client.get("/help/?lang=tlh")
        assert COOKIE not in answer.cookies
        assert 'lang="en"' in answer.content.decode()

    def test_the_switch_keeps_what_was_asked(self, client: Client, house: None) -> None:
        page = client.get("/plans/?q=A%26B&lang=en").content.decode()
        assert 'href="/plans/?q=A%26B&amp;lang=zh-hans"' in page

    def test_caches_are_told_that_the_page_depends_on_it(self, client: Client, house: None) -> None:
        vary = client.get("/help/?lang=en").headers["Vary"]
        assert "Cookie" in vary
        assert "Accept-Language" in client.get("/help/").headers["Vary"]


class TestTheReadersZone:
    def request(self, cookie: str) -> HttpRequest:
        request = RequestFactory().get("/")
        request.COOKIES["zone"] = cookie
        return request

    def test_is_the_browsers(self) -> None:
        assert viewer_zone(self.request("Asia/Taipei")) == "Asia/Taipei"

    @pytest.mark.parametrize("cookie", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Asia", "\0"])
    def test_what_is_no_zone_is_unknown(self, cookie: str) -> None:
        assert viewer_zone(self.request(cookie)) is None

    def test_is_the_customers_own_choice_first(self, client: Client, people: People) -> None:
        actions.set_preferences(people.mei.id, name="", language="en", zone="Asia/Tokyo")
        enter(client, "mei@example.com")
        client.cookies["zone"] = "Asia/Shanghai"
        assert client.get("/account/").context["viewer_zone"] == "Asia/Tokyo"


def test_the_only_cookies_are_the_four_that_the_privacy_page_names(client: Client, people: People) -> None:
    client.get("/help/?lang=en")
    enter(client, "mei@example.com")
    client.post("/account/preferences/", {"name": "Mei", "language": "en", "zone": "Asia/Taipei"})
    assert "Saved." in client.get("/account/").content.decode()
    client.post("/account/sign-out/")
    by_the_page_itself = {ZONE_COOKIE}
    assert set(client.cookies) | by_the_page_itself == {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        ZONE_COOKIE,
    }


class TestTrouble:
    @pytest.fixture(autouse=True)
    def _with_trouble(self, settings: object, client: Client) -> None:
        settings.ROOT_URLCONF = Urls  # type: ignore[attr-defined]
        client.raise_request_exception = False

    @pytest.mark.parametrize(
        ("address", "status", "words"),
        [
            ("/no-such-page/", 404, "There is nothing here"),
            ("/trouble/400/", 400, "We did not understand that"),
            ("/trouble/403/", 403, "This is not for this account"),
            ("/trouble/500/", 500, "Something went wrong on our side"),
        ],
    )
    def test_is_told_calmly_with_a_way_out(
        self, client: Client, house: None, address: str, status: int, words: str
    ) -> None:
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == status
        assert words in page
        assert "told to nobody" not in page
        assert 'href="/help/"' in page

    @pytest.mark.parametrize(("language", "words"), [("zh-hans", "远游"), ("zh-hant", "遠遊")])
    def test_is_told_in_the_readers_language(
        self, client: Client, house: None, language: str, words: str
    ) -> None:
        client.cookies[COOKIE] = language
        page = client.get("/trouble/500/").content.decode()
        assert words in page
        assert "went wrong" not in page

    def test_needs_no_database(self, client: Client) -> None:
        """pytest-django refuses this test a connection."""
        client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 32
        assert client.get("/trouble/500/").status_code == 500

    def test_a_form_from_elsewhere_is_refused_and_says_what_to_do(self, house: None) -> None:
        answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "mei@example.com"})
        assert answer.status_code == 403
        assert "reload the page and try again" in answer.content.decode()


class TestWhatABrowserMayDo:
    @pytest.fixture
    def companies(self) -> Iterator[Callable[..., None]]:
        """Sets up other companies to pay with, for one test."""
        before = settings.CONFIG

        def these(**changed: object) -> None:
            settings.CONFIG = replace(before, **changed)
            wiring.payment_providers.cache_clear()

        yield these
        these()

    def policy(self, client: Client) -> dict[str, list[str]]:
        header = client.get("/nowhere/")["Content-Security-Policy"]
        parts = [part.split() for part in header.split("; ")]
        return {name: values for name, *values in parts}

    def test_forms_lead_to_us_and_to_the_pay_pages_of_every_company(
        self, client: Client, companies: Callable[..., None]
    ) -> None:
        companies(stripe_api_base=None, paypal_client_id="AClient")
        leads_to = self.policy(client)["form-action"]
        assert leads_to == ["'self'", *wiring.pay_hosts()]
        assert {"checkout.stripe.com", "www.paypal.com"} < set(leads_to)

    def test_forms_lead_to_no_company_that_is_not_set_up(
        self, client: Client, companies: Callable[..., None]
    ) -> None:
        companies(stripe_secret_key="", paypal_client_id="AClient")
        assert self.policy(client)["form-action"] == ["'self'", "www.paypal.com", "www.paypalobjects.com"]

    def test_in_the_demo_pay_pages_are_the_sandboxs(
        self, client: Client, companies: Callable[..., None]
    ) -> None:
        companies(stripe_api_base="http://127.0.0.1:8001/stripe")
        assert self.policy(client)["form-action"] == ["'self'", "127.0.0.1:8001"]

    def test_nobody_frames_us_and_nothing_runs_that_is_not_ours(self, client: Client) -> None:
        policy = self.policy(client)
        assert policy["frame-ancestors"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == ["'self'"]

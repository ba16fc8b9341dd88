"""What a phone keeps for when it has no connection: who is in it (nobody), and when it changes."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from tests.houses import give_line
from tests.people import People
from tests.web.customer.test_renew import signed_in
from tests.web.staff import sign_in

pytestmark = pytest.mark.usefixtures("house")
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_where_to_pay_and_how_to_reach_us_in_its_own_language(language: str) -> None:
    page = text(Client(headers={"accept-language": "fr"}), f"/offline/{language}/")
    assert f"{settings.CONFIG.site_url}/renew/" in page
    assert f'href="tel:{settings.CONFIG.support_phone}"' in page
    assert f'href="mailto:{settings.CONFIG.mail_from}"' in page
    assert page == text(Client(headers={"accept-language": "en"}), f"/offline/{language}/")


def test_each_language_has_its_own_page() -> None:
    pages = {text(Client(), f"/offline/{language}/") for language in LANGUAGES}
    assert len(pages) == len(LANGUAGES)
    assert Client().get("/offline/tlh/").status_code == 404
    assert Client().get("/worker-tlh.js").status_code == 404


def test_nobody_is_in_it(people: People) -> None:
    give_line(people.mei, now=settings.CLOCK.now())
    client = signed_in(people.mei)
    for address in ("/offline/en/", "/worker-en.js"):
        answer = client.get(address)
        assert answer.content.decode() == text(Client(), address)
        assert not answer.cookies


def test_the_worker_keeps_the_page_and_what_it_is_drawn_with_and_nothing_else() -> None:
    script = text(Client(), "/worker-zh-hans.js")
    assert (
        'PAGE = "/offline/zh-hans/", FILES = ["/static/shared/app.css", "/static/shared/page.js"]' in script
    )
    assert script.count("cache.addAll") == 1
    assert "cache.put" not in script


def test_the_worker_changes_with_the_page_it_keeps_and_only_then(settings: Settings) -> None:
    before = text(Client(), "/worker-en.js")
    assert text(Client(), "/worker-en.js") == before
    settings.CONFIG = replace(settings.CONFIG, support_phone="+12125550100")
    assert text(Client(), "/worker-en.js") != before


def test_browsers_look_for_a_newer_one_and_get_nothing_when_there_is_none() -> None:
    client = Client()
    answer = client.get("/worker-en.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    again = client.get("/worker-en.js", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_lead_to_the_worker_of_their_language_but_staff_need_none(people: People) -> None:
    page = text(Client(headers={"accept-language": "zh-TW"}), "/help/")
    assert '<meta name="worker" content="/worker-zh-hant.js" data-nobody>' in page
    assert '<meta name="worker" content="/worker-en.js">' in text(signed_in(people.mei), "/home/")
    staff = Client()
    sign_in(staff, people.ops_email)
    assert 'name="worker"' not in text(staff, "/console/")

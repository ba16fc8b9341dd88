"""No page is heavier than DESIGN §7 allows: people read them over 128 kbps."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests.houses import give_line
from tests.people import People
from tests.plans import MONTH
from tests.web import weight
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref

pytestmark = pytest.mark.usefixtures("house")

STYLE = 12 * weight.KB
"""DESIGN §7, compressed."""
LANGUAGES = ("zh-hans", "zh-hant", "en")
OPEN_PAGES = (
    *(
        (f"site:{name}", ())
        for name in ("home", "plans", "help", "verify", "ways", "faq", "terms", "refunds", "privacy", "app")
    ),
    ("site:plan", (MONTH.code,)),
    ("account_login", ()),
    ("account_signup", ()),
    ("customer:find", ()),
)
OWN_PAGES = ("home", "receipts", "top-up", "ways-to-pay")
LINE_PAGES = ("line", "install", "renew", "auto-renewal")


def light_enough(found: weight.Weight) -> None:
    assert found.total <= weight.FIRST_VISIT, found
    assert found.requests <= weight.FIRST_VISIT_REQUESTS, found
    assert found.page <= weight.REPEAT_VISIT, found


def signed_in(people: People, language: str) -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    return client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "arguments"), OPEN_PAGES)
def test_a_page_for_everybody_is_light_enough(name: str, arguments: tuple[str, ...], language: str) -> None:
    client = Client(headers={"accept-language": language})
    light_enough(weight.weigh(client, reverse(name, args=arguments)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customers_pages_are_light_enough(people: People, language: str) -> None:
    line = str(Ref("line", give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))))
    client = signed_in(people, language)
    addresses = [reverse(f"customer:{name}") for name in OWN_PAGES]
    addresses += [reverse(f"customer:{name}", args=[line]) for name in LINE_PAGES]
    for address in (*addresses, reverse("account"), reverse("customer:buy", args=[MONTH.code])):
        light_enough(weight.weigh(client, address))


@pytest.mark.parametrize("language", LANGUAGES)
def test_lite_needs_no_second_request(people: People, language: str) -> None:
    give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    found = weight.weigh(signed_in(people, language), reverse("customer:lite"))
    assert found.requests == 1
    assert found.total <= weight.LITE


def test_the_staffs_way_in_is_light_enough() -> None:
    assert weight.weigh(Client(), reverse("staff_sign_in")).total <= weight.STAFF


def test_all_style_files_together_are_within_their_budget() -> None:
    files = [Path(str(finders.find(name))) for name in ("shared/app.css", "site/site.css")]
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) <= STYLE

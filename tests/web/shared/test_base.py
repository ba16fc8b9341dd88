"""What every page has in common: the way home, help, languages, who runs it, and a customer's three tabs."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import People
from yuanyou.identity.models import Account
from yuanyou.identity.queries import Person

pytestmark = pytest.mark.usefixtures("house")

EVERYWHERE = ("site:home", "site:faq", "account_login", "customer:find")
TABS = re.compile(r'<nav class="tabs".*?</nav>', re.DOTALL)


def page(name: str, person: Person | None = None) -> str:
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(Account.objects.get(pk=person.account_id))
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", EVERYWHERE)
def test_help_is_at_the_same_place_on_every_page(name: str) -> None:
    header = page(name).split("</header>")[0]
    links = re.findall(r'<a class="tap" href="([^"]+)"', header)
    assert links.index(reverse("site:help")) == len(links) - 2
    assert links[-1] == reverse("account_login")


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_page_says_where_card_numbers_are_typed_and_who_runs_it(name: str) -> None:
    footer = page(name).split("<footer")[1]
    assert "only ever typed on the payment provider" in footer
    assert "This service is run by Yuanyou Mobile." in footer


def test_choosing_a_language_keeps_the_page_and_what_was_asked() -> None:
    html = Client(headers={"accept-language": "en"}).get("/plans/?q=US").content.decode()
    links = re.findall(r'<a href="([^"]+)" lang="([^"]+)"', html)
    assert [tag for _, tag in links] == ["zh-Hans", "zh-Hant", "zh-Hant-HK", "en"]
    for link, tag in links:
        answer = Client().get(link.replace("&amp;", "&"))
        assert f'<html lang="{tag}">' in answer.content.decode()
        assert 'value="US"' in answer.content.decode()


def test_a_customer_has_three_tabs_and_sees_which_one_is_open(people: People) -> None:
    for name in ("customer:home", "customer:receipts", "account"):
        tabs = TABS.findall(page(name, people.mei))
        assert len(tabs) == 1
        assert tabs[0].count("<a ") == 3
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', tabs[0]) == [reverse(name)]


def test_a_stranger_has_no_tabs() -> None:
    assert TABS.findall(page("site:home")) == []


def test_staff_have_no_customers_tabs(people: People) -> None:
    client = Client()
    client.force_login(Account.objects.get(email=people.ops_email))
    assert TABS.findall(client.get(reverse("site:home")).content.decode()) == []

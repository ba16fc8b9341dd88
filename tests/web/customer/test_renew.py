"""The renewal pages: who may see them, what they say, what they send."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests.houses import fund, give_line, see
from tests.people import People
from tests.plans import MONTH, WEEK, version_of
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import Ref
from yuanyou.lines.models import Line

pytestmark = pytest.mark.usefixtures("house")


def signed_in(person: Person, *, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    account = Account.objects.get(pk=person.account_id)
    client.force_login(account)
    return client


def line_of(person: Person) -> int:
    return give_line(person, now=settings.CLOCK.now() - timedelta(days=3))


def page_of(line_id: int) -> str:
    return f"/lines/{Ref('line', line_id)}/renew/"


def number_of(line_id: int) -> str:
    with in_cell(Ref("line", line_id).cell):
        return str(Line.objects.get(pk=line_id).number)


def test_home_shows_the_state_the_number_and_one_renew(people: People) -> None:
    line_id = line_of(people.mei)
    page = signed_in(people.mei).get("/home/").content.decode().replace("\xa0", " ")
    assert "Working" in page
    assert "10 GB left" in page
    assert page.count(f'href="{page_of(line_id)}"') == 1


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "续费"), ("zh-hant", "續費"), ("en", "Renew")])
def test_the_page_speaks_the_readers_language(people: People, language: str, word: str) -> None:
    page = (
        signed_in(people.mei, language=language)
        .get(page_of(line_of(people.mei)))
        .content.decode()
        .replace("\xa0", " ")
    )
    assert word in page


def test_the_plan_of_now_is_chosen_and_the_total_is_shown_with_its_taxes(people: People) -> None:
    page = signed_in(people.mei).get(page_of(line_of(people.mei))).content.decode().replace("\xa0", " ")
    assert re.search(rf'name="plan" value="{version_of(MONTH)}" checked', page)
    assert "USD 26.90" in page
    assert "Sales tax" in page
    assert "Pay by card $26.90" in page or "Pay by card US$26.90" in page


def test_choosing_another_plan_swaps_the_same_part(people: People) -> None:
    client = signed_in(people.mei)
    path = page_of(line_of(people.mei))
    part = (
        client.get(path, {"plan": version_of(WEEK)}, headers={"hx-request": "true"})
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "<html" not in part
    assert "USD 10.26" in part


def test_a_renewal_from_the_wallet_goes_to_its_result(people: People) -> None:
    line_id = line_of(people.mei)
    fund(people.mei, 5_000, now=settings.CLOCK.now())
    client = signed_in(people.mei)
    form = {"plan": version_of(MONTH), "use_wallet": "1", "key": str(uuid4())}
    first = client.post(page_of(line_id), form)
    second = client.post(page_of(line_id), form)
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert len(see(line_id).terms) == 2
    result = (
        client.get(first["Location"].replace(settings.CONFIG.site_url, ""))
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "Renewed" in result
    assert "Wallet" in result


def test_a_stranger_sees_neither_the_line_nor_its_renewal(people: People) -> None:
    line_id = line_of(people.mei)
    assert signed_in(people.ada).get(page_of(line_id)).status_code == 404
    assert signed_in(people.tom).get(page_of(line_id)).status_code == 404
    assert Client().get(page_of(line_id)).status_code == 302


@pytest.mark.parametrize("typed", ["{n}", "{n} ", "+1{n}", "({a}) {b}-{c}", "{a}-{b}-{c}", "{wide}"])
def test_a_guest_finds_a_number_however_it_is_typed(people: People, typed: str) -> None:
    cache.clear()
    number = number_of(line_of(people.mei))[2:]
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    text = typed.format(n=number, a=number[:3], b=number[3:6], c=number[6:], wide=wide)
    answer = Client().get("/renew/", {"number": text}, follow=True)
    page = answer.content.decode().replace("\xa0", " ")
    assert answer.status_code == 200
    assert "m***@e***.com" in page
    assert "mei@example.com" not in page
    assert "use_wallet" not in page


def test_a_number_that_is_not_ours_is_told_in_plain_words(people: People) -> None:
    answer = Client().get("/renew/", {"number": "917 555 9999"})
    assert answer.status_code == 422
    assert "no line of ours" in answer.content.decode().replace("\xa0", " ")


def test_a_guest_link_that_was_changed_leads_back_to_the_start(people: People) -> None:
    assert Client().get("/renew/forged:link/").status_code == 302


@pytest.mark.parametrize("path", ["/home/", "/top-up/", "/receipts/", "/buy/test-us-30/", "/lite/"])
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_page_opens_in_every_language(people: People, path: str, language: str) -> None:
    line_of(people.mei)
    assert signed_in(people.mei, language=language).get(path).status_code == 200


def test_the_lite_page_needs_nothing_else(people: People) -> None:
    line_of(people.mei)
    page = signed_in(people.mei).get("/lite/").content.decode().replace("\xa0", " ")
    assert "<script" not in page
    assert "stylesheet" not in page
    assert len(page) < 14_000

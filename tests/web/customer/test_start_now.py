"""Out of data with the next plan paid for: the button, what it costs, the answer, and who may."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.flows.test_start_now import states, use_up
from tests.houses import fund, give_line, renew, see
from tests.people import People
from tests.plans import WEEK
from tests.web.customer.test_renew import signed_in
from tests.web.customer.test_ways_to_pay import read
from tests.web.test_weight import light_enough
from tests.web.weight import weigh
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import Ref

pytestmark = pytest.mark.usefixtures("house")


def out_of_data(person: Person) -> int:
    now = settings.CLOCK.now()
    line_id = give_line(person, now=now - timedelta(days=10))
    fund(person, 10_000, now=now)
    renew(line_id, WEEK, now=now)
    use_up(line_id, now=now)
    return line_id


def line_page(line_id: int) -> str:
    return f"/lines/{Ref('line', line_id)}/"


def start_page(line_id: int) -> str:
    return f"{line_page(line_id)}start-now/"


def shown(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(running|term)" value="([^"]+)"', page))


def test_home_and_the_lines_page_offer_it_only_when_data_is_out(people: People) -> None:
    client = signed_in(people.mei)
    line_id = out_of_data(people.mei)
    full = give_line(people.mei, now=settings.CLOCK.now())
    for address in ("/home/", line_page(line_id)):
        assert read(client, address).count(f'href="{start_page(line_id)}"') == 1
    assert start_page(full) not in read(client, "/home/")


def test_the_page_says_what_it_costs_before_it_asks(people: People) -> None:
    page = read(signed_in(people.mei), start_page(out_of_data(people.mei)))
    assert re.search("You give up 2[01] days of the current plan.", page)
    assert "3 GB at once" in page
    assert re.search("Yes, give up 2[01] days and start now", page)


def test_yes_starts_it_and_says_so_once_however_often_it_is_sent(people: People) -> None:
    client, line_id = signed_in(people.mei), out_of_data(people.mei)
    sent = shown(read(client, start_page(line_id)))
    for _ in range(2):
        assert client.post(start_page(line_id), sent)["Location"] == line_page(line_id)
    assert states(line_id) == ["cut", "running"]
    page = read(client, line_page(line_id))
    assert page.count("Your next plan has begun.") == 1
    assert "3 GB left" in page


@pytest.mark.parametrize("wrong", [{"term": ""}, {"running": "term_1"}, {"term": "line_1"}])
def test_a_page_that_is_not_ours_starts_nothing(people: People, wrong: dict[str, str]) -> None:
    client, line_id = signed_in(people.mei), out_of_data(people.mei)
    sent = shown(read(client, start_page(line_id))) | wrong
    assert client.post(start_page(line_id), sent)["Location"] == line_page(line_id)
    assert states(line_id) == ["running", "waiting"]
    assert "Nothing was changed" in read(client, line_page(line_id))


def test_strangers_and_guests_see_no_such_page_and_start_nothing(people: People) -> None:
    line_id = out_of_data(people.mei)
    sent = shown(read(signed_in(people.mei), start_page(line_id)))
    for stranger in (signed_in(people.ada), signed_in(people.tom)):
        assert stranger.get(start_page(line_id)).status_code == 404
        assert stranger.post(start_page(line_id), sent).status_code == 404
    assert Client().post(start_page(line_id), sent).status_code == 302
    assert states(line_id) == ["running", "waiting"]


def test_a_line_that_has_data_is_shown_as_it_is_instead(people: People) -> None:
    line_id = give_line(people.mei, now=settings.CLOCK.now())
    assert signed_in(people.mei).get(start_page(line_id))["Location"] == line_page(line_id)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_it_speaks_every_language(people: People, language: str) -> None:
    line_id = out_of_data(people.mei)
    client = signed_in(people.mei, language=language)
    sent = shown(read(client, start_page(line_id)))
    client.post(start_page(line_id), sent)
    assert read(client, line_page(line_id))
    light_enough(weigh(client, start_page(out_of_data(people.mei))))
    assert len(see(line_id).terms) == 2

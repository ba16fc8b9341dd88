"""The switch of automatic renewal: words first, consent as shown, off with one tap, also from a letter."""

import html
import re

import pytest
from django.conf import settings
from django.test import Client

from tests.flows.test_auto_renewal import mandate_of
from tests.flows.test_saved_methods import AMEX, VISA, keep
from tests.people import People
from tests.web.customer.test_renew import line_of, signed_in
from tests.web.customer.test_ways_to_pay import WAYS, bank, read, ref
from yuanyou.flows import auto_renewal, links
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.payments import queries

__all__ = ["bank"]
pytestmark = pytest.mark.usefixtures("house", "bank")


def line_page(line_id: int) -> str:
    return f"/lines/{Ref('line', line_id)}/"


def switch(line_id: int) -> str:
    return f"{line_page(line_id)}auto-renewal/"


def shown(page: str) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def turn_on(client: Client, line_id: int) -> None:
    said = shown(read(client, switch(line_id)))
    answer = client.post(switch(line_id), {"on": "1", "agree": "1", "shown": said})
    assert answer.status_code == 302


def is_on(line_id: int) -> bool:
    with in_cell(Ref("line", line_id).cell):
        return queries.mandate_of(line_id) is not None


def test_the_words_say_how_much_when_from_what_and_how_it_ends(people: People) -> None:
    keep(people.mei, VISA, AMEX)
    page = html.unescape(read(signed_in(people.mei), switch(line_of(people.mei))))
    for said in ("USD 26.90", "every 30 days", "Visa ****4242", "American Express ****0005", "one tap"):
        assert said in page
    assert 'name="agree" value="1" required>' in page


def test_what_was_shown_is_what_is_stored(people: People) -> None:
    line_id, client = line_of(people.mei), signed_in(people.mei, language="zh-hans")
    said = shown(read(client, switch(line_id)))
    keep(people.mei, VISA)  # afterwards the words would be others
    client.post(switch(line_id), {"on": "1", "agree": "1", "shown": said})
    mandate = mandate_of(line_id)
    assert (mandate.limit, mandate.language) == (Money(2690, "USD"), "zh-hans")
    assert "4242" not in mandate.text
    assert "余额" in mandate.text
    assert "On, " in read(signed_in(people.mei), "/home/")


@pytest.mark.parametrize("wrong", [{"agree": ""}, {"shown": "forged:words"}, {"shown": ""}])
def test_without_consent_to_our_words_it_stays_off(people: People, wrong: dict[str, str]) -> None:
    line_id, client = line_of(people.mei), signed_in(people.mei)
    sent = {"on": "1", "agree": "1", "shown": shown(read(client, switch(line_id)))}
    assert client.post(switch(line_id), sent | wrong).status_code == 422
    assert not is_on(line_id)


def test_the_words_of_one_line_do_not_turn_on_another(people: People) -> None:
    client = signed_in(people.mei)
    first, second = line_of(people.mei), line_of(people.mei)
    sent = {"on": "1", "agree": "1", "shown": shown(read(client, switch(first)))}
    assert client.post(switch(second), sent).status_code == 422
    assert not is_on(second)


def test_off_is_one_tap(people: People) -> None:
    line_id, client = line_of(people.mei), signed_in(people.mei)
    turn_on(client, line_id)
    assert "On" in read(client, switch(line_id))
    assert client.post(switch(line_id)).status_code == 302
    assert not is_on(line_id)


def test_a_letter_turns_it_off_without_signing_in_and_opening_it_does_nothing(people: People) -> None:
    line_id = line_of(people.mei)
    turn_on(signed_in(people.mei), line_id)
    path = links.stop_page(mandate_of(line_id).pk).replace(settings.CONFIG.site_url, "")
    stranger = Client(headers={"accept-language": "en"})
    assert "ends in" in read(stranger, path)
    assert is_on(line_id)
    assert "Automatic renewal is off" in stranger.post(path).content.decode()
    assert not is_on(line_id)
    for forged in (path.replace(":", ":x"), "/auto-renewal/1/", "/auto-renewal/abc:def/"):
        assert stranger.post(forged).status_code == 404


def test_strangers_see_no_switch_and_turn_none(people: People) -> None:
    line_id = line_of(people.mei)
    turn_on(signed_in(people.mei), line_id)
    for stranger in (signed_in(people.ada), signed_in(people.tom)):
        assert stranger.get(switch(line_id)).status_code == 404
        assert stranger.post(switch(line_id)).status_code == 404
    assert Client().post(switch(line_id)).status_code == 302
    assert is_on(line_id)


def test_home_leads_to_the_order_that_waits_for_the_owner(people: People) -> None:
    line_id = line_of(people.mei)
    client = signed_in(people.mei)
    turn_on(client, line_id)
    with in_cell(1):
        end = mandate_of(line_id).next_at
    assert end is not None
    auto_renewal.charge(line_id, now=end)
    page = read(client, "/home/")
    assert "Waits for you: pay" in page
    order = re.search(r'href="([^"]*/orders/[^"]+)"', page)
    assert order is not None
    stranger = read(Client(headers={"accept-language": "en"}), order[1].replace(settings.CONFIG.site_url, ""))
    assert "USD 26.90" in stranger


def test_removing_the_last_card_says_what_it_means_for_automatic_renewal(people: People) -> None:
    client = signed_in(people.mei)
    visa, amex = keep(people.mei, VISA, AMEX)
    turn_on(client, line_of(people.mei))
    assert "renews automatically" not in read(client, f"{WAYS}{ref(visa)}/remove/")
    client.post(f"{WAYS}{ref(visa)}/remove/")
    assert "1 line renews automatically" in read(client, f"{WAYS}{ref(amex)}/remove/")


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_switch_speaks_every_language(people: People, language: str) -> None:
    client = signed_in(people.mei, language=language)
    line_id = line_of(people.mei)
    turn_on(client, line_id)
    assert client.get(switch(line_id)).status_code == 200
    assert client.get(line_page(line_id)).status_code == 200


def test_a_line_without_a_plan_on_sale_offers_no_words(people: People) -> None:
    line_id = line_of(people.mei)
    with in_cell(1):
        from yuanyou.lines.models import Term

        Term.objects.filter(line_id=line_id).update(plan_code="sold-no-more")
    page = read(signed_in(people.mei), switch(line_id))
    assert "not sold any more" in page
    assert 'name="agree"' not in page

"""Kept ways to pay on pages: the owner's only, in their order, with an unticked box to keep another."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests.flows.bank import CONFIRM, WELL, Bank
from tests.flows.test_saved_methods import AMEX, JCB, VISA, keep, kept
from tests.houses import fund, see
from tests.people import People
from tests.plans import MONTH, version_of
from tests.web.customer.test_renew import line_of, number_of, page_of, signed_in
from yuanyou import wiring
from yuanyou.flows import settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity import queries
from yuanyou.kernel.ids import Ref
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Saved, Why
from yuanyou.web.shared import methods

pytestmark = pytest.mark.usefixtures("house")
WAYS = "/account/ways-to-pay/"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    it = Bank(cards={"pm_visa": WELL, "pm_amex": WELL, "pm_jcb": WELL})
    for module in (wiring, methods):
        monkeypatch.setattr(module, "payment_providers", lambda: {it.name: it})
    return it


def ref(saved_id: int) -> str:
    return str(Ref("sav", saved_id))


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def local(address: str) -> str:
    return address.replace(settings.CONFIG.site_url, "")


def form(**more: object) -> dict[str, object]:
    return {"plan": version_of(MONTH), "key": str(uuid4()), **more}


def test_the_pay_form_lists_what_is_kept_first_and_leaves_the_box_unticked(
    bank: Bank, people: People
) -> None:
    visa, _ = keep(people.mei, VISA, AMEX)
    page = read(signed_in(people.mei), page_of(line_of(people.mei)))
    assert re.search(rf'name="method" value="kept:{ref(visa)}" checked><span>Visa \*\*\*\*4242</span>', page)
    assert "expires 04/2029" in page
    assert page.index("****4242") < page.index("****0005") < page.index('value="stripe:card"')
    assert 'name="keep" value="1">' in page
    assert "Pay with Visa ****4242" in page


def test_a_kept_card_pays_at_once_and_the_result_is_shown(bank: Bank, people: People) -> None:
    (visa,) = keep(people.mei, VISA)
    line_id, client = line_of(people.mei), signed_in(people.mei)
    answer = client.post(page_of(line_id), form(method=f"kept:{ref(visa)}"))
    assert answer["Location"].endswith("/landed/")
    answer = client.get(local(answer["Location"]))
    assert "Renewed" in read(client, local(answer["Location"]))
    assert len(see(line_id).terms) == 2


def test_the_result_names_the_wallets_part_and_the_cards(bank: Bank, people: People) -> None:
    (visa,) = keep(people.mei, VISA)
    fund(people.mei, 1_000, now=settings.CLOCK.now())
    client = signed_in(people.mei)
    answer = client.post(page_of(line_of(people.mei)), form(method=f"kept:{ref(visa)}", use_wallet="1"))
    answer = client.get(local(answer["Location"]))
    page = read(client, local(answer["Location"]))
    assert "10.00 · Wallet" in page
    assert "16.90 · Credit or debit card" in page


def test_money_for_the_wallet_is_told_in_the_customers_own_zone(bank: Bank, people: People) -> None:
    made = identity.register("wei@example.com", language="en", zone="Asia/Shanghai", cell=1)
    wei = queries.person(made.pk)
    (visa,) = keep(wei, VISA)
    client = signed_in(wei)
    paid = {"amount": "20", "method": f"kept:{ref(visa)}", "key": str(uuid4())}
    answer = client.get(local(client.post("/top-up/", paid)["Location"]))
    page = read(client, local(answer["Location"]))
    assert "The money is in your wallet" in page
    assert "Beijing" in page
    assert "New York" not in page


def test_a_bank_that_wants_a_confirmation_is_visited_once(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = CONFIRM
    (visa,) = keep(people.mei, VISA)
    line_id, client = line_of(people.mei), signed_in(people.mei)
    answer = client.post(page_of(line_id), form(method=f"kept:{ref(visa)}"))
    assert answer["Location"].startswith("https://pay.example/3ds/")
    landing = bank.asked[0].return_url
    answer = client.get(local(landing))
    assert local(answer["Location"]) == local(landing).removesuffix("landed/")
    page = read(client, local(answer["Location"]))
    assert "waiting for payment" in page
    assert "****4242" in page


def test_a_decline_says_why_and_offers_another_way_first(bank: Bank, people: People) -> None:
    bank.cards["pm_visa"] = Why.INSUFFICIENT_FUNDS
    visa, amex = keep(people.mei, VISA, AMEX)
    client = signed_in(people.mei)
    answer = client.post(page_of(line_of(people.mei)), form(method=f"kept:{ref(visa)}"))
    answer = client.get(local(answer["Location"]))
    page = read(client, local(answer["Location"]))
    assert "not enough money or credit" in page
    assert f'value="kept:{ref(amex)}" checked' in page
    stranger = read(Client(headers={"accept-language": "en"}), local(answer["Location"]))
    assert "****4242" not in stranger
    assert 'name="keep"' not in stranger


def test_keeping_is_asked_for_and_done(bank: Bank, people: People) -> None:
    line_id = line_of(people.mei)
    signed_in(people.mei).post(page_of(line_id), form(method="stripe:card", keep="1"))
    with in_cell(1):
        attempt = Attempt.objects.get(payment__order__line_id=line_id, provider="stripe")
    bank.paid[attempt.ref] = VISA
    settlement.ask(attempt.pk, source="notice", now=settings.CLOCK.now())
    assert kept(people.mei) == ["4242"]


def test_a_guest_is_offered_nothing_that_is_kept_and_can_use_none_of_it(bank: Bank, people: People) -> None:
    cache.clear()
    (visa,) = keep(people.mei, VISA)
    line_id = line_of(people.mei)
    client = Client(headers={"accept-language": "en"})
    answer = client.get("/renew/", {"number": number_of(line_id)[2:]})
    path = answer["Location"]
    page = read(client, path)
    assert "4242" not in page
    assert 'name="keep"' not in page
    answer = client.post(path, form(method=f"kept:{ref(visa)}"))
    assert answer.status_code == 422
    client.post(path, form(method="stripe:card", keep="1"))
    assert [(ask.keep, ask.saved_ref) for ask in bank.asked] == [(False, None)]


def test_the_secret_of_an_order_does_not_open_what_its_owner_keeps(bank: Bank, people: People) -> None:
    (visa,) = keep(people.mei, VISA)
    line_id = line_of(people.mei)
    signed_in(people.mei).post(page_of(line_id), form(method="stripe:card"))
    order = local(bank.asked[0].return_url).removesuffix("landed/")
    for client in (Client(), signed_in(people.ada)):
        for how in ({"method": f"kept:{ref(visa)}"}, {"method": "stripe:card", "keep": "1"}):
            assert client.post(f"{order}pay/", how).status_code == 302
    assert {(ask.keep, ask.saved_ref) for ask in bank.asked} == {(False, None)}


def test_ada_cannot_pay_order_or_remove_what_mei_keeps(bank: Bank, people: People) -> None:
    (visa,) = keep(people.mei, VISA)
    ada = signed_in(people.ada)
    assert ada.post(page_of(line_of(people.ada)), form(method=f"kept:{ref(visa)}")).status_code == 422
    assert ada.post(f"{WAYS}{ref(visa)}/place/", {"rank": 0}).status_code == 404
    assert ada.get(f"{WAYS}{ref(visa)}/remove/").status_code == 404
    assert ada.post(f"{WAYS}{ref(visa)}/remove/").status_code == 404
    assert "4242" not in read(ada, WAYS)
    assert signed_in(people.tom).post(f"{WAYS}{ref(visa)}/remove/").status_code == 404
    assert Client().get(WAYS).status_code == 302
    assert kept(people.mei) == ["4242"]


def test_the_owner_orders_and_removes(bank: Bank, people: People) -> None:
    _, amex, jcb = keep(people.mei, VISA, AMEX, JCB)
    client = signed_in(people.mei)
    assert "Charged first" in read(client, WAYS)
    client.post(f"{WAYS}{ref(amex)}/place/", {"rank": 0})
    client.post(f"{WAYS}{ref(jcb)}/place/", {"rank": 1})
    assert kept(people.mei) == ["0005", "0505", "4242"]
    assert client.post(f"{WAYS}{ref(jcb)}/place/", {"rank": 7}).status_code == 422
    assert "Remove American Express ****0005?" in read(client, f"{WAYS}{ref(amex)}/remove/")
    assert kept(people.mei) == ["0005", "0505", "4242"]
    client.post(f"{WAYS}{ref(amex)}/remove/")
    assert kept(people.mei) == ["0505", "4242"]


@pytest.mark.parametrize(
    ("months", "word"), [(-1, "Expired"), (0, "Expires soon"), (2, "Expires soon"), (3, "")]
)
def test_a_card_near_its_end_says_so(people: People, months: int, word: str) -> None:
    now = settings.CLOCK.now().astimezone()
    count = now.year * 12 + now.month - 1 + months
    until = f"{count // 12}-{count % 12 + 1:02}"
    keep(people.mei, Saved("cus_1", "pm_1", "visa", "1111", until))
    page = read(signed_in(people.mei), WAYS)
    assert [each for each in ("Expired", "Expires soon") if each in page] == ([word] if word else [])


def test_what_has_expired_is_not_offered(bank: Bank, people: People) -> None:
    keep(people.mei, Saved("cus_1", "pm_1", "visa", "1111", "2020-01"))
    assert "1111" not in read(signed_in(people.mei), page_of(line_of(people.mei)))


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_pages_open_in_every_language(bank: Bank, people: People, language: str) -> None:
    (visa,) = keep(people.mei, VISA)
    client = signed_in(people.mei, language=language)
    for path in (WAYS, f"{WAYS}{ref(visa)}/remove/", "/top-up/", "/buy/test-us-30/"):
        assert client.get(path).status_code == 200

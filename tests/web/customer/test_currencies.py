"""The way to pay decides the currency, and the page says so before anything is charged."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.flows.bank import Bank
from tests.flows.test_other_currency import PRICE, Alipay
from tests.houses import fund, give_line
from tests.people import People
from yuanyou import wiring
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.web.shared import methods

YUAN, DOLLARS = "CN¥188.30", "US$26.90"


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, people: People) -> str:
    both = {"stripe": Bank(), "alipay": Alipay(name="alipay")}
    for module in (wiring, methods):
        monkeypatch.setattr(module, "payment_providers", lambda: both)
    line_id = give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    return reverse("customer:renew", args=[str(Ref("line", line_id))])


@pytest.fixture
def mei(people: People) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    return client


def read(client: Client, path: str, **chosen: str) -> str:
    return client.get(path, chosen).content.decode()


def test_each_way_says_what_it_charges_whichever_is_chosen(mei: Client, path: str) -> None:
    for method in ("stripe:card", "alipay:alipay"):
        ways = read(mei, path, method=method).partition("How to pay")[2].partition("</fieldset>")[0]
        card, _, alipay = ways.partition('value="alipay:alipay"')
        assert DOLLARS in card
        assert YUAN not in card
        assert YUAN in alipay


def test_the_whole_bill_is_in_the_currency_of_the_chosen_way(mei: Client, path: str) -> None:
    page = read(mei, path, method="alipay:alipay")
    assert "CNY\xa0188.30" in page
    assert f"Pay with Alipay {YUAN}" in page
    assert "US$25.00" not in page
    assert "CN¥" not in read(mei, path, method="stripe:card").partition("How to pay")[0]


def test_a_wallet_pays_only_in_its_own_currency(mei: Client, people: People, path: str) -> None:
    fund(people.mei, 50_000, now=settings.CLOCK.now())
    assert "Use the wallet first: US$500.00" in read(mei, path)
    assert "Use the wallet first" not in read(mei, path, method="alipay:alipay")


@pytest.mark.parametrize("name", ["customer:home", "customer:lite"])
def test_money_in_every_currency_is_shown(mei: Client, people: People, path: str, name: str) -> None:
    with in_cell(1):
        received = recipes.payment_received(attempt_id=1, payment_id=1, provider="alipay", amount=PRICE)
        kept = recipes.wallet_topped_up(order_id=1, payment_id=1, customer_id=people.mei.id, amount=PRICE)
        ledger.post(received, kept, happened_at=settings.CLOCK.now())
    page = mei.get(reverse(name)).content.decode()
    assert "188.30" in page
    assert "0.00" in page

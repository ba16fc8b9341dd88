"""What is charged is what was shown, also to a browser without a script that did not follow the choice."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.flows.bank import Bank
from tests.flows.test_other_currency import PRICE, Alipay
from tests.houses import NOON, give_line
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou import wiring
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.orders.models import Order
from yuanyou.payments.port import Capabilities, Place
from yuanyou.web.shared import methods

OTHERWISE = "takes another currency"
WECHAT = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile MicroMessenger/8.0.50"


class CardElsewhere(Bank):
    """Its card cannot be paid inside WeChat."""

    def capabilities(self) -> Capabilities:
        told = super().capabilities()
        places = frozenset({Place.BROWSER, Place.PHONE})
        return replace(told, methods=tuple(replace(method, places=places) for method in told.methods))


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, people: People) -> str:
    both = {"stripe": CardElsewhere(), "alipay": Alipay(name="alipay")}
    for module in (wiring, methods):
        monkeypatch.setattr(module, "payment_providers", lambda: both)
    line_id = give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    return reverse("customer:renew", args=[str(Ref("line", line_id))])


def signed_in(people: People, *, agent: str = "") -> Client:
    client = Client(headers={"accept-language": "en", "user-agent": agent})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    return client


@pytest.mark.parametrize(("method", "shown"), [("alipay:alipay", "USD"), ("stripe:card", "CNY"), ("", "CNY")])
def test_a_form_shown_in_another_currency_is_shown_again_before_anything_begins(
    people: People, path: str, method: str, shown: str
) -> None:
    sent = {"plan": version_of(MONTH), "key": str(uuid4()), "method": method, "currency": shown}
    answer = signed_in(people).post(path, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    if method:
        assert OTHERWISE in page
    with in_cell(1):
        assert Order.objects.count() == 1  # the line's own
    again = {**sent, "currency": {"alipay:alipay": "CNY"}.get(method, "USD")}
    assert f'name="currency" value="{again["currency"]}"' in page
    if method:
        assert signed_in(people).post(path, again).status_code == 302


def test_buying_asks_again_too(people: People, path: str) -> None:
    buy = reverse("customer:buy", args=[MONTH.code])
    sent = {"key": str(uuid4()), "method": "alipay:alipay", "currency": "USD"}
    page = signed_in(people).post(buy, sent).content.decode()
    assert OTHERWISE in page
    assert "CNY\xa0188.30" in page
    assert signed_in(people).post(buy, {**sent, "currency": "CNY"}).status_code == 302


def test_inside_wechat_the_first_way_that_works_there_decides_the_bill(people: People, path: str) -> None:
    page = signed_in(people, agent=WECHAT).get(path).content.decode()
    assert 'value="alipay:alipay" checked' in page
    assert "CNY\xa0188.30" in page
    assert 'name="currency" value="CNY"' in page


def test_a_wallet_that_covers_all_of_it_is_spent_in_the_currency_that_was_shown(
    people: People, path: str
) -> None:
    with in_cell(1):
        received = recipes.payment_received(attempt_id=1, payment_id=1, provider="alipay", amount=PRICE)
        kept = recipes.wallet_topped_up(order_id=1, payment_id=1, customer_id=people.mei.id, amount=PRICE)
        ledger.post(received, kept, happened_at=NOON)
    client = signed_in(people)
    chosen = {"method": "alipay:alipay", "use_wallet": "1", "currency": "CNY"}
    page = client.get(path, chosen).content.decode()
    assert "Pay from the wallet CN¥188.30" in page
    sent = {"plan": version_of(MONTH), "key": str(uuid4()), "use_wallet": "1", "currency": "CNY"}
    assert client.post(path, sent).status_code == 302
    with in_cell(1):
        order = Order.objects.latest("id")
    assert (order.total, order.state) == (PRICE, "fulfilled")

"""From WeChat to the browser with the order in hand: a link that is good once."""

from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.houses import see
from tests.people import People
from tests.plans import MONTH, version_of
from tests.web.customer.wallets import PHONE, WECHAT, Wallets, begin, browser, last_of, path_of
from yuanyou.flows import links
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Place

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def waiting(line: int) -> Order:
    """A renewal that was begun inside WeChat and waits to be paid."""
    order: Order = begin(line, method="card", place=Place.WECHAT).payment.order
    return order


def carried(order: Order) -> str:
    """Choose Alipay on the order's page inside WeChat; where that leads."""
    answer = browser(WECHAT).post(path_of(order) + "pay/", {"method": "stripe:alipay"})
    return str(answer.headers["Location"]).removeprefix(settings.CONFIG.site_url)


def text(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode())


def test_inside_wechat_the_page_says_how_to_leave_it_and_asks_nobody_for_money(
    waiting: Order,
    wallets: Wallets,
) -> None:
    asked = len(wallets.asked)
    page = text(browser(WECHAT), carried(waiting))
    assert "Alipay does not open inside WeChat" in page
    assert "···" in page
    assert "Open in browser" in page
    assert len(wallets.asked) == asked


def test_a_browser_that_is_not_signed_in_pays_the_order_from_the_link(waiting: Order) -> None:
    path = carried(waiting)
    phone = browser(PHONE)
    assert "Pay with Alipay" in text(phone, path)
    answer = phone.post(path, {"method": "stripe:alipay"})
    paying = last_of(waiting)
    assert (paying.method, paying.place) == ("alipay", Place.PHONE)
    assert answer.headers["Location"] == f"https://pay.example/{paying.ref}"


def test_or_it_goes_to_the_order_with_all_its_ways_to_pay(waiting: Order) -> None:
    phone = browser(PHONE)
    answer = phone.post(carried(waiting))
    assert answer.headers["Location"].endswith(path_of(waiting))
    assert 'value="stripe:alipay"' in text(phone, path_of(waiting))


def test_looking_at_the_link_does_not_use_it_up(waiting: Order) -> None:
    path = carried(waiting)
    for agent in (WECHAT, PHONE, "Mozilla/5.0 (compatible; crawler)"):
        assert browser(agent).get(path).status_code == 200
    assert browser(PHONE).post(path).status_code == 302


def test_the_second_use_opens_nothing_and_says_so_in_plain_words(waiting: Order) -> None:
    path = carried(waiting)
    browser(PHONE).post(path)
    for answer in (browser(PHONE).get(path), browser(PHONE).post(path, {"method": "stripe:alipay"})):
        assert answer.status_code == 410
        assert "This link works only once" in answer.content.decode()
        assert str(waiting.token) not in answer.content.decode()


def test_a_link_that_is_too_old_or_not_ours_opens_nothing(
    waiting: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = carried(waiting)
    forged = path[:-3] + ("aa/" if path[-3:] != "aa/" else "bb/")
    assert browser(PHONE).get(forged).status_code == 410
    monkeypatch.setattr(links, "GO_ON_SECONDS", -1)
    assert browser(PHONE).get(path).status_code == 410


def test_each_link_is_good_on_its_own(waiting: Order) -> None:
    first, second = carried(waiting), carried(waiting)
    browser(PHONE).post(first)
    assert browser(PHONE).get(second).status_code == 200


def test_a_link_to_an_order_that_is_paid_shows_it_and_asks_for_nothing(
    waiting: Order,
    wallets: Wallets,
) -> None:
    path = carried(waiting)
    wallets.paid[last_of(waiting).ref] = None
    browser(WECHAT).get(path_of(waiting) + "landed/")
    page = text(browser(PHONE), path)
    assert "Show the order" in page
    assert "Pay with Alipay" not in page
    assert browser(WECHAT).get(path).headers["Location"].endswith(path_of(waiting))


def test_choosing_on_the_renewal_page_keeps_the_order_at_once(
    people: People, line: int, wallets: Wallets
) -> None:
    mei = browser(WECHAT)
    mei.force_login(Account.objects.get(pk=people.mei.account_id))
    page = reverse("customer:renew", args=[str(Ref("line", line))])
    key = mei.get(page).content.decode().partition('name="key" value="')[2].partition('"')[0]
    sent = {"plan": version_of(MONTH), "method": "stripe:alipay", "key": key}
    ways = [mei.post(page, sent).headers["Location"] for _tap in range(2)]
    with in_cell(1):
        order = Order.objects.get(key=key)
        assert not Attempt.objects.filter(payment__order=order).exists()
    before = len(see(line).terms)
    phone = browser(PHONE)
    phone.post(ways[0].removeprefix(settings.CONFIG.site_url), {"method": "stripe:alipay"})
    wallets.paid[last_of(order).ref] = None
    phone.get(path_of(order) + "landed/")
    assert len(see(line).terms) == before + 1

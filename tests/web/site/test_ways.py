"""How one can pay: said before anybody signs in, from what the adapters can do; and in one's own currency."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.houses import give_line
from tests.people import People
from tests.plans import MONTH
from yuanyou.catalog import actions
from yuanyou.catalog.models import FxRate
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref

WECHAT = "Mozilla/5.0 (iPhone) MicroMessenger/8.0"


@pytest.fixture
def rates(house: None) -> Iterator[None]:
    for into, rate in (("CNY", "7.11"), ("TWD", "31.6"), ("JPY", "153")):
        actions.tell_rate(base="USD", into=into, rate=Decimal(rate), source="table", at=settings.CLOCK.now())
    yield
    FxRate.objects.all().delete()


def renew_page(people: People, **headers: str) -> str:
    client = Client(headers=headers)
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    line = str(Ref("line", give_line(people.mei, plan=MONTH, now=settings.CLOCK.now())))
    return client.get(reverse("customer:renew", args=[line])).content.decode()


@pytest.mark.usefixtures("house")
def test_everybody_sees_the_methods_with_brands_and_limits() -> None:
    page = Client(headers={"accept-language": "zh-hans"}).get(reverse("site:ways")).content.decode()
    assert "银联" in page
    assert "American Express" in page
    assert "USD" in page


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(("language", "shown"), [("zh-hans", "CNY"), ("zh-hant", "TWD")])
def test_the_bill_says_about_how_much_it_is_at_home(people: People, language: str, shown: str) -> None:
    assert shown in renew_page(people, **{"accept-language": language})


@pytest.mark.usefixtures("rates")
def test_a_currency_is_chosen_and_kept_on_this_browser(people: People) -> None:
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("site:about-currency"), {"about": "JPY"})
    assert client.cookies["about"].value == "JPY"
    client.post(reverse("site:about-currency"), {"about": "<script>"})
    assert client.cookies["about"].value == "JPY"


@pytest.mark.usefixtures("rates")
def test_inside_wechat_what_does_not_work_there_comes_last_and_says_so(people: People) -> None:
    page = renew_page(people, **{"user-agent": WECHAT, "accept-language": "en"})
    card, alipay = (page.index(f'value="stripe:{method}"') for method in ("card", "alipay"))
    said = page.index("Opens in your browser, outside WeChat.")
    assert card < alipay < said

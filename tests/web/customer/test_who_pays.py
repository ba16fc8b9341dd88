"""Inside WeChat the payer must be known: asked once, with what they sent kept, never in the way of others."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.houses import give_line
from tests.people import People
from tests.plans import MONTH, version_of
from tests.web.customer.wallets import PHONE, WECHAT, Wallets, browser, last_of, path_of
from yuanyou import wiring
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.orders.models import Order
from yuanyou.payments.port import Action, Refused

pytestmark = pytest.mark.usefixtures("house")


@dataclass
class App:
    """WeChat, which knows one payer."""

    knows: bool = True
    codes: list[str] = field(default_factory=list)

    def sign_in_url(self, return_url: str, state: str) -> str:
        return f"https://open.example/authorize?to={return_url}&state={state}"

    def open_id(self, code: str) -> str:
        self.codes.append(code)
        if not self.knows:
            raise Refused("bad_code")
        return "o-mei"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    it = App()
    monkeypatch.setattr(wiring, "host_app", lambda: it)
    return it


@dataclass
class Mei:
    """At her line's renewal page, inside WeChat or not."""

    client: Client
    page: str
    key: str

    def pays(self, method: str) -> str:
        """Where it leads; empty when the page says what is wrong."""
        sent = {"plan": version_of(MONTH), "method": f"stripe:{method}", "key": self.key}
        return str(self.client.post(self.page, sent).headers.get("Location", ""))

    def comes_back(self, way: str, code: str = "c1", **changed: str) -> str:
        """As WeChat sends her back; where that leads."""
        state = parse_qs(urlsplit(way).query)["state"][0]
        told = {"code": code, "state": state} | changed
        return str(self.client.get(reverse("customer:known"), told).headers["Location"])

    @property
    def order(self) -> Order | None:
        with in_cell(1):
            return Order.objects.filter(key=self.key).first()

    def hears(self, way: str) -> str:
        return self.client.get(way, follow=True).content.decode()


def at_the_renewal(people: People, agent: str) -> Mei:
    line_id = give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3))
    client = browser(agent)
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    page = reverse("customer:renew", args=[str(Ref("line", line_id))])
    key = client.get(page).content.decode().partition('name="key" value="')[2].partition('"')[0]
    return Mei(client, page, key)


@pytest.fixture
def mei(people: People, wallets: Wallets) -> Mei:
    return at_the_renewal(people, WECHAT)


def test_who_pays_with_wechat_passes_wechat_and_goes_on_with_the_same_order(mei: Mei, app: App) -> None:
    way = mei.pays("wechat_pay")
    assert way.startswith(f"https://open.example/authorize?to={settings.CONFIG.site_url}/who-pays/")
    assert mei.order is None
    led = mei.comes_back(way)
    assert mei.order
    assert led.endswith(path_of(mei.order))
    attempt = last_of(mei.order)
    assert (attempt.action, attempt.payer_ref, app.codes) == (Action.SCRIPT, "o-mei", ["c1"])
    assert "data-wechat-pay" in mei.hears(path_of(mei.order))


def test_wechat_is_asked_once_for_all_orders_of_a_session(mei: Mei, app: App) -> None:
    mei.comes_back(mei.pays("wechat_pay"))
    assert mei.order
    again = mei.client.post(path_of(mei.order) + "pay/", {"method": "stripe:wechat_pay"})
    assert again.headers["Location"].endswith(path_of(mei.order))
    assert app.codes == ["c1"]


@pytest.mark.parametrize("changed", [{"state": "0" * 32}, {"state": ""}])
def test_an_answer_that_was_not_asked_for_names_nobody(mei: Mei, app: App, changed: dict[str, str]) -> None:
    back = mei.comes_back(mei.pays("wechat_pay"), **changed)
    assert app.codes == []
    assert mei.order is None
    assert "WeChat did not say who is paying" in mei.hears(back)


def test_an_answer_is_taken_once(mei: Mei, app: App) -> None:
    way = mei.pays("wechat_pay")
    mei.comes_back(way)
    mei.comes_back(way, code="c2")
    assert app.codes == ["c1"]


def test_when_wechat_does_not_know_the_form_is_there_again_and_other_ways_work(mei: Mei, app: App) -> None:
    app.knows = False
    back = mei.comes_back(mei.pays("wechat_pay"))
    assert back.startswith(mei.page)
    page = mei.hears(back)
    assert "WeChat did not say who is paying" in page
    assert f'name="key" value="{mei.key}"' in page
    assert "csrf" not in back
    assert mei.pays("card").startswith("https://pay.example/")


def test_without_an_app_the_page_says_so_and_nothing_is_sent(
    mei: Mei,
    wallets: Wallets,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wiring, "host_app", lambda: None)
    asked = len(wallets.asked)
    assert "WeChat did not say who is paying" in mei.hears(mei.pays("wechat_pay"))
    assert len(wallets.asked) == asked


def test_who_pays_by_card_is_not_sent_past_wechat_and_their_provider_is_told_nothing(
    mei: Mei,
    app: App,
    wallets: Wallets,
) -> None:
    mei.comes_back(mei.pays("wechat_pay"))
    assert mei.order
    mei.client.post(path_of(mei.order) + "pay/", {"method": "stripe:card"})
    assert wallets.asked[-1].method == "card"
    assert wallets.asked[-1].payer_ref is None


def test_outside_wechat_nobody_is_asked(people: People, wallets: Wallets, app: App) -> None:
    assert at_the_renewal(people, PHONE).pays("wechat_pay").startswith("https://pay.example/")


def test_what_cannot_be_sent_on_comes_back_to_its_own_page(
    mei: Mei, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = mei.pays("wechat_pay")
    sent = dict(mei.client.session["asked_who_pays"])
    sent["form"] = sent["form"].replace(f"plan={version_of(MONTH)}", "plan=0")
    session = mei.client.session
    session["asked_who_pays"] = sent
    session.save()
    back = mei.comes_back(way)
    assert back.startswith(mei.page)
    assert mei.order is None

"""The right door: a code for a desktop, a button inside WeChat, a page for a phone's browser."""

import json
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.houses import see
from tests.people import People
from tests.web import weight
from tests.web.customer.wallets import (
    ALIPAY,
    DESKTOP,
    PHONE,
    WECHAT,
    Wallets,
    begin,
    browser,
    last_of,
    path_of,
)
from tests.web.test_weight import light_enough
from yuanyou.flows import links, settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity.models import Account
from yuanyou.kernel.clock import Clock
from yuanyou.kernel.ids import Ref
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Closed, Place
from yuanyou.payments.rules import AttemptState

pytestmark = pytest.mark.usefixtures("house")


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    clock = settings.CLOCK

    class Later(Clock):
        def now(self):  # type: ignore[no-untyped-def]
            return clock.now() + by

    monkeypatch.setattr(settings, "CLOCK", Later(None))


def seen(attempt: Attempt, agent: str = DESKTOP, **headers: str) -> str:
    answer = browser(agent).get(path_of(attempt.payment.order), headers=headers)
    return unescape(answer.content.decode())


def pay(attempt: Attempt, method: str, agent: str = DESKTOP) -> str:
    """Send the order page's form; where it leads."""
    answer = browser(agent).post(path_of(attempt.payment.order) + "pay/", {"method": method})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_desktop_is_shown_a_code_with_what_scans_it_how_much_and_how_long(line: int) -> None:
    page = seen(begin(line))
    assert "Scan with Alipay" in page
    assert 'class="qr"' in page
    assert "USD\xa0" in page
    assert "Good until" in page
    assert 0 < int(page.partition('data-left="')[2].partition('"')[0]) <= 300


def test_the_page_asks_for_itself_and_the_code_is_not_sent_again_while_it_is_good(line: int) -> None:
    attempt = begin(line)
    page = seen(attempt)
    again = page.partition('hx-get="')[2].partition('"')[0]
    quiet = browser().get(again, headers={"hx-request": "true"})
    assert (quiet.status_code, quiet.content) == (204, b"")


def test_the_page_changes_by_itself_when_the_code_was_paid(line: int, wallets: Wallets) -> None:
    attempt = begin(line)
    again = seen(attempt).partition('hx-get="')[2].partition('"')[0]
    wallets.paid[attempt.ref] = None
    settlement.ask(attempt.pk, source="notice", now=settings.CLOCK.now())
    page = browser().get(again, headers={"hx-request": "true"}).content.decode()
    assert "Renewed" in page
    assert 'class="qr"' not in page


def test_a_page_seen_in_the_moment_the_money_comes_asks_for_nothing_more_and_goes_on(line: int) -> None:
    attempt = begin(line)
    with in_cell(1):
        came = {"state": AttemptState.SUCCEEDED, "ask_at": None, "settled_at": attempt.created_at}
        Attempt.objects.filter(pk=attempt.pk).update(**came)
    page = seen(attempt)
    assert "please do not pay again" in page
    assert 'hx-trigger="every 1s"' in page


def test_who_comes_back_before_the_money_sees_the_page_change_by_itself(line: int, wallets: Wallets) -> None:
    attempt = begin(line, place=Place.PHONE)
    again = seen(attempt, PHONE).partition('hx-get="')[2].partition('"')[0]
    assert browser(PHONE).get(again, headers={"hx-request": "true"}).status_code == 204
    wallets.paid[attempt.ref] = None
    settlement.ask(attempt.pk, source="notice", now=settings.CLOCK.now())
    assert "Renewed" in browser(PHONE).get(again, headers={"hx-request": "true"}).content.decode()


def test_a_code_whose_time_is_over_is_not_shown_and_a_new_one_is_made(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(line)
    later(monkeypatch, timedelta(minutes=6))
    page = seen(first)
    assert "This code has run out" in page
    assert 'class="qr"' not in page
    assert pay(first, "stripe:alipay").endswith(path_of(first.payment.order))
    second = last_of(first.payment.order)
    assert second.pk != first.pk
    assert wallets.closed == [first.ref]
    assert 'class="qr"' in seen(second)


def test_a_code_has_ten_minutes_and_the_order_waits_five_more_for_whoever_wants_another(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallets.good_for = timedelta(minutes=10)
    first = begin(line)
    assert wallets.asked[-1].expires_at - first.created_at == timedelta(minutes=10)
    assert first.payment.expires_at - first.created_at == timedelta(minutes=15)
    later(monkeypatch, timedelta(minutes=12))
    pay(first, "stripe:alipay")
    second = last_of(first.payment.order)
    assert second.payment.expires_at - second.created_at == timedelta(minutes=15)
    pay(first, "stripe:alipay", PHONE)
    assert wallets.asked[-1].expires_at - last_of(first.payment.order).created_at > timedelta(minutes=30)


def test_a_code_that_its_company_called_off_in_time_has_run_out_too(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(line)
    with in_cell(1):
        over = {"state": AttemptState.CANCELED, "ask_at": None, "settled_at": first.created_at}
        Attempt.objects.filter(pk=first.pk).update(**over)
    assert "This code has run out" not in seen(first)
    later(monkeypatch, timedelta(minutes=6))
    assert "This code has run out" in seen(first)
    assert wallets.closed == []


def test_while_it_is_good_asking_again_shows_the_same_code(line: int) -> None:
    first = begin(line)
    pay(first, "stripe:alipay")
    assert last_of(first.payment.order).pk == first.pk


def test_a_code_paid_at_the_last_moment_is_found_instead_of_making_a_new_one(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(line)
    later(monkeypatch, timedelta(minutes=6))
    wallets.paid[first.ref], wallets.closes = None, Closed.ALREADY_PAID
    way = pay(first, "stripe:alipay")
    assert way.endswith("/landed/")
    browser().get(way.removeprefix(settings.CONFIG.site_url))
    assert last_of(first.payment.order).pk == first.pk
    assert "Renewed" in seen(first)


def test_a_code_and_its_renewal_both_paid_renew_once_and_the_rest_finds_a_home(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(line)
    later(monkeypatch, timedelta(minutes=6))
    wallets.closes = None  # nobody says whether the first one is closed: it is not
    pay(first, "stripe:alipay")
    second = last_of(first.payment.order)
    before, now = len(see(line).terms), settings.CLOCK.now()
    for attempt in (second, first):
        wallets.paid[attempt.ref] = None
        settlement.ask(attempt.pk, source="notice", now=now)
    assert len(see(line).terms) == before + 1
    assert see(line).wallet == first.amount


def test_a_code_for_a_desktop_is_no_use_on_the_phone_that_opens_the_page(line: int) -> None:
    page = seen(begin(line), PHONE)
    assert 'class="qr"' not in page
    assert "Your order is waiting for payment" in page


def test_a_phones_browser_goes_to_the_wallets_page(line: int) -> None:
    attempt = begin(line, place=Place.PHONE)
    assert pay(attempt, "stripe:alipay", PHONE) == f"https://pay.example/{attempt.ref}"


def test_a_link_into_an_app_is_made_afresh_before_it_is_too_old_under_the_same_key(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(line, method="wechat_pay", place=Place.PHONE)
    asked = len(wallets.asked)
    pay(attempt, "stripe:wechat_pay", PHONE)
    assert len(wallets.asked) == asked
    later(monkeypatch, timedelta(minutes=4))
    pay(attempt, "stripe:wechat_pay", PHONE)
    assert [ask.idempotency_key for ask in wallets.asked[asked:]] == [attempt.ref]
    assert last_of(attempt.payment.order).pk == attempt.pk


def test_inside_wechat_a_button_asks_wechat_with_what_the_provider_gave(line: int) -> None:
    attempt = begin(line, method="wechat_pay", place=Place.WECHAT, payer_ref="o1")
    page = seen(attempt, WECHAT)
    params = page.partition('data-wechat-pay="')[2].partition('" data-landed="')[0]
    assert json.loads(params) == {"appId": "wx1", "package": f"prepay_id={attempt.ref}"}
    landed = page.partition('data-landed="')[2].partition('"')[0]
    assert landed == path_of(attempt.payment.order) + "landed/"
    assert "WeChat did not answer this page" in page


def test_wechats_button_is_nothing_outside_wechat(line: int) -> None:
    attempt = begin(line, method="wechat_pay", place=Place.WECHAT, payer_ref="o1")
    assert "data-wechat-pay" not in seen(attempt, PHONE)
    assert "data-wechat-pay" not in seen(attempt, DESKTOP)


def test_what_was_asked_for_one_payer_in_wechat_is_not_shown_to_be_paid_by_another(line: int) -> None:
    first = begin(line, method="wechat_pay", place=Place.WECHAT, payer_ref="o1")
    guest = browser(WECHAT)
    session = guest.session
    session["payer_ref"] = "o2"
    session.save()
    guest.post(path_of(first.payment.order) + "pay/", {"method": "stripe:wechat_pay"})
    second = last_of(first.payment.order)
    assert second.pk != first.pk
    assert second.payer_ref == "o2"


def test_another_way_is_offered_beside_the_code(line: int, wallets: Wallets) -> None:
    first = begin(line)
    assert "Pay another way" in seen(first)
    pay(first, "stripe:card")
    assert last_of(first.payment.order).method == "card"
    assert wallets.closed == [first.ref]


def test_a_refused_code_says_why_instead_of_showing_it(line: int) -> None:
    attempt = begin(line)
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(
            state=AttemptState.FAILED, reason="insufficient_funds", ask_at=None, settled_at=attempt.created_at
        )
    page = seen(attempt)
    assert "There is not enough money or credit" in page
    assert 'class="qr"' not in page


@pytest.mark.parametrize("agent", [DESKTOP, PHONE, WECHAT])
def test_a_pay_link_opens_for_somebody_who_is_not_signed_in_wherever_it_is_opened(
    line: int, agent: str
) -> None:
    attempt = begin(line, method="card")
    client = Client(headers={"user-agent": agent, "accept-language": "en"})
    page = client.get(path_of(attempt.payment.order)).content.decode()
    assert 'value="stripe:wechat_pay"' in page
    here = {DESKTOP: "Scan a code with WeChat", PHONE: "Opens the WeChat app", WECHAT: "Right here in WeChat"}
    assert [agent for agent, said in here.items() if said in page] == [agent]


def test_wallets_of_hong_kong_are_named_where_the_company_takes_them(
    line: int, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = reverse("site:ways")
    assert "AlipayHK" not in browser().get(ways).content.decode()
    monkeypatch.setattr("tests.web.customer.wallets.ALIPAY", replace(ALIPAY, brands=("alipay_hk",)))
    assert "AlipayHK" in browser().get(ways).content.decode()
    assert "AlipayHK" in seen(begin(line))


def test_automatic_renewal_says_honestly_which_wallets_nobody_can_charge(people: People, line: int) -> None:
    mei = browser()
    mei.force_login(Account.objects.get(pk=people.mei.account_id))
    page = mei.get(reverse("customer:auto-renewal", args=[str(Ref("line", line))])).content.decode()
    assert "Alipay and WeChat Pay</h2>" in page
    assert "they ask you each time" in page
    assert "Credit or debit card</h2>" not in page


def test_a_browser_that_pays_from_the_orders_page_is_known_again(line: int) -> None:
    attempt, client = begin(line), browser()
    path = path_of(attempt.payment.order) + "pay/"
    assert "device" in client.post(path, {"method": "stripe:card"}).cookies
    assert "device" not in client.post(path, {"method": "stripe:card"}).cookies


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_door_is_light_enough_for_a_slow_line(line: int, language: str) -> None:
    code = begin(line)
    light_enough(weight.weigh(browser(language=language), path_of(code.payment.order)))
    button = begin(line, method="wechat_pay", place=Place.WECHAT, payer_ref="o1")
    light_enough(weight.weigh(browser(WECHAT, language=language), path_of(button.payment.order)))
    leaves = links.go_on_page(code.payment.order, "stripe:alipay").removeprefix(settings.CONFIG.site_url)
    for agent in (WECHAT, PHONE):
        light_enough(weight.weigh(browser(agent, language=language), leaves))

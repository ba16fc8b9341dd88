"""Through the SDK to WeChat Pay: its doors, notices of other times, refunds a minute apart, its bills."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from tests.flows.conftest import _forget_adapters as forget_adapters
from tests.flows.test_refund_requests import ask
from tests.flows.test_with_stripe import DONE, janitor, now, state
from tests.people import People
from tests.sandbox.shop import Receiver, eventually
from yuanyou.flows import checkout, links, reconciliation, refund, settlement, top_up
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.clock import Clock
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt, Case, Inbox, Refund
from yuanyou.payments.port import Action, BadNotice, Place
from yuanyou.payments.rules import AttemptState, Destination, PaymentState, RefundState, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
BY_WECHAT = checkout.Tender(method="wechat_pay", provider="wechat", use_wallet=False)
OPEN = (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")
AMOUNT, NOTHING = Money(10_000, "CNY"), Money(0, "CNY")
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
DAYS = timedelta(days=5)


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Iterator[Receiver]:
    """Where WeChat's notices arrive; a test hands them on to the inbox."""
    receiver = Receiver()
    settings.CONFIG = replace(settings.CONFIG, site_url=receiver.url.rpartition("/hooks")[0])
    forget_adapters()
    yield receiver
    receiver.close()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The demo's clock, which travels."""
    made = Clock(tmp_path / "clock.json")
    monkeypatch.setattr(settings, "CLOCK", made)
    return made


def topping_up(person: Person, **how: Any) -> Attempt:
    tender = replace(BY_WECHAT, **how)
    order, _ = top_up.begin(person, amount=AMOUNT, tender=tender, key=uuid4(), language="zh-hans", now=now())
    return attempt_of(order)


def attempt_of(order: Order) -> Attempt:
    with in_cell(1):
        return Attempt.objects.select_related("payment__order").get(payment__order=order)


def fresh(attempt: Attempt) -> Attempt:
    with in_cell(1):
        return Attempt.objects.get(pk=attempt.pk)


def pays(sandbox: RunningSandbox, attempt: Attempt, **how: object) -> None:
    sandbox.control(f"wechat/orders/{attempt.ref}/pay", how)


def hand_on(shop: Receiver, count: int, *, times: int = 1) -> None:
    """Give the inbox every notice that came, once so many are there."""
    came = list(eventually(lambda: shop.received if len(shop.received) >= count else []))
    for each in came * times:
        real = datetime.now(UTC)
        settlement.receive("wechat", headers=each.headers, body=each.body, now=now(), real=real)
    settlement.work("wechat", now=now())


def wallet(person: Person) -> Money:
    with in_cell(person.cell):
        return books.wallet_balance(person.id, "CNY")


def paid(sandbox: RunningSandbox, shop: Receiver, people: People) -> Attempt:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1)
    assert state(attempt) == DONE
    return attempt


def test_a_code_is_shown_on_our_own_page_and_the_notice_fills_the_wallet(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    order, where = top_up.begin(
        people.mei, amount=AMOUNT, tender=BY_WECHAT, key=uuid4(), language="zh-hans", now=now()
    )
    attempt = attempt_of(order)
    assert where == links.order_page(order)
    assert (attempt.action, attempt.provider_ref) == (Action.QR, attempt.ref)
    assert str(attempt.next_url).startswith(f"{sandbox.wechat_url}/qr/")
    assert state(attempt) == OPEN
    pays(sandbox, attempt)
    hand_on(shop, 1, times=20)
    assert state(attempt) == DONE
    assert wallet(people.mei) == AMOUNT
    assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_a_phone_is_sent_to_wechat_with_the_address_it_has_now(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = topping_up(people.mei, place=Place.PHONE, payer_ip="203.0.113.7")
    assert (attempt.action, state(attempt)) == (Action.REDIRECT, OPEN)
    assert "redirect_url=" in str(attempt.next_url)


def test_a_phone_that_comes_back_after_minutes_is_given_a_link_that_opens(
    sandbox: RunningSandbox, people: People, clock: Clock
) -> None:
    attempt = topping_up(people.mei, place=Place.PHONE, payer_ip="203.0.113.7")
    minutes = timedelta(minutes=6)
    clock.travel(minutes)
    sandbox.control("clock", {"advance_seconds": int(minutes.total_seconds())})
    assert httpx.get(str(attempt.next_url)).status_code == 410
    again = replace(BY_WECHAT, place=Place.PHONE, payer_ip="203.0.113.7")
    link = checkout.again(attempt.payment.order, again, now=now())
    assert httpx.get(str(link)).status_code == 200
    assert sandbox.state()["wechat"]["objects"]["order"] == 1


def test_inside_wechat_the_page_gets_what_the_app_is_asked(sandbox: RunningSandbox, people: People) -> None:
    attempt = topping_up(people.mei, place=Place.WECHAT, payer_ref=OPENID)
    assert (attempt.action, attempt.next_url) == (Action.SCRIPT, None)
    prepay_id = attempt.next_params["package"].removeprefix("prepay_id=")
    told = sandbox.control(f"wechat/jsapi/{prepay_id}/pay", attempt.next_params)
    assert told["err_msg"] == "get_brand_wcpay_request:ok"
    janitor()
    assert state(attempt) == DONE


def test_a_notice_of_the_year_2001_or_of_an_unknown_key_keeps_nothing(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    for fault in ("year_2001", "unknown_serial", "wrong_key", "re_encoded"):
        sandbox.control("faults", {"company": "wechat", "fault": fault, "on": "notices"})
        shop.forget()
        pays(sandbox, topping_up(people.mei))
        with pytest.raises(BadNotice):
            hand_on(shop, 1)
    assert Inbox.objects.count() == 0
    janitor()
    assert wallet(people.mei) == Money(4 * AMOUNT.minor, "CNY")


@pytest.mark.parametrize("lie", ["wrong_amount", "wrong_currency", "wrong_merchant", "wrong_app"])
def test_a_wrong_amount_currency_merchant_or_app_is_put_aside_and_gives_nothing(
    sandbox: RunningSandbox, shop: Receiver, people: People, lie: str
) -> None:
    sandbox.control("faults", {"company": "wechat", "fault": lie, "on": "transactions.get", "times": 9})
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1)
    assert state(attempt) == (AttemptState.MISMATCH, PaymentState.OPEN, "open")
    assert wallet(people.mei) == NOTHING


def test_a_lie_in_a_notice_changes_nothing_because_wechat_is_asked(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    sandbox.control("faults", {"company": "wechat", "fault": "wrong_amount", "on": "notices"})
    paid(sandbox, shop, people)
    assert wallet(people.mei) == AMOUNT


def test_a_coupon_of_wechat_s_fills_the_wallet_in_full(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt, coupon=500)
    hand_on(shop, 1)
    assert (state(attempt), wallet(people.mei)) == (DONE, AMOUNT)


def test_a_code_that_nobody_scanned_ends_with_its_time_and_late_money_finds_its_way(
    sandbox: RunningSandbox, shop: Receiver, people: People, clock: Clock
) -> None:
    attempt = topping_up(people.mei)
    clock.travel(attempt.expires_at - now() + timedelta(minutes=1))
    janitor()
    assert fresh(attempt).state == AttemptState.EXPIRED
    pays(sandbox, attempt)
    hand_on(shop, 1)
    assert fresh(attempt).state == AttemptState.SUCCEEDED


def refunds() -> list[tuple[str, int]]:
    with in_cell(1):
        return [(each.state, each.amount_minor) for each in Refund.objects.order_by("id")]


def back(attempt: Attempt, minor: int) -> Refund:
    where = {"back": TakesBack.TOP_UP, "to": Destination.ORIGIN, "at": now()}
    return ask(attempt, Money(minor, "CNY"), **where)


def test_two_refunds_of_one_payment_at_once_are_both_done_a_minute_apart(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = paid(sandbox, shop, people)
    for minor in (700, 300):
        back(attempt, minor)
    refund.work(1, now=now())
    assert sandbox.control("wechat/account", method="GET")["refunds"] in {700, 300}
    assert {each for each, _ in refunds()} <= {RefundState.PENDING, RefundState.UNKNOWN}
    sandbox.control("clock", {"advance_seconds": 61})
    for minutes in (2, 10, 60):
        refund.work(1, now=now() + timedelta(minutes=minutes))
        sandbox.control("clock", {"advance_seconds": 61})
    assert refunds() == [(RefundState.SUCCEEDED, 700), (RefundState.SUCCEEDED, 300)]
    assert sandbox.control("wechat/account", method="GET")["refunds"] == 1_000
    assert wallet(people.mei) == Money(9_000, "CNY")


def test_a_refund_that_the_payer_s_card_does_not_take_is_the_wallets(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = paid(sandbox, shop, people)
    sandbox.control("faults", {"company": "wechat", "fault": "refund_abnormal", "on": "refunds.create"})
    back(attempt, 700)
    refund.work(1, now=now())
    assert (refunds(), wallet(people.mei)) == ([(RefundState.PENDING, 700)], Money(9_300, "CNY"))
    sandbox.control("clock", {"advance_seconds": 86_401})
    for hours in (1, 25):
        refund.work(1, now=now() + timedelta(hours=hours))
    assert (refunds(), wallet(people.mei)) == ([(RefundState.FAILED, 700)], AMOUNT)


def reconciled(sandbox: RunningSandbox, clock: Clock) -> list[tuple[str, int | None]]:
    """All is withdrawn, days pass, the bills are read: what differs."""
    sandbox.control("wechat/withdraw")
    sandbox.control("clock", {"advance_seconds": int(DAYS.total_seconds())})
    clock.travel(DAYS)
    while reconciliation.work(now=now()):
        pass
    with in_cell(1):
        found = Case.objects.filter(provider="wechat")
        return [(case.difference, case.theirs_minor) for case in found]


def test_the_bills_tell_the_fee_the_books_did_not_know_and_everything_adds_up(
    sandbox: RunningSandbox, shop: Receiver, people: People, clock: Clock
) -> None:
    attempt = paid(sandbox, shop, people)
    back(attempt, 700)
    refund.work(1, now=now())
    sandbox.control("clock", {"advance_seconds": 10})
    refund.work(1, now=now() + timedelta(hours=1))
    assert reconciled(sandbox, clock) == []
    with in_cell(1):
        rows = books.trial_balance()
    assert sum(row.amount.minor for row in rows if row.account == "assets:clearing:wechat") == 0


def test_a_refund_by_hand_is_found_in_the_bill_and_waits_for_its_explanation(
    sandbox: RunningSandbox, shop: Receiver, people: People, clock: Clock
) -> None:
    """An order does not list its refunds: of one that began at WeChat only the bill tells."""
    attempt = paid(sandbox, shop, people)
    sandbox.control(f"wechat/orders/{attempt.ref}/refund", {"amount": 2_000})
    hand_on(shop, 1)
    assert (refunds(), wallet(people.mei)) == ([], AMOUNT)
    assert reconciled(sandbox, clock) == []
    assert (refunds(), wallet(people.mei)) == ([(RefundState.SUCCEEDED, 2_000)], AMOUNT)

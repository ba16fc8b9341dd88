"""Through the SDK to Alipay: a code is scanned, notices say too much, and the bill has it all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from django.conf import settings

from tests.flows.conftest import _forget_adapters as forget_adapters
from tests.flows.test_with_stripe import DONE, janitor, now, state
from tests.people import People
from tests.sandbox.shop import Receiver, eventually
from yuanyou.flows import checkout, links, reconciliation, settlement, top_up
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.clock import Clock
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt, Case, Inbox, Refund, StatementDay
from yuanyou.payments.port import Action, BadNotice, Place
from yuanyou.payments.rules import AttemptState, PaymentState, RefundState
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
BY_ALIPAY = checkout.Tender(method="alipay", provider="alipay", use_wallet=False)
OPEN = (AttemptState.ACTION_REQUIRED, PaymentState.OPEN, "open")
AMOUNT, NOTHING = Money(10_000, "CNY"), Money(0, "CNY")
DAYS = timedelta(days=5)


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Iterator[Receiver]:
    """Where Alipay's notices arrive; a test hands them on to the inbox."""
    receiver = Receiver(answer=b"success")
    site = receiver.url.rpartition("/hooks")[0]
    settings.CONFIG = replace(settings.CONFIG, site_url=site)
    forget_adapters()
    yield receiver
    receiver.close()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The demo's clock, which travels."""
    made = Clock(tmp_path / "clock.json")
    monkeypatch.setattr(settings, "CLOCK", made)
    return made


def topping_up(person: Person, *, place: Place = Place.BROWSER) -> Attempt:
    """An attempt whose code is shown."""
    order, _ = top_up.begin(
        person,
        amount=AMOUNT,
        tender=replace(BY_ALIPAY, place=place),
        key=uuid4(),
        language="zh-hans",
        now=now(),
    )
    return attempt_of(order)


def attempt_of(order: Order) -> Attempt:
    with in_cell(1):
        return Attempt.objects.select_related("payment__order").get(payment__order=order)


def pays(sandbox: RunningSandbox, attempt: Attempt, **how: object) -> None:
    sandbox.control(f"alipay/orders/{attempt.ref}/pay", how)


def hand_on(shop: Receiver, count: int, *, times: int = 1) -> list[dict[str, str]]:
    """Give the inbox every notice that came, once so many are there; what they say."""
    came = list(eventually(lambda: shop.received if len(shop.received) >= count else []))
    for each in came * times:
        real = datetime.now(UTC)
        settlement.receive("alipay", headers=each.headers, body=each.body, now=now(), real=real)
    settlement.work("alipay", now=now())
    return [dict(parse_qsl(each.body.decode())) for each in came]


def wallet(person: Person) -> Money:
    with in_cell(person.cell):
        return books.wallet_balance(person.id, "CNY")


def fresh(attempt: Attempt) -> Attempt:
    with in_cell(1):
        return Attempt.objects.get(pk=attempt.pk)


def test_a_code_is_shown_on_our_own_page_and_the_notice_fills_the_wallet(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    order, where = top_up.begin(
        people.mei, amount=AMOUNT, tender=BY_ALIPAY, key=uuid4(), language="zh-hans", now=now()
    )
    attempt = attempt_of(order)
    assert where == links.order_page(order)
    assert (attempt.action, attempt.provider_ref) == (Action.QR, attempt.ref)
    assert str(attempt.next_url).startswith(f"{sandbox.alipay_url}/qr/")
    assert state(attempt) == OPEN
    pays(sandbox, attempt)
    hand_on(shop, 1)
    assert state(attempt) == DONE
    assert wallet(people.mei) == AMOUNT


def test_a_phone_is_sent_to_alipay(sandbox: RunningSandbox, people: People) -> None:
    attempt = topping_up(people.mei, place=Place.PHONE)
    assert attempt.action == Action.REDIRECT
    assert str(attempt.next_url).startswith(f"{sandbox.alipay_url}/gateway.do?")


def test_a_notice_of_a_part_given_back_does_not_credit_twice(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1, times=20)
    sandbox.control(f"alipay/orders/{attempt.ref}/refund", {"amount": 2_000})
    told = hand_on(shop, 2, times=20)
    assert [each["trade_status"] for each in told] == ["TRADE_SUCCESS", "TRADE_SUCCESS"]
    assert state(attempt) == DONE
    assert wallet(people.mei) == AMOUNT
    assert Inbox.objects.filter(handled_at__isnull=True).count() == 0


def test_a_trade_closed_because_all_went_back_is_not_unpaid(
    sandbox: RunningSandbox, shop: Receiver, people: People
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1)
    sandbox.control(f"alipay/orders/{attempt.ref}/refund")
    closed = hand_on(shop, 2)
    assert closed[-1]["trade_status"] == "TRADE_CLOSED"
    assert state(attempt)[0] == AttemptState.SUCCEEDED
    with in_cell(1):
        found = Refund.objects.get(attempt=attempt)
    assert (found.state, found.amount) == (RefundState.SUCCEEDED, AMOUNT)


def test_what_was_paid_and_given_back_before_we_heard_of_it_gives_nothing(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    sandbox.control(f"alipay/orders/{attempt.ref}/refund")
    janitor()
    assert state(attempt)[0] == AttemptState.CANCELED
    assert wallet(people.mei) == NOTHING


@pytest.mark.parametrize("lie", ["wrong_amount", "wrong_merchant", "wrong_currency", "wrong_reference"])
def test_a_wrong_amount_seller_or_currency_is_put_aside_and_gives_nothing(
    sandbox: RunningSandbox, people: People, lie: str
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    sandbox.control("faults", {"company": "alipay", "fault": lie, "on": "trade.query", "times": 9})
    janitor()
    assert state(attempt) == (AttemptState.MISMATCH, PaymentState.OPEN, "open")
    assert fresh(attempt).reason == lie
    assert wallet(people.mei) == NOTHING


@pytest.mark.parametrize("lie", ["wrong_app", "wrong_merchant", "wrong_key"])
def test_a_notice_for_another_app_or_seller_or_of_another_key_keeps_nothing(
    sandbox: RunningSandbox, shop: Receiver, people: People, lie: str
) -> None:
    sandbox.control("faults", {"company": "alipay", "fault": lie, "on": "notices", "times": 9})
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    with pytest.raises(BadNotice):
        hand_on(shop, 1)
    assert Inbox.objects.count() == 0
    janitor()
    assert state(attempt) == DONE


def test_a_code_whose_answer_was_lost_is_shown_when_they_ask_again(
    sandbox: RunningSandbox, people: People
) -> None:
    lost = {"company": "alipay", "fault": "timeout_after", "on": "trade.precreate", "times": 2}
    sandbox.control("faults", lost | {"seconds": 0.1})
    attempt = topping_up(people.mei)
    assert state(attempt)[0] == AttemptState.UNKNOWN
    janitor()
    assert state(attempt) == OPEN
    order = attempt.payment.order
    assert checkout.again(order, BY_ALIPAY, now=now()) == links.order_page(order)
    assert (fresh(attempt).action, sandbox.state()["alipay"]["objects"]["order"]) == (Action.QR, 1)


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


def test_the_bill_tells_the_fee_the_books_did_not_know_and_everything_adds_up(
    sandbox: RunningSandbox, shop: Receiver, people: People, clock: Clock
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1)
    sandbox.control("alipay/withdraw")
    sandbox.control("clock", {"advance_seconds": int(DAYS.total_seconds())})
    clock.travel(DAYS)
    while reconciliation.work(now=now()):
        pass
    with in_cell(1):
        assert list(Case.objects.filter(provider="alipay")) == []
        rows = books.trial_balance()
    assert sum(row.amount.minor for row in rows if row.account == "assets:clearing:alipay") == 0


def test_a_part_given_back_by_hand_is_found_in_the_bill_and_counts_once(
    sandbox: RunningSandbox, shop: Receiver, people: People, clock: Clock
) -> None:
    attempt = topping_up(people.mei)
    pays(sandbox, attempt)
    hand_on(shop, 1)
    sandbox.control(f"alipay/orders/{attempt.ref}/refund", {"amount": 2_000})
    sandbox.control("alipay/withdraw")
    sandbox.control("clock", {"advance_seconds": int(DAYS.total_seconds())})
    clock.travel(DAYS)
    for _ in range(2):
        while reconciliation.work(now=now()):
            pass
        StatementDay.objects.update(ask_at=now())
    with in_cell(1):
        found = Refund.objects.get(attempt=attempt)
        assert (found.state, found.amount, found.is_outside) == (
            RefundState.SUCCEEDED,
            Money(2_000, "CNY"),
            True,
        )
        assert list(Case.objects.filter(provider="alipay")) == []
        rows = books.trial_balance()
    assert sum(row.amount.minor for row in rows if row.account == "assets:clearing:alipay") == 0

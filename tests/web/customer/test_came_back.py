"""A customer's order tells in plain words what came back of its money: where it is, how much, since when."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.houses import give_line
from tests.people import People
from tests.web.console.company import Company, by_card, limit, refunds
from yuanyou import wiring
from yuanyou.flows import links, refund, refund_care, refund_request
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import RefundTold
from yuanyou.payments.rules import Destination, TakesBack
from yuanyou.web.shared.formats import day

pytestmark = pytest.mark.usefixtures("house")
AGENT, LEAD, WHY = 501, 502, "She wrote to us"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    it, before = Company(), settings.CONFIG
    monkeypatch.setattr(wiring, "payment_providers", lambda: {it.name: it})
    limit(100_000)
    yield it
    settings.CONFIG = before


@pytest.fixture
def paid(company: Company, people: People) -> Attempt:
    return by_card(company, give_line(people.mei, now=settings.CLOCK.now() - timedelta(days=3)))


def give_back(attempt: Attempt, to: Destination = Destination.ORIGIN) -> int:
    wish = RefundWish(attempt.payment.customer_id, "provider_fault", to, TakesBack.TERM, by=AGENT)
    now = settings.CLOCK.now()
    return refund_request.request(attempt.pk, wish, amount=Money(500, "USD"), note=WHY, now=now).pk


def seen(attempt: Attempt) -> str:
    """What the order's page says below its state."""
    path = links.order_page(attempt.payment.order).removeprefix(settings.CONFIG.site_url)
    page = Client(headers={"accept-language": "en"}).get(path).content.decode()
    return page.partition("Money back</h2>")[2].partition("</section>")[0]


def test_nothing_is_said_while_nothing_came_back(paid: Attempt) -> None:
    assert seen(paid) == ""


def test_what_waits_for_a_second_person_is_not_promised(paid: Attempt) -> None:
    limit(0)
    asked = give_back(paid)
    assert seen(paid) == ""
    refund_request.reject(asked, by=LEAD, note=WHY, now=settings.CLOCK.now())
    assert seen(paid) == ""


def test_on_its_way_then_done_with_amount_way_and_day(paid: Attempt) -> None:
    give_back(paid)
    assert "On its way" in seen(paid)
    refund.work(1, now=settings.CLOCK.now())
    told = seen(paid)
    assert "Done" in told
    assert "USD\xa05.00" in told
    assert "the way it came: Credit or debit card" in told
    zone = settings.CONFIG.books_zone
    assert day(settings.CLOCK.now(), zone, now=settings.CLOCK.now()) in told


def test_in_the_wallet(paid: Attempt) -> None:
    give_back(paid, Destination.WALLET)
    assert "In your wallet" in seen(paid)


def test_what_could_not_be_sent_is_in_the_wallet(company: Company, paid: Attempt) -> None:
    company.refunds = RefundTold.FAILED
    give_back(paid)
    refund.work(1, now=settings.CLOCK.now())
    told = seen(paid)
    assert "In your wallet" in told
    assert "It could not be sent back" in told


def test_a_guests_waits_until_it_is_sent_once_more(company: Company, paid: Attempt) -> None:
    with in_cell(1):
        Order.objects.filter(pk=paid.payment.order_id).update(by_guest=True)
    company.refunds = RefundTold.FAILED
    asked = give_back(paid)
    refund.work(1, now=settings.CLOCK.now())
    assert "Not sent yet" in seen(paid)
    company.refunds = RefundTold.SUCCEEDED
    refund_care.retry(asked, by=LEAD, note=WHY, now=settings.CLOCK.now())
    refund.work(1, now=settings.CLOCK.now())
    told = seen(paid)
    assert "Not sent yet" not in told
    assert told.count("USD\xa05.00") == 1
    assert [each.state for each in refunds()] == ["failed", "succeeded"]

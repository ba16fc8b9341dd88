"""Sold in yuan beside the book currency: nothing is converted, and every law holds in each currency."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from tests.doctor import breaches
from tests.flows.bank import Bank
from tests.houses import NOON, fund, give_line, see
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou import wiring
from yuanyou.catalog import actions as catalog
from yuanyou.catalog import queries as shelf
from yuanyou.catalog.models import Tax
from yuanyou.catalog.queries import NotOnSale
from yuanyou.flows import activation, earning, lapse, refund, refund_request, renewal, settlement
from yuanyou.flows.checkout import NothingToPayWith, Tender
from yuanyou.flows.step import in_cell
from yuanyou.flows.watch import TooMuch
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.orders.models import Order, Receipt
from yuanyou.orders.rules import Start
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import Capabilities, Method, RefundAsk, RefundSnapshot, RefundTold
from yuanyou.payments.rules import Destination, RefundState, TakesBack

pytestmark = pytest.mark.usefixtures("house", "sound")
IN_YUAN = Tender(method="alipay", provider="alipay", use_wallet=False, currency="CNY")
NET, SALES, FEE = 17_500, 700, 630
PRICE = Money(NET + SALES + FEE, "CNY")
AGENT = 501


class Alipay(Bank):
    """Takes yuan and nothing else."""

    def capabilities(self) -> Capabilities:
        year = timedelta(days=365)
        way = Method(code="alipay", currencies=frozenset({"CNY"}), refund_window=year, disputes=False)
        return Capabilities(methods=(way,), pay_hosts=("pay.example",))

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        return RefundSnapshot(RefundTold.SUCCEEDED, f"re_{ask.ref}", ask.amount, ref=ask.ref)


@pytest.fixture(autouse=True)
def _limits_are_put_back() -> Iterator[None]:
    before = settings.CONFIG
    yield
    settings.CONFIG = before


@pytest.fixture(autouse=True)
def alipay(monkeypatch: pytest.MonkeyPatch) -> Bank:
    it, card = Alipay(name="alipay"), Bank()
    monkeypatch.setattr(wiring, "payment_providers", lambda: {it.name: it, card.name: card})
    return it


def renew(line_id: int, tender: Tender = IN_YUAN, *, again: bool = False) -> Order:
    order, _ = renewal.begin(
        line_id,
        version_id=version_of(MONTH),
        start=Start.AFTER,
        tender=tender,
        key=uuid4(),
        by_guest=False,
        language="zh-hans",
        again=again,
        now=NOON,
    )
    return order


def paid(bank: Bank, order: Order) -> Attempt:
    with in_cell(1):
        attempt = Attempt.objects.get(payment__order=order, provider="alipay")
    bank.paid[attempt.ref] = None
    settlement.ask(attempt.pk, source="notice", now=NOON)
    with in_cell(1):
        return Attempt.objects.select_related("payment__order").get(pk=attempt.pk)


def give_back(attempt: Attempt, amount: Money, *, to: Destination) -> Refund:
    customer_id = attempt.payment.customer_id
    wish = RefundWish(customer_id, "provider_fault", to, TakesBack.TERM, by=AGENT)
    return refund_request.request(attempt.pk, wish, amount=amount, note="she wrote to us", now=NOON)


def wallets(people: People) -> list[Money]:
    with in_cell(1):
        return books.wallets(people.mei.id)


def trial() -> dict[str, dict[str, int]]:
    """Every account with money in it, by currency."""
    found: dict[str, dict[str, int]] = {}
    with in_cell(1):
        for row in books.trial_balance():
            if row.amount:
                found.setdefault(row.amount.currency, {})[row.account] = row.amount.minor
    return found


class TestPrice:
    def test_is_the_price_list_of_that_currency_with_its_own_fee(self) -> None:
        quote = shelf.quote_of(version_of(MONTH), currency="CNY", jurisdiction="US-NY", now=NOON)
        assert quote.net == Money(NET, "CNY")
        assert {line.code: line.amount.minor for line in quote.taxes} == {
            "test-sales": SALES,
            "test-911": FEE,
        }
        assert quote.total == PRICE

    def test_nothing_is_sold_where_nobody_has_said_how_much_a_fee_is(self) -> None:
        told = Tax.objects.get(code="test-911")
        Tax.objects.filter(pk=told.pk).update(flat_others={})
        try:
            with pytest.raises(NotOnSale):
                shelf.quote_of(version_of(MONTH), currency="CNY", jurisdiction="US-NY", now=NOON)
            assert shelf.quotes(currency="CNY", jurisdiction="US-NY", now=NOON) == []
            assert shelf.quotes(currency="USD", jurisdiction="US-NY", now=NOON)
        finally:
            Tax.objects.filter(pk=told.pk).update(flat_others=told.flat_others)

    def test_a_fee_in_another_currency_is_as_fixed_as_the_fee(self) -> None:
        rule = Tax.objects.get(code="test-911").rule()
        with pytest.raises(catalog.TaxChanged):
            catalog.set_tax(replace(rule, flat_others={"CNY": FEE + 1}))


class TestSale:
    def test_the_way_to_pay_decides_what_order_payment_and_receipt_are_in(
        self, alipay: Bank, people: People
    ) -> None:
        line_id = give_line(people.mei, now=NOON)
        attempt = paid(alipay, renew(line_id))
        order = attempt.payment.order
        assert (order.total, attempt.payment.amount, attempt.amount) == (PRICE, PRICE, PRICE)
        with in_cell(1):
            assert Receipt.objects.get(order_id=order.pk).facts["currency"] == "CNY"
            assert Order.objects.get(pk=order.pk).state == "fulfilled"
        assert len(see(line_id).terms) == 2

    def test_a_first_order_too(self, alipay: Bank, people: People) -> None:
        order, _ = activation.begin(
            people.mei,
            version_id=version_of(MONTH),
            tender=IN_YUAN,
            key=uuid4(),
            language="zh-hans",
            now=NOON,
        )
        assert paid(alipay, order).payment.order.total == PRICE

    def test_each_currency_balances_by_itself_and_nothing_crosses(self, alipay: Bank, people: People) -> None:
        before = trial()
        paid(alipay, renew(give_line(people.mei, now=NOON)))
        yuan = trial()["CNY"]
        assert sum(yuan.values()) == 0
        assert yuan["assets:clearing:alipay"] == PRICE.minor
        assert -yuan["liabilities:deferred:voice"] == NET
        assert "CNY" not in before
        assert breaches() == []

    def test_revenue_is_earned_in_the_currency_of_the_sale(self, alipay: Bank, people: People) -> None:
        paid(alipay, renew(give_line(people.mei, now=NOON)))
        later = NOON + timedelta(days=70)
        lapse.sweep(1, now=later)
        earning.earn_days(1, now=later)
        yuan = trial()["CNY"]
        assert -yuan["income:revenue:voice"] == NET
        assert "liabilities:deferred:voice" not in yuan
        assert breaches() == []

    def test_a_company_is_never_asked_for_a_currency_it_does_not_take(self, people: People) -> None:
        line_id = give_line(people.mei, now=NOON)
        for wrong in (replace(IN_YUAN, currency="USD"), replace(IN_YUAN, provider="stripe", method="card")):
            with pytest.raises(NothingToPayWith):
                renew(line_id, wrong)
        with in_cell(1):
            assert not Attempt.objects.filter(provider__in=["alipay", "stripe"]).exists()


class TestWallet:
    def test_money_of_one_currency_pays_nothing_in_another(self, people: People) -> None:
        line_id = give_line(people.mei, now=NOON)
        fund(people.mei, 100_000, now=NOON)
        order = renew(line_id, replace(IN_YUAN, use_wallet=True))
        with in_cell(1):
            assert [a.provider for a in Attempt.objects.filter(payment__order=order)] == ["alipay"]
        assert wallets(people) == [Money(100_000, "USD")]

    def test_double_money_becomes_a_wallet_of_its_own_and_pays_next_time(
        self, alipay: Bank, people: People
    ) -> None:
        line_id = give_line(people.mei, now=NOON)
        order = renew(line_id)
        with in_cell(1):
            first = Attempt.objects.get(payment__order=order)
            twin = Attempt.objects.get(pk=first.pk)
            twin.pk, twin.number, twin.provider_ref = None, 2, "again"
            twin._state.adding = True
            twin.save()
        for attempt in (first, twin):
            alipay.paid[attempt.ref] = None
            settlement.ask(attempt.pk, source="notice", now=NOON)
        assert wallets(people) == [PRICE]
        again = renew(line_id, replace(IN_YUAN, use_wallet=True), again=True)
        with in_cell(1):
            assert Order.objects.get(pk=again.pk).state == "fulfilled"
        assert wallets(people) == []
        assert breaches() == []


class TestRefund:
    @pytest.mark.parametrize("to", [Destination.WALLET, Destination.ORIGIN])
    def test_goes_back_in_the_currency_it_came_in(
        self, alipay: Bank, people: People, to: Destination
    ) -> None:
        settings.CONFIG = replace(settings.CONFIG, refund_approval_above=100_000)
        attempt = paid(alipay, renew(give_line(people.mei, now=NOON)))
        asked = give_back(attempt, PRICE, to=to)
        refund.work(1, now=NOON)
        with in_cell(1):
            assert Refund.objects.get(pk=asked.pk).state == RefundState.SUCCEEDED
        assert wallets(people) == ([PRICE] if to is Destination.WALLET else [])
        assert breaches() == []

    @pytest.mark.parametrize(("minor", "second"), [(700, False), (701, True)])
    def test_the_second_persons_limit_counts_seven_yuan_as_a_dollar(
        self, alipay: Bank, people: People, minor: int, *, second: bool
    ) -> None:
        settings.CONFIG = replace(settings.CONFIG, refund_approval_above=100)
        attempt = paid(alipay, renew(give_line(people.mei, now=NOON)))
        asked = give_back(attempt, Money(minor, "CNY"), to=Destination.WALLET)
        assert (asked.state == RefundState.REQUESTED) is second


def test_the_day_limit_counts_seven_yuan_as_a_dollar(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    settings.CONFIG = replace(settings.CONFIG, day_limit=PRICE.minor // 7 - 1)
    with pytest.raises(TooMuch):
        renew(line_id)
    settings.CONFIG = replace(settings.CONFIG, day_limit=PRICE.minor // 7)
    assert renew(line_id).total == PRICE


@pytest.mark.parametrize(("more", "passes"), [(0, True), (1, False)])
def test_the_day_limit_counts_what_was_paid_in_any_currency(
    alipay: Bank, people: People, more: int, *, passes: bool
) -> None:
    line_id = give_line(people.mei, now=NOON)
    paid(alipay, renew(line_id))
    limit = PRICE.minor // 7 * 2 - more
    settings.CONFIG = replace(settings.CONFIG, day_limit=limit)
    by_card = replace(IN_YUAN, provider="stripe", method="card", currency="USD")
    if passes:
        assert renew(line_id, by_card, again=True).total == Money(PRICE.minor // 7, "USD")
    else:
        with pytest.raises(TooMuch):
            renew(line_id, by_card, again=True)


def test_a_limit_lets_nothing_pass_in_a_currency_that_is_not_sold_in() -> None:
    assert settings.CONFIG.limit_in(5_000, "USD") == 5_000
    assert settings.CONFIG.limit_in(5_000, "CNY") == 35_000
    assert settings.CONFIG.limit_in(5_000, "EUR") == 0

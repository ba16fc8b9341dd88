"""Each method as Stripe takes it: paid in its own way, refunded in its own time, disputed or not."""

from datetime import timedelta
from typing import Any

import pytest

from tests.providers.stripe.conftest import GOOD, Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Place, RefundTold, Refused, Told
from yuanyou.providers.stripe.methods import METHODS
from yuanyou_sandbox.testing import ControlRefused

WALLETS = ("alipay", "wechat_pay")
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "card": (GOOD, {}),
    "alipay": ("alipay", {"challenge": "complete"}),
    "wechat_pay": ("wechat_pay", {"challenge": "complete"}),
    "us_bank_account": ("bank_debit", {}),
}
"""How the payer pays with each."""
DAY = timedelta(days=1)


@pytest.mark.parametrize("method", WAYS)
def test_each_method_is_paid_in_its_own_way(desk: Desk, method: str) -> None:
    card, how = WAYS[method]
    ask, told = desk.paid(card, how=how, method=method)
    later = METHODS[method].delayed
    assert told.told is (Told.PROCESSING if later else Told.SUCCEEDED)
    if later:
        desk.control(f"sessions/{ask.provider_ref}/settle", outcome="succeeded")
        told = desk.adapter.query(ask)
    assert (told.told, told.amount, told.ref) == (Told.SUCCEEDED, ask.amount, ask.ref)
    assert told.fee
    assert bool(told.card) is (method == "card")
    assert told.saved is None


@pytest.mark.parametrize("method", WAYS)
def test_a_page_takes_the_method_that_was_chosen_and_no_other(desk: Desk, method: str) -> None:
    ask = desk.shown(method=method)
    for other in set(WAYS) - {method}:
        with pytest.raises(ControlRefused):
            desk.pay(ask, WAYS[other][0])


@pytest.mark.parametrize("method", METHODS)
def test_the_smallest_amounts_are_those_of_stripe(desk: Desk, method: str) -> None:
    for currency, least in METHODS[method].minimum.items():
        assert desk.shown(method=method, minor=least, currency=currency)
        with pytest.raises(Refused):
            desk.adapter.create(desk.asked(method=method, minor=least - 1, currency=currency))


def test_the_largest_amount_is_stripes(desk: Desk) -> None:
    most = METHODS["card"].maximum["USD"]
    assert desk.shown(minor=most)
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(minor=most + 1))


@pytest.mark.parametrize(("method", "currency"), [("wechat_pay", "MYR"), ("us_bank_account", "EUR")])
def test_a_currency_that_a_method_has_not_is_refused(desk: Desk, method: str, currency: str) -> None:
    assert not METHODS[method].takes(Money(10_000, currency))
    with pytest.raises(Refused):
        desk.adapter.create(desk.asked(method=method, minor=10_000, currency=currency))


@pytest.mark.parametrize("method", WALLETS)
def test_a_wallet_that_was_not_confirmed_in_its_app_leaves_the_page_open(desk: Desk, method: str) -> None:
    ask, told = desk.paid(method, how={"challenge": "fail"}, method=method)
    assert told.told is Told.ACTION_REQUIRED
    desk.pay(ask, method, challenge="complete")
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


@pytest.mark.parametrize("method", WALLETS)
def test_a_wallet_gives_back_as_long_as_it_says_and_no_longer(desk: Desk, method: str) -> None:
    told = desk.paid(method, how=WAYS[method][1], method=method)[1]
    days = METHODS[method].refund_window // DAY
    desk.travel(days=days - 1)
    assert desk.adapter.refund(desk.back(told, 100)).provider_ref
    desk.travel(days=2)
    with pytest.raises(Refused):
        desk.adapter.refund(desk.back(told, 100, ref="ref_2"))


def test_alipay_gives_back_at_once_and_wechat_within_a_day(desk: Desk) -> None:
    outcomes = {}
    for method in WALLETS:
        told = desk.paid(method, how=WAYS[method][1], method=method)[1]
        outcomes[method] = desk.adapter.refund(desk.back(told, 100, ref=f"ref_{method}"))
    assert {method: each.told for method, each in outcomes.items()} == {
        "alipay": RefundTold.SUCCEEDED,
        "wechat_pay": RefundTold.PENDING,
    }
    desk.travel(days=1, minutes=1)
    ask = desk.back(told, 100, ref="ref_wechat_pay")
    assert desk.adapter.query_refund(ask).told is RefundTold.SUCCEEDED


@pytest.mark.parametrize("method", WALLETS)
def test_wallets_have_no_disputes(desk: Desk, method: str) -> None:
    ask = desk.paid(method, how=WAYS[method][1], method=method)[0]
    assert not METHODS[method].disputes
    with pytest.raises(ControlRefused):
        desk.control(f"payments/{ask.provider_ref}/dispute")


def test_a_debit_that_comes_back_has_brought_nothing(desk: Desk) -> None:
    ask = desk.paid("bank_debit_fails", method="us_bank_account")[0]
    desk.travel(days=5)
    assert desk.adapter.query(ask).told is Told.FAILED
    assert desk.money("gross") == 0


@pytest.mark.parametrize(
    ("card", "brand"), [("6200000000000005", "unionpay"), ("5555555555554444", "mastercard")]
)
def test_a_card_is_told_by_its_brand(desk: Desk, card: str, brand: str) -> None:
    assert desk.paid(card)[1].card == {"brand": brand, "last4": card[-4:]}
    assert brand in METHODS["card"].brands


@pytest.mark.parametrize(("verify", "told"), [(True, Told.ACTION_REQUIRED), (False, Told.SUCCEEDED)])
def test_the_bank_is_asked_to_confirm_the_payer_when_we_want_it(desk: Desk, verify: bool, told: Told) -> None:
    """This card confirms only when the shop asks for it."""
    assert desk.paid("4000000000003055", verify=verify)[1].told is told


@pytest.mark.parametrize("method", WALLETS)
def test_only_a_card_is_kept(desk: Desk, method: str) -> None:
    assert [each.code for each in METHODS.values() if each.saves] == ["card"]
    assert desk.paid(method, how=WAYS[method][1], method=method)[1].saved is None


def test_alipay_is_not_offered_inside_wechat() -> None:
    assert Place.WECHAT not in METHODS["alipay"].places
    assert Place.WECHAT in METHODS["wechat_pay"].places


def test_only_what_the_account_is_set_up_for_is_offered_in_its_order(desk: Desk) -> None:
    adapter = desk.another(methods=("wechat_pay", "card"))
    assert [each.code for each in adapter.capabilities().methods] == ["wechat_pay", "card"]
    assert adapter.capabilities().method("alipay") is None


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "zh-hant-hk", "en", "fr"])
def test_any_language_finds_a_page(desk: Desk, language: str) -> None:
    assert desk.shown(language=language)

"""PayPal's amounts: every currency comes back as it went, and nothing is rounded on the way."""

import pytest

from yuanyou.kernel.money import Money, exponent
from yuanyou.providers.paypal.amounts import CURRENCIES, WHOLE, NotExpressible, from_paypal, to_paypal


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
@pytest.mark.parametrize("major", [0, 1, 27, 10_000])
def test_every_currency_comes_back_as_it_went(currency: str, major: int) -> None:
    amount = Money(major * 10 ** exponent(currency), currency)
    assert from_paypal(to_paypal(amount)) == amount


@pytest.mark.parametrize("currency", sorted(CURRENCIES - WHOLE))
@pytest.mark.parametrize("minor", [1, 99, 2690, 100_000_001, -700])
def test_so_do_its_cents(currency: str, minor: int) -> None:
    assert from_paypal(to_paypal(Money(minor, currency))) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        (Money(2690, "USD"), "26.90"),
        (Money(5, "EUR"), "0.05"),
        (Money(100, "USD"), "1.00"),
        (Money(2690, "JPY"), "2690"),
        (Money(269_000, "HUF"), "2690"),
        (Money(269_000, "TWD"), "2690"),
        (Money(100_000_000, "HUF"), "1000000"),
    ],
)
def test_it_is_written_as_paypal_reads_it(amount: Money, value: str) -> None:
    assert to_paypal(amount) == {"currency_code": amount.currency, "value": value}


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_a_fraction_that_paypal_does_not_know_is_not_rounded(currency: str) -> None:
    with pytest.raises(NotExpressible):
        to_paypal(Money(269_050, currency))


@pytest.mark.parametrize(
    "amount",
    [
        {"currency_code": "USD", "value": "1.001"},
        {"currency_code": "JPY", "value": "1.5"},
        {"currency_code": "XXX", "value": "1"},
        {"currency_code": "USD", "value": "a lot"},
        {"currency_code": "USD", "value": None},
        {"currency_code": "USD"},
        {"value": "1"},
        {},
    ],
)
def test_what_is_no_amount_is_not_taken_for_one(amount: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_paypal(amount)


@pytest.mark.parametrize("value", ["26.9", "26.90", "026.90", "26.900"])
def test_zeros_at_the_ends_mean_nothing(value: str) -> None:
    assert from_paypal({"currency_code": "USD", "value": value}) == Money(2690, "USD")

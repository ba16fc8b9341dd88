"""Money: whole minor units, one currency at a time, rounded in one place, shared out without loss."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.money import CurrencyMismatch, Money, UnknownCurrency, exponent, total

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "CNY"])
MINORS = st.integers(-(10**15), 10**15)


class TestCurrency:
    @pytest.mark.parametrize(
        ("currency", "digits"),
        # ISO 4217's own; what a display library shows differs (LAK, MGA).
        [("USD", 2), ("CNY", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("LAK", 2), ("MGA", 2)],
    )
    def test_it_has_the_minor_digits_of_iso_4217(self, currency: str, digits: int) -> None:
        assert exponent(currency) == digits

    @pytest.mark.parametrize("currency", ["", "usd", "US", "USDT", "XXQ", "XAU"])
    def test_what_iso_4217_does_not_give_minor_digits_is_no_money(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            Money(1, currency)

    def test_two_currencies_never_meet_in_one_sum(self) -> None:
        dollar, yuan = Money(1, "USD"), Money(1, "CNY")
        with pytest.raises(CurrencyMismatch):
            dollar + yuan
        with pytest.raises(CurrencyMismatch):
            dollar - yuan
        with pytest.raises(CurrencyMismatch):
            total([yuan], currency="USD")

    def test_equal_figures_in_two_currencies_are_not_equal(self) -> None:
        assert Money(0, "USD") != Money(0, "CNY")


class TestWhole:
    @pytest.mark.parametrize("minor", [23.22, 23.0, Decimal(23), "23", True, None])
    def test_minor_units_are_whole_numbers_and_nothing_that_looks_like_one(self, minor: Any) -> None:
        with pytest.raises(TypeError, match="whole numbers"):
            Money(minor, "USD")

    @pytest.mark.parametrize(
        ("money", "text"),
        [
            (Money(2322, "USD"), "USD 23.22"),
            (Money(5, "USD"), "USD 0.05"),
            (Money(-650, "USD"), "USD -6.50"),
            (Money(2322, "JPY"), "JPY 2322"),
            (Money(2322, "KWD"), "KWD 2.322"),
        ],
    )
    def test_the_decimal_point_stands_where_the_currency_puts_it(self, money: Money, text: str) -> None:
        assert str(money) == text

    def test_nothing_is_false_and_a_debt_is_not_nothing(self) -> None:
        assert (bool(Money(0, "USD")), bool(Money(-1, "USD"))) == (False, True)

    @given(MINORS, MINORS, CURRENCIES)
    def test_taking_away_what_was_added_leaves_what_was(self, a: int, b: int, currency: str) -> None:
        here, there = Money(a, currency), Money(b, currency)
        assert here + there - there == here
        assert here + -there == here - there

    def test_nothing_adds_up_to_zero_of_its_currency(self) -> None:
        assert total([], currency="JPY") == Money(0, "JPY")


class TestRounding:
    @pytest.mark.parametrize(
        ("minor", "ratio", "rounded"),
        [
            (100, "0.005", 1),  # half goes up ...
            (300, "0.005", 2),  # ... also where a banker would round to the even cent
            (100, "0.0049999999", 0),
            (-100, "0.005", -1),  # a refund of what was charged is the same figure
            (2500, "0.08875", 222),
            (1, "1", 1),
        ],
    )
    def test_half_a_minor_unit_goes_away_from_zero(self, minor: int, ratio: str, rounded: int) -> None:
        assert Money(minor, "USD").times(Decimal(ratio)) == Money(rounded, "USD")

    @given(MINORS, st.decimals(0, 100, places=6))
    def test_rounding_moves_by_at_most_half(self, minor: int, ratio: Decimal) -> None:
        assert abs(Money(minor, "USD").times(ratio).minor - minor * ratio) <= Decimal("0.5")


class TestSplit:
    @given(MINORS, st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any), CURRENCIES)
    def test_the_parts_add_up_to_the_whole_and_each_is_fair(
        self, minor: int, weights: list[int], currency: str
    ) -> None:
        parts = Money(minor, currency).split(weights)
        assert total(parts, currency=currency) == Money(minor, currency)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)

    def test_the_odd_cents_go_where_most_was_cut_off_then_to_the_first(self) -> None:
        parts = Money(100, "USD").split([1, 1, 1])
        assert [part.minor for part in parts] == [34, 33, 33]
        assert [part.minor for part in Money(10, "USD").split([1, 5])] == [2, 8]

    @pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1]])
    def test_shares_of_nothing_are_refused(self, weights: list[int]) -> None:
        with pytest.raises(ValueError, match="weights"):
            Money(100, "USD").split(weights)

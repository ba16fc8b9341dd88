"""Yuan as Alipay writes them."""

import pytest

from yuanyou.kernel.money import Money
from yuanyou.providers.alipay.amounts import from_yuan, to_yuan


@pytest.mark.parametrize("minor", [1, 10, 99, 100, 2690, 100_000_000])
def test_every_amount_comes_back_as_it_went(minor: int) -> None:
    assert from_yuan(to_yuan(Money(minor, "CNY"))) == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("text", "minor"), [("26.90", 2690), ("26.9", 2690), ("27", 2700), ("-0.16", -16), (" 1.00\t", 100)]
)
def test_what_alipay_writes_is_read(text: str, minor: int) -> None:
    assert from_yuan(text) == Money(minor, "CNY")


@pytest.mark.parametrize("text", ["", "yuan", "0.001", None, "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_yuan(text)


def test_another_currency_is_read_with_its_own_decimals() -> None:
    assert from_yuan("26", "JPY") == Money(26, "JPY")
    with pytest.raises(ValueError, match=r"."):
        from_yuan("26.90", "nonsense")

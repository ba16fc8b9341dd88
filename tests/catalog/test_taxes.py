"""What the built-in table of taxes charges: which rules, on what, from when, and how it is rounded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plans import TAXES
from yuanyou.catalog.rules import ProductClass, TaxLine, TaxRule
from yuanyou.catalog.taxes import RuleTable
from yuanyou.kernel.money import Money

DAY = date(2026, 11, 1)
SALES, FEE = TAXES
EVERY_STATE_TAKES = st.lists(
    st.builds(
        replace,
        st.sampled_from(TAXES),
        code=st.sampled_from(["a", "b", "c", "d"]),
        valid_from=st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31)),
        in_base=st.booleans(),
    ),
    max_size=8,
)


def charged(
    rules: Sequence[TaxRule],
    minor: int = 2500,
    *,
    on: date = DAY,
    jurisdiction: str = "US-NY",
    product_class: ProductClass = ProductClass.VOICE,
) -> tuple[TaxLine, ...]:
    return RuleTable(rules, "USD").lines(
        Money(minor, "USD"), jurisdiction=jurisdiction, product_class=product_class, on=on
    )


def minors(lines: Sequence[TaxLine]) -> dict[str, int]:
    return {line.code: line.amount.minor for line in lines}


@pytest.mark.parametrize(
    ("net", "percent", "tax"),
    [
        (2500, "4.0000", 100),
        (2500, "8.8750", 222),  # 221.875
        (1250, "4.0200", 50),  # 50.25
        (1000, "0.0500", 1),  # 0.5: half goes up
        (999, "0.0500", 0),  # 0.4995
        (2500, "0.0200", 1),  # 0.5 again
        (1, "99.0000", 1),
        (2500, "0.0000", 0),
    ],
)
def test_a_tax_is_rounded_half_up_to_a_cent_by_itself(net: int, percent: str, tax: int) -> None:
    (line,) = charged([replace(SALES, percent=Decimal(percent))], net)
    assert (line.amount, line.percent) == (Money(tax, "USD"), percent)


def test_two_taxes_are_rounded_each_and_not_their_sum() -> None:
    small = replace(SALES, percent=Decimal("0.0500"))
    assert minors(charged([small, replace(small, code="other")], 1000)) == {"test-sales": 1, "other": 1}


@pytest.mark.parametrize("minor", [100, 2500])
def test_a_flat_fee_is_the_same_at_any_price_and_is_not_taxed(minor: int) -> None:
    assert minors(charged(TAXES, minor)) == {"test-sales": minor * 4 // 100, "test-911": 90}


def test_a_fee_in_the_base_is_taxed_with_the_price() -> None:
    lines = charged([SALES, replace(FEE, in_base=True)])
    assert minors(lines) == {"test-sales": 104, "test-911": 90}  # 4 % of 25.90 is 103.6


def test_a_tax_in_the_base_is_not_reckoned_on_itself() -> None:
    excise = replace(SALES, code="excise", percent=Decimal(10), in_base=True)
    assert minors(charged([SALES, excise])) == {"excise": 250, "test-sales": 110}


def test_internet_access_alone_pays_no_telephone_tax() -> None:
    assert charged(TAXES, product_class=ProductClass.DATA) == ()


def test_another_jurisdictions_rule_in_the_table_is_not_charged() -> None:
    assert minors(charged([SALES, replace(FEE, jurisdiction="US-NJ")])) == {"test-sales": 100}


@pytest.mark.parametrize(
    ("on", "applies"),
    [
        (date(2026, 9, 30), False),
        (date(2026, 10, 1), True),
        (date(2026, 10, 31), True),
        (date(2026, 11, 1), False),
    ],
)
def test_a_tax_applies_from_its_first_day_and_no_longer_on_the_day_it_ends(on: date, applies: bool) -> None:
    rule = replace(SALES, valid_from=date(2026, 10, 1), valid_to=date(2026, 11, 1))
    assert bool(charged([rule], on=on)) is applies


@pytest.mark.parametrize(("moved", "tax"), [(-1, 100), (0, 125), (1, 125)])
@pytest.mark.parametrize("order", [1, -1], ids=["in order", "reversed"])
def test_a_new_rate_takes_the_place_of_the_old_one_and_is_not_added_to_it(
    moved: int, tax: int, order: int
) -> None:
    raised = replace(SALES, percent=Decimal("5.0000"), valid_from=DAY)
    lines = charged([SALES, raised][::order], on=DAY + timedelta(days=moved))
    assert minors(lines) == {"test-sales": tax}


def test_a_tax_that_ended_does_not_bring_its_old_rate_back() -> None:
    raised = replace(SALES, percent=Decimal("5.0000"), valid_from=date(2026, 6, 1), valid_to=DAY)
    assert charged([SALES, raised]) == ()


@given(rules=EVERY_STATE_TAKES, minor=st.integers(min_value=1, max_value=10**7), on=st.dates())
def test_no_tax_is_charged_twice_nor_before_its_first_day(rules: list[TaxRule], minor: int, on: date) -> None:
    lines = charged(rules, minor, on=on)
    codes = [line.code for line in lines]
    assert codes == sorted({rule.code for rule in rules if rule.valid_from <= on})
    assert all(line.amount.minor >= 0 for line in lines)

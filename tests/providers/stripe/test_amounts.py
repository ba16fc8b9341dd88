"""Amounts of Stripe are minor units, but not always those of ISO 4217."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from yuanyou.kernel.money import Money, exponent
from yuanyou.providers.stripe.amounts import CURRENCIES, NotExpressible, from_stripe, to_stripe

MINOR = some.integers(min_value=0, max_value=99_999_999)


@given(code=some.sampled_from(sorted(CURRENCIES)), whole=MINOR)
def test_what_stripe_can_say_comes_back_as_it_went(code: str, whole: int) -> None:
    amount = Money(whole * 10 ** exponent(code), code)
    assert from_stripe(to_stripe(amount), code.lower()) == amount


@given(code=some.sampled_from(sorted(CURRENCIES - {"MGA"})), minor=MINOR)
def test_every_minor_unit_counts(code: str, minor: int) -> None:
    assert from_stripe(to_stripe(Money(minor, code)), code.lower()) == Money(minor, code)


@pytest.mark.parametrize(
    ("amount", "theirs"),
    [
        (Money(2690, "USD"), 2690),
        (Money(500, "JPY"), 500),
        (Money(500, "KRW"), 500),
        (Money(500, "ISK"), 50_000),
        (Money(500, "UGX"), 50_000),
        (Money(500, "MGA"), 5),
        (Money(17_500, "HUF"), 17_500),
    ],
)
def test_amounts_are_said_as_stripe_documents_them(amount: Money, theirs: int) -> None:
    assert to_stripe(amount) == theirs


def test_a_fraction_that_stripe_does_not_know_is_not_rounded() -> None:
    with pytest.raises(NotExpressible):
        to_stripe(Money(501, "MGA"))

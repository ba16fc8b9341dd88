"""Stripe's form encoding: what the SDK's encoder writes is what we read."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from yuanyou_sandbox.stripe import cards, currency
from yuanyou_sandbox.stripe.balance import fee_of
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.params import Params, decode

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TREES = st.recursive(
    st.text(max_size=8),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, min_size=1, max_size=3), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def _depth(tree: Any) -> int:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + max(map(_depth, inner), default=0)


@given(st.dictionaries(NAMES, TREES, max_size=3).filter(lambda tree: _depth(tree) <= 8))
def test_whatever_the_sdk_encodes_is_decoded(tree: dict[str, Any]) -> None:
    encoded = urlencode(list(_api_encode(tree))).replace("%5B", "[").replace("%5D", "]")
    assert decode(encoded) == tree


def test_empty_brackets_are_a_list() -> None:
    assert decode("expand[]=a&expand[]=b") == {"expand": ["a", "b"]}


@given(st.text(alphabet="ab[]=&01²%", max_size=40))
def test_nonsense_is_decoded_or_refused_but_never_crashes(encoded: str) -> None:
    with suppress(ApiError):
        Params(decode(encoded)).finish()


@pytest.mark.parametrize(
    "encoded", ["a=1&a[b]=2", "a" + "[b]" * 8 + "=1", "metadata[a][b]=1", f"metadata[{'k' * 41}]=1"]
)
def test_a_form_that_cannot_be_meant_is_refused(encoded: str) -> None:
    with pytest.raises(ApiError):
        Params(decode(encoded)).metadata()


@pytest.mark.parametrize(
    ("amount", "code", "said"),
    [
        (1200, "usd", "USD 12.00"),
        (5, "usd", "USD 0.05"),
        (-1234567, "eur", "EUR -12,345.67"),
        (1200, "jpy", "JPY 1,200"),
        (1200, "kwd", "KWD 1.200"),
    ],
)
def test_amounts_are_shown_with_their_code(amount: int, code: str, said: str) -> None:
    assert currency.shown(amount, code) == said


@pytest.mark.parametrize(
    ("amount", "fee"), [(100, 33), (1000, 59), (2000, 88), (50, 31), (1017, 59), (1018, 60)]
)
def test_the_fee_is_two_point_nine_percent_and_thirty(amount: int, fee: int) -> None:
    assert fee_of(amount) == fee


@pytest.mark.parametrize(
    ("number", "good"), [("4242424242424242", True), ("4242424242424241", False), ("42", False)]
)
def test_the_check_digit_of_a_card_is_checked(number: str, good: bool) -> None:
    assert cards.luhn(number) == good


def test_every_test_card_has_a_right_check_digit_and_a_fingerprint_of_its_own() -> None:
    assert all(cards.luhn(number) for number in cards.CARDS)
    assert len(cards.FINGERPRINTS) == len(cards.CARDS) + 2 * len(cards.DEBITS) + len(cards.WALLET_CURRENCIES)
    assert set(cards.TOKENS.values()) <= set(cards.CARDS)

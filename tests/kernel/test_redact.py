"""No card number is kept, however it is written; numbers that are not cards stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.redact import redact

CARDS = {
    "Visa": "4242424242424242",
    "Visa of 13": "4222222222222",
    "Mastercard": "5555555555554444",
    "Mastercard, 2-series": "2223003122003222",
    "American Express": "378282246310005",
    "JCB": "3566002020360505",
    "Diners": "30569309025904",
    "Discover": "6011111111111117",
    "UnionPay": "6200000000000005",
    "UnionPay of 19": "6205500000000000004",
    "Maestro": "6759649826438453",
}


def grouped(digits: str, mark: str) -> str:
    return mark.join(digits[at : at + 4] for at in range(0, len(digits), 4))


@pytest.mark.parametrize("digits", CARDS.values(), ids=CARDS.keys())
@pytest.mark.parametrize("mark", ["", " ", "-", "\u00a0", ".", "\u2013"])
def test_a_card_number_keeps_four_digits(digits: str, mark: str) -> None:
    kept = redact(f"my card is {grouped(digits, mark)}, exp 04/29")
    assert kept == f"my card is [card {digits[-4:]}], exp 04/29"


def test_digits_of_a_chinese_keyboard_are_digits() -> None:
    wide = "4242424242424242".translate({ord(str(d)): 0xFF10 + d for d in range(10)})
    assert redact(f"卡号{wide}。") == "卡号[card 4242]。"


@pytest.mark.parametrize("around", ["{}", "card={}&cvc=1", '{{"number":"{}"}}', "\u5361{}\u53f7", "x{}y"])
def test_it_is_found_in_addresses_json_and_chinese(around: str) -> None:
    assert "4242424242424242" not in redact(around.format("4242424242424242"))


@pytest.mark.parametrize(
    "text",
    [
        "8986001234567890123",  # an ICCID
        "89014103211118510720",
        "+8613812345678",
        "+1 917 555 0142",
        "ord_01JC2Q7K8M4242",
        "912540179246354437",  # an id of ours
        "4242424242424241",  # the check digit is wrong
        "2026-11-23 03:18:34.123456",
        "0000000000000000",
        "LPA:1$smdp.example$4242",
    ],
)
def test_what_is_not_a_card_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_once_is_enough(text: str) -> None:
    assert redact(redact(text)) == redact(text)

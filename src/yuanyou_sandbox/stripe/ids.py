"""Ids that look like Stripe's: a prefix, then base 62; they grow with time, and an index grows at its end."""

import secrets
import time

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BY_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
TIME_LETTERS = 7
"""Enough for the milliseconds of a century."""
LENGTHS = {
    "cs_test_a1": 58,
    "pi_3": 23,
    "ch_3": 23,
    "py_3": 23,
    "re_3": 23,
    "txn_3": 23,
    "evt_1": 23,
    "pm_1": 23,
    "li_1": 23,
    "prod_": 14,
    "price_1": 23,
    "cus_": 14,
    "du_1": 23,
    "issfr_1": 23,
    "po_1": 23,
    "req_": 14,
}


def new_id(prefix: str) -> str:
    """A new id that starts with `prefix`, as long as Stripe's."""
    return prefix + _now() + letters(LENGTHS[prefix] - TIME_LETTERS)


def letters(count: int) -> str:
    """Random base-62 characters."""
    return secrets.token_bytes(count).translate(BY_BYTE).decode()


def _now() -> str:
    """The real time in milliseconds, base 62, as long at any time."""
    left, made = time.time_ns() // 1_000_000, ""
    for _ in range(TIME_LETTERS):
        left, digit = divmod(left, len(ALPHABET))
        made = ALPHABET[digit] + made
    return made

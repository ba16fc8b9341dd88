"""Ids that look like Stripe's: a prefix and random base 62."""

import secrets

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BY_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
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
    "req_": 14,
}


def new_id(prefix: str) -> str:
    """A new id that starts with `prefix`, as long as Stripe's."""
    return prefix + letters(LENGTHS[prefix])


def letters(count: int) -> str:
    """Random base-62 characters."""
    return secrets.token_bytes(count).translate(BY_BYTE).decode()

"""Ids that look like PayPal's."""

import secrets

DIGITS, CAPITALS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRANSACTION_LENGTH = 17


def transaction_id() -> str:
    """Of an order, a capture, a refund or any other movement: 17 digits and capitals."""
    return _drawn(DIGITS + CAPITALS, TRANSACTION_LENGTH)


def event_id() -> str:
    return f"WH-{transaction_id()}-{transaction_id()}"


def dispute_id() -> str:
    return f"PP-R-{_drawn(CAPITALS, 3)}-{_drawn(DIGITS, 9)}"


def token_id() -> str:
    """Of a kept way to pay."""
    return _drawn(DIGITS + CAPITALS.lower(), TRANSACTION_LENGTH)


def customer_id() -> str:
    """Of the payer of kept ways to pay."""
    return _drawn(DIGITS, 10)


def certificate_id() -> str:
    return f"CERT-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def debug_id() -> str:
    """What PayPal's support asks for."""
    return secrets.token_hex(7)[1:]


def _drawn(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))

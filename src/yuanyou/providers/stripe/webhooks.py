"""Proving Stripe's notices: an HMAC of the very bytes, and of now.

Source: docs.stripe.com/webhooks/signature.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import stripe

from yuanyou.payments.port import BadNotice

HEADER = "stripe-signature"
TOLERANCE_SECONDS = 300


def prove(secrets: Iterable[str], *, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """BadNotice unless one of the secrets signed exactly these bytes within five minutes of `now`."""
    signature = {name.lower(): value for name, value in headers.items()}.get(HEADER, "")
    # The SDK fails on other characters instead of saying no.
    proved = signature.isascii() and any(_signed(secret, signature, body) for secret in secrets)
    if not proved:
        raise BadNotice("wrong signature")
    # The SDK would look only back, and at a clock of its own.
    if abs(now.timestamp() - _signed_at(signature)) > TOLERANCE_SECONDS:
        raise BadNotice("not of now")


def _signed(secret: str, signature: str, body: bytes) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def _signed_at(signature: str) -> int:
    """The first `t` of a signature header that was proved: the one the SDK has proved."""
    return next(int(part.split("=")[1]) for part in signature.split(",") if part.startswith("t="))

"""Stripe's test cards and what each one does. Source: docs.stripe.com/testing.

No card number is kept anywhere: only brand, last four digits and a fingerprint, as with Stripe.
"""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from yuanyou_sandbox.stripe.ids import new_id

DEBITS = {
    "usd": "us_bank_account",
    "eur": "sepa_debit",
    "gbp": "bacs_debit",
    "aud": "au_becs_debit",
    "cad": "acss_debit",
}
"""The bank debit of each currency: money comes days later."""
CARD_LENGTHS = range(12, 20)
DEBIT, DEBIT_FAILS = "bank_debit", "bank_debit_fails"


class Does(StrEnum):
    PAY = "pay"
    DECLINE = "decline"
    CHALLENGE = "challenge"  # 3-D Secure first
    DELAY = "delay"  # accepted, the money comes later


class Refunds(StrEnum):
    AT_ONCE = "at_once"
    LATER = "later"
    FAIL_LATER = "fail_later"


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    decline_code: str | None
    message: str


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
INSUFFICIENT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
NOT_A_NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card."
    " For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)
UNAUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.",
)
DEBIT_RETURNED = Decline(
    "payment_method_provider_decline", "insufficient_funds", "The bank returned the debit."
)


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay as it was chosen on the page or by a test token."""

    type: str
    does: Does
    brand: str = "visa"
    last4: str = ""
    country: str = "US"
    fingerprint: str = ""
    decline: Decline | None = None
    """Why it fails: at once, after the challenge, or days later."""
    refunds: Refunds = Refunds.AT_ONCE

    def details(self) -> dict[str, Any]:
        """`payment_method_details` of a charge, and the same of a payment method."""
        told: dict[str, Any] = {"last4": self.last4, "fingerprint": self.fingerprint}
        if self.type == "card":
            told |= {"brand": self.brand, "country": self.country, "exp_month": 12, "exp_year": 2034}
            told |= {"funding": "credit", "network": self.brand}
        return {"type": self.type, self.type: told}


PAYS, CHALLENGES = Method("card", Does.PAY), Method("card", Does.CHALLENGE)


def _declines(code: str, decline_code: str | None, message: str) -> Method:
    return Method("card", Does.DECLINE, decline=Decline(code, decline_code, message))


CARDS = {
    "4242424242424242": PAYS,
    "4000056655665556": PAYS,
    "5555555555554444": replace(PAYS, brand="mastercard"),
    "378282246310005": replace(PAYS, brand="amex"),
    "6011111111111117": replace(PAYS, brand="discover"),
    "3566002020360505": replace(PAYS, brand="jcb", country="JP"),
    "6200000000000005": replace(PAYS, brand="unionpay", country="CN"),
    "4000001560000002": replace(PAYS, country="CN"),
    "4000003440000004": replace(PAYS, country="HK"),
    "4000000000000002": Method("card", Does.DECLINE, decline=GENERIC),
    "4000000000009995": Method("card", Does.DECLINE, decline=INSUFFICIENT),
    "4000000000009987": _declines("card_declined", "lost_card", "Your card was declined."),
    "4000000000009979": _declines("card_declined", "stolen_card", "Your card was declined."),
    "4000000000000069": _declines("expired_card", None, "Your card has expired."),
    "4000000000000127": _declines("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": _declines(
        "processing_error", None, "An error occurred while processing your card. Try again in a little bit."
    ),
    "4000002500003155": CHALLENGES,
    "4000002760003184": CHALLENGES,
    "4000000000003220": CHALLENGES,
    "4000008400001629": replace(CHALLENGES, decline=GENERIC),
    "4000000000007726": replace(PAYS, refunds=Refunds.LATER),
    "4000000000005126": replace(PAYS, refunds=Refunds.FAIL_LATER),
}
TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
}


def chosen(card: str, currency: str) -> Method | None:
    """The method of a card number, or of `bank_debit`; None when this currency has no such thing."""
    if card in {DEBIT, DEBIT_FAILS}:
        return _debit(card, currency)
    number = "".join(filter(str.isdigit, card))
    known = CARDS.get(number)
    if known is None:
        known = Method("card", Does.DECLINE, decline=NOT_A_TEST_CARD if luhn(number) else NOT_A_NUMBER)
    return replace(known, last4=number[-4:], fingerprint=_fingerprint(number))


def of_token(token: str) -> Method | None:
    """The method of one of Stripe's test payment methods (`pm_card_visa`)."""
    return chosen(TOKENS[token], "usd") if token in TOKENS else None


def of_fingerprint(fingerprint: str) -> Method:
    """The method whose number we have not kept."""
    return FINGERPRINTS[fingerprint]


def luhn(number: str) -> bool:
    """Is it 12 to 19 digits with the right check digit?"""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return len(number) in CARD_LENGTHS and sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def payment_method(method: Method, created: int) -> dict[str, Any]:
    """A PaymentMethod object."""
    return {
        "id": new_id("pm_1"),
        "object": "payment_method",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        **method.details(),
    }


def _debit(card: str, currency: str) -> Method | None:
    kind = DEBITS.get(currency)
    if kind is None:
        return None
    fails = card == DEBIT_FAILS
    last4 = "1116" if fails else "6789"
    decline = DEBIT_RETURNED if fails else None
    return Method(
        kind, Does.DELAY, brand="", last4=last4, fingerprint=_fingerprint(kind + last4), decline=decline
    )


def _fingerprint(number: str) -> str:
    return hashlib.sha256(f"sandbox {number}".encode()).hexdigest()[:16]


FINGERPRINTS = {
    method.fingerprint: method
    for method in [
        *(chosen(number, "usd") for number in CARDS),
        *(chosen(way, code) for way in (DEBIT, DEBIT_FAILS) for code in DEBITS),
    ]
    if method
}

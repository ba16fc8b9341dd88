"""Ways to pay: what each does when somebody tries it, and how Stripe's objects show it.

No card number is kept anywhere: only brand, last four digits and a fingerprint, as with Stripe.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yuanyou_sandbox.shared.store import Document

EXPIRES = (12, 2034)
"""Month and year of every card that is shown on the pay page."""
ALIPAY, WECHAT_PAY = "alipay", "wechat_pay"
WALLETS = frozenset({ALIPAY, WECHAT_PAY})


class Does(StrEnum):
    """With the customer present."""

    PAY = "pay"
    DECLINE = "decline"
    CHALLENGE = "challenge"  # 3-D Secure first
    DELAY = "delay"  # accepted, the money comes later
    APPROVE = "approve"  # in the customer's app


class Alone(StrEnum):
    """What the bank does when nobody is there to confirm."""

    PAYS = "pays"
    ASKS_UNLESS_SET_UP = "asks_unless_set_up"
    ASKS = "asks"


class Refunds(StrEnum):
    AT_ONCE = "at_once"
    LATER = "later"
    FAIL_LATER = "fail_later"


class After(StrEnum):
    """What follows a charge by itself."""

    FRAUD = "fraud"  # a dispute
    NOT_RECEIVED = "not_received"  # a dispute
    INQUIRY = "inquiry"  # a question of the bank that may become a dispute
    WARNING = "warning"  # an early fraud warning


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    decline_code: str | None
    message: str
    advice: str | None = None
    """Is it worth another try? Stripe's `advice_code`."""
    by_card: bool = True
    """The bank's word, not a step that was left out."""


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.", "try_again_later")
INSUFFICIENT = Decline(
    "card_declined", "insufficient_funds", "Your card has insufficient funds.", "try_again_later"
)
LOST = Decline("card_declined", "lost_card", "Your card was declined.", "do_not_try_again")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.", "do_not_try_again")
TOO_OFTEN = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
)
EXPIRED = Decline("expired_card", None, "Your card has expired.", "do_not_try_again")
WRONG_CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    None,
    "An error occurred while processing your card. Try again in a little bit.",
    "try_again_later",
)
NOT_A_NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card."
    " For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)
ASKED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
UNAUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.",
    by_card=False,
)
DEBIT_RETURNED = Decline(
    "payment_method_provider_decline", "insufficient_funds", "The bank returned the debit."
)


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay as it was chosen on the page, by a test token, or from what is kept."""

    type: str
    does: Does
    brand: str = "visa"
    last4: str = ""
    country: str = "US"
    funding: str = "credit"
    fingerprint: str = ""
    decline: Decline | None = None
    """Why it fails: at once, after the challenge, or days later."""
    alone: Alone = Alone.PAYS
    verifies: bool = False
    """Challenges when the shop asks for 3-D Secure, and only then, with the customer present."""
    keeps: bool = True
    """Can be kept for a customer."""
    refunds: Refunds = Refunds.AT_ONCE
    after: After | None = None

    def acts(self, *, off_session: bool, set_up: bool, verify: bool) -> Does | Decline:
        """What comes of one try; a Decline is its end."""
        if off_session:
            asks = self.alone is Alone.ASKS or (self.alone is Alone.ASKS_UNLESS_SET_UP and not set_up)
            if asks:
                return ASKED
            return Does.DELAY if self.does is Does.DELAY else self.decline or Does.PAY
        if self.does is Does.DECLINE and self.decline:
            return self.decline
        return Does.CHALLENGE if verify and self.verifies else self.does

    def shown(self) -> dict[str, Any]:
        """What a PaymentMethod object says of it, under its type."""
        if self.type in WALLETS:
            return {}
        told: dict[str, Any] = {"last4": self.last4, "fingerprint": self.fingerprint}
        if self.type == "card":
            told |= {
                "brand": self.brand,
                "checks": _checks(),
                "country": self.country,
                "display_brand": self.brand,
                "exp_month": EXPIRES[0],
                "exp_year": EXPIRES[1],
                "funding": self.funding,
                "generated_from": None,
                "networks": {"available": [self.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": self.brand not in {"amex", "unionpay"}},
                "wallet": None,
            }
        return told


def details_of(made: Document, method: Method, amount: int, *, secured: bool) -> dict[str, Any]:
    """`payment_method_details` of a charge with the PaymentMethod `made`; secured: by 3-D Secure."""
    kind = made["type"]
    return {"type": kind, kind: _details(made[kind], method, amount, secured=secured)}


def _details(shown: dict[str, Any], method: Method, amount: int, *, secured: bool) -> dict[str, Any]:
    if method.type == ALIPAY:
        return {
            "buyer_id": "2088" + method.fingerprint[:12],
            "fingerprint": method.fingerprint,
            "transaction_id": None,
        }
    if method.type == WECHAT_PAY:
        return {"fingerprint": method.fingerprint, "location": None, "reader": None, "transaction_id": None}
    if method.type != "card":
        return dict(shown)
    same = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        **{name: shown[name] for name in (*same, "regulated_status", "wallet")},
        "amount_authorized": amount,
        "authorization_code": None,
        "installments": None,
        "mandate": None,
        "network": shown["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "three_d_secure": _secured() if secured else None,
    }


def _checks() -> dict[str, Any]:
    return {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}


def _secured() -> dict[str, Any]:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }

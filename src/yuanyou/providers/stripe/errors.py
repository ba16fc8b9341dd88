"""What Stripe's errors mean for us. Only an explicit no is a no; all else is unknown.

Sources: docs.stripe.com/api/errors, /error-handling, /declines/codes, /error-codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from yuanyou.payments.port import Declined, Misconfigured, Refused, Unknown, Why

CODES = {
    Why.INSUFFICIENT_FUNDS: ("insufficient_funds",),
    Why.LIMIT_EXCEEDED: ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    Why.EXPIRED: ("expired_card",),
    Why.WRONG_DETAILS: (
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "incorrect_address",
        "incorrect_pin",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "invalid_pin",
    ),
    Why.NOT_SUPPORTED: (
        "card_not_supported",
        "currency_not_supported",
        "not_permitted",
        "service_not_allowed",
        "transaction_not_allowed",
        "invalid_amount",
    ),
    Why.AUTHENTICATION_REQUIRED: ("authentication_required", "authentication_not_handled"),
    Why.AUTHENTICATION_FAILED: (
        "payment_intent_authentication_failure",
        "setup_intent_authentication_failure",
        "mobile_device_authentication_required",
    ),
    Why.SUSPECTED: (
        "fraudulent",
        "lost_card",
        "merchant_blacklist",
        "pickup_card",
        "restricted_card",
        "security_violation",
        "stolen_card",
    ),
    Why.TRY_AGAIN: (
        "approve_with_id",
        "issuer_not_available",
        "processing_error",
        "reenter_transaction",
        "try_again_later",
    ),
    Why.ABANDONED: ("payment_method_customer_decline",),
}
WHY = {code: why for why, codes in CODES.items() for code in codes}
CONFLICT, SERVER_ERROR = 409, 500


def why(error: Any) -> Why | None:
    """Why a payment failed, of `last_payment_error`; the bank's own code says more than Stripe's."""
    if error is None:
        return None
    # Only cards have a decline code: a failed 3-D Secure or a returned debit has none, not even null.
    codes = (getattr(error, "decline_code", None), getattr(error, "code", None))
    return next((WHY[code] for code in codes if code in WHY), Why.DECLINED)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Declined, Refused, Misconfigured or Unknown instead of Stripe's exceptions."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Misconfigured("stripe_keys", error.user_message or "") from error
    except stripe.IdempotencyError as error:
        # The same key with another body: a mistake of ours, and proof that the first body was taken.
        raise Unknown("idempotency_mismatch", error.user_message or "") from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.http_status == CONFLICT or (error.http_status or 0) >= SERVER_ERROR:
            raise Unknown("conflict", error.user_message or "") from error
        if isinstance(error, stripe.CardError):
            raise Declined(str(why(error.error)), error.user_message or "") from error
        raise Refused(error.code or "refused", error.user_message or "") from error
    except stripe.StripeError as error:
        raise Unknown(error.code or type(error).__name__, error.user_message or "") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise Unknown("unreadable_answer", repr(error)) from error

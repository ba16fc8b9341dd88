"""What Stripe's errors mean for us. Only an explicit no is a no; all else is unknown.

Source: docs.stripe.com/api/errors, docs.stripe.com/error-handling.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from yuanyou.payments.port import Misconfigured, Refused, Unknown


@contextmanager
def translated() -> Iterator[None]:
    """Raise Refused, Misconfigured or Unknown instead of Stripe's exceptions."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Misconfigured("stripe_keys", error.user_message or "") from error
    except stripe.IdempotencyError as error:
        # The same key with another body: a mistake of ours, and proof that the first body was taken.
        raise Unknown("idempotency_mismatch", error.user_message or "") from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.http_status == 409 or (error.http_status or 0) >= 500:  # noqa: PLR2004  HTTP: conflict
            raise Unknown("conflict", error.user_message or "") from error
        raise Refused(error.code or "refused", error.user_message or "") from error
    except stripe.StripeError as error:
        raise Unknown(error.code or type(error).__name__, error.user_message or "") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise Unknown("unreadable_answer", repr(error)) from error

"""Errors in Stripe's shape. Source: docs.stripe.com/api/errors and the error classes of the SDK."""

from typing import Any

from yuanyou_sandbox.stripe.methods import Decline

DOCS = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An answer that is an error: HTTP status and the `error` object.

    `retry` is what Stripe-Should-Retry says; None says nothing.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002  Stripe's word
        code: str | None = None,
        param: str | None = None,
        retry: bool | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.retry = status, retry
        found = {"code": code, "doc_url": DOCS + code.replace("_", "-") if code else None, "param": param}
        self.body: dict[str, Any] = {
            **{name: value for name, value in (found | more).items() if value is not None},
            "message": message,
            "type": type,
        }

    @property
    def ran(self) -> bool:
        """Did the request get as far as being carried out? Only then Stripe keeps the answer for its key."""
        return bool(self.body["type"] == "card_error") or self.retry is False


def declined(why: Decline, **more: Any) -> ApiError:
    """The bank said no (402); `more` goes with it, as the PaymentIntent."""
    return ApiError(**told_of(why), **more, status=402)


def told_of(why: Decline) -> dict[str, Any]:
    """The error object of a decline, as in `last_payment_error`."""
    told = {
        "advice_code": why.advice,
        "code": why.code,
        "decline_code": why.decline_code,
        "doc_url": DOCS + why.code.replace("_", "-"),
        "message": why.message,
        "type": "card_error" if why.by_card else "invalid_request_error",
    }
    return {name: value for name, value in told.items() if value is not None}


def missing(kind: str, ident: str, param: str = "id") -> ApiError:
    """There is no such object."""
    return ApiError(f"No such {kind}: '{ident}'", status=404, code="resource_missing", param=param)

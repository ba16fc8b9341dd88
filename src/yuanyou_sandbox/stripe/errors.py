"""Errors in Stripe's shape. Source: docs.stripe.com/api/errors and the error classes of the SDK."""

from typing import Any

DOCS = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An answer that is an error: HTTP status and the `error` object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002  Stripe's word
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        found = {"code": code, "doc_url": DOCS + code.replace("_", "-") if code else None, "param": param}
        self.body: dict[str, Any] = {
            **{name: value for name, value in (found | more).items() if value is not None},
            "message": message,
            "type": type,
        }

    @property
    def ran(self) -> bool:
        """Did the request get as far as being carried out? Only then Stripe keeps the answer for its key."""
        return bool(self.body["type"] == "card_error")


def missing(kind: str, ident: str, param: str = "id") -> ApiError:
    """There is no such object."""
    return ApiError(f"No such {kind}: '{ident}'", status=404, code="resource_missing", param=param)

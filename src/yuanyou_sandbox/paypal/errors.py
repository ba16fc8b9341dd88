"""Errors in PayPal's shape. Source: PayPal's OpenAPI documents (paypal-rest-api-specifications)."""

from typing import Any

DOCS = "https://developer.paypal.com/api/rest/reference/orders/v2/errors/#"
MALFORMED = "Request is not well-formed, syntactically incorrect, or violates schema."
UNPROCESSABLE = (
    "The requested action could not be performed, semantically incorrect, or failed business validation."
)
TOLD = {
    "ACTION_NOT_ALLOWED": "The dispute is not in a state that allows this action.",
    "AGREEMENT_ALREADY_CANCELLED": "The requested agreement is already canceled.",
    "AMOUNT_MISMATCH": (
        "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount -"
        " discount."
    ),
    "CANNOT_BE_ZERO_OR_NEGATIVE": (
        "Must be greater than zero. If the currency supports decimals, only two decimal place precision is"
        " supported."
    ),
    "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded",
    "CURRENCY_NOT_SUPPORTED": "Currency code is not currently supported.",
    "DECIMALS_NOT_SUPPORTED": "Currency does not support decimals.",
    "DECIMAL_PRECISION": (
        "If the currency supports decimals, only two decimal place precision is supported."
    ),
    "DUPLICATE_INVOICE_ID": (
        "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting"
        " requires that Invoice Id be unique for each transaction."
    ),
    "DUPLICATE_REFERENCE_ID": "`reference_id` must be unique if multiple `purchase_unit` are provided.",
    "INSTRUMENT_DECLINED": (
        "The instrument presented was either declined by the processor or bank, or it can't be used for this"
        " payment."
    ),
    "INVALID_ARRAY_MAX_ITEMS": "The number of items in an array parameter is too large.",
    "INVALID_ARRAY_MIN_ITEMS": "The number of items in an array parameter is too small.",
    "INVALID_PARAMETER_SYNTAX": "The value of a field does not conform to the expected format.",
    "INVALID_PARAMETER_VALUE": "A parameter value is not valid.",
    "INVALID_RESOURCE_ID": (
        "Specified resource ID does not exist. Please check the resource ID and try again."
    ),
    "INVALID_STRING_LENGTH": "The value of a field is either too short or too long",
    "ITEM_TOTAL_MISMATCH": (
        "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit."
    ),
    "ITEM_TOTAL_REQUIRED": (
        "If item details are specified (items.unit_amount and items.quantity) corresponding"
        " amount.breakdown.item_total is required."
    ),
    "MALFORMED_REQUEST_JSON": "The request JSON is not well formed.",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": "You have exceeded the maximum number of payment attempts.",
    "MAX_VALUE_EXCEEDED": "Should be less than or equal to 999999999999999.99.",
    "MISSING_REQUIRED_PARAMETER": "A required field / parameter is missing",
    "MULTI_CURRENCY_ORDER": (
        "Multiple differing values of currency_code are not supported. Entire Order request must have the"
        " same currency_code."
    ),
    "NOT_SUPPORTED": "This field is not currently supported.",
    "ORDER_ALREADY_CAPTURED": (
        "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed."
    ),
    "NOT_PATCHABLE": "Cannot be patched.",
    "ORDER_ALREADY_COMPLETED": "The order cannot be patched after it is completed.",
    "ORDER_NOT_APPROVED": (
        "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve'"
        " url returned as part of the HATEOAS links within the Create Order call or provide a valid"
        " `payment_source` in the request."
    ),
    "PAYEE_ACCOUNT_INVALID": (
        "Payee account specified is invalid. Please check the `payee.email_address` or `payee.merchant_id`"
        " specified and try again."
    ),
    "PAYPAL_REQUEST_ID_PREVIOUSLY_USED": "The PayPal-Request-ID has already been used for another request.",
    "PAYPAL_REQUEST_ID_REQUIRED": (
        "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a"
        " PayPal-Request-Id or Create the Order without a 'payment_source' specified."
    ),
    "PENDING_CAPTURE": (
        "Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has"
        " funded the transaction using e-check/bank funded."
    ),
    "PREVIOUS_REQUEST_IN_PROGRESS": (
        "A previous request on this resource is currently in progress. Please wait for sometime and try"
        " again."
    ),
    "REFERENCE_ID_REQUIRED": (
        "'reference_id' is required for each 'purchase_unit' if multiple 'purchase_unit' are provided."
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        "The refund amount must be less than or equal to the capture amount that has not yet been refunded."
    ),
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "Refund must be in the same currency as the capture",
    "REFUND_NOT_ALLOWED": "Capture cannot be refunded.",
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": (
        "Refunds are not allowed on this capture due to a chargeback on the card or bank. Please contact the"
        " payee to resolve the chargeback."
    ),
    "REFUND_TIME_LIMIT_EXCEEDED": "You are over the time limit to perform a refund on this capture",
    "TOKEN_ID_NOT_FOUND": "Specified token was not found. Verify the token and try the request again.",
    "TRANSACTION_DISPUTED": (
        "Partial refunds cannot be offered at this time because there is an open case on this transaction."
        " Visit the PayPal Resolution Center to review this case."
    ),
}
"""What each issue says."""


class ApiError(Exception):
    """An answer that is an error: HTTP status and body, to which the debug id is added when it is sent."""

    def __init__(
        self,
        status: int,
        name: str,
        message: str,
        *,
        details: list[dict[str, Any]] | None = None,
        links: list[dict[str, str]] | None = None,
        ran: bool = False,
    ) -> None:
        super().__init__(f"{name}: {details[0]['issue'] if details else message}")
        self.status = status
        self.ran = ran
        """Was it tried and did it fail? Only then PayPal keeps the answer for its request id."""
        self.body: dict[str, Any] = {"name": name, "message": message}
        if details:
            self.body["details"] = details
        first = details[0]["issue"] if details else name
        told = {"href": f"{DOCS}{first}", "rel": "information_link", "method": "GET"}
        self.body["links"] = [told, *(links or [])]


def invalid(issue: str, field: str, value: object = None, *, location: str = "body") -> ApiError:
    """400: what was sent cannot be read as this request."""
    detail = {"field": field, "location": location, "issue": issue, "description": TOLD[issue]}
    if value is not None:
        detail["value"] = str(value)
    return ApiError(400, "INVALID_REQUEST", MALFORMED, details=[detail])


def unprocessable(
    issue: str, field: str | None = None, *, links: list[dict[str, str]] | None = None, ran: bool = False
) -> ApiError:
    """422: it can be read, and PayPal will not do it."""
    detail = {"issue": issue, "description": TOLD[issue]}
    if field:
        detail |= {"field": field, "location": "body"}
    return ApiError(422, "UNPROCESSABLE_ENTITY", UNPROCESSABLE, details=[detail], links=links, ran=ran)


def missing() -> ApiError:
    """404: there is no such object, or no longer."""
    detail = {"issue": "INVALID_RESOURCE_ID", "description": TOLD["INVALID_RESOURCE_ID"]}
    return ApiError(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", details=[detail])

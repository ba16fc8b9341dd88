"""What PayPal does not take: every mistake is refused, and named by its place in the request."""

from typing import Any

import pytest

from tests.sandbox.paypal_shop import Wire, issue_of, order

ORDERS = "/v2/checkout/orders"


def test_who_names_what_pays_must_name_the_request(wire: Wire) -> None:
    status, told = wire.post(ORDERS, order())
    assert (status, issue_of(told)) == (400, "PAYPAL_REQUEST_ID_REQUIRED")


def _with(change: dict[str, Any], *path: str | int) -> dict[str, Any]:
    body = order()
    place: Any = body
    for step in path:
        place = place[step]
    place.update(change)
    return {name: value for name, value in body.items() if value is not None}


UNIT = ("purchase_units", 0)
AMOUNT = (*UNIT, "amount")
WALLET = ("payment_source", "paypal")


@pytest.mark.parametrize(
    ("change", "path", "status", "issue", "field"),
    [
        ({"intent": None}, (), 400, "MISSING_REQUIRED_PARAMETER", "/intent"),
        ({"intent": "STEAL"}, (), 400, "INVALID_PARAMETER_VALUE", "/intent"),
        ({"purchase_units": []}, (), 400, "INVALID_ARRAY_MIN_ITEMS", "/purchase_units"),
        ({"purchase_units": "one"}, (), 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units"),
        ({"colour": "red"}, (), 400, "NOT_SUPPORTED", "/colour"),
        ({"colour": "red"}, UNIT, 400, "NOT_SUPPORTED", "/purchase_units/0/colour"),
        ({"custom_id": "x" * 128}, UNIT, 400, "INVALID_STRING_LENGTH", "/purchase_units/0/custom_id"),
        ({"custom_id": 12}, UNIT, 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/custom_id"),
        ({"value": 12}, AMOUNT, 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/amount/value"),
        ({"value": "12,00"}, AMOUNT, 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/amount/value"),
        ({"value": "12.001"}, AMOUNT, 422, "DECIMAL_PRECISION", "/purchase_units/0/amount/value"),
        ({"value": "0.00"}, AMOUNT, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", "/purchase_units/0/amount/value"),
        ({"value": "-1.00"}, AMOUNT, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", "/purchase_units/0/amount/value"),
        ({"value": "1" * 16}, AMOUNT, 422, "MAX_VALUE_EXCEEDED", "/purchase_units/0/amount/value"),
        (
            {"currency_code": "JPY"},
            AMOUNT,
            422,
            "DECIMALS_NOT_SUPPORTED",
            "/purchase_units/0/amount/value",
        ),
        (
            {"currency_code": "CNY"},
            AMOUNT,
            422,
            "CURRENCY_NOT_SUPPORTED",
            "/purchase_units/0/amount/currency_code",
        ),
        (
            {"currency_code": "usd"},
            AMOUNT,
            400,
            "INVALID_PARAMETER_SYNTAX",
            "/purchase_units/0/amount/currency_code",
        ),
        (
            {"payee": {"merchant_id": "SOMEBODYELSE1"}},
            UNIT,
            422,
            "PAYEE_ACCOUNT_INVALID",
            "/purchase_units/0/payee/merchant_id",
        ),
        (
            {"return_url": "javascript:1"},
            (*WALLET, "experience_context"),
            400,
            "INVALID_PARAMETER_SYNTAX",
            "/payment_source/paypal/experience_context/return_url",
        ),
        (
            {"attributes": {"vault": {"store_in_vault": "ON_SUCCESS"}}},
            WALLET,
            400,
            "MISSING_REQUIRED_PARAMETER",
            "/payment_source/paypal/attributes/vault/usage_type",
        ),
        ({"vault_id": "nothing"}, WALLET, 422, "TOKEN_ID_NOT_FOUND", "/payment_source/paypal/vault_id"),
    ],
)
def test_a_mistake_is_refused_and_named(
    wire: Wire, change: dict[str, Any], path: tuple[str | int, ...], status: int, issue: str, field: str
) -> None:
    answered, told = wire.post(ORDERS, _with(change, *path), key="k1")
    assert (answered, issue_of(told), told["details"][0]["field"]) == (status, issue, field)
    assert told["name"] == ("INVALID_REQUEST" if status == 400 else "UNPROCESSABLE_ENTITY")


def test_items_must_add_up(wire: Wire) -> None:
    usd = {"currency_code": "USD"}
    item = {"name": "30 days", "quantity": "2", "unit_amount": usd | {"value": "5.00"}}
    body = order("12.00", unit={"items": [item]})
    assert issue_of(wire.post(ORDERS, body, key="i")[1]) == "ITEM_TOTAL_REQUIRED"
    amount = body["purchase_units"][0]["amount"]
    amount["breakdown"] = {"item_total": usd | {"value": "12.00"}}
    assert issue_of(wire.post(ORDERS, body, key="i")[1]) == "ITEM_TOTAL_MISMATCH"
    amount["breakdown"] = {"item_total": usd | {"value": "10.00"}}
    assert issue_of(wire.post(ORDERS, body, key="i")[1]) == "AMOUNT_MISMATCH"
    amount["breakdown"]["tax_total"] = usd | {"value": "2.00"}
    assert wire.post(ORDERS, body, key="i")[0] == 201


def test_a_body_that_is_no_json_and_a_type_that_is_not_json_are_refused(wire: Wire) -> None:
    headers = {"Content-Type": "application/json"}
    answer = wire.http.post(ORDERS, content=b"{", headers=headers)
    assert (answer.status_code, issue_of(answer.json())) == (400, "MALFORMED_REQUEST_JSON")
    answer = wire.http.post(ORDERS, data={"intent": "CAPTURE"})
    assert answer.status_code == 415

"""PATCH of an order: its references and words may change until it is paid, and nothing else."""

from typing import Any

import pytest

from tests.sandbox.paypal_shop import Wire, issue_of

CUSTOM_ID = "/purchase_units/@reference_id=='default'/custom_id"


def patched(wire: Wire, order: Any, *operations: Any) -> tuple[int, Any]:
    answer = wire.http.patch(f"/v2/checkout/orders/{order['id']}", json=list(operations))
    return answer.status_code, answer.json() if answer.content else None


def change(path: str = CUSTOM_ID, value: object = "att_2", op: str = "replace") -> dict[str, object]:
    return {"op": op, "path": path, "value": value}


def test_what_was_changed_is_told_from_then_on(wire: Wire) -> None:
    made = wire.order()
    assert patched(wire, made, change()) == (204, None)
    _, told = wire.get(f"/v2/checkout/orders/{made['id']}")
    assert told["purchase_units"][0]["custom_id"] == "att_2"


@pytest.mark.parametrize(
    "path",
    [
        "/purchase_units/@reference_id=='other'/custom_id",
        "/purchase_units/@reference_id=='default'/amount",
        "/intent",
    ],
)
def test_what_cannot_be_changed_is_not(wire: Wire, path: str) -> None:
    status, told = patched(wire, wire.order(), change(path))
    assert (status, issue_of(told)) == (422, "NOT_PATCHABLE")


@pytest.mark.parametrize("value", [None, 5, "", "x" * 128])
def test_a_reference_stays_a_text_of_its_length(wire: Wire, value: object) -> None:
    status, _ = patched(wire, wire.order(), change(value=value))
    assert status == 400


def test_what_is_paid_is_changed_no_more(wire: Wire) -> None:
    status, told = patched(wire, wire.captured(), change())
    assert (status, issue_of(told)) == (422, "ORDER_ALREADY_COMPLETED")


def test_a_body_that_is_no_list_is_refused(wire: Wire) -> None:
    answer = wire.http.patch(f"/v2/checkout/orders/{wire.order()['id']}", json=change())
    assert answer.status_code == 400

"""A wallet that PayPal keeps for the shop, charged when nobody is there."""

from typing import Any

import pytest
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from tests.sandbox.paypal_shop import Wire, capture_of, issue_of, order
from tests.sandbox.shop import Receiver, eventually
from yuanyou_sandbox.testing import RunningSandbox

ORDERS, TOKENS = "/v2/checkout/orders", "/v3/vault/payment-tokens"
KEEP = {
    "customer": {"merchant_customer_id": "cus-of-ours"},
    "vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "usage_pattern": "IMMEDIATE"},
}
OFF_SESSION = {
    "payment_initiator": "MERCHANT",
    "usage_pattern": "IMMEDIATE",
    "usage": "SUBSEQUENT",
}


def _kept(wire: Wire, funding: str = "balance") -> Any:
    told = wire.captured(funding, wallet={"attributes": KEEP}, key="keep")
    return told["payment_source"]["paypal"]["attributes"]["vault"]


def _charge(wire: Wire, vault_id: str, key: str = "charge", value: str = "30.00") -> tuple[int, Any]:
    body = order(value)
    body["payment_source"] = {"paypal": {"vault_id": vault_id, "stored_credential": OFF_SESSION}}
    return wire.post(ORDERS, body, key=key)


def test_a_capture_keeps_the_wallet_as_the_order_said(wire: Wire, shop: Receiver) -> None:
    kept = _kept(wire)
    assert kept["status"] == "VAULTED"
    assert kept["customer"]["merchant_customer_id"] == "cus-of-ours"
    assert kept["customer"]["id"]
    eventually(lambda: shop.of("VAULT.PAYMENT-TOKEN.CREATED"))


def test_the_sdk_reads_what_was_kept_and_charges_it(
    sdk: PaypalServersdkClient, wire: Wire, sandbox: RunningSandbox
) -> None:
    kept = _kept(wire)
    body = order("30.00")
    body["payment_source"] = {"paypal": {"vault_id": kept["id"], "stored_credential": OFF_SESSION}}
    asked = {
        "body": OrderRequest.from_dictionary(body),
        "paypal_request_id": "charge",
        "prefer": "return=representation",
    }
    told = sdk.orders.create_order(asked).body
    assert (told.status, told.purchase_units[0].payments.captures[0].status) == ("COMPLETED", "COMPLETED")
    again = sdk.orders.create_order(asked).body
    assert again.id == told.id
    assert sandbox.state()["paypal"]["account"]["USD"]["gross"] == 1200 + 3000


def test_nothing_is_kept_without_being_asked_or_before_the_money_came(
    wire: Wire, sandbox: RunningSandbox
) -> None:
    assert "attributes" not in wire.captured()["payment_source"]["paypal"]
    told = wire.captured("echeck", wallet={"attributes": KEEP}, key="later")
    assert "attributes" not in told["payment_source"]["paypal"]
    sandbox.control(f"paypal/payments/{told['id']}/settle", {"outcome": "completed"})
    later = wire.get(f"{ORDERS}/{told['id']}")[1]
    assert later["payment_source"]["paypal"]["attributes"]["vault"]["status"] == "VAULTED"


def test_a_kept_wallet_may_be_declined_and_the_answer_is_kept(wire: Wire, sandbox: RunningSandbox) -> None:
    kept = _kept(wire)
    sandbox.control(f"paypal/vault/{kept['id']}", {"funding": "card_declined"})
    assert issue_of(_charge(wire, kept["id"])[1]) == "INSTRUMENT_DECLINED"
    sandbox.control(f"paypal/vault/{kept['id']}", {"funding": "balance"})
    assert issue_of(_charge(wire, kept["id"])[1]) == "INSTRUMENT_DECLINED"
    assert _charge(wire, kept["id"], key="another try")[1]["status"] == "COMPLETED"


def test_a_charge_may_be_pending(wire: Wire, sandbox: RunningSandbox) -> None:
    kept = _kept(wire)
    sandbox.control(f"paypal/vault/{kept['id']}", {"funding": "echeck"})
    told = _charge(wire, kept["id"])[1]
    assert (told["status"], capture_of(told)["status"]) == ("COMPLETED", "PENDING")


def test_a_payer_who_ends_the_consent_is_not_charged(
    wire: Wire, sandbox: RunningSandbox, shop: Receiver
) -> None:
    kept = _kept(wire)
    sandbox.control(f"paypal/vault/{kept['id']}", {"state": "canceled"})
    assert issue_of(_charge(wire, kept["id"])[1]) == "AGREEMENT_ALREADY_CANCELLED"
    eventually(lambda: shop.of("VAULT.PAYMENT-TOKEN.DELETED"))


def test_a_charge_must_name_its_request(wire: Wire) -> None:
    kept = _kept(wire)
    body = order()
    body["payment_source"] = {"paypal": {"vault_id": kept["id"]}}
    assert issue_of(wire.post(ORDERS, body)[1]) == "PAYPAL_REQUEST_ID_REQUIRED"


def test_the_shop_lists_and_deletes_what_is_kept(sdk: PaypalServersdkClient, wire: Wire) -> None:
    kept = _kept(wire)
    found = sdk.vault.list_customer_payment_tokens({"customer_id": kept["customer"]["id"]}).body
    assert [each.id for each in found.payment_tokens] == [kept["id"]]
    assert sdk.vault.get_payment_token(kept["id"]).body.customer.id == kept["customer"]["id"]
    for _ in range(2):
        assert wire.http.delete(f"{TOKENS}/{kept['id']}").status_code == 204
    assert wire.get(f"{TOKENS}/{kept['id']}")[0] == 404
    assert issue_of(_charge(wire, kept["id"])[1]) == "TOKEN_ID_NOT_FOUND"


def test_the_page_says_that_the_wallet_is_kept(wire: Wire) -> None:
    made = wire.order(wallet={"attributes": KEEP})
    link = next(each["href"] for each in made["links"] if each["rel"] == "payer-action")
    page = wire.http.get(link, headers={"Accept-Language": "zh-CN"}).text
    assert "商家会保存您的 PayPal" in page


@pytest.mark.parametrize("declined", [True, False])
def test_only_a_charge_that_worked_can_be_found(wire: Wire, sandbox: RunningSandbox, declined: bool) -> None:
    kept = _kept(wire)
    orders = sandbox.state()["paypal"]["objects"]["order"]
    sandbox.control(f"paypal/vault/{kept['id']}", {"funding": "card_declined" if declined else "balance"})
    _charge(wire, kept["id"])
    assert sandbox.state()["paypal"]["objects"]["order"] == orders + (0 if declined else 1)

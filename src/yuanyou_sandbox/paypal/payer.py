"""The one payer of the sandbox: PayPal knows who they are, the shop learns it with the approval."""

from yuanyou_sandbox.shared.store import Document

ID, EMAIL, COUNTRY = "SANDBOXPAYER1", "payer@paypal.example", "US"
NAME = {"given_name": "Test", "surname": "Payer"}


def payer() -> Document:
    """As an order shows the payer."""
    return {
        "name": dict(NAME),
        "email_address": EMAIL,
        "payer_id": ID,
        "address": {"country_code": COUNTRY},
    }


def wallet() -> Document:
    """As payment_source.paypal shows the payer."""
    return {
        "email_address": EMAIL,
        "account_id": ID,
        "account_status": "VERIFIED",
        "name": dict(NAME),
        "address": {"country_code": COUNTRY},
    }

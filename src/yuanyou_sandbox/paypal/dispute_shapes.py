"""What disputes show of payments, and of the money that is taken back."""

from yuanyou_sandbox.paypal import money
from yuanyou_sandbox.paypal.account import HIDDEN, Account
from yuanyou_sandbox.paypal.payer import EMAIL, NAME
from yuanyou_sandbox.shared.store import Document


def reversal_of(account: Account, capture: Document, ident: str, amount: Document) -> Document:
    """What PAYMENT.CAPTURE.REVERSED tells: it looks like a refund, and nobody asked for it."""
    currency = amount["currency_code"]
    return {
        "id": ident,
        "amount": amount,
        "status": "COMPLETED",
        "seller_payable_breakdown": {
            "gross_amount": amount,
            "paypal_fee": money.money(0, currency),
            "net_amount": amount,
            "total_refunded_amount": money.money(
                capture[HIDDEN]["refunded"] + capture[HIDDEN]["reversed"], currency
            ),
        },
        "create_time": account.time(),
        "update_time": account.time(),
        "links": [
            account.link("self", f"v2/payments/refunds/{ident}"),
            account.link("up", f"v2/payments/captures/{capture['id']}"),
        ],
    }


def disputed_transaction(account: Account, capture: Document) -> Document:
    """The capture as its dispute shows it."""
    told = {
        "seller_transaction_id": capture["id"],
        "create_time": capture["create_time"],
        "transaction_status": capture["status"],
        "gross_amount": capture["amount"],
        "invoice_number": capture.get("invoice_id"),
        "custom": capture.get("custom_id"),
        "buyer": {"name": f"{NAME['given_name']} {NAME['surname']}", "email": EMAIL},
        "seller": {"email": account.payee()["email_address"], "merchant_id": account.merchant_id},
    }
    return {name: value for name, value in told.items() if value is not None}

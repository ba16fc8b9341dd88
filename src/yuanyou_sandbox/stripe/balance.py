"""Balance transactions: what every movement of the account's money was, with Stripe's fee.

Amounts are the currency's minor units. Money is settled in the currency of the charge.
"""

from yuanyou_sandbox.shared.store import EVERYTHING, Document, Page
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.ids import new_id

FEE_PER_MILLE, FEE_FIXED = 29, 30
AVAILABLE_AFTER_SECONDS = 2 * 86_400
GROSS, FEES, REFUNDS = "gross", "fees", "refunds"


def fee_of(amount: int) -> int:
    """2.9 % (half a unit rounds up) and 30 minor units."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def record_charge(account: Account, charge: Document) -> Document:
    """Money came in, less the fee."""
    amount, currency = charge["amount"], charge["currency"]
    fee = fee_of(amount)
    account.count(currency, GROSS, amount)
    account.count(currency, FEES, fee)
    kind = "payment" if charge["id"].startswith("py_") else "charge"
    return _record(account, kind, "charge", charge, amount, fee)


def record_refund(account: Account, refund: Document) -> Document:
    """Money went back; Stripe keeps its fee."""
    account.count(refund["currency"], REFUNDS, refund["amount"])
    kind = "payment_refund" if refund["charge"].startswith("py_") else "refund"
    return _record(account, kind, "refund", refund, -refund["amount"], 0)


def record_refund_failure(account: Account, refund: Document) -> Document:
    """The customer's bank would not take it back."""
    account.count(refund["currency"], REFUNDS, -refund["amount"])
    kind = "payment_failure_refund" if refund["charge"].startswith("py_") else "refund_failure"
    return _record(account, kind, "refund_failure", refund, refund["amount"], 0)


def shown(account: Account, movement: Document) -> Document:
    """With the status it has by now."""
    available = movement["available_on"] <= account.now()
    return movement | {"status": "available" if available else "pending"}


def balance(account: Account) -> Document:
    """The Balance object."""
    pending = _pending(account)
    held = {currency: net(totals) for currency, totals in account.totals().items()}
    return {
        "object": "balance",
        "available": [_share(code, total - pending.get(code, 0)) for code, total in held.items()],
        "livemode": False,
        "pending": [_share(code, pending.get(code, 0)) for code in held],
    }


def net(totals: dict[str, int]) -> int:
    return totals.get(GROSS, 0) - totals.get(FEES, 0) - totals.get(REFUNDS, 0)


def _pending(account: Account) -> dict[str, int]:
    recent = Page(limit=EVERYTHING - 1, since=account.now() - AVAILABLE_AFTER_SECONDS + 1)
    found: dict[str, int] = {}
    for movement in account.page("balance_transaction", recent)[0]:
        found[movement["currency"]] = found.get(movement["currency"], 0) + movement["net"]
    return found


def _share(currency: str, amount: int) -> Document:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _record(account: Account, kind: str, category: str, source: Document, amount: int, fee: int) -> Document:
    now, currency = account.now(), source["currency"]
    detail = {"amount": fee, "application": None, "currency": currency, "type": "stripe_fee"}
    movement = {
        "id": new_id("txn_3"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + AVAILABLE_AFTER_SECONDS,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": source["description"],
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail | {"description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    return account.create(movement, {"source": source["id"], "type": kind, "currency": currency})

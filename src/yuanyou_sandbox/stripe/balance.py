"""Balance transactions: what every movement of the account's money was, with Stripe's fee.

Amounts are the currency's minor units. Money is settled in the currency of the charge. Sources:
docs.stripe.com/reports/balance-transaction-types and /reports/reporting-categories.
"""

from dataclasses import dataclass

from yuanyou_sandbox.shared.store import EVERYTHING, Document, Page
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.ids import new_id

KIND = "balance_transaction"
FEE_PER_MILLE, FEE_FIXED = 29, 30
AVAILABLE_AFTER_SECONDS = 2 * 86_400
GROSS, FEES, REFUNDS, DISPUTES, PAYOUTS = "gross", "fees", "refunds", "disputes", "payouts"
UNPAID = "unpaid"
"""What no payout has taken yet is listed under this, by currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line; `source` is the id of what moved."""

    kind: str
    category: str
    currency: str
    amount: int
    source: str | None = None
    description: str | None = None
    fee: int = 0
    fee_for: str = "Stripe processing fees"
    available_on: int | None = None
    """None: at once."""


def fee_of(amount: int) -> int:
    """2.9 % (half a unit rounds up) and 30 minor units."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def record_charge(account: Account, charge: Document) -> Document:
    """Money came in, less the fee."""
    amount = charge["amount"]
    return record(
        account,
        GROSS,
        Movement(
            kind="payment" if charge["id"].startswith("py_") else "charge",
            category="charge",
            currency=charge["currency"],
            amount=amount,
            source=charge["id"],
            description=charge["description"],
            fee=fee_of(amount),
            available_on=account.now() + AVAILABLE_AFTER_SECONDS,
        ),
    )


def record_refund(account: Account, refund: Document, charge: Document) -> Document:
    """Money went back, from what came of the charge; Stripe keeps its fee."""
    came = account.get(KIND, charge["balance_transaction"])
    return record(
        account,
        REFUNDS,
        Movement(
            kind="payment_refund" if refund["charge"].startswith("py_") else "refund",
            category="refund",
            currency=refund["currency"],
            amount=-refund["amount"],
            source=refund["id"],
            available_on=came["available_on"],
        ),
    )


def record_refund_failure(account: Account, refund: Document) -> Document:
    """The customer's bank would not take it back."""
    failure = Movement(
        kind="refund_failure",
        category="refund_failure",
        currency=refund["currency"],
        amount=refund["amount"],
        source=refund["id"],
        description=f"REFUND FAILURE ({refund['id']})",
    )
    return record(account, REFUNDS, failure)


def record_fee(account: Account, currency: str, amount: int, description: str) -> Document:
    """A fee of Stripe's that belongs to no payment (negative: given back)."""
    fee = Movement(
        kind="stripe_fee", category="fee", currency=currency, amount=-amount, description=description
    )
    return record(account, FEES, fee)


def record(account: Account, total: str, movement: Movement) -> Document:
    """Keep a line and count it; money that goes out counts as positive in every total but `GROSS`."""
    now, currency = account.now(), movement.currency
    account.count(currency, total, movement.amount if total == GROSS else -movement.amount)
    if movement.fee:
        account.count(currency, FEES, movement.fee)
    detail = {"amount": movement.fee, "application": None, "currency": currency, "type": "stripe_fee"}
    line = {
        "id": new_id("txn_3"),
        "object": KIND,
        "amount": movement.amount,
        "available_on": max(now, movement.available_on or now),
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": movement.description,
        "exchange_rate": None,
        "fee": movement.fee,
        "fee_details": [detail | {"description": movement.fee_for}] if movement.fee else [],
        "net": movement.amount - movement.fee,
        "reporting_category": movement.category,
        "source": movement.source,
        "status": "pending",
        "type": movement.kind,
    }
    keys = {"source": movement.source, "type": movement.kind, "currency": currency}
    return account.create(line, keys | ({UNPAID: currency} if total != PAYOUTS else {}))


def shown(account: Account, movement: Document) -> Document:
    """With the status it has by now."""
    available = movement["available_on"] <= account.now()
    return movement | {"status": "available" if available else "pending"}


def balance(account: Account) -> Document:
    """The Balance object."""
    found = shares(account)
    return {
        "object": "balance",
        "available": [_share(code, each["available"]) for code, each in found.items()],
        "livemode": False,
        "pending": [_share(code, each["pending"]) for code, each in found.items()],
    }


def net(totals: dict[str, int]) -> int:
    """What was earned: all that came less all that went back and Stripe's fees."""
    return totals.get(GROSS, 0) - sum(totals.get(name, 0) for name in (FEES, REFUNDS, DISPUTES))


def held(totals: dict[str, int]) -> int:
    """What Stripe holds of it."""
    return net(totals) - totals.get(PAYOUTS, 0)


def sums(account: Account) -> dict[str, dict[str, int]]:
    """By currency: all totals, what was earned, and what is held."""
    names = (GROSS, FEES, REFUNDS, DISPUTES, PAYOUTS)
    return {
        code: {name: totals.get(name, 0) for name in names} | {"net": net(totals), "balance": held(totals)}
        for code, totals in account.totals().items()
    }


def shares(account: Account) -> dict[str, dict[str, int]]:
    """The same, and how much of what is held is available, or not yet."""
    pending = _pending(account)
    return {
        code: each | {"pending": pending.get(code, 0), "available": each["balance"] - pending.get(code, 0)}
        for code, each in sums(account).items()
    }


def _pending(account: Account) -> dict[str, int]:
    now = account.now()
    recent = Page(limit=EVERYTHING - 1, since=now - AVAILABLE_AFTER_SECONDS + 1)
    found: dict[str, int] = {}
    for line in account.page(KIND, recent)[0]:
        if line["available_on"] > now:
            found[line["currency"]] = found.get(line["currency"], 0) + line["net"]
    return found


def _share(currency: str, amount: int) -> Document:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}

"""Captures: how an approved order's money is taken, or is not, at once or days later.

Source: PayPal's OpenAPI document payments_payment_v2 (capture_status, capture_status_details).
"""

from yuanyou_sandbox.paypal import balance, money, vault
from yuanyou_sandbox.paypal.account import HIDDEN, Account, shown
from yuanyou_sandbox.paypal.balance import Code, Entry
from yuanyou_sandbox.paypal.funding import PENDING, Ends, Funding
from yuanyou_sandbox.paypal.ids import transaction_id
from yuanyou_sandbox.shared.store import Document

KIND = "capture"
SETTLE = "paypal.settle"
PROTECTION = {
    "status": "ELIGIBLE",
    "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
}
ONLY_ALONE = frozenset({"supplementary_data", "payee"})
"""What a capture shows when it is asked for itself, not as a part of its order."""
MONEY_CAME = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})


def capture_unit(
    account: Account, order: Document, unit: Document, ends: Ends, funding: Funding, *, code: Code
) -> Document:
    """Try to take the money of one purchase unit; its capture says what came of it."""
    ident, now = transaction_id(), account.time()
    path = f"v2/payments/captures/{ident}"
    capture: Document = {
        "id": ident,
        "amount": {name: unit["amount"][name] for name in ("currency_code", "value")},
        "final_capture": True,
        "seller_protection": PROTECTION,
        "disbursement_mode": "INSTANT",
        **{name: unit[name] for name in ("invoice_id", "custom_id") if name in unit},
        "status": "PENDING",
        "supplementary_data": {"related_ids": {"order_id": order["id"]}},
        "payee": account.payee(),
        "create_time": now,
        "update_time": now,
        "links": [
            account.link("self", path),
            account.link("refund", f"{path}/refund", "POST"),
            account.link("up", f"v2/checkout/orders/{order['id']}"),
        ],
        HIDDEN: {"order": order["id"], "ends": ends, "code": code, "refunded": 0, "reversed": 0},
    }
    keys = {"order": order["id"], "invoice": unit.get("invoice_id")}
    account.create(KIND, capture, keys)
    balance.announce(account, _entry(capture))
    _go_on(account, capture, ends, funding)
    return capture


def complete(account: Account, capture: Document) -> None:
    """The money is there."""
    gross, currency = units_of(capture), capture["amount"]["currency_code"]
    fee = balance.fee_of(gross, currency)
    capture |= {"status": "COMPLETED", "update_time": account.time()}
    capture.pop("status_details", None)
    capture["seller_receivable_breakdown"] = {
        "gross_amount": money.money(gross, currency),
        "paypal_fee": money.money(fee, currency),
        "net_amount": money.money(gross - fee, currency),
    }
    account.save(KIND, capture)
    balance.move(account, account.get(balance.KIND, capture["id"]), fee=fee)
    vault.keep_if_asked(account, account.get("order", capture[HIDDEN]["order"]))
    _tell(account, "COMPLETED", capture, f"Payment completed for {_told(capture)}")


def deny(account: Account, capture: Document) -> None:
    """The pending money will not come."""
    _end_without_money(account, capture, "DECLINED")
    _tell(account, "DENIED", capture, f"A payment of {_told(capture)} was denied")


def settle(account: Account, capture: Document, *, completed: bool) -> None:
    """A pending capture is decided; nothing when it is decided already."""
    if capture["status"] != "PENDING":
        return
    with account.transaction():
        (complete if completed else deny)(account, capture)


def restate(account: Account, capture: Document, reason: str | None = None) -> None:
    """Its status, by how much of the money went back. `reason` is why, when it was taken back."""
    hidden, gross = capture[HIDDEN], units_of(capture)
    gone = hidden["refunded"] + hidden["reversed"]
    status = "COMPLETED" if not gone else "REFUNDED" if gone >= gross else "PARTIALLY_REFUNDED"
    capture |= {"status": status, "update_time": account.time()}
    if reason:
        capture["status_details"] = {"reason": reason}
    elif not hidden["reversed"]:
        capture.pop("status_details", None)
    account.save(KIND, capture)
    balance.mark(account, capture["id"], "V" if gone >= gross else "S")


def left_of(capture: Document) -> int:
    """What has not gone back yet."""
    return units_of(capture) - int(capture[HIDDEN]["refunded"]) - int(capture[HIDDEN]["reversed"])


def units_of(capture: Document) -> int:
    return money.units_of(capture["amount"])


def of_order(account: Account, order_id: str) -> list[Document]:
    """The captures of an order, oldest first."""
    return account.all_by(KIND, "order", order_id)


def in_order(capture: Document) -> Document:
    """As a part of its order shows it."""
    return {name: value for name, value in shown(capture).items() if name not in ONLY_ALONE}


def _go_on(account: Account, capture: Document, ends: Ends, funding: Funding) -> None:
    if ends == Ends.COMPLETED:
        complete(account, capture)
    elif ends in PENDING:
        capture["status_details"] = {"reason": funding.reason}
        account.save(KIND, capture)
        account.world.timers.set(SETTLE, capture["id"], account.now() + funding.seconds)
        _tell(account, "PENDING", capture, f"Payment pending for {_told(capture)}")
    else:
        _end_without_money(account, capture, "FAILED" if ends == Ends.FAILED else "DECLINED")
        _tell(account, "DECLINED", capture, f"A payment of {_told(capture)} was declined")


def _end_without_money(account: Account, capture: Document, status: str) -> None:
    capture |= {"status": status, "update_time": account.time()}
    capture.pop("status_details", None)
    account.save(KIND, capture)
    balance.mark(account, capture["id"], "D")


def _entry(capture: Document) -> Entry:
    return Entry(
        capture[HIDDEN]["code"],
        units_of(capture),
        capture["amount"]["currency_code"],
        ident=capture["id"],
        invoice_id=capture.get("invoice_id"),
        custom_id=capture.get("custom_id"),
    )


def _tell(account: Account, what: str, capture: Document, summary: str) -> None:
    account.emit(f"PAYMENT.CAPTURE.{what}", "capture", shown(capture), summary)


def _told(capture: Document) -> str:
    return money.shown(units_of(capture), capture["amount"]["currency_code"])

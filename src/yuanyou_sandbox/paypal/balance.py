"""The account's money: every movement as PayPal's reports know it, with PayPal's fee, and running totals.

Amounts are whole numbers of the smallest unit (see money.py). Event codes: developer.paypal.com/docs/
transaction-search/transaction-event-codes.
"""

from dataclasses import dataclass
from enum import StrEnum

from yuanyou_sandbox.paypal.account import Account
from yuanyou_sandbox.paypal.ids import transaction_id
from yuanyou_sandbox.shared.store import Document, Page

SCHEMA = """
CREATE TABLE IF NOT EXISTS paypal_totals (
    currency TEXT NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (currency, name)) WITHOUT ROWID;
"""
KIND = "transaction"
DAY, MOST_A_DAY = 86_400, 1_000_000
GROSS, FEES, REFUNDS, DISPUTES, WITHDRAWN = "gross", "fees", "refunds", "disputes", "withdrawn"
NAMES = (GROSS, FEES, REFUNDS, DISPUTES, WITHDRAWN)
FEE_PER_TEN_THOUSAND = 349
FIXED = {"HKD": 379, "HUF": 120, "JPY": 49, "TWD": 14, "THB": 1500, "PHP": 2500, "EUR": 39, "GBP": 39}
FIXED_ELSEWHERE = 49
DISPUTE_FEES = {"JPY": 2250, "HUF": 5000, "TWD": 500}
DISPUTE_FEE_ELSEWHERE = 2000


class Code(StrEnum):
    """Transaction event codes."""

    CHECKOUT = "T0006"
    PREAPPROVED = "T0003"
    DISPUTE_FEE = "T0106"
    WITHDRAWAL = "T0400"
    REFUND_CAME_BACK = "T1100"
    REVERSAL = "T1106"
    REFUND = "T1107"
    HELD_FOR_DISPUTE = "T1110"
    RELEASED = "T1111"
    CHARGEBACK = "T1201"
    CHARGEBACK_REVERSAL = "T1202"


TOTAL = {
    Code.CHECKOUT: GROSS,
    Code.PREAPPROVED: GROSS,
    Code.DISPUTE_FEE: FEES,
    Code.WITHDRAWAL: WITHDRAWN,
    Code.REFUND_CAME_BACK: REFUNDS,
    Code.REFUND: REFUNDS,
    Code.REVERSAL: DISPUTES,
    Code.HELD_FOR_DISPUTE: DISPUTES,
    Code.RELEASED: DISPUTES,
    Code.CHARGEBACK: DISPUTES,
    Code.CHARGEBACK_REVERSAL: DISPUTES,
}
"""Which total each kind of movement belongs to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement: `gross` is signed, `fee` is what PayPal keeps of it."""

    code: Code
    gross: int
    currency: str
    fee: int = 0
    ident: str | None = None
    """None makes one: only payments and refunds have ids the shop knows already."""
    reference: str | None = None
    """The transaction it belongs to."""
    invoice_id: str | None = None
    custom_id: str | None = None


def open_totals(account: Account) -> None:
    account.world.store.add_tables(SCHEMA)


def fee_of(gross: int, currency: str) -> int:
    """3.49 % (half a unit rounds up) and a fixed part."""
    return (gross * FEE_PER_TEN_THOUSAND + 5000) // 10_000 + FIXED.get(currency, FIXED_ELSEWHERE)


def dispute_fee(currency: str) -> int:
    return DISPUTE_FEES.get(currency, DISPUTE_FEE_ELSEWHERE)


def announce(account: Account, entry: Entry) -> Document:
    """A movement that may come: pending, and not in the balance."""
    made = {
        "id": entry.ident or transaction_id(),
        "code": entry.code,
        "gross": entry.gross,
        "fee": entry.fee,
        "currency": entry.currency,
        "reference": entry.reference,
        "invoice_id": entry.invoice_id,
        "custom_id": entry.custom_id,
        "status": "P",
        "began": account.now(),
        "changed": account.now(),
        "moved": None,
    }
    return account.create(KIND, made, {"day": day_of(account.now())})


def record(account: Account, entry: Entry) -> Document:
    """Money moved."""
    return move(account, announce(account, entry), fee=entry.fee)


def move(account: Account, movement: Document, *, fee: int) -> Document:
    """An announced movement happened."""
    now = account.now()
    movement |= {"status": "S", "fee": fee, "changed": now, "moved": now}
    account.save(KIND, movement)
    account.add_key(KIND, movement["id"], "day", day_of(now))
    sign = 1 if TOTAL[movement["code"]] == GROSS else -1
    _count(account, movement["currency"], TOTAL[movement["code"]], sign * movement["gross"])
    _count(account, movement["currency"], FEES, fee)
    return movement


def mark(account: Account, ident: str, status: str) -> None:
    """D: it was denied; V: all of it went back; S: some of it is there again."""
    movement, now = account.get(KIND, ident), account.now()
    account.save(KIND, movement | {"status": status, "changed": now})
    account.add_key(KIND, ident, "day", day_of(now))


def of_days(account: Account, first: int, last: int) -> list[Document]:
    """What was announced or moved on the days of these two moments, and between; oldest first."""
    found: dict[str, Document] = {}
    for day in range(first // DAY, last // DAY + 1):
        here, _ = account.page(KIND, Page(limit=MOST_A_DAY, key=("day", str(day))))
        found |= {each["id"]: each for each in here[::-1]}
    return list(found.values())


def day_of(at: int) -> str:
    """What movements are found by."""
    return str(at // DAY)


def totals(account: Account) -> dict[str, dict[str, int]]:
    """What PayPal took and gave, by currency."""
    found: dict[str, dict[str, int]] = {}
    for currency, name, amount in account.world.store.run("SELECT * FROM paypal_totals"):
        found.setdefault(currency, dict.fromkeys(NAMES, 0))[name] = amount
    return {currency: each | {"net": _net(each)} for currency, each in found.items()}


def _net(each: dict[str, int]) -> int:
    return each[GROSS] - each[FEES] - each[REFUNDS] - each[DISPUTES] - each[WITHDRAWN]


def _count(account: Account, currency: str, name: str, amount: int) -> None:
    account.world.store.run(
        "INSERT INTO paypal_totals VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
        (currency, name, amount),
    )

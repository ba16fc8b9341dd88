"""What moved the merchant's account: payments, refunds, withdrawals, by Beijing day; and running totals."""

from datetime import datetime

from yuanyou_sandbox.alipay.account import BEIJING, Account, digits
from yuanyou_sandbox.shared.store import Document

SCHEMA = """
CREATE TABLE IF NOT EXISTS alipay_totals (name TEXT PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID;
"""
KIND = "movement"
TRADE, REFUND, WITHDRAWAL = "trade", "refund", "withdrawal"
TOTALS = {TRADE: "gross", REFUND: "refunds", WITHDRAWAL: "withdrawn"}
FEES = "fees"
FEE_PER_TEN_THOUSAND = 60


def open_totals(account: Account) -> None:
    account.world.store.add_tables(SCHEMA)


def fee_of(fen: int) -> int:
    """0.6 %, half a fen rounds up."""
    return (fen * FEE_PER_TEN_THOUSAND + 5000) // 10_000


def record(
    account: Account, order: Document | None, kind: str, fen: int, *, fee: int = 0, request_no: str = ""
) -> None:
    """Money moved, `fen` of it; `kind` says in which direction."""
    now = account.now()
    movement: Document = {
        "id": digits(20),
        "kind": kind,
        "at": now,
        "fen": fen,
        "fee": fee,
        "number": order["id"] if order else "",
        "trade_no": order["trade"]["no"] if order else "",
        "subject": order["subject"] if order else "",
        "began": order["made_at"] if order else now,
        "request_no": request_no,
    }
    account.create(KIND, movement, {"day": day_of(now)})
    _count(account, TOTALS[kind], fen)
    _count(account, FEES, fee)


def of_day(account: Account, day: str) -> list[Document]:
    """Oldest first; `day` is yyyy-mm-dd in Beijing."""
    return account.all_by(KIND, "day", day)


def day_of(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d")


def totals(account: Account) -> dict[str, int]:
    """gross, fees, refunds, withdrawn and what they come to, in fen."""
    found = dict.fromkeys((*TOTALS.values(), FEES), 0)
    found |= dict(account.world.store.run("SELECT name, amount FROM alipay_totals"))
    return found | {"net": found["gross"] - found[FEES] - found["refunds"] - found["withdrawn"]}


def _count(account: Account, name: str, fen: int) -> None:
    account.world.store.run(
        "INSERT INTO alipay_totals VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
        (name, fen),
    )

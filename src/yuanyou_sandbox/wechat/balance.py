"""The account's money in fen: movements as the fund-flow bill tells them, WeChat's fee, running totals."""

from dataclasses import dataclass
from enum import StrEnum

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat.account import COMPANY, Account, day_of, digits

KIND, TOTALS = "movement", "totals"
FEE_PER_TEN_THOUSAND = 60
RATE = "0.60%"


class Flow(StrEnum):
    """业务名称 of the fund-flow bill."""

    TRADE = "交易"
    FEE = "扣除交易手续费"
    REFUND = "退款"
    WITHDRAWAL = "提现"


TOTAL = {Flow.TRADE: "gross", Flow.FEE: "fees", Flow.REFUND: "refunds", Flow.WITHDRAWAL: "withdrawn"}
"""Which total each belongs to; all but the first count what went."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` is signed. `about` is what the bill calls 微信支付业务单号, `proof` 业务凭证号."""

    flow: Flow
    amount: int
    about: str
    proof: str


def fee_of(total: int) -> int:
    """0.6 %, half a fen rounds up. The sandbox keeps it when money goes back."""
    return (total * FEE_PER_TEN_THOUSAND + 5000) // 10_000


def record(account: Account, entry: Entry) -> Document:
    """Money moved now."""
    told = totals(account)
    gone = entry.amount if entry.flow is Flow.TRADE else -entry.amount
    told[TOTAL[entry.flow]] += gone
    account.world.store.keep_fact(COMPANY, TOTALS, {name: told[name] for name in TOTAL.values()})
    made: Document = {
        "id": digits(28),
        "flow": entry.flow,
        "amount": entry.amount,
        "about": entry.about,
        "proof": entry.proof,
        "at": account.now(),
        "left": told["net"] + entry.amount,
    }
    return account.create(KIND, made, {"day": day_of(made["at"])})


def totals(account: Account) -> dict[str, int]:
    """What WeChat took and gave, in fen; `net` is what it has of ours."""
    kept = account.world.store.fact(COMPANY, TOTALS) or dict.fromkeys(TOTAL.values(), 0)
    return kept | {"net": kept["gross"] - kept["fees"] - kept["refunds"] - kept["withdrawn"]}


def yuan(fen: int) -> str:
    """With two decimals, as bills write it."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"

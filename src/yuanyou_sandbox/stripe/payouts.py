"""Payouts: what is available goes to the shop's bank once a day. Source: docs.stripe.com/payouts."""

from yuanyou_sandbox.shared.store import EVERYTHING, Document, Page
from yuanyou_sandbox.stripe import balance
from yuanyou_sandbox.stripe.account import COMPANY, Account
from yuanyou_sandbox.stripe.errors import missing
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.params import Params

KIND, URL = "payout", "/v1/payouts"
DAILY, ARRIVE = "stripe.payout", "stripe.payout_arrives"
INTERVAL, INTERVALS = "payout_interval", ("daily", "manual")
DAY_SECONDS = 86_400
WHY = ("account_closed", "The bank account has been closed.")


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/payouts/:id."""
    params.finish()
    return account.get(KIND, ident)


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/payouts, also by status."""
    return paged(account, params, KIND, URL, by=("status",))


def lines_of(account: Account, params: Params, payout: str) -> Document:
    """GET /v1/balance_transactions?payout=..., also by type: what was paid out, and the payout itself."""
    if account.find(KIND, payout) is None:
        raise missing(KIND, payout, "payout")
    kind = params.text("type")
    value = f"{payout} {kind}" if kind else payout
    return paged(account, params, balance.KIND, "/v1/balance_transactions", key=("payout", value))


def schedule(account: Account) -> None:
    """The next one, at the next midnight (UTC) of the sandbox's clock."""
    account.world.timers.set_next(DAILY, _midnight(account.now()))


def interval(account: Account) -> str:
    """One of `INTERVALS`."""
    return str(account.world.store.fact(COMPANY, INTERVAL) or INTERVALS[0])


def pay_daily(account: Account) -> None:
    """When it is due."""
    if interval(account) == "daily":
        pay_out(account)
    schedule(account)


def pay_out(account: Account, *, early: bool = False) -> list[Document]:
    """One payout of each currency that has something available; `early`: also what is not available yet."""
    now, made = account.now(), []
    for currency in account.totals():
        unpaid = Page(limit=EVERYTHING - 1, key=(balance.UNPAID, currency))
        waiting = account.page(balance.KIND, unpaid)[0]
        lines = [line for line in waiting if early or line["available_on"] <= now]
        amount = sum(line["net"] for line in lines)
        if amount > 0:
            made.append(_pay(account, currency, amount, lines))
    return made


def arrive(account: Account, payout: Document) -> None:
    """The bank has it; nothing when that is already known."""
    if payout["status"] != "in_transit":
        return
    _move(account, payout, "paid")
    payout["trace_id"] = {"status": "unsupported", "value": None}
    account.save(payout)
    account.emit("payout.paid", payout)


def fail(account: Account, payout: Document) -> None:
    """The bank sends it back, maybe after it had it; nothing when it already has."""
    if payout["status"] not in {"in_transit", "paid"}:
        return
    back = balance.Movement(
        kind="payout_failure",
        category="payout_reversal",
        currency=payout["currency"],
        amount=payout["amount"],
        source=payout["id"],
        description="PAYOUT FAILURE",
    )
    line = balance.record(account, balance.PAYOUTS, back)
    account.list_by(line, balance.UNPAID, payout["currency"])
    _move(account, payout, "failed")
    payout |= {"failure_balance_transaction": line["id"], "failure_code": WHY[0], "failure_message": WHY[1]}
    account.save(payout)
    account.emit("payout.failed", payout)


def _pay(account: Account, currency: str, amount: int, lines: list[Document]) -> Document:
    now = account.now()
    payout: Document = {
        "id": new_id("po_1"),
        "object": KIND,
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": _midnight(now),
        "automatic": True,
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": "ba_1SandboxBankAccount000000",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
    out = balance.Movement(
        kind="payout",
        category="payout",
        currency=currency,
        amount=-amount,
        source=payout["id"],
        description="STRIPE PAYOUT",
    )
    line = balance.record(account, balance.PAYOUTS, out)
    payout["balance_transaction"] = line["id"]
    account.create(payout, {"status": payout["status"]})
    for each in [line, *lines]:
        account.list_by(each, "payout", payout["id"])
        account.list_by(each, "payout", f"{payout['id']} {each['type']}")
        account.unlist(each, balance.UNPAID, currency)
    account.world.timers.set(ARRIVE, payout["id"], payout["arrival_date"])
    account.emit("payout.created", payout)
    account.emit("payout.reconciliation_completed", payout)
    return payout


def _move(account: Account, payout: Document, status: str) -> None:
    account.unlist(payout, "status", payout["status"])
    payout["status"] = status
    account.list_by(payout, "status", status)


def _midnight(now: int) -> int:
    return now - now % DAY_SECONDS + DAY_SECONDS

"""Orders and their trades. An order is what the shop asked for; its trade begins when the payer opens it.

Source: Alipay's pages of alipay.trade.page.pay, wap.pay, precreate, pay, query, close and cancel. What a
moment changes (time is up, refunds are over) is worked out when somebody looks.
"""

from dataclasses import dataclass
from datetime import datetime

from yuanyou_sandbox.alipay import balance, notices
from yuanyou_sandbox.alipay.account import BEIJING, Account, digits
from yuanyou_sandbox.alipay.errors import business
from yuanyou_sandbox.shared.store import Document

KIND = "order"
WAIT, SUCCESS, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"
PAGE, WAP, QR, CODE = "page", "wap", "qr", "code"
"""How the payer gets to it."""
DAY = 86_400
REFUNDABLE_SECONDS = 365 * DAY
LIVES_SECONDS = {PAGE: 15 * DAY, WAP: 15 * DAY, QR: 7200, CODE: 180}
"""How long an order can be paid when the shop does not say."""
MOST_SECONDS = 15 * DAY


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as the shop asks for it."""

    number: str
    amount: int
    subject: str
    product: str
    expires_at: int | None
    notify_url: str | None
    return_url: str | None
    quit_url: str | None


def lay(account: Account, wish: Wish) -> Document:
    """The order of this number: a new one, or the one that was asked for before. Refusal when they differ."""
    known = current(account, wish.number)
    if known is None:
        return _new(account, wish)
    if known["trade"] and known["trade"]["status"] in {SUCCESS, FINISHED}:
        raise business("ACQ.TRADE_HAS_SUCCESS")
    if is_over(account, known):
        raise business("ACQ.TRADE_HAS_CLOSE")
    if (known["amount"], known["subject"]) != (wish.amount, wish.subject):
        raise business("ACQ.CONTEXT_INCONSISTENT")
    return known


def _new(account: Account, wish: Wish) -> Document:
    now = account.now()
    until = wish.expires_at or now + LIVES_SECONDS[wish.product]
    if not now < until <= now + MOST_SECONDS:
        raise business("ACQ.INVALID_PARAMETER", "time_expire")
    order: Document = {
        "id": wish.number,
        "product": wish.product,
        "amount": wish.amount,
        "subject": wish.subject,
        "notify_url": wish.notify_url,
        "return_url": wish.return_url,
        "quit_url": wish.quit_url,
        "made_at": now,
        "expires_at": until,
        "slug": f"bax{digits(17)}",
        "trade": None,
        "poor": False,
    }
    return account.create(KIND, order, {"slug": order["slug"]})


def current(account: Account, number: str | None) -> Document | None:
    """The order as it is at this second."""
    order = account.find(KIND, number)
    if order is None or order["trade"] is None:
        return order
    trade, now = order["trade"], account.now()
    if trade["status"] == WAIT and order["expires_at"] <= now:
        trade |= {"status": CLOSED, "closed_at": order["expires_at"], "timed_out": True}
    elif trade["status"] == SUCCESS and trade["paid_at"] + REFUNDABLE_SECONDS <= now:
        trade["status"] = FINISHED
    else:
        return order
    account.save(KIND, order)
    return order


def of_trade(account: Account, trade_no: str | None) -> Document | None:
    found = account.first_by(KIND, "trade", trade_no)
    return current(account, found["id"]) if found else None


def of_slug(account: Account, slug: str) -> Document | None:
    """By what is in its QR code or in the address of its pages."""
    found = account.first_by(KIND, "slug", slug)
    return current(account, found["id"]) if found else None


def need(account: Account, number: str | None, trade_no: str | None) -> Document:
    """The order of an existing trade; `trade_no` counts when both are given. Refusal when there is none."""
    order = of_trade(account, trade_no) if trade_no else current(account, number)
    if order is None or order["trade"] is None:
        raise business("ACQ.TRADE_NOT_EXIST")
    return order


def is_over(account: Account, order: Document) -> bool:
    """Can nobody pay it any more?"""
    if order["trade"] is None:
        return bool(order["expires_at"] <= account.now())
    return bool(order["trade"]["status"] != WAIT)


def begin(account: Account, order: Document) -> Document:
    """The payer has opened it: there is a trade from now on."""
    if order["trade"] is None:
        _give_trade(account, order, WAIT)
    return order


def pay(account: Account, order: Document) -> Document:
    """The payer's money comes, whatever became of the order before: the caller has looked."""
    with account.transaction():
        begin(account, order)
        fee = balance.fee_of(order["amount"])
        order["trade"] |= {"status": SUCCESS, "paid_at": account.now(), "closed_at": None, "fee": fee}
        order["poor"] = False
        account.save(KIND, order)
        balance.record(account, order, balance.TRADE, order["amount"], fee=fee)
        notices.tell(account, order)
    return order


def lack(account: Account, order: Document) -> None:
    """The payer tried, and had not enough money."""
    begin(account, order)
    order["poor"] = True
    account.save(KIND, order)


def close(account: Account, order: Document) -> Document:
    """By the shop. Refusal unless it waits for its payer."""
    if order["trade"]["status"] != WAIT:
        raise business("ACQ.TRADE_STATUS_ERROR")
    order["trade"] |= {"status": CLOSED, "closed_at": account.now()}
    account.save(KIND, order)
    return order


def void(account: Account, number: str) -> None:
    """The number of an order that nobody has opened, or that never came: it can never be paid."""
    order = current(account, number)
    if order is None:
        made = Wish(number, 0, "", CODE, None, None, None, None)
        order = _new(account, made)
    _give_trade(account, order, CLOSED)


def _give_trade(account: Account, order: Document, status: str) -> None:
    now = account.now()
    trade_no = f"{datetime.fromtimestamp(now, BEIJING):%Y%m%d}22001{digits(15)}"
    order["trade"] = {
        "no": trade_no,
        "status": status,
        "opened_at": now,
        "paid_at": None,
        "closed_at": now if status == CLOSED else None,
        "timed_out": False,
        "refunded": 0,
        "fee": 0,
    }
    account.save(KIND, order)
    account.add_key(KIND, order["id"], "trade", trade_no)

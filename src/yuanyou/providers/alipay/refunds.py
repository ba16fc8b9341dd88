"""Money back: under our own number, which is all it needs to be sent once. Alipay lists no refunds.

Source: Alipay's pages of alipay.trade.refund and alipay.trade.fastpay.refund.query.
"""

from collections.abc import Mapping
from typing import Any

from yuanyou.kernel.money import Money
from yuanyou.payments.port import RefundAsk, RefundSnapshot, RefundTold, Unknown
from yuanyou.providers.alipay.amounts import from_yuan, to_yuan
from yuanyou.providers.alipay.api import Api

REFUND, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
DONE = "REFUND_SUCCESS"


def refund(api: Api, ask: RefundAsk) -> RefundSnapshot:
    """The number is the refund's own, the same with every try. `fund_change` N: nothing moved now."""
    content = {
        "trade_no": ask.charge_ref,
        "refund_amount": to_yuan(ask.amount),
        "out_request_no": ask.ref,
    }
    answer = api.ask(REFUND, content)
    if answer.get("fund_change") == "Y":
        return RefundSnapshot(RefundTold.SUCCEEDED, ask.ref, ask.amount, ref=ask.ref)
    found = _found(api, ask.charge_ref, ask.ref)
    return found or RefundSnapshot(RefundTold.PENDING, ask.ref, ask.amount, ref=ask.ref)


def query_refund(api: Api, ask: RefundAsk) -> RefundSnapshot:
    """Unknown while Alipay does not say that it is done: it may still be under way, or never have come."""
    found = _found(api, ask.charge_ref, ask.provider_ref or ask.ref)
    if found is None:
        raise Unknown("no_such_refund", ask.ref)
    return found


def at_one_stroke(api: Api, trade: Mapping[str, Any]) -> RefundSnapshot | None:
    """The refund of a whole trade that bears the order's number, as cancellations and refunds by hand do."""
    number, whole = str(trade["out_trade_no"]), from_yuan(trade["total_amount"])
    found = _found(api, str(trade["trade_no"]), number)
    if found is None or found.amount != whole:
        return None
    return RefundSnapshot(RefundTold.SUCCEEDED, number, whole)


def _found(api: Api, charge_ref: str, number: str) -> RefundSnapshot | None:
    """A refund that was done. That the question was answered (10000) says nothing yet."""
    answer = api.ask(QUERY, {"trade_no": charge_ref, "out_request_no": number})
    if answer.get("refund_status") != DONE:
        return None
    amount: Money = from_yuan(answer["refund_amount"])
    return RefundSnapshot(RefundTold.SUCCEEDED, number, amount, ref=number)

"""Sending money back: under our own number, which may be repeated for ever."""

from yuanyou.kernel.money import Money
from yuanyou.payments.port import RefundAsk, RefundSnapshot, RefundTold, Refused, Unknown
from yuanyou.providers.patience import deadline
from yuanyou.providers.wechat.api import Api, Json
from yuanyou.providers.wechat.errors import MISSING, Problem, translated
from yuanyou.providers.wechat.orders import Orders

TOLD = {
    "PROCESSING": RefundTold.PENDING,
    "SUCCESS": RefundTold.SUCCEEDED,
    "CLOSED": RefundTold.FAILED,
    "ABNORMAL": RefundTold.FAILED,
}
REASONS = {"CLOSED": "refund_closed", "ABNORMAL": "refund_abnormal"}
"""Closed: the money is ours again. Abnormal: the payer's card does not take it; WeChat keeps it until staff
have said on its pages where to."""


def refund(api: Api, orders: Orders, ask: RefundAsk) -> RefundSnapshot:
    """The refund of this reference. WeChat wants to hear the order's total once more: it is looked up.

    A second refund of one order within a minute is Unknown: the same request does it later.
    """
    with deadline(), translated(of_refund=True):
        order = orders.transaction(ask.charge_ref)
        total = Money(int(order["amount"]["total"]), str(order["amount"]["currency"]))
        if total.currency != ask.amount.currency:
            raise Refused("wrong_currency", str(total))
        amount = {"refund": ask.amount.minor, "total": total.minor, "currency": total.currency}
        answer = api.ask(
            lambda sdk: sdk.refund(
                out_refund_no=ask.ref, amount=amount, transaction_id=str(order["transaction_id"])
            )
        )
        return _snapshot(answer)


def query_refund(api: Api, ask: RefundAsk) -> RefundSnapshot:
    """Unknown when WeChat has never heard of it: it may still be on its way."""
    with deadline(), translated(of_refund=True):
        try:
            return _snapshot(api.ask(lambda sdk: sdk.query_refund(ask.ref)))
        except Problem as problem:
            if problem.code in MISSING:
                raise Unknown("no_such_refund", ask.ref) from problem
            raise


def _snapshot(answer: Json) -> RefundSnapshot:
    status, amount = str(answer["status"]), answer["amount"]
    return RefundSnapshot(
        told=TOLD[status],
        provider_ref=str(answer["refund_id"]),
        amount=Money(int(amount["refund"]), str(amount["currency"])),
        reason=REASONS.get(status),
        ref=str(answer["out_refund_no"]),
    )

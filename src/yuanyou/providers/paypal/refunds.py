"""Sending money back. PayPal forgets a key after six hours, but no refund: it is looked for first."""

from yuanyou.payments.port import RefundAsk, RefundSnapshot, Unknown
from yuanyou.providers.patience import deadline
from yuanyou.providers.paypal.amounts import to_paypal
from yuanyou.providers.paypal.api import Api
from yuanyou.providers.paypal.errors import translated
from yuanyou.providers.paypal.orders import Json, order_id_of, refund_snapshot, refunds_of

FULL = "return=representation"


def refund(api: Api, ask: RefundAsk) -> RefundSnapshot:
    """The refund of this reference, sent now unless it was sent before."""
    with deadline(), translated():
        return _sent(api, ask) or _send(api, ask)


def query_refund(api: Api, ask: RefundAsk) -> RefundSnapshot:
    """Unknown when it has no name yet and the payment lists none of this reference."""
    with deadline(), translated():
        if not ask.provider_ref:
            found = _sent(api, ask)
            if found is None:
                raise Unknown("no_such_refund", ask.ref)
            return found
        answer = api.ask(lambda sdk: sdk.payments.get_refund({"refund_id": ask.provider_ref}))
        return refund_snapshot(answer)


def _sent(api: Api, ask: RefundAsk) -> RefundSnapshot | None:
    """Only an order lists its refunds."""
    capture = api.ask(lambda sdk: sdk.payments.get_captured_payment({"capture_id": ask.charge_ref}))
    order = api.ask(lambda sdk: sdk.orders.get_order({"id": order_id_of(capture)}))
    return next((each for each in refunds_of(order) if each.ref == ask.ref), None)


def _send(api: Api, ask: RefundAsk) -> RefundSnapshot:
    body: Json = {"amount": to_paypal(ask.amount), "invoice_id": ask.ref}
    options = {
        "capture_id": ask.charge_ref,
        "body": body,
        "paypal_request_id": ask.idempotency_key,
        "prefer": FULL,
    }
    return refund_snapshot(api.ask(lambda sdk: sdk.payments.refund_captured_payment(options)))

"""Money that came late or twice: it goes to the wallet or back, by policy, and the customer is told."""

from datetime import datetime

from django.conf import settings

from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.messages import actions as messages
from yuanyou.orders.models import Order
from yuanyou.payments import actions as payments
from yuanyou.payments.actions import RefundWish
from yuanyou.payments.models import Attempt
from yuanyou.payments.rules import Destination, RefundEvent, TakesBack


def keep(locked: payments.Locked, attempt: Attempt, *, now: datetime) -> None:
    """Give surplus money its home. Part of the settling step; once per attempt by the entry's key.

    A guest's money goes back the way it came: they have no wallet to find it in.
    """
    payment = locked.payment
    order = Order.objects.only("by_guest", "language", "line_id", "customer_id").get(pk=payment.order_id)
    to_wallet = settings.CONFIG.surplus_policy == "wallet" and not order.by_guest
    if to_wallet:
        entry = recipes.surplus_to_wallet(
            attempt_id=attempt.pk,
            payment_id=payment.pk,
            customer_id=payment.customer_id,
            amount=attempt.amount,
        )
    else:
        wish = RefundWish(payment.customer_id, "surplus", Destination.ORIGIN, TakesBack.SURPLUS)
        refund = payments.request_refund(attempt, amount=attempt.amount, wanted=wish, now=now)
        payments.move_refund(refund, RefundEvent.APPROVED, source="surplus", now=now, ask_at=now)
        entry = recipes.surplus_to_refund(
            attempt_id=attempt.pk, payment_id=payment.pk, refund_id=refund.pk, amount=attempt.amount
        )
    ledger.post(entry, happened_at=now)
    messages.queue(
        "surplus_to_wallet" if to_wallet else "surplus_refunded",
        key=f"surplus:{attempt.pk}",
        customer_id=payment.customer_id,
        line_id=order.line_id,
        language=order.language,
        facts={"amount_minor": attempt.amount_minor, "currency": attempt.currency},
        now=now,
    )

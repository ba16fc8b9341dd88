"""Before a provider is asked: is this try too much? Card testers are stopped, others at most confirm."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind
from yuanyou.payments import queries
from yuanyou.payments.limits import Answer, Limits, Why, judge

log = logging.getLogger(__name__)


class TooMuch(Exception):
    """Nothing is tried now; the customer may try later or write to us."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Trail:
    """Keyed hashes of where a try comes from; nothing can be read from them. None: nobody was there."""

    device: str | None = None
    address: str | None = None


NOBODY = Trail()


def must_verify(order: Order, amount: Money, trail: Trail, *, now: datetime) -> bool:
    """Must the payer's bank confirm the payer? TooMuch when nothing may be tried. Part of the paying step."""
    lately = queries.lately(
        None if order.by_guest else order.customer_id,
        device=trail.device,
        address=trail.address,
        worth=settings.CONFIG.worth_in(amount.currency),
        now=now,
    )
    verdict = judge(lately, _limits(order), amount=amount.minor)
    if verdict.why is Why.BREAKER:
        log.error(
            "%d of %d tries failed in ten minutes: cards are tested", lately.all_failed, lately.all_tries
        )
    if verdict.answer is Answer.REFUSE:
        assert verdict.why is not None
        log.warning("%s: no try, %s", order.ref, verdict.why)
        raise TooMuch(verdict.why)
    return verdict.answer is Answer.VERIFY


def _limits(order: Order) -> Limits:
    config = settings.CONFIG
    most = config.top_up_day_limit if order.kind == OrderKind.TOP_UP else config.day_limit
    return Limits(paid_day=config.limit_in(most, order.currency))

"""Orders: a frozen quote that somebody means to buy."""

from enum import StrEnum

from yuanyou.kernel.state import Machine


class OrderKind(StrEnum):
    FIRST_ORDER = "first_order"
    RENEWAL = "renewal"
    TOP_UP = "top_up"


class OrderState(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    CANCELED = "canceled"


class OrderEvent(StrEnum):
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    CANCELED = "canceled"


S, E = OrderState, OrderEvent
ORDER = Machine(
    "order",
    {
        (S.OPEN, E.FULFILLED): S.FULFILLED,
        (S.OPEN, E.EXPIRED): S.EXPIRED,
        (S.OPEN, E.CANCELED): S.CANCELED,
    },
)


class Start(StrEnum):
    """When a bought term begins."""

    AFTER = "after"  # when what is paid for already has ended
    NOW = "now"  # at once: the running term is cut, its days are given up with consent

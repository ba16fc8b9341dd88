"""The page of one order: pay, wait, done. It updates itself, and a manual refresh shows the same."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yuanyou.flows import checkout, links, settlement
from yuanyou.flows.checkout import NothingToPayWith, NotPayable
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.orders.queries import ReceiptView
from yuanyou.orders.rules import OrderState
from yuanyou.payments import queries as payments
from yuanyou.payments.queries import PaymentView
from yuanyou.payments.rules import OPEN, AttemptState
from yuanyou.web.customer.access import opened_order
from yuanyou.web.shared import methods
from yuanyou.web.shared.methods import Method, name_of

SETTLING = frozenset({AttemptState.SUBMITTING, AttemptState.PROCESSING, AttemptState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order as its page shows it. `phase`: to_pay, waiting, done, failed, over, returned."""

    order: Order
    phase: str
    payment: PaymentView
    rest: Money
    reason: str | None
    methods: list[Method]
    receipt: ReceiptView | None
    before: datetime | None
    after: datetime | None
    zone: str | None
    paid_by: object
    url: str


@never_cache
def show(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """The order now; asked by htmx, only the part that changes."""
    page = _page(opened_order(ref, token))
    part = request.headers.get("HX-Request") == "true"
    template = "customer/_order.html" if part else "customer/order.html"
    return render(request, template, {"page": page, "asked_again": "again" in request.GET})


@require_GET
@never_cache
def landed(_request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """The customer comes back from the provider: ask at once, then show the order."""
    order = opened_order(ref, token)
    with in_cell(cell_of(order.pk)):
        payment = payments.payment_of(order.pk)
    if payment is not None and order.state == OrderState.OPEN:
        for attempt in payment.attempts:
            if not attempt.is_wallet and attempt.state in OPEN:
                settlement.ask(attempt.id, source="landing", now=settings.CLOCK.now())
    return redirect(links.order_page(order))


@require_POST
def pay(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """Another try: the same pay page, or another method with the order kept."""
    order = opened_order(ref, token)
    tender = methods.tender(request.POST.get("method", ""), use_wallet=bool(request.POST.get("use_wallet")))
    try:
        url = checkout.again(order, tender, now=settings.CLOCK.now())
    except (NotPayable, NothingToPayWith):
        url = None
    return redirect(url or links.order_page(order))


def _page(order: Order) -> OrderPage:
    with in_cell(cell_of(order.pk)):
        payment = payments.payment_of(order.pk)
        receipt = orders.receipt_of(order.pk)
        zone = order.line.zone if order.line_id and order.line else None
    assert payment is not None
    held = sum(a.amount.minor for a in payment.attempts if a.is_wallet and a.state == AttemptState.PROCESSING)
    rest = Money(payment.amount.minor - held, payment.amount.currency)
    asked = [attempt for attempt in payment.attempts if not attempt.is_wallet]
    last = asked[-1] if asked else None
    by = next((a for a in payment.attempts if a.state == AttemptState.SUCCEEDED and not a.is_wallet), None)
    return OrderPage(
        order=order,
        phase=_phase(order, last.state if last else None),
        payment=payment,
        rest=rest,
        reason=last.reason if last else None,
        methods=methods.fitting(rest) if order.state == OrderState.OPEN else [],
        receipt=receipt,
        before=_instant(order.result.get("before")),
        after=_instant(order.result.get("after")),
        zone=zone,
        paid_by=name_of(by.method if by else methods.WALLET),
        url=links.order_page(order),
    )


def _phase(order: Order, last: AttemptState | None) -> str:
    match order.state:
        case OrderState.FULFILLED:
            return "done"
        case OrderState.EXPIRED:
            return "over"
        case OrderState.CANCELED:
            return "returned"
    if last in SETTLING:
        return "waiting"
    if last is AttemptState.MISMATCH:
        return "waiting"
    return (
        "failed" if last in {AttemptState.FAILED, AttemptState.CANCELED, AttemptState.EXPIRED} else "to_pay"
    )


def _instant(situation: object) -> datetime | None:
    until = situation.get("paid_until") if isinstance(situation, dict) else None
    return datetime.fromisoformat(until) if until else None

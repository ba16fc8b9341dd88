"""The page of one order: pay, wait, done. It updates itself, and a manual refresh shows the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.rules import FxQuote
from yuanyou.flows import checkout, links, settlement
from yuanyou.flows.checkout import NothingToPayWith, NotPayable, OnHold
from yuanyou.flows.step import apart, in_cell
from yuanyou.flows.watch import TooMuch
from yuanyou.identity.queries import Person, customer_of
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money, total
from yuanyou.ledger.actions import Overdrawn
from yuanyou.lines.models import Line
from yuanyou.messages.receipt import receipt_page
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.orders.queries import ReceiptView
from yuanyou.orders.rules import OrderState
from yuanyou.payments import queries as payments
from yuanyou.payments.port import Why
from yuanyou.payments.queries import AttemptView, PaymentView
from yuanyou.payments.rules import OPEN, AttemptState
from yuanyou.web.customer import who_pays
from yuanyou.web.customer.access import opened_order
from yuanyou.web.customer.came_back import CameBack, came_back
from yuanyou.web.customer.doors import Door, door_of
from yuanyou.web.customer.kept import KeptShown, usable
from yuanyou.web.customer.paying import REFUSALS
from yuanyou.web.shared import methods
from yuanyou.web.shared.methods import Method, name_of
from yuanyou.web.shared.payer import Payer, payer_of
from yuanyou.web.shared.reasons import words_for
from yuanyou.web.shared.trail import remember_device

SETTLING = frozenset(
    {
        AttemptState.SUBMITTING,
        AttemptState.PROCESSING,
        AttemptState.UNKNOWN,
        AttemptState.MISMATCH,
        AttemptState.SUCCEEDED,
    }
)
"""Money may be on its way, or came while we looked: nobody is asked to pay again."""
GONE = frozenset({AttemptState.FAILED, AttemptState.CANCELED, AttemptState.EXPIRED})


@dataclass(frozen=True, slots=True)
class PartPaid:
    """What one way to pay brought."""

    name: Promise | str
    amount: Money


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order as its page shows it."""

    order: Order
    phase: str
    """`to_pay`, `waiting`, `done`, `failed`, `over`, `returned`, or the door's."""
    seen: str
    """Changes when there is something else to show; empty when nothing is waited for."""
    door: Door | None
    path: str
    rest: Money
    reason_words: str
    kept: list[KeptShown]
    """What the owner keeps, if it is the owner who looks: the secret in the link alone does not show it."""
    methods: list[Method]
    chosen: str
    may_keep: bool
    about: FxQuote | None
    open_until: datetime
    may_pay_later: bool
    """There was not enough money: the order waits longer, and its link is worth keeping."""
    receipt: ReceiptView | None
    receipt_number: str | None
    parts: list[PartPaid]
    """How it was paid: more than one when the wallet paid a part."""
    zone: str
    line_ref: str | None
    number: str | None
    before: datetime | None
    after: datetime | None
    data_before: int | None
    data_after: int | None
    wallet_before: Money | None
    wallet_after: Money | None
    came_back: list[CameBack]


@never_cache
def show(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """The order now; asked by htmx, only the part that changes, and nothing while nothing has happened."""
    order = opened_order(ref, token)
    page = _page(order, owner=_owner(request, order), payer=payer_of(request))
    part = request.headers.get("HX-Request") == "true"
    if part and page.seen and request.GET.get("seen") == page.seen:
        return HttpResponse(status=204)
    template = "customer/_order.html" if part else "customer/order.html"
    return render(request, template, {"page": page})


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
                with apart(f"settling attempt {attempt.ref}"):
                    settlement.ask(attempt.id, source="landing", now=settings.CLOCK.now())
    return redirect(links.order_page(order))


@require_POST
def pay(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """Another try: the same pay page, or another method with the order kept."""
    return pay_order(request, opened_order(ref, token))


def pay_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Try to pay an order as the form says: to the pay page, or back to the order's own."""
    tender = methods.tender(
        request.POST.get("method", ""),
        use_wallet=bool(request.POST.get("use_wallet")),
        keep=bool(request.POST.get("keep")),
        payer=payer_of(request),
    )
    if tender.elsewhere:
        return redirect(links.go_on_page(order, request.POST["method"]))
    if methods.lacks_payer(tender):
        return who_pays.ask(request, back=links.order_page(order))
    if _owner(request, order) is None:
        tender = replace(tender, keep=False, saved_id=None)
    try:
        url = checkout.again(order, tender, now=settings.CLOCK.now())
    except (NotPayable, NothingToPayWith, Overdrawn):
        url = None
    except (OnHold, TooMuch) as refusal:
        notices.error(request, str(REFUSALS[type(refusal)]))
        url = None
    answer = redirect(url or links.order_page(order))
    remember_device(request, answer)
    return answer


def _owner(request: HttpRequest, order: Order) -> Person | None:
    """Whose order it is, if they are signed in and no guest made it."""
    person = customer_of(request.user.pk) if request.user.is_authenticated else None
    return person if person and person.id == order.customer_id and not order.by_guest else None


def _page(order: Order, *, owner: Person | None, payer: Payer) -> OrderPage:
    with in_cell(cell_of(order.pk)):
        payment = payments.payment_of(order.pk)
        receipt = orders.receipt_of(order.pk)
        line = order.line
        returned = came_back(payment) if payment else []
    assert payment is not None
    asked = [attempt for attempt in payment.attempts if not attempt.is_wallet]
    last = asked[-1] if asked else None
    offered = methods.fitting(rest_of(payment), place=payer.place) if order.state == OrderState.OPEN else []
    now = settings.CLOCK.now()
    door = door_of(last, place=payer.place, now=now) if order.state == OrderState.OPEN else None
    phase = door.phase if door else _phase(order, last.state if last else None)
    kept = usable(owner, rest_of(payment), now=now) if owner and offered else []
    before, after = order.result.get("before") or {}, order.result.get("after") or {}
    return OrderPage(
        order=order,
        phase=phase,
        seen=f"{phase}-{last.ref}" if last and (door or phase == "to_pay") else "",
        door=door,
        path=reverse("customer:order", args=[order.ref, order.token]),
        rest=rest_of(payment),
        reason_words=str(words_for(last.reason)) if last and last.reason else "",
        kept=kept,
        methods=offered,
        chosen=_first_choice([*kept, *offered], last),
        may_keep=owner is not None and any(method.saves for method in offered),
        about=_about(rest_of(payment), payer, now=now) if offered else None,
        open_until=payment.expires_at,
        may_pay_later=last is not None and last.reason == Why.INSUFFICIENT_FUNDS,
        receipt=receipt,
        receipt_number=receipt_page(receipt).number if receipt else None,
        parts=_parts(payment),
        zone=_zone(line, owner),
        line_ref=line.ref if line else None,
        number=order.result.get("number"),
        before=_instant(before.get("paid_until")),
        after=_instant(after.get("paid_until")),
        data_before=before.get("data_left"),
        data_after=after.get("data_left"),
        wallet_before=_money(order, "wallet_before_minor"),
        wallet_after=_money(order, "wallet_after_minor"),
        came_back=returned,
    )


def _about(rest: Money, payer: Payer, *, now: datetime) -> FxQuote | None:
    return catalog.about(rest, into=payer.about_in, now=now) if payer.about_in else None


def rest_of(payment: PaymentView) -> Money:
    """What is left to pay beside the wallet's part that is held."""
    held = [a.amount for a in payment.attempts if a.is_wallet and a.state == AttemptState.PROCESSING]
    return payment.amount - total(held, currency=payment.amount.currency)


def _parts(payment: PaymentView) -> list[PartPaid]:
    """The wallet's part first. What was paid twice counts once: the rest has come back."""
    brought = [a for a in payment.attempts if a.state == AttemptState.SUCCEEDED]
    of_wallet, others = [a for a in brought if a.is_wallet], [a for a in brought if not a.is_wallet]
    return [PartPaid(name_of(attempt.method), attempt.amount) for attempt in (*of_wallet, *others[:1])]


def _zone(line: Line | None, owner: Person | None) -> str:
    """The line's; money for the wallet has none, and is shown in its owner's."""
    if line is not None:
        return line.zone
    return owner.zone if owner else settings.CONFIG.books_zone


def _first_choice(ways: Sequence[Method | KeptShown], last: AttemptView | None) -> str:
    """The first way to pay that has not just been refused."""
    refused = methods.code_of(last) if last and last.state in GONE else None
    codes = [way.code for way in ways]
    return next((code for code in codes if code != refused), codes[0] if codes else "")


def _money(order: Order, key: str) -> Money | None:
    minor = order.result.get(key)
    return None if minor is None else Money(minor, order.currency)


def _phase(order: Order, last: AttemptState | None) -> str:
    ended = {OrderState.FULFILLED: "done", OrderState.EXPIRED: "over", OrderState.CANCELED: "returned"}
    if order.state != OrderState.OPEN:
        return ended[OrderState(order.state)]
    if last in SETTLING:
        return "waiting"
    return "failed" if last in GONE else "to_pay"


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

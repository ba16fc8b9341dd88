"""From WeChat to the phone's own browser with the order in hand: a link that is good once, for a short while.

Inside WeChat it says how to leave; opened in a browser it pays this one order, without signing in. Looking
at it uses nothing up (WeChat looks at links by itself): what is sent from it does.
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yuanyou.flows import links
from yuanyou.flows.links import Carry
from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderState
from yuanyou.payments import queries as payments
from yuanyou.payments.port import Place
from yuanyou.web.customer.order import pay_order, rest_of
from yuanyou.web.shared import methods
from yuanyou.web.shared.methods import Method
from yuanyou.web.shared.payer import payer_of

GONE = 410


@dataclass(frozen=True, slots=True)
class Carried:
    """The order that a link carries, as its page shows it. `way` None: it cannot be paid like that here."""

    order: Order
    rest: Money
    way: Method | None
    name: Promise | str
    is_open: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, signed: str) -> HttpResponse:
    """How to leave WeChat; in a browser, the order to pay; what is sent from there uses the link up."""
    held = links.to_go_on(signed)
    if held is None or _is_used(held):
        return render(request, "customer/go_on_over.html", status=GONE)
    if request.method != "POST" or payer_of(request).place is Place.WECHAT:
        return _offer(request, held)
    if not _use(held):
        return render(request, "customer/go_on_over.html", status=GONE)
    order = _order(held)
    return pay_order(request, order) if "method" in request.POST else redirect(links.order_page(order))


def _offer(request: HttpRequest, held: Carry) -> HttpResponse:
    page = _page(request, held)
    if payer_of(request).place is not Place.WECHAT:
        return render(request, "customer/go_on.html", {"page": page})
    if not page.is_open:
        return redirect(links.order_page(page.order))
    return render(request, "customer/leave_wechat.html", {"page": page})


def _page(request: HttpRequest, held: Carry) -> Carried:
    order = _order(held)
    with in_cell(cell_of(order.pk)):
        payment = payments.payment_of(order.pk)
    assert payment is not None
    rest = rest_of(payment)
    offered = methods.fitting(rest, place=payer_of(request).place)
    return Carried(
        order=order,
        rest=rest,
        way=next((way for way in offered if way.code == held.method), None),
        name=methods.name_of(held.method.partition(":")[2]),
        is_open=order.state == OrderState.OPEN,
    )


def _order(held: Carry) -> Order:
    with in_cell(cell_of(held.order_id)):
        return Order.objects.get(pk=held.order_id)


def _is_used(held: Carry) -> bool:
    return bool(cache.get(_key(held)))


def _use(held: Carry) -> bool:
    """Use the link up; False when somebody was quicker."""
    return bool(cache.add(_key(held), 1, timeout=2 * links.GO_ON_SECONDS))


def _key(held: Carry) -> str:
    return f"go-on:{held.once}"

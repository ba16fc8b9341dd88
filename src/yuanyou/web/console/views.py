"""The console's first pages: what waits, find anything, a line, an order, the books."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuanyou.flows import network
from yuanyou.identity.rules import Role
from yuanyou.kernel.redact import redact
from yuanyou.lines.models import Line
from yuanyou.orders.models import Order
from yuanyou.web.console import dispute_pages, pages, refund_pages, waiting
from yuanyou.web.console.people import RevealForm
from yuanyou.web.console.refs import id_of
from yuanyou.web.console.search import find
from yuanyou.web.shared.access import StaffRequest, staff_required


@staff_required()
def today(request: StaffRequest) -> HttpResponse:
    """What waits for a person; and the search box. One hit leads straight to its page."""
    asked = request.GET.get("q", "").strip()
    typed = redact(asked)
    if typed != asked:  # the page's own links and the browser's address would say it again
        return redirect(f"{request.path}?{urlencode({'q': typed})}")
    hits = find(typed) if typed else []
    if len(hits) == 1:
        return redirect(hits[0].url)
    context = {
        "waiting": waiting.items(request.staff),
        "hits": hits,
        "q": typed,
        "zone": settings.CONFIG.books_zone,
    }
    return render(request, "console/today.html", context)


@staff_required(Role.SUPPORT)
def line(request: StaffRequest, ref: str) -> HttpResponse:
    try:
        page = pages.line_page(id_of(ref, "line"), now=settings.CLOCK.now())
    except Line.DoesNotExist:
        raise Http404 from None
    return render(request, "console/line.html", {"page": page, "reveal": _reveal(page.line.ref)})


@staff_required(Role.SUPPORT)
@require_POST
def ask_carrier(request: StaffRequest, ref: str) -> HttpResponse:
    """What the carrier refused, or nobody knows of, is asked once more."""
    try:
        asked = network.ask_again(id_of(ref, "line"), by=request.staff.id, now=settings.CLOCK.now())
    except Line.DoesNotExist:
        raise Http404 from None
    if asked:
        messages.success(request, _("The carrier is asked again."))
    else:
        messages.info(request, _("Nothing has to be asked: the line stands as it should, or is about to."))
    return redirect("console:line", ref)


@staff_required(Role.SUPPORT, Role.FINANCE)
def order(request: StaffRequest, ref: str) -> HttpResponse:
    try:
        page = pages.order_page(id_of(ref, "ord"))
    except Order.DoesNotExist:
        raise Http404 from None
    context = {
        "page": page,
        "zone": settings.CONFIG.books_zone,
        "reveal": _reveal(page.order.ref),
        "may_support": request.staff.may_act_as(Role.SUPPORT),
        "refundable": refund_pages.refundable(page.order, now=settings.CLOCK.now()),
        "disputes": dispute_pages.of_order(page.order.pk),
    }
    return render(request, "console/order.html", context)


@staff_required(Role.FINANCE)
def books(request: StaffRequest) -> HttpResponse:
    """The trial balance of every cell; each sums to zero."""
    return render(request, "console/books.html", {"cells": pages.books_of_all_cells()})


def _reveal(subject: str) -> dict[str, object]:
    """What the form that shows masked data needs to know."""
    return {"subject": subject, "form": RevealForm()}

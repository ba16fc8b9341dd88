"""The console's first pages: what waits, find anything, a line, an order, the books."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from yuanyou.identity.rules import Role
from yuanyou.kernel.ids import BadReference, parse
from yuanyou.kernel.redact import redact
from yuanyou.lines.models import Line
from yuanyou.orders.models import Order
from yuanyou.web.console import pages
from yuanyou.web.console.search import find
from yuanyou.web.shared.access import StaffRequest, staff_required


@staff_required()
def today(request: StaffRequest) -> HttpResponse:
    """What waits for a person; and the search box. One hit leads straight to its page."""
    typed = redact(request.GET.get("q", "").strip())
    hits = find(typed) if typed else []
    if len(hits) == 1:
        return redirect(hits[0].url)
    context = {"waiting": pages.waiting(), "hits": hits, "q": typed}
    return render(request, "console/today.html", context)


@staff_required(Role.SUPPORT)
def line(request: StaffRequest, ref: str) -> HttpResponse:
    try:
        page = pages.line_page(_id(ref, "line"), now=settings.CLOCK.now())
    except Line.DoesNotExist:
        raise Http404 from None
    return render(request, "console/line.html", {"page": page})


@staff_required(Role.SUPPORT)
def order(request: StaffRequest, ref: str) -> HttpResponse:
    try:
        page = pages.order_page(_id(ref, "ord"))
    except Order.DoesNotExist:
        raise Http404 from None
    return render(request, "console/order.html", {"page": page, "zone": settings.CONFIG.books_zone})


@staff_required(Role.FINANCE)
def books(request: StaffRequest) -> HttpResponse:
    """The trial balance of every cell; each sums to zero."""
    return render(request, "console/books.html", {"cells": pages.books_of_all_cells()})


def _id(text: str, kind: str) -> int:
    """The id in a reference, in a cell that we have. Http404."""
    try:
        found = parse(text, kind)
    except BadReference:
        raise Http404 from None
    if found.cell not in settings.CONFIG.cells:
        raise Http404
    return found.id

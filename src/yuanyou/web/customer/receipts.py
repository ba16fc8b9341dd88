"""Receipts: the list, and one as a page that prints well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.messages.pdf import to_pdf
from yuanyou.messages.receipt import receipt_page
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.orders.queries import ReceiptView
from yuanyou.web.customer.access import opened_order
from yuanyou.web.shared.access import CustomerRequest, customer_required
from yuanyou.web.shared.methods import name_of


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    number: str
    url: str
    paid_at: datetime
    total: Money


@customer_required
def receipts(request: CustomerRequest) -> HttpResponse:
    with in_cell(request.customer.cell):
        found = orders.receipts_of(request.customer.id)
    context = {"receipts": [_row(kept) for kept in found], "zone": request.customer.zone, "tab": "receipts"}
    return render(request, "customer/receipts.html", context)


@never_cache
def receipt(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """One receipt, opened by its order's secret link."""
    order, context = _context(ref, token)
    return render(request, "customer/receipt.html", context | {"order": order})


@never_cache
def receipt_pdf(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """The same as a file to keep."""
    _order, context = _context(ref, token)
    html = render_to_string("messages/receipt_pdf.html", context, request)
    name = f"{context['receipt'].number or ref}.pdf"
    return HttpResponse(
        to_pdf(html),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _context(ref: str, token: UUID) -> tuple[Order, dict[str, Any]]:
    order = opened_order(ref, token)
    with in_cell(cell_of(order.pk)):
        kept = orders.receipt_of(order.pk)
        zone = order.line.zone if order.line else settings.CONFIG.books_zone
    if kept is None:
        raise Http404
    page = receipt_page(kept)
    return order, {
        "receipt": page,
        "lines": page.lines(get_language() or "en"),
        "method": name_of(page.method),
        "zone": zone,
    }


def _row(kept: ReceiptView) -> ReceiptRow:
    page = receipt_page(kept)
    url = reverse("customer:receipt", args=[kept.order_ref, kept.token])
    return ReceiptRow(page.number or kept.order_ref, url, kept.paid_at, page.total)

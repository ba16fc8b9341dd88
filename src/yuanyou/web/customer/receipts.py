"""Receipts: the list, and one as a page that prints well."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import cell_of
from yuanyou.messages.receipt import receipt_page
from yuanyou.orders import queries as orders
from yuanyou.web.customer.access import opened_order
from yuanyou.web.shared.access import CustomerRequest, customer_required


@customer_required
def receipts(request: CustomerRequest) -> HttpResponse:
    with in_cell(request.customer.cell):
        found = orders.receipts_of(request.customer.id)
    return render(request, "customer/receipts.html", {"receipts": found})


@never_cache
def receipt(request: HttpRequest, ref: str, token: UUID) -> HttpResponse:
    """One receipt, opened by its order's secret link."""
    order = opened_order(ref, token)
    with in_cell(cell_of(order.pk)):
        found = orders.receipt_of(order.pk)
    if found is None:
        raise Http404
    return render(request, "customer/receipt.html", {"receipt": receipt_page(found), "order": order})

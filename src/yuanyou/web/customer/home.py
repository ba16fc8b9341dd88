"""Home: the state of each line, what is left, until when, and one Renew; and the page for bad networks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yuanyou.identity.queries import customer_of
from yuanyou.web.customer import pages
from yuanyou.web.customer.access import own_line
from yuanyou.web.shared.access import CustomerRequest, customer_required


@customer_required
def home(request: CustomerRequest) -> HttpResponse:
    """The wallet and the lines; asked by htmx, only the part that changes, and nothing if nothing has."""
    page = pages.home(request.customer, now=settings.CLOCK.now())
    part = request.headers.get("HX-Request") == "true"
    if part and request.GET.get("seen") == page.fingerprint:
        return HttpResponse(status=204)
    return render(request, "customer/_home.html" if part else "customer/home.html", {"page": page})


@customer_required
def line(request: CustomerRequest, ref: str) -> HttpResponse:
    """One line: buckets in burn order, both clocks, the terms that wait."""
    line_id = own_line(request.customer, ref)
    card = pages.card(line_id, language=request.customer.language, now=settings.CLOCK.now())
    return render(request, "customer/line.html", {"card": card})


@customer_required
def install(request: CustomerRequest, ref: str) -> HttpResponse:
    """Put the eSIM on a phone: a link, a QR code, or typed by hand."""
    line_id = own_line(request.customer, ref)
    card = pages.card(line_id, language=request.customer.language, now=settings.CLOCK.now())
    return render(request, "customer/install.html", {"card": card, "esim": card.install})


def lite(request: HttpRequest) -> HttpResponse:
    """Balance and a pay link with no script and no style file, for a line that has almost no data."""
    person = customer_of(request.user.pk) if request.user.is_authenticated else None
    page = pages.home(person, now=settings.CLOCK.now()) if person else None
    return render(request, "customer/lite.html", {"page": page})

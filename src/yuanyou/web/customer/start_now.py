"""A line is out of data and its next plan is paid for: begin it now, with what that costs in days."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanyou.catalog.queries import plan_version
from yuanyou.flows import start_now
from yuanyou.flows.start_now import NothingToStart
from yuanyou.kernel.ids import BadReference, Ref, parse
from yuanyou.web.customer.access import own_line
from yuanyou.web.shared.access import CustomerRequest, customer_required


@customer_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: CustomerRequest, ref: str) -> HttpResponse:
    """What it costs, and the owner's yes. A second tap says the same and changes nothing."""
    line_id, now = own_line(request.customer, ref), settings.CLOCK.now()
    try:
        if request.method == "POST":
            if start_now.begin(line_id, customer_id=request.customer.id, **_shown(request), now=now):
                messages.success(request, _("Your next plan has begun."))
            return redirect("customer:line", ref=ref)
        offer = start_now.offer(line_id, customer_id=request.customer.id, now=now)
    except NothingToStart:
        messages.warning(
            request, _("Nothing was changed: there is no plan to begin now. See what your line has.")
        )
        return redirect("customer:line", ref=ref)
    context = {
        "ref": ref,
        "offer": offer,
        "plan": plan_version(offer.plan_version_id).name(request.customer.language),
        "running": Ref("term", offer.running_id),
        "term": Ref("term", offer.term_id),
    }
    return render(request, "customer/start_now.html", context)


def _shown(request: CustomerRequest) -> dict[str, int]:
    """The two terms that the page spoke of. NothingToStart unless it is a page of ours."""
    try:
        return {f"{name}_id": parse(request.POST.get(name, ""), "term").id for name in ("running", "term")}
    except BadReference:
        raise NothingToStart from None

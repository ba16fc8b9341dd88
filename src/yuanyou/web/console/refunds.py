"""Money that goes back: asked for, looked at before it is confirmed, decided by a second person."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuanyou.flows import refund_care, refund_preview, refund_request
from yuanyou.flows.refund_request import Options
from yuanyou.flows.step import in_cell
from yuanyou.identity.rules import Role
from yuanyou.kernel.ids import BadReference, cell_of, parse
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.rules import Destination, RefundState, TakesBack
from yuanyou.web.console import money_words, refund_pages
from yuanyou.web.console.people import ReasonForm
from yuanyou.web.console.refs import id_of
from yuanyou.web.console.refund_forms import ExplainForm, RefundForm
from yuanyou.web.console.refund_pages import RefundPage, RefundRow
from yuanyou.web.shared.access import StaffRequest, staff_required
from yuanyou.web.shared.formats import money_code

MONEY = (Role.SUPPORT, Role.FINANCE)
ACTS = {
    "approve": (gettext_lazy("Approve"), ""),
    "reject": (gettext_lazy("Do not give it"), "danger"),
    "explain": (gettext_lazy("That is what it was for"), ""),
    "retry": (gettext_lazy("Send it once more"), ""),
    "follow": (gettext_lazy("Ask the provider again"), ""),
}
"""What finance does about a refund: the word on the button, and how it looks."""
OFFERS = {
    "second": ("approve", "reject"),
    "outside": ("explain",),
    "refused": ("retry",),
    "silent": ("follow",),
}
"""What can be done about a refund that waits, by what it waits for."""


@staff_required(Role.SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest, ref: str, attempt: str) -> HttpResponse:
    """The form, what it would do, and doing it: `step` is empty, preview, change or confirm."""
    order, can = _options(id_of(ref, "ord"), id_of(attempt, "att"))
    step = request.POST.get("step", "") if request.method == "POST" else ""
    form = RefundForm(can, request.POST if step else None)
    context: dict[str, Any] = {"form": form, "order": order, "can": can, "attempt": can.attempt}
    if step in {"", "change"}:
        return render(request, "console/refund_new.html", context)
    if form.is_valid():
        try:
            if step == "confirm":
                return _ask(request, order, form)
            return _preview(request, order, form, context)
        except money_words.REFUSALS as why:
            form.add_error(None, money_words.refusal(why))
    return render(request, "console/refund_new.html", context, status=422)


def _preview(request: StaffRequest, order: Order, form: RefundForm, context: dict[str, Any]) -> HttpResponse:
    wish = form.wish(order, by=request.staff.id)
    seen = refund_preview.of_request(
        form.can.attempt.pk, wish, amount=form.cleaned_data["amount"], now=settings.CLOCK.now()
    )
    context |= {
        "expected": refund_pages.expected(seen, order, language=get_language() or "en"),
        "zone": _zone(order),
        "reason": money_words.reason(wish.reason),
        "destination": money_words.DESTINATIONS[wish.destination],
        "sent": [(name, request.POST.get(name, "")) for name in form.fields],
    }
    return render(request, "console/refund_preview.html", context)


def _ask(request: StaffRequest, order: Order, form: RefundForm) -> HttpResponse:
    key: UUID = form.cleaned_data["key"]
    refund = refund_request.request(
        form.can.attempt.pk,
        form.wish(order, by=request.staff.id),
        amount=form.cleaned_data["amount"],
        note=form.cleaned_data["reason"],
        key=key,
        now=settings.CLOCK.now(),
    )
    messages.success(request, _outcome(refund))
    return redirect("console:refund", refund.ref)


@staff_required(*MONEY)
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """Refunds that wait for a person, the newest, and those of one order."""
    context: dict[str, Any] = {
        "zone": settings.CONFIG.books_zone,
        "order": request.GET.get("order", ""),
        "may_ask": request.staff.may_act_as(Role.SUPPORT),
    }
    if context["order"].strip():
        context["found"] = _found(context["order"])
    else:
        context["page"] = refund_pages.waiting()
    return render(request, "console/refunds.html", context)


@staff_required(*MONEY)
@require_safe
def refund(request: StaffRequest, ref: str) -> HttpResponse:
    """One refund: what it is, what it would do, and what may be done about it."""
    return _show(request, _page(ref))


@staff_required(Role.FINANCE)
@require_POST
def act(request: StaffRequest, ref: str, verb: str) -> HttpResponse:
    """Approve, reject, explain, retry or follow. Refused: the same page says why (422)."""
    if verb not in ACTS:
        raise Http404
    found = _page(ref)
    form = _form(verb, found, request.POST)
    if form.is_valid():
        try:
            shown = _do(verb, found, form, by=request.staff.id)
        except money_words.REFUSALS as why:
            form.add_error(None, money_words.refusal(why))
        else:
            messages.success(request, _outcome(shown))
            return redirect("console:refund", shown.ref)
    return _show(request, _page(ref), refused={verb: form})


def _do(verb: str, found: RefundPage, form: ReasonForm, *, by: int) -> Refund:
    """Do it; the refund to show afterwards."""
    refund_id, now, note = found.refund.pk, settings.CLOCK.now(), form.cleaned_data["reason"]
    match verb:
        case "approve":
            refund_request.approve(refund_id, by=by, note=note, now=now)
        case "reject":
            refund_request.reject(refund_id, by=by, note=note, now=now)
        case "explain":
            what = TakesBack(form.cleaned_data["takes_back"])
            refund_care.explain(refund_id, what, by=by, note=note, now=now)
        case "retry":
            refund_id = refund_care.retry(refund_id, by=by, note=note, now=now).pk
        case "follow":
            refund_care.follow(refund_id, by=by, note=note, now=now)
    with in_cell(cell_of(refund_id)):
        return Refund.objects.get(pk=refund_id)


def _form(verb: str, found: RefundPage, data: Any = None) -> ReasonForm:
    if verb != "explain":
        return ReasonForm(data, auto_id=f"id_{verb}_%s")
    with in_cell(cell_of(found.refund.pk)):
        return ExplainForm(refund_care.meanings(found.refund, found.order), data)


def _show(
    request: StaffRequest, found: RefundPage, *, refused: dict[str, ReasonForm] | None = None
) -> HttpResponse:
    """The page of one refund; `refused` is the form that was sent and could not be followed."""
    own = found.refund.requested_by == request.staff.id
    may_decide = request.staff.may_act_as(Role.FINANCE)
    offered = OFFERS.get(found.waits_for, ()) if may_decide else ()
    forms = {verb: _form(verb, found) for verb in offered if not (own and verb == "approve")}
    context = {
        "page": found,
        "expected": refund_pages.of_waiting(found, language=get_language() or "en", now=settings.CLOCK.now()),
        "offers": [(verb, *ACTS[verb], form) for verb, form in (forms | (refused or {})).items()],
        "zone": _zone(found.order),
        "may_decide": may_decide,
        "own": own,
    }
    return render(request, "console/refund.html", context, status=422 if refused else 200)


def _page(ref: str) -> RefundPage:
    try:
        return refund_pages.page(id_of(ref, "ref"))
    except Refund.DoesNotExist:
        raise Http404 from None


def _options(order_id: int, attempt_id: int) -> tuple[Order, Options]:
    """The order, and what can go back of one of its attempts. Http404."""
    with in_cell(cell_of(attempt_id)):
        found = Attempt.objects.select_related("payment__order__line").filter(payment__order_id=order_id)
        attempt = found.filter(pk=attempt_id).first()
        if attempt is None:
            raise Http404
        order = attempt.payment.order
        return order, refund_request.options(attempt, order, now=settings.CLOCK.now())


def _found(typed: str) -> list[RefundRow]:
    """The refunds of the order that a typed reference (order, attempt or refund) leads to."""
    for kind, order_of in (("ord", int), ("att", _order_of_attempt), ("ref", _order_of_refund)):
        try:
            found = parse(typed, kind)
        except BadReference:
            continue
        order_id = order_of(found.id) if found.cell in settings.CONFIG.cells else None
        return refund_pages.of_order(order_id) if order_id is not None else []
    return []


def _order_of_attempt(attempt_id: int) -> int | None:
    with in_cell(cell_of(attempt_id)):
        return Attempt.objects.filter(pk=attempt_id).values_list("payment__order_id", flat=True).first()


def _order_of_refund(refund_id: int) -> int | None:
    with in_cell(cell_of(refund_id)):
        found = Refund.objects.filter(pk=refund_id).values_list("attempt__payment__order_id", flat=True)
        return found.first()


def _outcome(refund: Refund) -> str:
    """What became of it, in a sentence."""
    amount = {"amount": money_code(refund.amount)}
    if refund.state == RefundState.REQUESTED:
        return _("%(amount)s is set aside and waits for a second person.") % amount
    if refund.state == RefundState.FAILED:
        return _("It is not given, and nothing was taken back.")
    if refund.state != RefundState.SUCCEEDED:
        return _("%(amount)s is on its way back.") % amount
    if refund.destination == Destination.WALLET:
        return _("%(amount)s is in the wallet.") % amount
    return _("%(amount)s went back, and it is said what for.") % amount


def _zone(order: Order) -> str:
    return order.line.zone if order.line else settings.CONFIG.books_zone

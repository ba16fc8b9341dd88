"""What an act was about, as the log names it: which page shows it, and whom it concerns."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from yuanyou.flows.step import in_cell
from yuanyou.kernel.ids import BadReference, Ref, parse
from yuanyou.lines.models import Line
from yuanyou.orders.models import Order
from yuanyou.payments.models import Dispute, Refund

CUSTOMER = re.compile(r"customer:(?P<id>\d{1,18})")
CASE = re.compile(r"case:(?P<id>\d{1,18})")
STATEMENT = re.compile(r"statement:[a-z_]+:(?P<day>\d{4}-\d\d-\d\d)")
_OWNED: dict[str, type[Line | Order | Refund | Dispute]] = {
    "line": Line,
    "ord": Order,
    "ref": Refund,
    "dsp": Dispute,
}
_PAGES = {"line": "console:line", "ord": "console:order", "ref": "console:refund", "dsp": "console:dispute"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that belongs to somebody, or a customer: how the log names it, its page, and whose it is."""

    name: str
    url: str
    customer_id: int


class NoSuchSubject(LookupError):
    """Nothing of ours that belongs to somebody is called that."""


def customer_name(customer_id: int) -> str:
    return f"customer:{customer_id}"


def find(name: str) -> Subject:
    """NoSuchSubject. A customer is not looked up here: who reads their page finds out."""
    if known := CUSTOMER.fullmatch(name):
        customer_id = int(known["id"])
        return Subject(name, url_of(name), customer_id)
    reference = _reference(name)
    model = _OWNED.get(reference.kind) if reference else None
    if reference is None or model is None or reference.cell not in settings.CONFIG.cells:
        raise NoSuchSubject(name)
    with in_cell(reference.cell):
        owner = model.objects.filter(pk=reference.id).values_list("customer_id", flat=True).first()
    if owner is None:
        raise NoSuchSubject(name)
    return Subject(str(reference), url_of(str(reference)), owner)


def url_of(name: str) -> str:
    """The console's page about it; empty when there is none."""
    if known := CUSTOMER.fullmatch(name):
        return reverse("console:customer", args=[int(known["id"])])
    if known := CASE.fullmatch(name):
        return reverse("console:case", args=[int(known["id"])])
    if known := STATEMENT.fullmatch(name):
        return f"{reverse('console:reconciliation')}?day={known['day']}"
    reference = _reference(name)
    if reference and reference.kind == "att":  # the box leads to its order
        return f"{reverse('console:today')}?q={reference}"
    page = _PAGES.get(reference.kind) if reference else None
    return reverse(page, args=[str(reference)]) if page else ""


def as_logged(typed: str) -> str:
    """A reference as people type it, spelled as the log does; anything else as it is."""
    reference = _reference(typed)
    return str(reference) if reference else typed.strip()


def _reference(text: str) -> Ref | None:
    kind = text.strip().partition("_")[0].lower()
    try:
        return parse(text, kind)
    except BadReference:
        return None

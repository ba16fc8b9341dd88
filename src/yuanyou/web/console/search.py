"""Find anything in one box: a number in any form, an ICCID, a reference, a receipt, an e-mail."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity.rules import BadEmail
from yuanyou.kernel.ids import BadReference, parse
from yuanyou.lines import queries as lines
from yuanyou.lines.models import Line
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt, Dispute, Refund
from yuanyou.web.shared.numbers import find_line

RECEIPT = re.compile(r"[Yy](?P<cell>\d{1,4})-(?P<number>\d{1,15})")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: what it is, how it is called, and its page."""

    kind: str
    name: str
    url: str


def find(typed: str) -> list[Hit]:
    """Everything that a typed text may mean; personal data masked."""
    text = typed.strip()
    if "@" in text:
        return _by_email(text)
    if receipt := RECEIPT.fullmatch(text):
        return _by_receipt(int(receipt["cell"]), int(receipt["number"]))
    if "_" in text:
        return _by_reference(text)
    line_id = find_line(text)
    return [_line(line_id)] if line_id is not None else []


def _by_email(text: str) -> list[Hit]:
    try:
        person = identity.customer_by_email(text)
    except BadEmail:
        return []
    if person is None:
        return []
    with in_cell(person.cell):
        found = lines.lines_of(person.id)
    page = reverse("console:customer", args=[person.id])
    return [_line(line.pk) for line in found] or [Hit("customer", person.hint, page)]


def _by_receipt(cell: int, number: int) -> list[Hit]:
    if cell not in settings.CONFIG.cells:
        return []
    with in_cell(cell):
        order = orders.order_of_receipt(number)
    return [_order(order)] if order else []


def _by_reference(text: str) -> list[Hit]:
    """`line_`, `ord_`, `att_`, `ref_`, `dsp_`: an attempt leads to its order."""
    for kind, known in KNOWN.items():
        try:
            found = parse(text, kind)
        except BadReference:
            continue
        if found.cell not in settings.CONFIG.cells:
            return []
        with in_cell(found.cell):
            return known(found.id)
    return []


def _line_if_known(line_id: int) -> list[Hit]:
    return [_line(line_id)] if Line.objects.filter(pk=line_id).exists() else []


def _order_if_known(order_id: int) -> list[Hit]:
    order = Order.objects.filter(pk=order_id).first()
    return [_order(order)] if order else []


def _order_of_attempt(attempt_id: int) -> list[Hit]:
    attempt = Attempt.objects.select_related("payment__order").filter(pk=attempt_id).first()
    return [_order(attempt.payment.order)] if attempt else []


def _refund_if_known(refund_id: int) -> list[Hit]:
    ref = Refund(pk=refund_id).ref
    known = Refund.objects.filter(pk=refund_id).exists()
    return [Hit("refund", ref, reverse("console:refund", args=[ref]))] if known else []


def _dispute_if_known(dispute_id: int) -> list[Hit]:
    ref = Dispute(pk=dispute_id).ref
    known = Dispute.objects.filter(pk=dispute_id).exists()
    return [Hit("dispute", ref, reverse("console:dispute", args=[ref]))] if known else []


KNOWN = {
    "line": _line_if_known,
    "ord": _order_if_known,
    "att": _order_of_attempt,
    "ref": _refund_if_known,
    "dsp": _dispute_if_known,
}
"""What looks for something of ours, by the kind in its reference."""


def _line(line_id: int) -> Hit:
    ref = Line(pk=line_id).ref
    return Hit("line", ref, reverse("console:line", args=[ref]))


def _order(order: Order) -> Hit:
    return Hit("order", order.ref, reverse("console:order", args=[order.ref]))

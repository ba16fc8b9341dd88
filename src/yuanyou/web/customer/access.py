"""Whose page it is: the customer's own, or opened by the secret in its link; else it is not there."""

from uuid import UUID

from django.http import Http404

from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import BadReference, parse
from yuanyou.lines import queries as lines
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order


def own_line(person: Person, ref: str) -> int:
    """The id of a line of this customer. Http404: another's line is as good as none."""
    try:
        found = parse(ref, "line")
    except BadReference:
        raise Http404 from None
    if found.cell != person.cell:
        raise Http404
    with in_cell(person.cell):
        if not lines.belongs(found.id, to=person.id):
            raise Http404
    return found.id


def opened_order(ref: str, token: UUID) -> Order:
    """The order of a secret link. Http404."""
    try:
        found = parse(ref, "ord")
        with in_cell(found.cell):
            order = orders.opened_by(found.id, token) if found.cell else None
    except (BadReference, ValueError):
        raise Http404 from None
    if order is None:
        raise Http404
    return order

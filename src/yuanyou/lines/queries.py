"""Reading lines, terms and their history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F
from django.db.models.functions import Coalesce

from yuanyou.lines.models import Line, LineMove, Number, Term
from yuanyou.lines.rules import LineState, TermState
from yuanyou.tables import hot


@dataclass(frozen=True, slots=True)
class MoveView:
    """One step in a line's history."""

    at: datetime
    event: str
    state_before: str
    state_after: str
    cause: str
    term_id: int | None


def belongs(line_id: int, *, to: int) -> bool:
    """Is it this customer's line? In the line's cell."""
    return bool(hot.fetch(Line, "WHERE id = %s AND customer_id = %s", [line_id, to]))


def lines_of(customer_id: int) -> list[Line]:
    """The customer's lines, oldest first; those that are gone last."""
    rows = list(Line.objects.filter(customer_id=customer_id).order_by("id"))
    return sorted(rows, key=lambda line: line.state in {LineState.RELEASED, LineState.CLOSED})


def line_of_number(number: str) -> int | None:
    """The id of the line that has this number (E.164), in whatever cell: its id names the cell."""
    return (
        Number.objects.filter(number=number, line_id__isnull=False).values_list("line_id", flat=True).first()
    )


def line_of_iccid(iccid: str) -> int | None:
    """The id of the line with this card, in the cell that is entered."""
    return Line.objects.filter(iccid=iccid).values_list("id", flat=True).first()


def history(line_id: int, *, limit: int = 100) -> list[MoveView]:
    """A line's moves, newest first."""
    rows = LineMove.objects.filter(line_id=line_id).order_by("-id")[:limit]
    return [MoveView(r.at, r.event, r.state_before, r.state_after, r.cause, r.term_id) for r in rows]


def terms_of(line_id: int) -> list[Term]:
    """All terms of a line, the last first."""
    return list(Term.objects.filter(line_id=line_id).order_by("-starts_at"))


def term_of_order(order_id: int) -> Term:
    """The term an order bought. Term.DoesNotExist."""
    return Term.objects.select_related("line").get(order_id=order_id)


def terms_running_at(instant: datetime) -> Iterator[Term]:
    """Terms known, begun and not over at an instant: what a day's entry earns from.

    A line without its card has not begun, whenever its term was planned to.
    """
    return (
        Term.objects.exclude(state=TermState.CANCELED)
        .exclude(line__state=LineState.ORDERED)
        .annotate(really_ends=Coalesce(F("ended_at"), F("ends_at")))
        .filter(created_at__lt=instant, starts_at__lt=instant, really_ends__gt=instant)
        .only("net_minor", "currency", "product_class", "starts_at", "ends_at", "created_at")
        .iterator(chunk_size=5000)
    )


def first_day(*, zone: str) -> date | None:
    """The day of the books on which the first term began; None before any."""
    first = Term.objects.order_by("starts_at").values_list("starts_at", flat=True).first()
    return first.astimezone(ZoneInfo(zone)).date() if first else None

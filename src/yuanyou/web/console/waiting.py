"""What waits for a person: how much of each kind, until when, and the page where it is dealt with."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Staff
from yuanyou.identity.rules import Role
from yuanyou.kernel.sql import load
from yuanyou.web.console import refund_pages

MONEY = (Role.SUPPORT, Role.FINANCE)


@dataclass(frozen=True, slots=True)
class Kind:
    """What may wait: its words, and the page that deals with it (with the part of it), for these roles."""

    words: Promise
    page: str = ""
    part: str = ""
    roles: tuple[Role, ...] = MONEY


KINDS = {
    "refunds_second": Kind(_("Refunds waiting for a second person"), "refunds", "second"),
    "refunds_outside": Kind(_("Refunds made in a provider's own pages, not explained"), "refunds", "outside"),
    "refunds_refused": Kind(_("Refused refunds whose money waits"), "refunds", "refused"),
    "refunds_silent": Kind(_("Refunds without an answer"), "refunds", "silent"),
    "attempts_mismatch": Kind(_("Money that was not owed (in suspense)"), "refunds", "suspense"),
    "disputes_to_answer": Kind(_("Disputes and warnings to answer"), "disputes"),
    "cases_open": Kind(
        _("Differences between statements and the books"), "reconciliation", "cases", (Role.FINANCE,)
    ),
    "attempts_unknown": Kind(_("Payments whose outcome nobody could tell us")),
    "profiles_missing": Kind(_("Lines without an eSIM profile")),
    "network_wrong": Kind(_("Lines that the carrier does not serve as it should")),
    "numbers_held": Kind(_("Numbers held because too few warnings arrived")),
    "messages_failed": Kind(_("Messages that could not be delivered")),
    "notices_unmatched": Kind(_("Notices about nothing of ours")),
    "notices_stuck": Kind(_("Notices that could not be worked on")),
}
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Item:
    """What waits, of one kind. `url` empty: no page of ours for it, or not for whoever looks."""

    words: str
    count: int
    until: datetime | None
    url: str


def items(staff: Staff) -> list[Item]:
    """How much waits for a person, over all cells and what they share."""
    found: dict[str, tuple[int, datetime | None]] = {}
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            here = [(f"refunds_{kind}", count, None) for kind, count in refund_pages.counts().items()]
            here.append(("attempts_mismatch", len(refund_pages.in_suspense()), None))
            for what, count, until in (*here, *_ask("waiting")):
                had, before = found.get(what, (0, None))
                found[what] = (had + count, min(filter(None, (before, until)), default=None))
    found |= {what: (count, until) for what, count, until in _ask("waiting_shared")}
    return [_item(KINDS[what], *found[what], staff=staff) for what in KINDS]


def _ask(statement: str) -> list[tuple[str, int, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.web.console.sql", statement))
        return list(cursor.fetchall())


def _item(kind: Kind, count: int, until: datetime | None, *, staff: Staff) -> Item:
    url = ""
    if kind.page and any(staff.may_act_as(role) for role in kind.roles):
        url = reverse(f"console:{kind.page}") + (f"#{kind.part}" if kind.part else "")
    return Item(str(kind.words), count, until, url)

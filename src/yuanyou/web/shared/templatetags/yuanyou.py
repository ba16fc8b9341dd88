"""Everything a template shows goes through here: `{% load yuanyou %}`.

{{ price|money }}                 US$23.22, for lists
{{ price|money_code }}            USD 23.22, for totals and receipts
{{ at|when:zone }}                12月1日（周二）14:05 纽约时间
{{ ends_at|until:zone }}          the same for an exclusive end: midnight is 23:59 of the day before
{{ at|day:zone }}, {{ at|clock:zone }}, {{ ends_at|last_day:zone }}
{% both_zones at zone %}          <time>; and on a line of its own the reader's zone, if its clock differs
{% both_zones ends_at zone end=True %}
{% hours opens closes zone %}      08:00–24:00 纽约时间, and the reader's
{{ reason|why }}                  why a payment did not go through, in plain words
{{ bytes|data }}, {{ seconds|minutes }}, {{ count|texts }}, {{ number|phone }}, {{ code|country }}
{% line_state state %}            a chip with a shape and a word, for a line's state
{% chip "good" _("Paid") %}       the same for anything else: good, warn, bad, wait, off
{% trip card.trip zone tone="grace" %}   the trip line, with its words (shared/trip.py)
{% qr text label=_("...") %}      a QR code as SVG
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from yuanyou.kernel.money import Money
from yuanyou.web.shared import formats
from yuanyou.web.shared.reasons import words_for
from yuanyou.web.shared.trip import WHOLE, Trip

register = template.Library()
for name in ("data", "minutes", "phone", "country", "zone_name"):
    register.filter(name, getattr(formats, name))
register.filter("texts", formats.messages)

ROAD = range(8, 352)
"""Where the trip line runs in its 360 units."""
LINE_STATES = {
    "ordered": ("wait", _("Being set up")),
    "active": ("good", _("Working")),
    "grace": ("warn", _("Grace period")),
    "suspended": ("bad", _("Suspended")),
    "paused": ("off", _("Paused")),
    "closed": ("off", _("Closed")),
    "released": ("off", _("Number given up")),
}
TONES = {"good": "", "warn": "grace", "bad": "stop", "wait": "quiet", "off": "quiet"}


@register.filter
def why(reason: str | None) -> str:
    return str(words_for(reason or ""))


@register.filter
def money(amount: Money | None) -> str:
    return formats.money(amount) if amount is not None else ""


@register.filter
def money_code(amount: Money | None) -> str:
    return formats.money_code(amount) if amount is not None else ""


@register.filter
def when(instant: datetime, zone: str) -> str:
    return formats.when(instant, zone, now=settings.CLOCK.now())


@register.filter
def until(end: datetime, zone: str) -> str:
    return when(formats.last_moment(end, zone), zone)


@register.filter
def day(instant: datetime, zone: str) -> str:
    return formats.day(instant, zone, now=settings.CLOCK.now())


@register.filter
def last_day(end: datetime, zone: str) -> str:
    return day(formats.last_moment(end, zone), zone)


@register.filter
def clock(instant: datetime, zone: str) -> str:
    return formats.clock(instant, zone)


@register.simple_tag(takes_context=True)
def both_zones(context: template.Context, instant: datetime, zone: str, *, end: bool = False) -> SafeString:
    """The line's zone, and the reader's on a line of its own when clocks there show something else."""
    shown = formats.last_moment(instant, zone) if end else instant
    here = format_html('<time datetime="{}">{}</time>', _iso(shown, zone), when(shown, zone))
    other = context.get("viewer_zone")
    if not other or formats.same_clock(zone, other, shown):
        return here
    return format_html('{}<br><time datetime="{}">{}</time>', here, _iso(shown, other), when(shown, other))


@register.simple_tag(takes_context=True)
def hours(context: template.Context, opens: datetime, closes: datetime, zone: str) -> SafeString:
    """Opening hours in our zone, and below in the reader's when their clock shows something else."""
    here = format_html('<span class="n">{}</span>', formats.hours(opens, closes, zone))
    other = context.get("viewer_zone")
    if not other or formats.same_clock(zone, other, opens):
        return here
    return format_html('{}<br><span class="n">{}</span>', here, formats.hours(opens, closes, other))


@register.inclusion_tag("shared/_state.html")
def line_state(state: str) -> dict[str, Any]:
    """A chip for a line's state (a StrEnum or its value)."""
    kind, word = LINE_STATES[str(state)]
    return chip(kind, word)


@register.inclusion_tag("shared/_state.html")
def chip(kind: str, word: Any) -> dict[str, Any]:
    """`kind` chooses colour and shape; the word says it to everybody."""
    return {"kind": kind, "tone": TONES[kind], "word": word}


@register.inclusion_tag("shared/_trip.html", name="trip")
def trip_line(trip: Trip, zone: str, *, tone: str = "") -> dict[str, Any]:
    """The picture of a term and the same in words. `tone`: empty, `grace` or `stop`."""
    here = ROAD.start + (ROAD.stop - ROAD.start) * trip.along // WHOLE
    return {"trip": trip, "zone": zone, "tone": tone, "start": ROAD.start, "here": here, "end": ROAD.stop}


@register.inclusion_tag("shared/_qr.html")
def qr(text: str, *, label: str) -> dict[str, Any]:
    """`text` as a QR code with its quiet zone, black on white in any theme."""
    code = segno.make(text, error="m", micro=False)
    size = code.symbol_size(border=4)[0]
    path = "".join(
        f"M{x} {y}h{length}v1H{x}z"
        for y, row in enumerate(code.matrix_iter(border=4))
        for x, length in _dark_runs(row)
    )
    return {"size": size, "path": path, "label": label}


def _iso(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules stand in a row, as (start, length)."""
    start = 0
    for dark, cells in groupby(row):
        length = len(list(cells))
        if dark:
            yield start, length
        start += length

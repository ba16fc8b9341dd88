"""Revenue as terms run: one entry a day, currency and product class; a term's end posts the exact rest.

Everything is re-derived from the terms' own instants, so a day that was missed is posted later with
the same figures, and nothing depends on when the loop ran.
"""

from datetime import date, datetime, timedelta

from django.conf import settings

from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry, booking_day, day_end
from yuanyou.lines import queries as lines
from yuanyou.lines.models import Term
from yuanyou.lines.rules import LineState, TermState, earned_through

STRAGGLERS = timedelta(hours=1)
"""A step that began before midnight may commit after it: a day is posted once that cannot be."""


def earn_rest(term: Term, *, at: datetime) -> None:
    """The term ended (or was cut) at `at`: post what the daily entries do not earn of it."""
    ledger.post(rest_entry(term, rest_of(term, at=at)), happened_at=at)


def rest_of(term: Term, *, at: datetime) -> Money:
    """What the daily entries do not earn of a term that ends at `at`, or is canceled before it begins."""
    if term.state == TermState.CANCELED:
        return term.net
    return Money(term.net_minor - _earned_daily(term, through=_left_to_daily(at)), term.currency)


def rest_entry(term: Term, rest: Money) -> Entry:
    return recipes.rest_earned(term_id=term.pk, product_class=term.product_class, amount=rest)


def earn_days(cell: int, *, now: datetime) -> int:
    """Post every whole day of the books that has passed and is not posted yet; how many entries were new."""
    zone = settings.CONFIG.books_zone
    with in_cell(cell):
        last = books.last_earned_day() or lines.first_day(zone=zone)
    if last is None:
        return 0
    posted, day = 0, last
    yesterday = booking_day(now - STRAGGLERS, zone=zone) - timedelta(days=1)
    while day <= yesterday:
        with in_cell(cell):
            posted += _earn_day(day, zone=zone)
        day += timedelta(days=1)
    return posted


def _earn_day(day: date, *, zone: str) -> int:
    """One entry for each currency and product class, of all terms that go on after the day's end."""
    ends = day_end(day, zone=zone)
    starts = day_end(day - timedelta(days=1), zone=zone)
    sums: dict[tuple[str, str], int] = {}
    for term in lines.terms_running_at(ends):
        key = (term.product_class, term.currency)
        earned = _earned_daily(term, through=ends) - _earned_daily(term, through=starts)
        sums[key] = sums.get(key, 0) + earned
    entries = [
        recipes.day_earned(day=day, product_class=product_class, amount=Money(minor, currency))
        for (product_class, currency), minor in sorted(sums.items())
    ]
    return len(ledger.post(*entries, happened_at=ends - timedelta(microseconds=1))) if entries else 0


def unearned(term: Term, *, last_day: date | None) -> int:
    """What the books still defer of a term, when the daily entries are posted through `last_day`."""
    if term.state == TermState.CANCELED:
        return 0  # what it was sold for went back
    if term.line.state == LineState.ORDERED:
        return term.net_minor  # it waits for its card, whenever it was planned to begin
    left_to_daily = _left_to_daily(term.ended_at or term.ends_at)
    owed = term.net_minor if term.ended_at is None else _earned_daily(term, through=left_to_daily)
    if last_day is None:
        return owed
    posted = day_end(last_day, zone=settings.CONFIG.books_zone)
    return owed - _earned_daily(term, through=min(posted, left_to_daily))


def _left_to_daily(end: datetime) -> datetime:
    """Through when the daily entries earn a term that ends at `end`: the last whole day before its last.

    An end at midnight belongs to the day before, whose entry leaves the term to its rest.
    """
    zone = settings.CONFIG.books_zone
    last_day = booking_day(end - timedelta(microseconds=1), zone=zone)
    return day_end(last_day - timedelta(days=1), zone=zone)


def _earned_daily(term: Term, *, through: datetime) -> int:
    """What the daily entries have earned of a term up to a day's end.

    A term renewed in grace began before it was sold: the day of the sale earns all of it so far,
    whether or not the days before were posted by then.
    """
    if term.created_at >= through:
        return 0
    return earned_through(term.net_minor, starts_at=term.starts_at, ends_at=term.ends_at, through=through)

"""What the customer's pages show: plain values, so that a template cannot ask the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from django.conf import settings

from yuanyou.allowances import queries as allowances
from yuanyou.allowances.queries import Balance, Left
from yuanyou.catalog.queries import plan_version
from yuanyou.esim import queries as esim
from yuanyou.esim.queries import Install
from yuanyou.flows import consent, start_now
from yuanyou.flows.consent import Upcoming
from yuanyou.flows.lapse import bring_up_to_date
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import Unit
from yuanyou.ledger import queries as books
from yuanyou.lines import actions as lines
from yuanyou.lines import queries as line_queries
from yuanyou.lines.actions import Timeline
from yuanyou.lines.rules import Clocks, LineState
from yuanyou.network import queries as network
from yuanyou.web.shared.trip import Trip, trip


@dataclass(frozen=True, slots=True)
class LineCard:
    """A line as Home shows it. Balances None: that unit is not in what is paid for."""

    ref: str
    number: str | None
    state: LineState
    zone: str
    plan_name: str | None
    trip: Trip | None
    waiting: int
    paid_until: datetime | None
    clocks: Clocks
    data: Balance | None
    voice: Balance | None
    sms: Balance | None
    buckets: tuple[Left, ...]
    as_of: datetime | None
    """When the network last told of usage; None before any."""
    install: Install | None
    auto: Upcoming | None
    """Its automatic renewal; None while it is off."""
    restoring: bool
    """It is paid for again, and the network does not serve it yet."""
    can_start_now: bool
    """Its data is used up, and a term that is paid for waits."""

    @property
    def renewable(self) -> bool:
        return self.state in {LineState.ACTIVE, LineState.GRACE, LineState.SUSPENDED, LineState.PAUSED}

    @property
    def installed(self) -> bool:
        return self.install is not None and self.install.state in {"installed", "enabled", "disabled"}


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the first page: the wallet and the lines."""

    wallet: Money
    others: tuple[Money, ...]
    """Money in other currencies, when there is any."""
    cards: tuple[LineCard, ...]

    @property
    def fingerprint(self) -> str:
        """Changes with what the page shows, and with nothing else."""
        return blake2s(repr(self).encode(), digest_size=8).hexdigest()


def home(person: Person, *, now: datetime) -> Home:
    """The customer's wallet and lines, as they are now."""
    with in_cell(person.cell):
        wallets = books.wallets(person.id)
        found = line_queries.lines_of(person.id)
        cards = tuple(_card(line.pk, language=person.language, now=now) for line in found)
    book = settings.CONFIG.book_currency
    wallet = next((one for one in wallets if one.currency == book), Money(0, book))
    return Home(wallet, tuple(one for one in wallets if one != wallet), cards)


def card(line_id: int, *, language: str, now: datetime) -> LineCard:
    """One line, in the cell that its id names."""
    with in_cell(cell_of(line_id)):
        return _card(line_id, language=language, now=now)


def _card(line_id: int, *, language: str, now: datetime) -> LineCard:
    current = bring_up_to_date(lines.lock(line_id), now=now)
    line = current.line
    buckets = allowances.buckets(line.pk, now=now)
    left = allowances.balances(buckets, now=now)
    shown = current.running or (current.waiting[0] if current.waiting else current.last)
    return LineCard(
        ref=line.ref,
        number=line.number,
        state=LineState(line.state),
        zone=line.zone,
        plan_name=plan_version(shown.plan_version_id).name(language) if shown else None,
        trip=_trip(current, now=now),
        waiting=len(current.waiting),
        paid_until=current.paid_until,
        clocks=current.clocks,
        data=left.get(Unit.BYTES),
        voice=left.get(Unit.SECONDS),
        sms=left.get(Unit.MESSAGES),
        buckets=_in_use(buckets, current),
        as_of=allowances.last_used_at(line.pk),
        install=esim.install_of(line.pk),
        auto=consent.upcoming(current, now=now),
        restoring=network.restoring(line.pk),
        can_start_now=start_now.possible(current, buckets, now=now),
    )


def _in_use(buckets: Sequence[Left], current: Timeline) -> tuple[Left, ...]:
    return tuple(bucket for bucket in buckets if bucket.unit is Unit.BYTES or current.running is None)


def _trip(current: Timeline, *, now: datetime) -> Trip | None:
    running = current.running
    if running is None:
        return None
    return trip(running.starts_at, running.ends_at, zone=current.line.zone, now=now)

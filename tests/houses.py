"""Short words for flow tests: give somebody a line, put money in a wallet, renew, look."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.conf import settings

from tests.plans import MONTH, version_of
from yuanyou.allowances import queries as allowances
from yuanyou.catalog import queries as catalog
from yuanyou.catalog.rules import PlanFacts
from yuanyou.esim.models import Profile
from yuanyou.esim.port import IssuedProfile
from yuanyou.flows import activation, renewal
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.kernel.units import Unit
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.lines import actions as lines
from yuanyou.lines import queries as line_queries
from yuanyou.lines.models import Line, Term
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start

NOON = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
"""Noon in New York on the day the clocks went back."""
FROM_WALLET = Tender(method=None, provider=None, use_wallet=True)
BY_CARD = Tender(method="card", provider="stripe", use_wallet=False)
BOTH = Tender(method="card", provider="stripe", use_wallet=True)


@dataclass(frozen=True, slots=True)
class Seen:
    state: str
    paid_until: datetime | None
    terms: list[Term]
    data_left: int | None
    wallet: Money


def now_at(*parts: int) -> datetime:
    """An instant in UTC; the year is 2026 unless it is said."""
    return datetime(*(parts if parts[0] > 2000 else (2026, *parts)), tzinfo=UTC)


def fund(person: Person, minor: int, *, now: datetime) -> None:
    """Money in the wallet, as if it had been topped up long ago."""
    amount, order_id = Money(minor, "USD"), uuid4().int >> 70
    with in_cell(person.cell):
        ledger.post(
            recipes.payment_received(
                attempt_id=order_id, payment_id=order_id, provider="stripe", amount=amount
            ),
            recipes.wallet_topped_up(
                order_id=order_id, payment_id=order_id, customer_id=person.id, amount=amount
            ),
            happened_at=now,
        )


def give_line(person: Person, *, plan: PlanFacts = MONTH, now: datetime) -> int:
    """An active line, bought from a wallet that is empty afterwards, and activated at once."""
    config, version_id = settings.CONFIG, version_of(plan)
    quote = catalog.quote_of(
        version_id, currency=config.book_currency, jurisdiction=config.tax_jurisdiction, now=now
    )
    fund(person, quote.total.minor, now=now)
    order, _ = activation.begin(
        person, version_id=version_id, tender=FROM_WALLET, key=uuid4(), language="en", now=now
    )
    with in_cell(person.cell):
        line_id = Order.objects.values_list("line_id", flat=True).get(pk=order.pk)
        profile = Profile.objects.get(line_id=line_id)
        activation._activate(profile.pk, issued(profile.pk), now=now)
    assert line_id is not None
    return line_id


def issued(number: int) -> IssuedProfile:
    iccid = f"89{number % 10**17:017d}"
    return IssuedProfile(iccid, "smdp.example", "M", "LPA:1$smdp.example$M", "released")


def renew(
    line_id: int,
    plan: PlanFacts,
    *,
    tender: Tender = FROM_WALLET,
    start: Start = Start.AFTER,
    key: UUID | None = None,
    again: bool = False,
    now: datetime,
) -> Order:
    order, _ = renewal.begin(
        line_id,
        version_id=version_of(plan),
        start=start,
        tender=tender,
        key=key or uuid4(),
        by_guest=False,
        language="en",
        again=again,
        now=now,
    )
    with in_cell(cell_of(order.pk)):
        return Order.objects.get(pk=order.pk)


def see(line_id: int, *, now: datetime = NOON) -> Seen:
    with in_cell(cell_of(line_id)):
        current = lines.timeline(Line.objects.get(pk=line_id))
        left = [b for b in allowances.buckets(line_id, now=now) if b.unit is Unit.BYTES]
        return Seen(
            state=current.line.state,
            paid_until=current.paid_until,
            terms=line_queries.terms_of(line_id),
            data_left=sum(b.left or 0 for b in left),
            wallet=books.wallet_balance(current.line.customer_id, "USD"),
        )

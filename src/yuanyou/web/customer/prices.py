"""What a plan costs in each currency it is sold in: the way to pay decides which of them is charged."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import Quote
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books


def totals(quote: Quote, *, now: datetime) -> list[Money]:
    """What the quoted plan costs, the book currency first; left out where it has no price."""
    known, codes = quote.total, settings.CONFIG.currencies
    found = (known if code == known.currency else _total(quote, code, now=now) for code in codes)
    return [total for total in found if total is not None]


def wallets(person: Person | None) -> Mapping[str, Money]:
    """The person's money with us, by currency; a guest's is nobody's business."""
    if person is None:
        return {}
    with in_cell(person.cell):
        return {wallet.currency: wallet for wallet in books.wallets(person.id)}


def _total(quote: Quote, currency: str, *, now: datetime) -> Money | None:
    jurisdiction = settings.CONFIG.tax_jurisdiction
    try:
        return catalog.quote_of(
            quote.plan.version_id, currency=currency, jurisdiction=jurisdiction, now=now
        ).total
    except NotOnSale:
        return None

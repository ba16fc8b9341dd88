"""A customer's kept ways to pay as pages show them: their names, until when they are good, what is wrong."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.kernel.money import Money
from yuanyou.payments import queries
from yuanyou.payments.port import Place
from yuanyou.payments.queries import SavedView
from yuanyou.web.shared import methods
from yuanyou.web.shared.brands import brand_name

SOON_MONTHS = 2
"""How long before its last month a card is said to expire soon."""


@dataclass(frozen=True, slots=True)
class KeptShown:
    """One kept way to pay. `code` is what a pay form sends for it."""

    ref: str
    code: str
    name: str
    expires: str
    is_expired: bool
    ends_soon: bool
    rank: int
    trouble: str | None

    @property
    def note(self) -> str:
        """The small print beside it."""
        if self.is_expired:
            return _("expired %(month)s") % {"month": self.expires}
        return _("expires %(month)s") % {"month": self.expires} if self.expires else ""

    @property
    def verb(self) -> str:
        return _("Pay with %(card)s") % {"card": self.name}


def kept_by(person: Person, *, now: datetime) -> list[KeptShown]:
    """What the customer keeps, the main one first."""
    with in_cell(person.cell):
        views = queries.saved_of(person.id)
    today = now.astimezone(ZoneInfo(person.zone)).date()
    return [_shown(view, today) for view in views]


def usable(person: Person, amount: Money, *, now: datetime) -> list[KeptShown]:
    """Those that can pay this amount, wherever the payer stands; what has expired is left out."""
    offered = {method.code for method in methods.fitting(amount, place=Place.BROWSER)}
    with in_cell(person.cell):
        views = queries.saved_of(person.id)
    today = now.astimezone(ZoneInfo(person.zone)).date()
    shown = [_shown(view, today) for view in views if f"{view.provider}:{view.method}" in offered]
    return [each for each in shown if not each.is_expired]


def _shown(view: SavedView, today: date) -> KeptShown:
    left = view.months_left(today)
    year, _dash, month = (view.expires or "").partition("-")
    return KeptShown(
        ref=view.ref,
        code=f"{methods.KEPT}:{view.ref}",
        name=_name(view),
        expires=f"{month}/{year}" if view.expires else "",
        is_expired=left is not None and left < 0,
        ends_soon=left is not None and 0 <= left <= SOON_MONTHS,
        rank=view.rank,
        trouble=view.trouble,
    )


def _name(view: SavedView) -> str:
    """`Visa ****4242`."""
    brand = str(brand_name(view.brand))
    return f"{brand} ****{view.last4}" if view.last4 else brand

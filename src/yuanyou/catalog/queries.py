"""Reading the catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from yuanyou.catalog.models import Coverage, FxRate, PlanPrice, PlanVersion, Tax, VersionState
from yuanyou.catalog.port import TaxEngine
from yuanyou.catalog.rules import FX_FRESH, FxQuote, PlanFacts, Quote, TaxRule, fx_about, quote
from yuanyou.catalog.taxes import NoFeeInCurrency, RuleTable
from yuanyou.kernel.money import Money
from yuanyou.tables import hot

PRICE = """
    SELECT p.net_minor FROM catalog_planprice p JOIN catalog_planversion v ON v.id = p.version_id
    WHERE p.version_id = %s AND p.currency = %s AND v.state = %s
"""


class NotOnSale(LookupError):
    """No such plan is sold in this currency now."""


@dataclass(frozen=True, slots=True)
class Network:
    """A partner network in a country, with the date of what is known."""

    country: str
    name: str
    technologies: tuple[str, ...]
    as_of: date


def quotes(*, currency: str, jurisdiction: str, now: datetime) -> list[Quote]:
    """Every plan on sale in this currency with its price now, in shelf order. Two queries."""
    engine = _engine(jurisdiction)
    prices = (
        PlanPrice.objects.filter(currency=currency, version__state=VersionState.PUBLISHED)
        .select_related("version")
        .order_by("version__plan__shelf", "net_minor")
    )
    try:
        return [_quote(price, engine=engine, jurisdiction=jurisdiction, now=now) for price in prices]
    except NoFeeInCurrency:
        return []


def quote_of(version_id: int, *, currency: str, jurisdiction: str, now: datetime) -> Quote:
    """The price of one version now. NotOnSale unless it is published in this currency."""
    with hot.cursor() as cursor:
        cursor.execute(PRICE, [version_id, currency, VersionState.PUBLISHED])
        row = cursor.fetchone()
    if row is None:
        raise NotOnSale(str(version_id))
    net, facts = Money(row[0], currency), plan_version(version_id)
    try:
        return _priced(facts, net, engine=_engine(jurisdiction), jurisdiction=jurisdiction, now=now)
    except NoFeeInCurrency as missing:
        raise NotOnSale(str(version_id)) from missing


def on_sale(code: str) -> int:
    """The version of a plan that is sold now. NotOnSale."""
    found = PlanVersion.objects.filter(plan__code=code, state=VersionState.PUBLISHED)
    version_id = found.values_list("id", flat=True).first()
    if version_id is None:
        raise NotOnSale(code)
    return version_id


@lru_cache(maxsize=1024)
def plan_version(version_id: int) -> PlanFacts:
    """A version that was ever published, sold or withdrawn; such a version never changes."""
    version = PlanVersion.objects.exclude(state=VersionState.DRAFT).get(pk=version_id)
    return _facts(version)


def tax_rules(jurisdiction: str) -> list[TaxRule]:
    """Every tax of a jurisdiction, whatever its dates."""
    rows = hot.fetch(Tax, "WHERE jurisdiction = %s ORDER BY code, valid_from", [jurisdiction])
    return [row.rule() for row in rows]


def _engine(jurisdiction: str) -> TaxEngine:
    return RuleTable(tax_rules(jurisdiction), settings.CONFIG.book_currency)


def about(charged: Money, *, into: str, now: datetime) -> FxQuote | None:
    """About what it is in another currency; None for its own one, without a rate, or with an old one."""
    if into == charged.currency:
        return None
    told = FxRate.objects.filter(base=charged.currency, into=into, at__lte=now, at__gt=now - FX_FRESH)
    rate = told.order_by("-at").first()
    if rate is None:
        return None
    return fx_about(charged, into=into, rate=rate.rate, source=rate.source, at=rate.at)


def networks(countries: Sequence[str]) -> list[Network]:
    """Partner networks in these countries, by country and name."""
    rows = Coverage.objects.filter(country__in=countries).order_by("country", "network")
    return [Network(row.country, row.network, tuple(row.technologies.split("/")), row.as_of) for row in rows]


def _quote(price: PlanPrice, *, engine: TaxEngine, jurisdiction: str, now: datetime) -> Quote:
    net = Money(price.net_minor, price.currency)
    return _priced(_facts(price.version), net, engine=engine, jurisdiction=jurisdiction, now=now)


def _priced(facts: PlanFacts, net: Money, *, engine: TaxEngine, jurisdiction: str, now: datetime) -> Quote:
    lines = engine.lines(
        net,
        jurisdiction=jurisdiction,
        product_class=facts.product_class,
        on=now.astimezone(ZoneInfo(settings.CONFIG.books_zone)).date(),
    )
    return quote(facts, net=net, taxes=lines, jurisdiction=jurisdiction, now=now)


def _facts(version: PlanVersion) -> PlanFacts:
    return PlanFacts.from_json(version.facts | {"version": version.number, "version_id": version.pk})

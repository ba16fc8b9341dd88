"""Plans as the public pages show them: prices with every tax and fee, in the page's language."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.conf import settings
from django.utils.translation import get_language

from yuanyou.catalog import queries
from yuanyou.catalog.queries import Network
from yuanyou.catalog.rules import PlanFacts, Quote
from yuanyou.kernel.money import Money
from yuanyou.web.shared.formats import country
from yuanyou.web.site import places


@dataclass(frozen=True, slots=True)
class PlanCard:
    """One plan on the shelf. `countries` are names, in the order of the plan."""

    quote: Quote
    name: str
    summary: str
    countries: tuple[str, ...]

    @property
    def plan(self) -> PlanFacts:
        return self.quote.plan


@dataclass(frozen=True, slots=True)
class CountryNetworks:
    """The partner networks of one country, and how old what we know of them is."""

    country: str
    networks: tuple[Network, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class NamedTax:
    """One tax or fee in the page's language."""

    name: str
    amount: Money


def on_sale(now: datetime) -> list[PlanCard]:
    """Every plan sold now, in shelf order."""
    config = settings.CONFIG
    found = queries.quotes(currency=config.book_currency, jurisdiction=config.tax_jurisdiction, now=now)
    return [_card(quote) for quote in found]


def plan(code: str, now: datetime) -> PlanCard:
    """One plan sold now. NotOnSale."""
    config = settings.CONFIG
    found = queries.quote_of(
        queries.on_sale(code), currency=config.book_currency, jurisdiction=config.tax_jurisdiction, now=now
    )
    return _card(found)


def taxes(card: PlanCard) -> list[NamedTax]:
    """The taxes and fees in the price, as the receipt will name them."""
    language = get_language() or settings.LANGUAGE_CODE
    return [NamedTax(line.name(language), line.amount) for line in card.quote.taxes]


def networks(card: PlanCard) -> list[CountryNetworks]:
    """Partner networks in the plan's countries, in the plan's order."""
    by_country = {
        code: tuple(found)
        for code, found in groupby(queries.networks(card.plan.countries), key=lambda network: network.country)
    }
    return [
        CountryNetworks(country(code), by_country[code], min(network.as_of for network in by_country[code]))
        for code in card.plan.countries
        if code in by_country
    ]


def search(cards: list[PlanCard], text: str) -> list[PlanCard]:
    """Plans that work where `text` is, or are called so; else those that work everywhere it mentions.

    A country or a big city, in any of our languages; all plans for no text.
    """
    there = places.find(text)
    if there is None:
        return cards
    found = [card for card in cards if there.intersection(card.plan.countries) or _is_called(card, text)]
    if found or not (everywhere := places.mentioned(text)):
        return found
    return [card for card in cards if everywhere.issubset(card.plan.countries)]


def _is_called(card: PlanCard, text: str) -> bool:
    """`Europe`, `全球`, `保号`: regions and purposes stand in the name that staff gave the plan."""
    return any(places.is_part(text, told["name"]) for told in card.plan.texts.values())


def popular(cards: list[PlanCard], most: int = 8) -> list[str]:
    """Codes of the countries that most plans cover."""
    counts: dict[str, int] = {}
    for card in cards:
        for code in card.plan.countries:
            counts[code] = counts.get(code, 0) + 1
    return sorted(counts, key=lambda code: -counts[code])[:most]


def _card(quote: Quote) -> PlanCard:
    language = get_language() or settings.LANGUAGE_CODE
    facts = quote.plan
    return PlanCard(
        quote, facts.name(language), facts.summary(language), tuple(country(code) for code in facts.countries)
    )

"""Finding countries as people write them (日本, 美國, USA, Zürich), whatever language the page is in."""

import re
import unicodedata
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from yuanyou.web.site.nicknames import NICKNAMES

LOCALES = ("en", "zh_Hans", "zh_Hant", "zh_Hant_HK")
SHORTEST_LATIN_PART = 3
"""Two letters are a country's code; from three on they may be part of a name."""
SHORTEST_HAN_NAME = 2
NO_COUNTRY = {"001", "ZZ"}
"""Where zones such as UTC are."""
_CODE = re.compile(r"\b[A-Z]{2}\b")


def find(text: str) -> frozenset[str] | None:
    """ISO codes of the countries of which `text` may mean one; None when there is nothing to look for.

    A code or a whole name is that country alone: India is not Indianapolis, 中国 is not 中国香港.
    """
    wanted = _plain(text)
    if not wanted:
        return None
    if (code := wanted.upper()) in _names():
        return frozenset({code})
    exact = frozenset(code for code, names in _names().items() if wanted in names)
    return exact or frozenset(
        code for code, names in _names().items() if any(_begins(wanted, name) for name in names)
    )


def mentioned(text: str) -> frozenset[str]:
    """ISO codes of the countries that are all named in `text`: `US, Japan`, `从东京去首尔`."""
    told = _plain(text)
    named = {code for code, names in _names().items() if any(_is_in(name, told) for name in names)}
    return frozenset(named.union(set(_CODE.findall(text)).intersection(_names())))


def is_part(text: str, name: str) -> bool:
    """Whether `text` is a part of a plan's name: from the start of a word, or any part in Chinese."""
    return _begins(_plain(text), _plain(name))


def _begins(wanted: str, name: str) -> bool:
    if wanted.isascii():
        return len(wanted) >= SHORTEST_LATIN_PART and f" {name}".find(f" {wanted}") >= 0
    return wanted in name


def _is_in(name: str, told: str) -> bool:
    if name.isascii():
        return len(name) >= SHORTEST_LATIN_PART and f" {name} " in f" {told} "
    return len(name) >= SHORTEST_HAN_NAME and name in told


def _plain(text: str) -> str:
    """Without case, accents, punctuation and full-width letters: `Zürich!` is `zurich`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())


@cache
def _names() -> dict[str, frozenset[str]]:
    """By ISO code: the country's names and its big cities' in all our languages."""
    zones = get_global("zone_territories")
    names: dict[str, set[str]] = {code: set() for code in zones.values() if code not in NO_COUNTRY}
    for locale in LOCALES:
        territories = Locale.parse(locale).territories
        for code, known in names.items():
            known.add(_plain(territories[code]))
    for zone, code in zones.items():
        if code in names:
            names[code].update(_plain(_city(zone, locale)) for locale in LOCALES)
    for code, nicknames in NICKNAMES.items():
        names[code].update(_plain(name) for name in nicknames.split(","))
    return {code: frozenset(found) for code, found in names.items()}


def _city(zone: str, locale: str) -> str:
    return get_timezone_location(zone, locale=locale, return_city=True)

"""Finding a country as people write it (日本, 美國, USA, Tokyo, 首爾), whatever language the page is in."""

import unicodedata
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

LOCALES = ("en", "zh_Hans", "zh_Hant")
SHORTEST_LATIN_PART = 3
"""Two letters are a country's code; from three on they may be part of a name."""
NO_COUNTRY = {"001", "ZZ"}
"""Where zones such as UTC are."""
ALIASES = {
    "US": ("usa", "america", "the states"),
    "GB": ("uk", "england", "britain", "scotland"),
    "KR": ("korea", "韩国", "韓國"),
    "AE": ("uae", "dubai", "迪拜", "杜拜"),
    "CN": ("mainland", "prc", "大陆", "大陸", "内地", "內地"),
    "MO": ("macao",),
    "TW": ("臺灣", "臺北"),
    "NZ": ("新西蘭",),
    "AU": ("澳大利亞",),
    "TH": ("泰國",),
    "LA": ("老撾",),
}
"""What people write and the locale data does not have."""


def find(text: str) -> frozenset[str] | None:
    """ISO codes of the countries that `text` may mean; None when there is nothing to look for."""
    wanted = _plain(text)
    if not wanted:
        return None
    code = wanted.upper()
    if code in _names():
        return frozenset({code})
    return frozenset(code for code, names in _names().items() if any(_means(wanted, name) for name in names))


def _means(wanted: str, name: str) -> bool:
    if wanted.isascii():
        return len(wanted) >= SHORTEST_LATIN_PART and (name.startswith(wanted) or f" {wanted}" in name)
    return wanted in name


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


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
    for code, aliases in ALIASES.items():
        names[code].update(map(_plain, aliases))
    return {code: frozenset(found) for code, found in names.items()}


def _city(zone: str, locale: str) -> str:
    return get_timezone_location(zone, locale=locale, return_city=True)

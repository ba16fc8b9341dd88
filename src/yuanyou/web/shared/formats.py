"""Money, instants, units and places as a person reads them, in the language that is active.

Nothing here rounds in a customer's disfavour or hides a currency: `US$` never stands for another
dollar, a rest of data is cut and not rounded up, and a moment names its zone.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_datetime, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, pgettext, to_locale
from django.utils.translation import gettext as _

from yuanyou.kernel.money import Money, exponent
from yuanyou.kernel.units import GB, MB, MINUTE

SYMBOLS = {
    "USD": "US$",
    "HKD": "HK$",
    "TWD": "NT$",
    "CNY": "CN¥",
    "JPY": "JP¥",
    "KRW": "₩",
    "EUR": "€",
    "GBP": "£",
    "CAD": "CA$",
    "AUD": "A$",
}
"""Never a bare ¥ or $, which several countries write. Other currencies show their code."""
MINUS = "−"
KB = 1000

_MOMENT = {
    "en": ("EEE, MMM d, HH:mm", "EEE, MMM d, yyyy, HH:mm"),
    "zh": ("M月d日（EEE）HH:mm", "y年M月d日（EEE）HH:mm"),
}
_DAY = {"en": ("MMM d", "MMM d, yyyy"), "zh": ("M月d日", "y年M月d日")}
_ZONE_CITIES = {
    "Asia/Shanghai": {"en": "Beijing", "zh_Hans": "北京", "zh_Hant": "北京"},
    "UTC": {"en": "UTC", "zh_Hans": "世界标准", "zh_Hant": "世界標準"},
}
"""What China's time is called there, where the zone database has Shanghai."""
_COUNTRIES = {
    "en": {"HK": "Hong Kong", "MO": "Macau"},
    "zh_Hans": {"HK": "香港", "MO": "澳门", "TW": "台湾", "CN": "中国内地"},
    "zh_Hant": {"HK": "香港", "MO": "澳門", "TW": "台灣", "CN": "中國大陸"},
}
"""As travellers say it, where the locale data has the formal name."""


def locale() -> str:
    """The active language as Babel's name of it: `zh_Hans`, `zh_Hant`, `zh_Hant_HK`, `en`."""
    language, _dash, region = to_locale(get_language() or "en").partition("-")
    return f"{language}_{region.upper()}" if region else language


def _written() -> str:
    """The active language without its region, as our own tables have it."""
    return locale().removesuffix("_HK")


def money(amount: Money) -> str:
    """`US$23.22`, `−US$3.00`: for lists."""
    symbol = SYMBOLS.get(amount.currency, f"{amount.currency}\u00a0")
    return f"{MINUS if amount.minor < 0 else ''}{symbol}{_digits(amount)}"


def money_code(amount: Money) -> str:
    """`USD 23.22`: for totals and receipts, with a space that does not break."""
    return f"{MINUS if amount.minor < 0 else ''}{amount.currency}\u00a0{_digits(amount)}"


def when(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Tue, Dec 1, 23:59 New York`, `12月1日（周二）23:59 纽约时间`; the year when it is not this one."""
    return f"{_shown(_MOMENT, instant, zone, now)} {zone_name(zone)}"


def day(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Dec 1`, `12月1日`; the year when it is not this one."""
    return _shown(_DAY, instant, zone, now)


def clock(instant: datetime, zone: str) -> str:
    """`14:05:07`."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def hours(opens: datetime, closes: datetime, zone: str) -> str:
    """`08:00–24:00 New York`; `20:00–12:00 (next day) Beijing`."""
    start, end = opens.astimezone(ZoneInfo(zone)), closes.astimezone(ZoneInfo(zone))
    if end.time() == time():
        until = "24:00"
    elif end.date() > start.date():
        until = _("%(time)s (next day)") % {"time": f"{end:%H:%M}"}
    else:
        until = f"{end:%H:%M}"
    return f"{start:%H:%M}–{until} {zone_name(zone)}"


def last_moment(end: datetime, zone: str) -> datetime:
    """What to show for an exclusive end: at midnight, 23:59 of the day before; else the minute itself."""
    at_midnight = end.astimezone(ZoneInfo(zone)).time() == time()
    return end - timedelta(minutes=1) if at_midnight else end


def same_clock(one: str, other: str, instant: datetime) -> bool:
    """Whether clocks in both zones show the same then."""
    return instant.astimezone(ZoneInfo(one)).utcoffset() == instant.astimezone(ZoneInfo(other)).utcoffset()


def zone_name(zone: str) -> str:
    """`New York`, `纽约时间`."""
    city = _ZONE_CITIES.get(zone, {}).get(_written()) or get_timezone_location(
        zone, locale=locale(), return_city=True
    )
    return pgettext("a time zone, by its city", "%(city)s") % {"city": city}


def all_of(names: list[str]) -> str:
    """`Alipay and WeChat Pay`, `支付宝和微信支付`."""
    return format_list(names, locale=locale()) if names else ""


def country(code: str) -> str:
    """`United States`, `美国`."""
    name = _COUNTRIES.get(_written(), {}).get(code) or _territories(locale()).get(code, code)
    return str(name)


def data(size: int | None) -> str:
    """Bytes as `3.2 GB`, `850 MB`: decimal units, cut to one digit so that nobody is promised more."""
    if size is None:
        return _("Unlimited")
    for unit, name in ((GB, "GB"), (MB, "MB"), (KB, "KB")):
        if size >= unit or unit == KB:
            tenths = size * 10 // unit
            return f"{format_decimal(Decimal(tenths) / 10, '#,##0.#', locale=locale())} {name}"
    raise AssertionError("unreachable")


def minutes(seconds: int | None) -> str:
    """Seconds as `120 minutes`; a begun minute still counts as left."""
    if seconds is None:
        return _("Unlimited calls")
    whole = -(-seconds // MINUTE)
    return ngettext("%(count)s minute", "%(count)s minutes", whole) % {"count": _count(whole)}


def messages(count: int | None) -> str:
    """`500 texts`."""
    if count is None:
        return _("Unlimited texts")
    return ngettext("%(count)s text", "%(count)s texts", count) % {"count": _count(count)}


def phone(number: str) -> str:
    """E.164 as `+1 917 555 0142`; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    spelled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return spelled.replace("-", " ")


def _digits(amount: Money) -> str:
    places = exponent(amount.currency)
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return format_decimal(abs(amount.decimal), pattern, locale=locale(), decimal_quantization=False)


def _count(number: int) -> str:
    return format_decimal(number, locale=locale())


def _shown(patterns: dict[str, tuple[str, str]], instant: datetime, zone: str, now: datetime) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    short, with_year = patterns["zh" if locale().startswith("zh") else "en"]
    this_year = local.year == now.astimezone(ZoneInfo(zone)).year
    return format_datetime(local, short if this_year else with_year, locale=locale())


@cache
def _territories(name: str) -> dict[str, str]:
    return dict(Locale.parse(name).territories)

"""How long a term lasts, what it costs with taxes, what a policy may say, and what a quote freezes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plans import MONTH, ROLLING, TAXES, WEEK, texts
from yuanyou.catalog.rules import (
    BadPolicy,
    DayRule,
    Policy,
    Quote,
    TaxLine,
    days_given_up,
    fx_about,
    quote,
    term_end,
)
from yuanyou.catalog.taxes import RuleTable
from yuanyou.kernel.money import Money

ZONES = ("America/New_York", "Europe/London", "Asia/Shanghai", "Australia/Lord_Howe")
NOON = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
END = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


instants = st.integers(min_value=0, max_value=10 * 365 * 86_400).map(lambda s: NOON + timedelta(seconds=s))


def local(zone: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


def ends(start: datetime, days: int, zone: str, rule: DayRule = DayRule.CALENDAR) -> datetime:
    return term_end(start, days=days, rule=rule, zone=zone)


@pytest.mark.parametrize(
    ("zone", "bought", "utc"),
    [
        # Clocks go back in New York on Nov 1, 2026: from UTC-4 to UTC-5.
        ("America/New_York", (2026, 10, 25, 14, 5), datetime(2026, 11, 25, 5, tzinfo=UTC)),
        # Clocks go forward in London on Mar 29, 2026: from UTC+0 to UTC+1.
        ("Europe/London", (2026, 3, 10, 14, 5), datetime(2026, 4, 9, 23, tzinfo=UTC)),
        # Shanghai has one offset all year.
        ("Asia/Shanghai", (2026, 10, 25, 14, 5), datetime(2026, 11, 24, 16, tzinfo=UTC)),
        # Lord Howe moves by half an hour on Oct 4, 2026: from UTC+10:30 to UTC+11.
        ("Australia/Lord_Howe", (2026, 9, 20, 14, 5), datetime(2026, 10, 20, 13, tzinfo=UTC)),
    ],
)
def test_a_calendar_month_ends_at_local_midnight_across_a_clock_change(
    zone: str, bought: tuple[int, int, int, int, int], utc: datetime
) -> None:
    assert ends(local(zone, *bought), 30, zone) == utc


def test_a_day_that_has_begun_is_not_counted() -> None:
    zone = "America/New_York"
    assert ends(local(zone, 2026, 11, 1, 14, 5), 30, zone) == local(zone, 2026, 12, 2)


def test_a_term_that_starts_at_midnight_ends_so_many_dates_later() -> None:
    zone = "America/New_York"
    assert ends(local(zone, 2026, 12, 2), 30, zone) == local(zone, 2027, 1, 1)


def test_one_microsecond_after_midnight_the_day_has_begun() -> None:
    zone = "America/New_York"
    late = local(zone, 2026, 12, 2) + timedelta(microseconds=1)
    assert ends(late, 30, zone) == local(zone, 2027, 1, 2)


@pytest.mark.parametrize(
    ("moved", "end"),
    [(-SECOND, (2026, 12, 31)), (timedelta(0), (2026, 12, 31)), (SECOND, (2027, 1, 1))],
    ids=["T-1s", "T", "T+1s"],
)
def test_a_second_after_midnight_the_term_ends_a_date_later(
    moved: timedelta, end: tuple[int, int, int]
) -> None:
    zone = "America/New_York"
    assert ends(local(zone, 2026, 12, 1) + moved, 30, zone) == local(zone, *end)


def test_where_the_clocks_skip_midnight_a_term_ends_with_the_first_instant_of_the_day() -> None:
    # Santiago went from 24:00 on Sep 5, 2026 to 01:00 on Sep 6.
    zone = "America/Santiago"
    assert ends(local(zone, 2026, 9, 4, 12), 1, zone) == local(zone, 2026, 9, 6, 1).astimezone(UTC)


def test_a_leap_day_is_a_day() -> None:
    zone = "America/New_York"
    assert ends(local(zone, 2028, 2, 28), 2, zone) == local(zone, 2028, 3, 1)
    assert ends(local(zone, 2027, 2, 28), 2, zone) == local(zone, 2027, 3, 2)


def test_a_year_of_days_is_365_dates_also_in_a_leap_year() -> None:
    zone = "Asia/Shanghai"
    assert ends(local(zone, 2028, 1, 1), 365, zone) == local(zone, 2028, 12, 31)


def test_the_same_instant_ends_elsewhere_for_a_line_that_lives_elsewhere() -> None:
    found = [ends(NOON, 30, zone).astimezone(ZoneInfo(zone)) for zone in ZONES]
    assert [(end.hour, end.minute) for end in found] == [(0, 0)] * 4
    assert len(set(found)) == len(ZONES)


def test_a_rolling_day_is_24_hours_also_on_the_day_of_25() -> None:
    start = local("America/New_York", 2026, 10, 31, 14, 5).astimezone(UTC)
    assert ends(start, 1, "America/New_York", DayRule.ROLLING) - start == timedelta(hours=24)


@given(
    start=instants,
    days=st.integers(min_value=1, max_value=400),
    zone=st.sampled_from(ZONES),
)
def test_a_calendar_term_is_never_shorter_than_it_says_by_more_than_a_clock_change(
    start: datetime, days: int, zone: str
) -> None:
    lasts = ends(start, days, zone) - start
    assert timedelta(days=days, hours=-1) <= lasts <= timedelta(days=days + 1, hours=1)


def test_the_total_is_the_net_price_and_every_tax() -> None:
    assert quoted(Money(2500, "USD")).total == Money(2690, "USD")


def test_a_quote_lets_an_order_begin_for_a_quarter_of_an_hour() -> None:
    assert quoted(Money(2500, "USD")).begin_by == NOON + timedelta(minutes=15)


def test_plans_compare_by_day_and_by_gigabyte() -> None:
    month = quoted(Money(2500, "USD"))
    assert (month.per_day, month.per_gb) == (Money(90, "USD"), Money(269, "USD"))


@pytest.mark.parametrize("data_bytes", [None, 0])
def test_no_price_by_gigabyte_without_data_or_without_limit(data_bytes: int | None) -> None:
    plan = replace(MONTH, data_bytes=data_bytes)
    assert quote(plan, net=Money(1, "USD"), taxes=(), jurisdiction="", now=NOON).per_gb is None


plans = st.builds(
    replace,
    st.sampled_from([MONTH, WEEK, ROLLING]),
    data_bytes=st.none() | st.integers(min_value=0, max_value=10**12),
    seconds=st.none() | st.integers(min_value=0, max_value=10**6),
    countries=st.lists(st.sampled_from(["US", "CN", "HK", "MX"]), unique=True).map(tuple),
    policy=st.builds(
        Policy,
        grace_days=st.integers(min_value=0, max_value=7),
        remind_days_before=st.lists(st.integers(min_value=1, max_value=30)).map(tuple),
        emergency_day=st.booleans(),
    ),
    texts=st.text().map(texts),
)
lines = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.integers(min_value=0, max_value=10**6),
    st.none() | st.decimals(min_value=0, max_value=30, places=4).map(str),
    st.text().map(lambda name: {"en": {"name": name}}),
)


@given(
    plan=plans,
    told=st.lists(lines, max_size=4),
    minor=st.integers(min_value=0, max_value=10**9),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    now=instants,
)
def test_a_quote_comes_back_from_json_as_it_went(
    plan: Any, told: list[tuple[str, int, str | None, Any]], minor: int, currency: str, now: datetime
) -> None:
    taxes = tuple(TaxLine(code, Money(tax, currency), percent, texts) for code, tax, percent, texts in told)
    made = quote(plan, net=Money(minor, currency), taxes=taxes, jurisdiction="US-NY", now=now)
    assert Quote.from_json(through_json(made.to_json())) == made


@pytest.mark.parametrize(
    ("days", "policy"),
    [
        (30, Policy(grace_days=-1)),
        (30, Policy(grace_days=8)),
        (7, Policy(grace_days=3)),
        (1, Policy(grace_days=1)),
        (30, Policy(suspended_days=6)),
        (30, Policy(suspended_days=91)),
        (30, Policy(quarantine_days=44)),
    ],
)
def test_a_policy_outside_its_limits_is_refused(days: int, policy: Policy) -> None:
    with pytest.raises(BadPolicy):
        policy.check(plan_days=days)


@pytest.mark.parametrize(
    ("days", "policy"),
    [
        (30, Policy(grace_days=7)),
        (1, Policy(grace_days=0)),
        (9, Policy(grace_days=3)),
        (30, Policy(suspended_days=7)),
        (30, Policy(suspended_days=90)),
        (30, Policy(quarantine_days=45)),
    ],
)
def test_a_policy_on_its_limits_is_sold(days: int, policy: Policy) -> None:
    policy.check(plan_days=days)


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (SECOND, 1),
        (timedelta(0), 0),
        (-SECOND, 0),
        (timedelta(days=1), 1),
        (timedelta(days=1) + SECOND, 2),
        (timedelta(days=29, hours=9), 30),
    ],
)
def test_a_begun_day_given_up_is_a_day_given_up(left: timedelta, days: int) -> None:
    assert days_given_up(now=END - left, end=END) == days


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("zh-hans", "简"),
        ("zh-CN", "简"),
        ("zh", "简"),
        ("zh-Hant", "繁"),
        ("zh-hant-hk", "繁"),
        ("zh-TW", "繁"),
        ("zh-HK", "繁"),
        ("zh-MO", "繁"),
        ("en", "E"),
        ("fr", "E"),
    ],
)
def test_a_plan_is_named_in_the_readers_language_or_in_english(language: str, name: str) -> None:
    told = {"en": {"name": "E"}, "zh-Hans": {"name": "简"}, "zh-Hant": {"name": "繁"}}
    assert replace(MONTH, texts=told).name(language) == name


def quoted(net: Money) -> Quote:
    lines = RuleTable(TAXES, "USD").lines(
        net, jurisdiction="US-NY", product_class=MONTH.product_class, on=NOON.date()
    )
    return quote(MONTH, net=net, taxes=lines, jurisdiction="US-NY", now=NOON)


def through_json(told: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(told))


@pytest.mark.parametrize(
    ("into", "rate", "minor"), [("CNY", "7.11", 19_126), ("JPY", "153.0", 4_116), ("KWD", "0.3071", 8_261)]
)
def test_about_what_it_is_elsewhere_in_that_currencys_own_units(into: str, rate: str, minor: int) -> None:
    told = fx_about(Money(2690, "USD"), into=into, rate=Decimal(rate), source="table", at=NOON)
    assert told.about == Money(minor, into)
    assert told.to_json()["rate"] == rate

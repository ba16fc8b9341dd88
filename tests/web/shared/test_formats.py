"""Money, moments and units as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.money import Money
from yuanyou.kernel.units import GB, MB
from yuanyou.web.shared import formats

NEW_YORK, SHANGHAI, TAIPEI = "America/New_York", "Asia/Shanghai", "Asia/Taipei"
NOW = datetime(2026, 11, 22, 19, 5, 7, tzinfo=UTC)
END = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)
"""Midnight after Dec 1 in New York, exclusive."""


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "short", "full"),
        [
            (Money(2322, "USD"), "US$23.22", "USD\u00a023.22"),
            (Money(128400, "USD"), "US$1,284.00", "USD\u00a01,284.00"),
            (Money(-300, "USD"), "−US$3.00", "−USD\u00a03.00"),
            (Money(1200, "JPY"), "JP¥1,200", "JPY\u00a01,200"),
            (Money(1200, "CNY"), "CN¥12.00", "CNY\u00a012.00"),
            (Money(1500, "KWD"), "KWD\u00a01.500", "KWD\u00a01.500"),
            (Money(5, "ISK"), "ISK\u00a05", "ISK\u00a05"),
        ],
    )
    @pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
    def test_has_its_currency_and_its_iso_digits_in_every_language(
        self, amount: Money, short: str, full: str, language: str
    ) -> None:
        with translation.override(language):
            assert (formats.money(amount), formats.money_code(amount)) == (short, full)

    @given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"]))
    def test_no_amount_loses_a_digit(self, minor: int, currency: str) -> None:
        digits = "".join(c for c in formats.money_code(Money(minor, currency)) if c.isdigit())
        assert int(digits) == abs(minor)


class TestMoments:
    @pytest.mark.parametrize(
        ("language", "zone", "shown"),
        [
            ("en", NEW_YORK, "Tue, Dec 1, 23:59 New York"),
            ("zh-hans", NEW_YORK, "12月1日（周二）23:59 纽约时间"),
            ("zh-hant", NEW_YORK, "12月1日（週二）23:59 紐約時間"),
            ("en", SHANGHAI, "Wed, Dec 2, 12:59 Beijing"),
            ("zh-hans", SHANGHAI, "12月2日（周三）12:59 北京时间"),
            ("zh-hant", TAIPEI, "12月2日（週三）12:59 台北時間"),
        ],
    )
    def test_name_the_day_the_minute_and_the_zone(self, language: str, zone: str, shown: str) -> None:
        with translation.override(language):
            assert formats.when(formats.last_moment(END, NEW_YORK), zone, now=NOW) == shown

    @pytest.mark.parametrize(
        ("language", "shown"),
        [("en", "Sun, Jan 3, 2027, 00:30 New York"), ("zh-hans", "2027年1月3日（周日）00:30 纽约时间")],
    )
    def test_name_the_year_when_it_is_another(self, language: str, shown: str) -> None:
        then = datetime(2027, 1, 3, 5, 30, tzinfo=UTC)
        with translation.override(language):
            assert formats.when(then, NEW_YORK, now=NOW) == shown

    def test_the_year_is_the_zones_own(self) -> None:
        new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)
        assert "2027" in formats.when(new_year, SHANGHAI, now=NOW)
        assert "2026" not in formats.when(new_year, NEW_YORK, now=NOW)

    def test_an_end_at_midnight_is_shown_on_its_last_day(self) -> None:
        assert formats.last_moment(END, NEW_YORK) == END - timedelta(minutes=1)

    def test_any_other_end_is_shown_as_it_is(self) -> None:
        end = END + timedelta(hours=14)
        assert formats.last_moment(end, NEW_YORK) == end
        assert formats.last_moment(END, SHANGHAI) == END

    def test_midnight_holds_over_a_change_of_clocks(self) -> None:
        end = datetime(2026, 11, 2, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)
        shown = formats.last_moment(end, NEW_YORK)
        assert formats.when(shown, NEW_YORK, now=NOW) == "Sun, Nov 1, 23:59 New York"

    def test_zones_that_show_the_same_are_the_same_clock_only_while_they_do(self) -> None:
        summer = datetime(2026, 7, 1, tzinfo=UTC)
        assert formats.same_clock("America/Phoenix", "America/Los_Angeles", summer)
        assert not formats.same_clock("America/Phoenix", "America/Los_Angeles", END)

    def test_a_clock_shows_seconds(self) -> None:
        assert formats.clock(NOW, NEW_YORK) == "14:05:07"


class TestHours:
    def hours(self, zone: str, *, closes: int = 24) -> str:
        opens = datetime(2026, 11, 22, 8, tzinfo=ZoneInfo(NEW_YORK))
        return formats.hours(opens, opens + timedelta(hours=closes - 8), zone)

    def test_midnight_at_the_end_is_24(self) -> None:
        assert self.hours(NEW_YORK) == "08:00–24:00 New York"

    def test_the_next_day_is_named(self) -> None:
        assert self.hours(SHANGHAI) == "21:00–13:00 (next day) Beijing"

    def test_within_a_day_nothing_is_added(self) -> None:
        assert self.hours(NEW_YORK, closes=18) == "08:00–18:00 New York"


class TestUnits:
    @pytest.mark.parametrize(
        ("size", "shown"),
        [
            (10 * GB, "10 GB"),
            (3_299_999_999, "3.2 GB"),
            (GB - 1, "999.9 MB"),
            (850 * MB, "850 MB"),
            (999, "0.9 KB"),
            (0, "0 KB"),
            (None, "Unlimited"),
        ],
    )
    def test_data_is_cut_never_rounded_up(self, size: int | None, shown: str) -> None:
        assert formats.data(size) == shown

    @given(st.integers(0, 10**13))
    def test_data_never_shows_more_than_there_is(self, size: int) -> None:
        number, unit = formats.data(size).replace(",", "").split()
        tenths = round(float(number) * 10)
        assert tenths * {"GB": GB, "MB": MB, "KB": 1000}[unit] <= size * 10

    def test_a_begun_minute_is_left(self) -> None:
        assert [formats.minutes(s) for s in (0, 1, 60, 61, None)] == [
            "0 minutes",
            "1 minute",
            "1 minute",
            "2 minutes",
            "Unlimited calls",
        ]

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            ("+19175550142", "+1 917 555 0142"),
            ("+8613812345678", "+86 138 1234 5678"),
            ("8901260000000000017", "8901260000000000017"),
        ],
    )
    def test_a_number_is_spaced_as_people_read_it(self, number: str, shown: str) -> None:
        assert formats.phone(number) == shown

    @pytest.mark.parametrize(
        ("language", "names"),
        [
            ("en", ["United States", "China", "Hong Kong", "Taiwan"]),
            ("zh-hans", ["美国", "中国内地", "香港", "台湾"]),
            ("zh-hant", ["美國", "中國大陸", "香港", "台灣"]),
        ],
    )
    def test_places_are_called_as_travellers_call_them(self, language: str, names: list[str]) -> None:
        with translation.override(language):
            assert [formats.country(code) for code in ("US", "CN", "HK", "TW")] == names

    @pytest.mark.parametrize(("language", "said"), [("en", "A and B"), ("zh-hans", "A和B")])
    def test_several_names_are_said_in_one_breath(self, language: str, said: str) -> None:
        with translation.override(language):
            assert (formats.all_of(["A", "B"]), formats.all_of([])) == (said, "")

"""What templates show: chips, both clocks, the trip line, codes, fields."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.money import Money
from yuanyou.lines.rules import LineState
from yuanyou.web.shared.templatetags.yuanyou import LINE_STATES
from yuanyou.web.shared.trip import WHOLE, trip

NEW_YORK = "America/New_York"
START = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
END = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)


def rendered(source: str, **values: object) -> str:
    return Template("{% load yuanyou %}" + source).render(Context(values))


class TestChips:
    @pytest.mark.parametrize("state", LineState)
    def test_every_state_of_a_line_has_a_shape_and_a_word(self, state: LineState) -> None:
        chip = rendered("{% line_state state %}", state=state)
        assert "<svg" in chip
        assert str(LINE_STATES[state][1]) in chip

    def test_no_two_tones_share_a_shape(self) -> None:
        shapes = [
            re.findall(r"<svg.*?</svg>", rendered(f'{{% chip "{kind}" "x" %}}'))
            for kind in ("good", "warn", "bad", "wait", "off")
        ]
        assert len({str(shape) for shape in shapes}) == len(shapes)

    def test_a_word_is_escaped(self) -> None:
        assert "<b>" not in rendered('{% chip "good" word %}', word="<b>")


class TestBothZones:
    SOURCE = '{% both_zones end "America/New_York" end=True %}'

    def test_a_reader_elsewhere_sees_their_own_clock_on_a_second_line(self) -> None:
        first, second = rendered(self.SOURCE, end=END, viewer_zone="Asia/Shanghai").split("<br>")
        assert "Tue, Dec 1, 23:59 New York" in first
        assert 'datetime="2026-12-01T23:59-05:00"' in first
        assert "Wed, Dec 2, 12:59 Beijing" in second
        assert 'datetime="2026-12-02T12:59+08:00"' in second

    @pytest.mark.parametrize("zone", [None, NEW_YORK, "America/Toronto"])
    def test_a_reader_with_the_same_clock_sees_one_line(self, zone: str | None) -> None:
        assert "<br>" not in rendered(self.SOURCE, end=END, viewer_zone=zone)


class TestTrip:
    def test_counts_days_as_the_calendar_does(self) -> None:
        found = trip(START, END, zone=NEW_YORK, now=datetime(2026, 11, 22, 19, tzinfo=UTC))
        assert (found.day, found.days, found.days_left) == (22, 31, 9)

    def test_on_its_last_day_nothing_is_left_but_today(self) -> None:
        last = trip(START, END, zone=NEW_YORK, now=END - timedelta(seconds=1))
        assert (last.day, last.days_left) == (31, 0)
        assert last.along < WHOLE

    @given(st.integers(-(10**7), 10**7))
    def test_stays_on_the_road(self, seconds: int) -> None:
        found = trip(START, END, zone=NEW_YORK, now=START + timedelta(seconds=seconds))
        assert 0 <= found.along <= WHOLE
        assert 1 <= found.day <= found.days
        assert found.day + found.days_left == found.days

    def test_is_told_to_those_who_do_not_see_it(self) -> None:
        found = trip(START, END, zone=NEW_YORK, now=datetime(2026, 11, 22, 19, tzinfo=UTC))
        picture = rendered('{% trip found "America/New_York" %}', found=found)
        assert 'aria-label="Day 22 of 31, ends Dec 1"' in picture


class TestCodes:
    def test_a_qr_code_draws_every_dark_module(self) -> None:
        import segno

        text = "LPA:1$smdp.example$ABC-123"
        drawn = rendered("{% qr text label='x' %}", text=text)
        runs = re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", drawn)
        dark = {(x, int(y)) for start, y, length in runs for x in range(int(start), int(start) + int(length))}
        matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
        assert dark == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


class TestMoney:
    def test_lists_and_totals_are_written_differently(self) -> None:
        price = Money(2322, "USD")
        assert rendered("{{ price|money }} {{ price|money_code }}", price=price) == "US$23.22 USD\u00a023.22"

    def test_nothing_is_shown_where_there_is_no_amount(self) -> None:
        assert rendered("{{ price|money }}{{ price|money_code }}", price=None) == ""

    def test_a_line_of_a_price_list_marks_its_total(self) -> None:
        source = '{% include "shared/_money.html" with name="Total" amount=price total=True %}'
        assert "<strong>Total</strong><b>USD\u00a023.22</b>" in rendered(source, price=Money(2322, "USD"))


class TestFields:
    class Form(forms.Form):
        number = forms.CharField(label="Number", help_text="As you type it")

    def test_label_help_and_error_are_tied_to_the_field(self) -> None:
        field = self.Form({"number": ""})["number"].as_field_group()
        assert '<label for="id_number">' in field
        described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', field)
        assert described
        for name in described[1].split():
            assert f'id="{name}"' in field
        assert 'aria-invalid="true"' in field
        assert "This field is required." in field


def test_steps_say_which_is_now() -> None:
    source = '{% include "shared/_steps.html" with steps=words current=2 %}'
    done, now, later = re.findall(r"<li[^>]*>", rendered(source, words=["a", "b", "c"]))
    assert 'class="done"' in done
    assert 'aria-current="step"' in now
    assert later == "<li>"


def test_a_bad_notice_interrupts_and_a_good_one_waits() -> None:
    source = '{% include "shared/_notice.html" with tone=tone text="x" %}'
    assert 'role="alert"' in rendered(source, tone="bad")
    assert 'role="status"' in rendered(source, tone="")


def test_chips_speak_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert "已停机" in rendered('{% line_state "suspended" %}')

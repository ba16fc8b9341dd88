"""What the public pages promise is what the policies on sale say (law 12)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.plans import LONG_AGO, MONTH, texts
from tests.web.site.test_plans import withdraw
from yuanyou.catalog import actions
from yuanyou.catalog.rules import Policy
from yuanyou.kernel.money import Money
from yuanyou.messages.render import can_tell
from yuanyou.web.site import promises, shelf
from yuanyou.web.site.promises import Span
from yuanyou.web.site.templatetags import promised

ODD = replace(
    MONTH,
    code="test-odd",
    texts=texts("Odd"),
    policy=Policy(
        grace_days=6,
        suspended_days=77,
        quarantine_days=111,
        release_warning_days=(9, 7, 3, 1),
        refund_window_days=44,
        refund_max_used_percent=7,
    ),
)


@pytest.fixture
def all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reminders and warnings can be sent."""
    monkeypatch.setattr(promises, "can_tell", lambda _event: True)


@pytest.fixture
def odd(house: None) -> Iterator[None]:
    actions.publish(actions.draft(ODD, prices=[Money(1000, "USD")]), now=LONG_AGO)
    yield
    withdraw(ODD.code)


def said(client: Client, name: str) -> str:
    return client.get(reverse(f"site:{name}")).content.decode()


class TestANewPolicyChangesThePages:
    def test_the_front_page_and_the_questions_tell_the_longest_grace(self, client: Client, odd: None) -> None:
        for name in ("home", "faq"):
            assert "2 to 6 days" in said(client, name)
            assert "30 to 77 days" in said(client, name)

    def test_the_terms_list_each_policy_with_its_plans(self, client: Client, odd: None) -> None:
        rows = [row for row in said(client, "terms").split("</li>") if ">Odd<" in row]
        assert len(rows) == 1
        assert all(days in rows[0] for days in ("6 days", "77 days", "111 days"))

    def test_the_refund_page_promises_no_more_than_every_plan_grants(self, client: Client, odd: None) -> None:
        assert "no more than 7%" in said(client, "refunds")
        assert "44" in said(client, "refunds")

    def test_warnings_are_told_only_where_every_plan_gives_them(
        self, client: Client, odd: None, all_is_told: None
    ) -> None:
        assert "7, 3 and 1 days" in said(client, "faq")

    def test_without_it_they_tell_the_usual(self, client: Client, house: None) -> None:
        assert "2 to 3 days" in said(client, "faq")


class TestWarnings:
    def test_what_has_to_be_heard_before_a_number_goes_is_what_the_engine_wants(
        self, client: Client, house: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(promises, "WARNINGS_NEEDED", 6)
        monkeypatch.setattr(promises, "HOLD_LONGER", timedelta(days=17))
        for name in ("faq", "terms"):
            assert "at least 6 warnings" in said(client, name)
            assert "17 days longer" in said(client, name)

    def test_their_days_are_promised_only_when_they_can_be_sent(
        self, client: Client, house: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for can, days in ((True, True), (False, False)):
            monkeypatch.setattr(promises, "can_tell", lambda event, can=can: can)
            assert ("We write to you 14, 7, 3 and 1 days before." in said(client, "terms")) is days

    def test_what_can_be_sent_has_its_words(self) -> None:
        assert can_tell("receipt")
        assert not can_tell("no_such_event")


class TestSpans:
    def test_are_told_as_people_would(self) -> None:
        assert promised.days(Span(1, 1)) == "1 day"
        assert promised.days(3) == "3 days"
        assert promised.days(Span(2, 5)) == "2 to 5 days"
        assert promised.days(Span(0, 5)) == "up to 5 days"

    def test_a_percentage_is_the_least(self) -> None:
        assert promised.percent(Span(7, 10)) == "7%"

    def test_lists_read_as_sentences(self) -> None:
        assert [promised.listed(days) for days in ((1,), (3, 1), (7, 3, 1))] == ["1", "3 and 1", "7, 3 and 1"]


def test_every_plan_on_sale_is_in_exactly_one_row(house: None) -> None:
    cards = shelf.on_sale(LONG_AGO)
    found = promises.of(cards)
    assert found is not None
    assert sorted(name for row in found.rows for name in row.plans) == sorted(card.name for card in cards)

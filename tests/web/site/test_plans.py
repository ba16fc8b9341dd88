"""Plans: what they cost with everything, where they work, what happens afterwards."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.plans import LATER, LONG_AGO, MONTH, WEEK, texts
from yuanyou.catalog import actions, queries
from yuanyou.catalog.models import Coverage, PlanPrice, PlanVersion
from yuanyou.catalog.rules import Policy
from yuanyou.kernel.money import Money
from yuanyou.web.site import places, promises
from yuanyou.web.site.nicknames import NICKNAMES

PLANS = reverse("site:plans")


def shown(client: Client, **query: str) -> str:
    return client.get(PLANS, query).content.decode()


def detail(client: Client, code: str, **query: str) -> str:
    return client.get(reverse("site:plan", args=[code]), query).content.decode()


class TestPrices:
    def test_the_card_shows_the_total_with_every_tax(self, client: Client, house: None) -> None:
        assert "US$26.90" in shown(client)  # 25.00 + 4 % + 0.90

    def test_the_card_shows_what_a_day_and_a_gigabyte_cost(self, client: Client, house: None) -> None:
        page = shown(client)
        assert "US$0.90 a day" in page
        assert "US$2.69 per GB" in page

    def test_the_plan_page_adds_the_price_up_line_by_line(self, client: Client, house: None) -> None:
        page = detail(client, MONTH.code)
        assert [amount in page for amount in ("US$25.00", "US$1.00", "US$0.90", "USD\u00a026.90")] == [
            True
        ] * 4
        assert "Prepaid 911 fee" in page


class TestSearch:
    @pytest.mark.parametrize(
        "text", ["US", "usa", "united states", "美国", "美國", "New York", "紐約", "ＵＳ"]
    )
    def test_a_country_is_found_by_any_name(self, text: str) -> None:
        found = places.find(text)
        assert found is not None
        assert "US" in found

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("日本", "JP"),
            ("东京", "JP"),
            ("東京", "JP"),
            ("Seoul", "KR"),
            ("韩国", "KR"),
            ("台灣", "TW"),
            ("澳门", "MO"),
            ("Zurich", "CH"),
            ("Zürich", "CH"),
            ("cancun", "MX"),
            ("舊金山", "US"),
        ],
    )
    def test_a_city_means_its_country(self, text: str, code: str) -> None:
        assert code in (places.find(text) or ())

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("India", {"IN"}),  # not Indianapolis
            ("印度", {"IN"}),  # not 印度尼西亚
            ("China", {"CN"}),  # not Hong Kong SAR China
            ("中国", {"CN"}),
            ("Netherlands", {"NL"}),  # not the Caribbean Netherlands
            ("Northern Ireland", {"GB"}),
            ("UK", {"GB"}),
            ("New Jersey", {"US"}),
            ("圣地亚哥", {"CL", "US"}),  # both are called so
        ],
    )
    def test_a_whole_name_is_not_a_part_of_another(self, text: str, codes: set[str]) -> None:
        assert places.find(text) == frozenset(codes)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Turkey", "TR"),
            ("burma", "MM"),
            ("viet nam", "VN"),
            ("阿联酋", "AE"),
            ("新西蘭", "NZ"),
            ("Macau", "MO"),
        ],
    )
    def test_a_country_is_found_by_what_people_call_it(self, text: str, code: str) -> None:
        assert places.find(text) == frozenset({code})

    @pytest.mark.parametrize("code", sorted(NICKNAMES))
    def test_every_nickname_is_written_once_and_finds_its_country(self, code: str) -> None:
        mine = [name.strip() for name in NICKNAMES[code].split(",")]
        assert all(mine)
        assert len(mine) == len(set(mine))
        assert all(code in (places.find(name) or ()) for name in mine)

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("Japan, Tokyo, JP", {"JP"}),  # what the field shows as an example
            ("US, China & HK", {"US", "CN", "HK"}),
            ("美国和加拿大", {"US", "CA"}),
            ("从东京去首尔", {"JP", "KR"}),
            ("going to us", set()),  # a word, not a code
            ("data center", set()),
        ],
    )
    def test_a_sentence_mentions_countries(self, text: str, codes: set[str]) -> None:
        assert places.find(text) == frozenset()
        assert places.mentioned(text) == codes

    @pytest.mark.parametrize("text", ["atlantis", "xx", "zz", "亚特兰蒂斯"])
    def test_what_is_nowhere_is_nowhere(self, text: str) -> None:
        assert places.find(text) == frozenset()

    def test_no_text_asks_for_nothing(self) -> None:
        assert places.find("  ") is None

    def test_only_plans_that_work_there_are_shown(self, client: Client, house: None) -> None:
        assert "US 7 days" in shown(client, q="美国")
        assert "US 7 days" not in shown(client, q="Japan")

    def test_a_journey_needs_a_plan_for_every_country_of_it(self, client: Client, house: None) -> None:
        both = replace(MONTH, code="test-dual", countries=("US", "CN"), texts=texts("Both ends"))
        actions.publish(actions.draft(both, prices=[Money(3000, "USD")]), now=LONG_AGO)
        page = shown(client, q="美国和中国")
        withdraw(both.code)
        assert "Both ends" in page
        assert "US 7 days" not in page

    @pytest.mark.parametrize("text", ["atlantic", "ATLANTIC ISLES", "大西洋", "大西洋群岛"])
    def test_a_plan_is_found_by_its_own_name(self, client: Client, house: None, text: str) -> None:
        named = {"en": "The Atlantic Isles", "zh-Hans": "大西洋群岛", "zh-Hant": "大西洋諸島"}
        told = {language: {"name": name, "summary": name} for language, name in named.items()}
        region = replace(MONTH, code="test-region", countries=("IS",), texts=told)
        actions.publish(actions.draft(region, prices=[Money(3000, "USD")]), now=LONG_AGO)
        page = shown(client, q=text)
        withdraw(region.code)
        assert "test-region" in page
        assert "US 7 days" not in page

    def test_a_place_without_a_plan_says_so_and_repeats_what_was_asked(
        self, client: Client, house: None
    ) -> None:
        page = shown(client, q="<Japan>")
        assert "&lt;Japan&gt;" in page
        assert "<Japan>" not in page
        assert "We found no plan" in page


class TestOnePlan:
    def test_what_is_not_on_sale_is_not_there(self, client: Client, house: None) -> None:
        assert client.get(reverse("site:plan", args=["no-such-plan"])).status_code == 404

    def test_partner_networks_carry_the_date_of_what_we_know(self, client: Client, house: None) -> None:
        row = Coverage(country="US", network="Prairie Wireless", technologies="5G/4G", as_of=date(2026, 3, 9))
        actions.set_coverage([row])
        page = detail(client, MONTH.code)
        Coverage.objects.filter(network="Prairie Wireless").delete()
        assert "Prairie Wireless" in page
        assert "5G / 4G" in page
        assert "2026-03-09" in page

    def test_fair_use_says_how_slow_it_becomes(self, client: Client, house: None) -> None:
        assert "128 kbps" in detail(client, MONTH.code)

    def test_a_data_plan_says_that_it_has_no_number(self, client: Client, house: None) -> None:
        assert "None: data only" in detail(client, LATER.code)

    def test_a_plan_that_waits_says_until_when(self, client: Client, house: None) -> None:
        assert "at the latest 60 days after payment" in detail(client, LATER.code)

    def test_grace_is_each_plans_own(self, client: Client, house: None) -> None:
        assert "3 days of grace" in detail(client, MONTH.code)
        assert "2 days of grace" in detail(client, WEEK.code)

    def test_a_line_without_a_number_is_not_promised_to_keep_it(self, client: Client, house: None) -> None:
        page = detail(client, LATER.code)
        assert "the number stays yours" not in page
        assert "The line is closed" in page

    def test_no_reminder_is_promised_while_none_can_be_sent(
        self, client: Client, house: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(promises, "can_tell", lambda _event: False)
        page = detail(client, MONTH.code)
        assert "We remind you" not in page
        assert "Home shows how many days are left." in page

    def test_nobody_is_reminded_before_the_term_has_begun(
        self, client: Client, house: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(promises, "can_tell", lambda _event: True)
        assert "We remind you 7, 3 and 1 days before." in detail(client, MONTH.code)
        assert "We remind you 3 and 1 days before." in detail(client, WEEK.code)
        day_pass = replace(MONTH, code="test-day", days=1, policy=Policy(grace_days=0), texts=texts("Day"))
        actions.publish(actions.draft(day_pass, prices=[Money(400, "USD")]), now=LONG_AGO)
        page = detail(client, day_pass.code)
        withdraw(day_pass.code)
        assert "We remind you 2 hours before." in page

    def test_a_new_grace_in_the_catalog_changes_the_page(self, client: Client, house: None) -> None:
        plan = replace(MONTH, code="test-grace", texts=texts("Grace"))
        for days in (1, 5):
            version = actions.draft(
                replace(plan, policy=replace(plan.policy, grace_days=days)), prices=[Money(1000, "USD")]
            )
            actions.publish(version, now=LONG_AGO)
            assert f"{days} day{'s' if days > 1 else ''} of grace" in detail(client, plan.code)
        withdraw(plan.code)


def withdraw(code: str) -> None:
    """Take a test's own plan off the shelf again."""
    actions.withdraw(PlanVersion.objects.get(pk=queries.on_sale(code)).plan_id)
    assert PlanPrice.objects.filter(version__plan__code=code).exists()

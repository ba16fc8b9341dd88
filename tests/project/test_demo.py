"""The demo operator's catalog: complete, lawful, in three languages, and safe to load again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from yuanyou.catalog import queries
from yuanyou.catalog.models import Coverage, PlanPrice, PlanVersion, Tax, VersionState
from yuanyou.catalog.rules import LANGUAGES, ProductClass, Quote, StartRule
from yuanyou.kernel.money import Money
from yuanyou.project.demo import catalog

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
NOT_IN_TAIWAN = ["充值", "套餐", "短信", "停機", "登錄", "網絡", "賬戶", "郵編", "默認", "續約", "流量"]
NOT_IN_BEIJING = ["儲值", "方案", "簡訊", "則", "門號", "數據用量", "吃到飽"]


@pytest.fixture
def loaded(house: None) -> Iterator[None]:
    """The demo's catalog beside the tests' own, and gone afterwards: published plans cannot be deleted."""
    with transaction.atomic():
        catalog.load(now=NOW)
        yield
        transaction.set_rollback(True)


def plans() -> list[Quote]:
    found = queries.quotes(currency="USD", jurisdiction="US-NY", now=NOW)
    return [quote for quote in found if not quote.plan.code.startswith("test-")]


def stored() -> list[list[tuple[object, ...]]]:
    return [
        list(model.objects.order_by("pk").values_list()) for model in (PlanVersion, PlanPrice, Tax, Coverage)
    ]


pytestmark = pytest.mark.usefixtures("loaded")


def test_loading_it_again_changes_nothing() -> None:
    before = stored()
    catalog.load(now=NOW + timedelta(days=1))
    assert stored() == before


def test_a_plan_whose_price_changed_becomes_a_new_version() -> None:
    facts = replace(queries.plan_version(queries.on_sale("us-30-10gb")), version=0, version_id=0)
    catalog._offer(facts, prices=[Money(2600, "USD")], shelf=0, now=NOW)
    states = (
        PlanVersion.objects.filter(plan__code="us-30-10gb").order_by("number").values_list("state", flat=True)
    )
    assert list(states) == [VersionState.WITHDRAWN, VersionState.PUBLISHED]
    sold = queries.quote_of(queries.on_sale("us-30-10gb"), currency="USD", jurisdiction="US-NY", now=NOW)
    assert (sold.plan.version, sold.net) == (2, Money(2600, "USD"))


def test_it_sells_every_kind_of_plan_a_traveller_asks_for() -> None:
    sold = {quote.plan.code: quote.plan for quote in plans()}
    assert {plan.days for plan in sold.values()} >= {1, 7, 15, 30, 90, 365}
    assert sold["us-cn-hk-30-12gb"].countries == ("US", "CN", "HK")
    assert [code for code, plan in sold.items() if plan.keep_number] == ["keep-number-30"]
    assert [code for code, plan in sold.items() if plan.shareable_lines > 1] == ["family-30-60gb"]
    assert not sold["us-data-30-15gb"].has_number
    assert len(sold["world-15-5gb"].countries) >= 40


def test_every_plan_is_written_in_three_languages() -> None:
    for quote in plans():
        for language in LANGUAGES:
            text = quote.plan.texts[language]
            assert text["name"].strip(), (quote.plan.code, language)
            assert text["summary"].strip(), (quote.plan.code, language)


def test_each_chinese_has_its_own_words() -> None:
    for plan in (quote.plan for quote in plans()):
        hans, hant = ("".join(plan.texts[language].values()) for language in ("zh-Hans", "zh-Hant"))
        assert not [word for word in NOT_IN_TAIWAN if word in hant], plan.code
        assert not [word for word in NOT_IN_BEIJING if word in hans], plan.code
        assert "等" not in hans + hant, plan.code


def test_a_summary_counts_its_countries_right() -> None:
    for plan in (quote.plan for quote in plans()):
        for language, counted in {"en": "Data in {} ", "zh-Hans": "{}", "zh-Hant": "{}"}.items():
            if len(plan.countries) > 5:
                assert counted.format(len(plan.countries)) in plan.summary(language), (plan.code, language)


def test_grace_is_at_most_a_third_of_every_plan() -> None:
    assert all(quote.plan.policy.grace_days <= quote.plan.days // 3 for quote in plans())


def test_no_plan_reminds_or_renews_before_it_has_begun() -> None:
    for plan in (quote.plan for quote in plans()):
        assert all(days < plan.days for days in plan.policy.remind_days_before), plan.code
        assert min(plan.policy.retry_hours) > -24 * plan.days, plan.code


def test_every_country_of_a_plan_has_a_network() -> None:
    known = {network.country for network in queries.networks([c for q in plans() for c in q.plan.countries])}
    assert {country for quote in plans() for country in quote.plan.countries} <= known
    assert len(known) >= 40


def test_coverage_says_from_when_it_is() -> None:
    assert {network.as_of for network in queries.networks(["US", "JP", "FR"])} == {date(2026, 11, 1)}


def test_telephone_service_is_taxed_and_internet_access_is_not() -> None:
    for quote in plans():
        taxed = {line.code for line in quote.taxes if line.code.startswith("us-ny")}
        voice = quote.plan.product_class is ProductClass.VOICE
        assert taxed == ({"us-ny-sales", "us-ny-911"} if voice else set()), quote.plan.code


def test_a_plan_without_a_number_has_no_calls_and_no_texts() -> None:
    for plan in (quote.plan for quote in plans()):
        data_only = plan.product_class is ProductClass.DATA
        assert plan.has_number is not data_only, plan.code
        assert ((plan.seconds, plan.messages) == (0, 0)) is data_only, plan.code


def test_travel_plans_wait_sixty_days_for_their_first_use() -> None:
    waiting = {q.plan.code for q in plans() if q.plan.start_rule is StartRule.FIRST_USE}
    assert {"asia-15-6gb", "europe-15-10gb", "world-15-5gb", "us-7-3gb"} <= waiting
    assert {q.plan.first_use_within_days for q in plans() if q.plan.code in waiting} == {60}

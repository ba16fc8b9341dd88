"""The catalog in PostgreSQL: what was published never changes, one version is on sale, no half is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.plans import MONTH, TAXES, texts
from yuanyou.catalog import actions, queries
from yuanyou.catalog.actions import MissingTexts, NoPrice, TaxChanged
from yuanyou.catalog.limits import BadPlan
from yuanyou.catalog.models import Coverage, PlanPrice, PlanVersion, Tax, VersionState
from yuanyou.catalog.queries import NotOnSale
from yuanyou.catalog.rules import LANGUAGES, BadPolicy, PlanFacts, Policy, ProductClass
from yuanyou.kernel.money import Money

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
CODE = "test-own"
OWN = replace(MONTH, code=CODE)


@pytest.fixture(autouse=True)
def undone(house: None) -> Iterator[None]:
    """The catalog is kept between tests, and what is published cannot be deleted: so nothing is committed."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def draft(facts: PlanFacts = OWN, *, minor: int = 2500) -> PlanVersion:
    return actions.draft(facts, prices=[usd(minor), Money(18_000, "CNY")])


def published(facts: PlanFacts = OWN, *, minor: int = 2500) -> PlanVersion:
    version = draft(facts, minor=minor)
    actions.publish(version, now=NOW)
    return version


def quoted(version_id: int, currency: str = "USD") -> Money:
    return queries.quote_of(version_id, currency=currency, jurisdiction="US-NY", now=NOW).net


def run(statement: str, version: PlanVersion) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"version": version.pk})


CHANGES = [
    "UPDATE catalog_planversion SET facts = facts || '{\"days\": 1}' WHERE id = %(version)s",
    "UPDATE catalog_planversion SET days = 31 WHERE id = %(version)s",
    "UPDATE catalog_planversion SET grace_days = 0 WHERE id = %(version)s",
    'UPDATE catalog_planversion SET countries = \'["US", "CA"]\' WHERE id = %(version)s',
    "UPDATE catalog_planversion SET number = 9 WHERE id = %(version)s",
    "UPDATE catalog_planprice SET net_minor = 1 WHERE version_id = %(version)s",
    "UPDATE catalog_planprice SET currency = 'EUR' WHERE version_id = %(version)s AND currency = 'USD'",
    "DELETE FROM catalog_planprice WHERE version_id = %(version)s",
]


class TestFrozen:
    @pytest.mark.parametrize("statement", CHANGES)
    def test_a_draft_may_still_change(self, statement: str) -> None:
        run(statement, draft())

    @pytest.mark.parametrize(
        "statement",
        [
            *CHANGES,
            "DELETE FROM catalog_planversion WHERE id = %(version)s",
            "UPDATE catalog_planversion SET state = 'draft' WHERE id = %(version)s",
            "UPDATE catalog_planversion SET published_at = now() WHERE id = %(version)s",
            "INSERT INTO catalog_planprice (version_id, currency, net_minor) VALUES (%(version)s, 'JPY', 1)",
        ],
    )
    @pytest.mark.parametrize("withdrawn", [False, True], ids=["on sale", "withdrawn"])
    def test_what_was_published_never_changes(self, statement: str, *, withdrawn: bool) -> None:
        version = published()
        if withdrawn:
            published(replace(OWN, days=31))
        with pytest.raises(IntegrityError, match="never changes"):
            run(statement, version)

    def test_a_price_does_not_move_from_a_draft_to_what_was_published(self) -> None:
        version = published()
        other = actions.draft(replace(OWN, code="test-other"), prices=[Money(100, "JPY")])
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            PlanPrice.objects.filter(version=other).update(version=version)

    def test_a_price_does_not_move_from_what_was_published_to_a_draft(self) -> None:
        version = published()
        other = actions.draft(replace(OWN, code="test-other"), prices=[])
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            PlanPrice.objects.filter(version=version).update(version=other)


class TestPublishing:
    def test_a_new_version_takes_the_place_of_the_one_before(self) -> None:
        first, second = published(minor=2500), published(minor=2600)
        assert (second.number, queries.on_sale(CODE)) == (2, second.pk)
        first.refresh_from_db()
        assert first.state == VersionState.WITHDRAWN
        assert quoted(second.pk) == usd(2600)
        with pytest.raises(NotOnSale):
            quoted(first.pk)

    def test_what_was_sold_is_still_known_after_it_was_withdrawn(self) -> None:
        first = published()
        published(replace(OWN, days=60))
        assert queries.plan_version(first.pk) == replace(OWN, version=1, version_id=first.pk)

    def test_a_plan_that_was_withdrawn_is_not_sold_but_still_known(self) -> None:
        version = published()
        actions.withdraw(version.plan_id)
        actions.withdraw(version.plan_id)
        with pytest.raises(NotOnSale):
            queries.on_sale(CODE)
        with pytest.raises(NotOnSale):
            quoted(version.pk)
        assert queries.plan_version(version.pk).version == 1

    def test_withdrawing_leaves_other_plans_and_drafts_alone(self) -> None:
        version, other = published(), published(replace(OWN, code="test-other"))
        later = draft()
        actions.withdraw(version.plan_id)
        later.refresh_from_db()
        assert (later.state, queries.on_sale("test-other")) == (VersionState.DRAFT, other.pk)

    def test_a_version_without_a_price_is_refused_and_the_one_before_stays(self) -> None:
        version = published()
        with pytest.raises(NoPrice):
            actions.publish(actions.draft(OWN, prices=[]), now=NOW)
        assert queries.on_sale(CODE) == version.pk

    def test_a_draft_beside_it_does_not_touch_what_is_on_sale(self) -> None:
        version = published()
        later = draft(minor=9900)
        assert queries.on_sale(CODE) == version.pk
        with pytest.raises(NotOnSale):
            quoted(later.pk)
        with pytest.raises(PlanVersion.DoesNotExist):
            queries.plan_version(later.pk)

    def test_the_database_keeps_two_versions_from_being_on_sale(self) -> None:
        published()
        second = draft()
        with pytest.raises(IntegrityError, match="plan_one_on_sale"), transaction.atomic():
            PlanVersion.objects.filter(pk=second.pk).update(state=VersionState.PUBLISHED, published_at=NOW)

    def test_a_published_version_says_since_when(self) -> None:
        second = draft()
        with pytest.raises(IntegrityError, match="plan_published_has_instant"), transaction.atomic():
            PlanVersion.objects.filter(pk=second.pk).update(state=VersionState.PUBLISHED)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("field", ["name", "summary"])
    @pytest.mark.parametrize("told", [None, "", "  "], ids=["missing", "empty", "blank"])
    def test_it_is_refused_with_the_text_that_is_missing(
        self, language: str, field: str, told: str | None
    ) -> None:
        written: dict[str, dict[str, Any]] = texts("Plan")
        written[language] = {key: value for key, value in written[language].items() if key != field}
        if told is not None:
            written[language][field] = told
        version = draft(replace(OWN, texts=written))
        with pytest.raises(MissingTexts, match=rf"^{language}\.{field}$"):
            actions.publish(version, now=NOW)
        with pytest.raises(NotOnSale):
            queries.on_sale(CODE)

    def test_it_names_everything_that_is_missing_at_once(self) -> None:
        version = draft(replace(OWN, texts={"en": {"name": "Plan"}}))
        with pytest.raises(MissingTexts) as refused:
            actions.publish(version, now=NOW)
        assert str(refused.value) == (
            "en.summary, zh-Hans.name, zh-Hans.summary, zh-Hant.name, zh-Hant.summary"
        )


class TestDraft:
    def test_a_plan_that_contradicts_itself_is_not_even_drafted(self) -> None:
        with pytest.raises(BadPlan):
            draft(replace(OWN, countries=("UK",)))
        assert not PlanVersion.objects.filter(plan__code=CODE).exists()

    def test_the_database_keeps_a_term_at_a_day_or_more(self) -> None:
        version = draft()
        with pytest.raises(IntegrityError, match="plan_lasts_a_day"), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(days=0, grace_days=0)

    def test_a_policy_that_may_not_be_sold_is_not_even_drafted(self) -> None:
        with pytest.raises(BadPolicy):
            draft(replace(OWN, days=8, policy=Policy(grace_days=3)))
        assert not PlanVersion.objects.filter(plan__code=CODE).exists()

    @pytest.mark.parametrize(
        ("days", "grace", "kept"), [(9, 3, True), (8, 3, False), (30, 8, False), (30, -1, False)]
    )
    def test_the_database_keeps_grace_within_a_third_too(self, days: int, grace: int, *, kept: bool) -> None:
        version = draft()

        def write() -> None:
            with transaction.atomic():
                PlanVersion.objects.filter(pk=version.pk).update(days=days, grace_days=grace)

        if kept:
            write()
        else:
            with pytest.raises(IntegrityError, match="plan_grace_at_most_a_third"):
                write()

    def test_a_price_is_above_zero_and_there_is_one_for_each_currency(self) -> None:
        with pytest.raises(IntegrityError, match="plan_price_positive"), transaction.atomic():
            draft(minor=0)
        version = draft()
        with pytest.raises(IntegrityError, match="plan_price_once"), transaction.atomic():
            PlanPrice.objects.create(version=version, currency="USD", net_minor=1)


class TestQueries:
    def test_a_plan_has_its_own_price_in_each_currency(self) -> None:
        version = published()
        assert (quoted(version.pk), quoted(version.pk, "CNY")) == (usd(2500), Money(18_000, "CNY"))

    def test_a_currency_without_a_price_is_not_sold(self) -> None:
        with pytest.raises(NotOnSale):
            quoted(published().pk, "EUR")

    def test_every_plan_on_sale_is_found_with_two_queries(self, django_assert_num_queries: Any) -> None:
        version = published()
        draft(replace(OWN, code="test-never-sold"))
        with django_assert_num_queries(2):
            found = queries.quotes(currency="USD", jurisdiction="US-NY", now=NOW)
        plans = {quote.plan.code: quote for quote in found}
        assert "test-never-sold" not in plans
        assert plans[CODE] == queries.quote_of(version.pk, currency="USD", jurisdiction="US-NY", now=NOW)

    def test_plans_stand_in_shelf_order(self) -> None:
        for shelf, code in ((-2, "test-second"), (-3, "test-first")):
            actions.publish(actions.draft(replace(OWN, code=code), prices=[usd(100)], shelf=shelf), now=NOW)
        found = [q.plan.code for q in queries.quotes(currency="USD", jurisdiction="", now=NOW)]
        assert found[:2] == ["test-first", "test-second"]

    def test_another_jurisdictions_taxes_are_not_charged(self) -> None:
        version = published()
        made = queries.quote_of(version.pk, currency="USD", jurisdiction="US-CA", now=NOW)
        assert (made.taxes, made.total) == ((), usd(2500))


class TestTaxes:
    OWN_TAX = replace(TAXES[0], code="test-own-tax", jurisdiction="US-XX")

    def test_the_same_rule_again_changes_nothing(self) -> None:
        actions.set_tax(self.OWN_TAX)
        actions.set_tax(self.OWN_TAX)
        assert queries.tax_rules("US-XX") == [self.OWN_TAX]

    def test_the_same_tax_of_another_jurisdiction_is_another_rule(self) -> None:
        elsewhere = replace(self.OWN_TAX, jurisdiction="US-YY", percent=Decimal("9.0000"))
        actions.set_tax(self.OWN_TAX)
        actions.set_tax(elsewhere)
        assert queries.tax_rules("US-XX") == [self.OWN_TAX]
        assert queries.tax_rules("US-YY") == [elsewhere]

    @pytest.mark.parametrize(
        "changes",
        [
            {"percent": Decimal("5.0000")},
            {"percent": None, "flat_minor": 5},
            {"in_base": True},
        ],
        ids=", ".join,
    )
    def test_a_rate_that_may_have_been_charged_is_not_changed(self, changes: dict[str, Any]) -> None:
        actions.set_tax(self.OWN_TAX)
        with pytest.raises(TaxChanged):
            actions.set_tax(replace(self.OWN_TAX, **changes))
        assert queries.tax_rules("US-XX") == [self.OWN_TAX]

    @pytest.mark.parametrize(
        "changes",
        [
            {"texts": texts("Sales tax, spelled right")},
            {"valid_to": date(2027, 1, 1)},
            {"seller_keeps_percent": Decimal("3.0000")},
        ],
        ids=", ".join,
    )
    def test_what_does_not_change_the_amount_may_be_corrected(self, changes: dict[str, Any]) -> None:
        actions.set_tax(self.OWN_TAX)
        actions.set_tax(replace(self.OWN_TAX, **changes))
        assert queries.tax_rules("US-XX") == [replace(self.OWN_TAX, **changes)]

    def test_a_new_rate_is_charged_from_midnight_of_its_day_in_the_sellers_zone(self) -> None:
        july = date(2026, 7, 1)
        actions.set_tax(self.OWN_TAX)
        actions.set_tax(replace(self.OWN_TAX, percent=Decimal("5.0000"), valid_from=july))
        version = published()
        midnight = datetime(2026, 7, 1, 4, tzinfo=UTC)  # in New York
        taxed = [
            queries.quote_of(version.pk, currency="USD", jurisdiction="US-XX", now=now).tax_total
            for now in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(seconds=1))
        ]
        assert taxed == [usd(100), usd(125), usd(125)]

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"percent": Decimal(-1)}, "tax_not_negative"),
            ({"percent": None, "flat_minor": -1}, "tax_not_negative"),
            ({"valid_to": TAXES[0].valid_from}, "tax_days_in_order"),
            ({"seller_keeps_percent": Decimal(101)}, "tax_kept_in_part"),
        ],
    )
    def test_the_database_refuses_a_tax_that_cannot_be(
        self, changes: dict[str, Any], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            actions.set_tax(replace(self.OWN_TAX, **changes))

    @pytest.mark.parametrize(("percent", "flat"), [(Decimal(1), 1), (None, None)], ids=["both", "neither"])
    def test_a_tax_is_a_per_cent_or_a_flat_amount(self, percent: Decimal | None, flat: int | None) -> None:
        with pytest.raises(IntegrityError, match="tax_percent_or_flat"), transaction.atomic():
            actions.set_tax(replace(self.OWN_TAX, percent=percent, flat_minor=flat))

    def test_a_tax_is_of_a_class_we_know(self) -> None:
        actions.set_tax(self.OWN_TAX)
        with pytest.raises(IntegrityError, match="tax_class_known"), transaction.atomic():
            Tax.objects.filter(jurisdiction="US-XX").update(product_class="fax")
        assert {rule.product_class for rule in queries.tax_rules("US-XX")} == {ProductClass.VOICE}


class TestCoverage:
    def row(self, technologies: str = "4G", *, days: int = 0) -> Coverage:
        as_of = date(2026, 11, 1) + timedelta(days=days)
        return Coverage(country="XA", network="Test Net", technologies=technologies, as_of=as_of)

    def test_what_is_said_later_replaces_what_was_said(self) -> None:
        actions.set_coverage([self.row()])
        actions.set_coverage([self.row("4G/5G", days=30)])
        (network,) = queries.networks(["XA"])
        assert (network.technologies, network.as_of) == (("4G", "5G"), date(2026, 12, 1))

    def test_a_network_and_a_country_that_are_told_no_more_are_gone(self) -> None:
        def told(*networks: tuple[str, str]) -> None:
            rows = (
                Coverage(country=c, network=n, technologies="4G", as_of=date(2026, 11, 1))
                for c, n in networks
            )
            actions.set_coverage(list(rows))

        told(("XA", "Test Net"), ("XA", "Old Net"), ("XB", "Test Net"))
        told(("XA", "Test Net"))
        assert [(network.country, network.name) for network in queries.networks(["XA", "XB"])] == [
            ("XA", "Test Net")
        ]

    def test_only_the_countries_asked_for_are_told(self) -> None:
        actions.set_coverage([self.row()])
        assert [network.name for network in queries.networks(["XA", "XB"])] == ["Test Net"]
        assert queries.networks(["XB"]) == []


def test_the_newest_rate_is_shown_and_an_old_one_never() -> None:
    for hours, rate in ((0, "7.00"), (5, "7.11")):
        actions.tell_rate(
            base="USD", into="CNY", rate=Decimal(rate), source="table", at=NOW + timedelta(hours=hours)
        )
    charged = Money(1000, "USD")
    shown = queries.about(charged, into="CNY", now=NOW + timedelta(days=1))
    assert shown is not None
    assert shown.about == Money(7110, "CNY")
    assert queries.about(charged, into="CNY", now=NOW + timedelta(days=5)) is None
    assert queries.about(charged, into="USD", now=NOW) is None


@pytest.mark.parametrize(("into", "rate"), [("USD", "1"), ("CNY", "0"), ("CNY", "-7")])
def test_a_rate_that_cannot_be_is_refused(into: str, rate: str) -> None:
    with pytest.raises(actions.BadRate):
        actions.tell_rate(base="USD", into=into, rate=Decimal(rate), source="table", at=NOW)

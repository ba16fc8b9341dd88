"""Plans by version, prices by currency, taxes by jurisdiction, coverage by country. Shared by all cells."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from yuanyou.catalog.rules import ProductClass, TaxRule
from yuanyou.tables import one_of


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Plan(models.Model):
    """What stays the same over a plan's versions: its code and its place on the shelf."""

    code = models.SlugField(max_length=40, unique=True)
    shelf = models.SmallIntegerField(default=100)

    def __str__(self) -> str:
        return self.code


class PlanVersion(models.Model):
    """What is sold. A published version never changes (trigger); a change is a new version."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    state = models.CharField(max_length=10, default=VersionState.DRAFT)
    days = models.SmallIntegerField()
    grace_days = models.SmallIntegerField()
    countries = models.JSONField()
    facts = models.JSONField()
    """PlanFacts as JSON, without its version's number and id."""
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", VersionState, name="plan_version_state_known"),
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state=VersionState.PUBLISHED), name="plan_one_on_sale"
            ),
            models.CheckConstraint(
                # DESIGN §4: what is bought in grace is never mostly gone.
                condition=Q(grace_days__gte=0, grace_days__lte=7, days__gte=F("grace_days") * 3),
                name="plan_grace_at_most_a_third",
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="plan_lasts_a_day"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT) | Q(published_at__isnull=False),
                name="plan_published_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} version {self.number}"


class PlanPrice(models.Model):
    """The net price of a version in one currency."""

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "currency"], name="plan_price_once"),
            models.CheckConstraint(condition=Q(net_minor__gt=0), name="plan_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.net_minor}"


class Tax(models.Model):
    """One tax or fee of a jurisdiction for a product class: a per cent or a flat amount, never both."""

    code = models.SlugField(max_length=40)
    jurisdiction = models.CharField(max_length=10)
    product_class = models.CharField(max_length=5)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    flat_minor = models.BigIntegerField(null=True)
    """In the book currency."""
    flat_others = models.JSONField(default=dict)
    """The same in other currencies that are sold in: minor units by ISO 4217 code."""
    texts = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    in_base = models.BooleanField(default=False)
    seller_keeps_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)

    class Meta:
        constraints = [
            one_of("product_class", ProductClass, name="tax_class_known"),
            models.UniqueConstraint(
                fields=["jurisdiction", "code", "product_class", "valid_from"], name="tax_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True, flat_minor__isnull=False)
                | Q(percent__isnull=False, flat_minor__isnull=True),
                name="tax_percent_or_flat",
            ),
            models.CheckConstraint(
                condition=(Q(percent__isnull=True) | Q(percent__gte=0))
                & (Q(flat_minor__isnull=True) | Q(flat_minor__gte=0)),
                name="tax_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="tax_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(seller_keeps_percent__gte=0, seller_keeps_percent__lte=100),
                name="tax_kept_in_part",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction"], name="tax_of_jurisdiction")]

    def __str__(self) -> str:
        return self.code

    def rule(self) -> TaxRule:
        return TaxRule(
            code=self.code,
            jurisdiction=self.jurisdiction,
            product_class=ProductClass(self.product_class),
            percent=self.percent,
            flat_minor=self.flat_minor,
            flat_others=self.flat_others,
            texts=self.texts,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            in_base=self.in_base,
            seller_keeps_percent=self.seller_keeps_percent,
        )


class Coverage(models.Model):
    """A partner network in a country, and what it offers, as of a date."""

    country = models.CharField(max_length=2)
    network = models.CharField(max_length=60)
    technologies = models.CharField(max_length=20)
    as_of = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "network"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.network}"


class FxRate(models.Model):
    """What one unit of `base` is in `into`, as a source told it. Only the newest of a pair is shown."""

    base = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "into", "at"], name="fx_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="fx_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.into} {self.rate} ({self.source})"

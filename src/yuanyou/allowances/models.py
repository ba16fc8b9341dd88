"""Buckets of bytes, seconds and messages, and the usage that was drawn from them."""

from django.db import models
from django.db.models import F, Q

from yuanyou.kernel.units import Unit
from yuanyou.tables import Row, one_of


class Allowance(Row):
    """What a source (a term, a gift) granted to a line in one unit; `granted` null is without limit."""

    line = models.ForeignKey("lines.Line", models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    unit = models.CharField(max_length=8)
    granted = models.BigIntegerField(null=True)
    used = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    frozen = models.BooleanField(default=False)
    """What paid for it is disputed: nothing is drawn from it until that is over."""
    priority = models.SmallIntegerField(default=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("unit", Unit, name="allowance_unit_known"),
            models.UniqueConstraint(fields=["source", "unit"], name="allowance_source_once"),
            models.CheckConstraint(condition=Q(used__gte=0, held__gte=0), name="allowance_not_negative"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__gte=F("used") + F("held")),
                name="allowance_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="allowance_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["line", "ends_at"], name="allowance_of_line")]


class Usage(Row):
    """What a line used, as the network told us; `uncovered` is what no allowance paid for."""

    line = models.ForeignKey("lines.Line", models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    unit = models.CharField(max_length=8)
    amount = models.BigIntegerField()
    uncovered = models.BigIntegerField(default=0)
    country = models.CharField(max_length=2)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("unit", Unit, name="usage_unit_known"),
            models.UniqueConstraint(fields=["line", "key"], name="usage_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, uncovered__gte=0), name="usage_not_negative"),
        ]
        indexes = [models.Index(fields=["line", "-at"], name="usage_of_line")]

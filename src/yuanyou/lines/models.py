"""Lines, the terms that were paid for them, their history, and the numbers they carry."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.lines.rules import LineState, NumberState, Span, TermState
from yuanyou.tables import Row, one_of


class _OneLine(Func):
    """A line's id as a range, so that plain GiST (without btree_gist) can compare it."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, %(expressions)s, '[]')"


class _TermSpan(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class Line(Row):
    """One SIM and the service on it."""

    customer_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default=LineState.ORDERED)
    number = models.CharField(max_length=16, null=True)
    iccid = models.CharField(max_length=20, null=True)
    name = models.CharField(max_length=40, default="")
    zone = models.CharField(max_length=64)
    next_at = models.DateTimeField(null=True)
    """The instant of the next transition, for the sweep."""
    suspended_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    """The number is held beyond its date: too few warnings were accepted (law 13)."""
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("state", LineState, name="line_state_known"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(number__isnull=False), name="line_number_once"
            ),
            models.UniqueConstraint(
                fields=["iccid"], condition=Q(iccid__isnull=False), name="line_iccid_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=LineState.SUSPENDED) | Q(suspended_at__isnull=False),
                name="line_suspended_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[LineState.RELEASED, LineState.CLOSED]) | Q(number__isnull=True),
                name="line_gone_has_no_number",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id"], name="line_of_customer"),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="line_due"),
        ]

    @property
    def ref(self) -> str:
        return str(Ref("line", self.pk))


class Term(Row):
    """One paid period of a plan on a line: [starts_at, ends_at). What was sold stands on its order."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="terms")
    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="+")
    plan_version_id = models.BigIntegerField()
    plan_code = models.CharField(max_length=40)
    product_class = models.CharField(max_length=10)
    state = models.CharField(max_length=8, default=TermState.WAITING)
    zone = models.CharField(max_length=64)
    at_first_use = models.BooleanField(default=False)
    """Waits for its card or its first use; until then `starts_at` is when it begins by itself at latest."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it really ended: at `ends_at`, or earlier when it was cut."""
    grace_days = models.SmallIntegerField()
    suspended_days = models.SmallIntegerField()
    quarantine_days = models.SmallIntegerField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("state", TermState, name="term_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="term_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__lte=F("ends_at")), name="term_ended_in_time"
            ),
            models.CheckConstraint(condition=Q(net_minor__gte=0), name="term_net_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=[TermState.ENDED, TermState.CUT], ended_at__isnull=False)
                | (~Q(state__in=[TermState.ENDED, TermState.CUT]) & Q(ended_at__isnull=True)),
                name="term_ended_has_instant",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state=TermState.RUNNING), name="term_one_runs"
            ),
            ExclusionConstraint(
                name="term_no_overlap",
                expressions=[
                    (_OneLine(F("line")), "&&"),
                    (_TermSpan(F("starts_at"), Coalesce(F("ended_at"), F("ends_at"))), "&&"),
                ],
                condition=~Q(state=TermState.CANCELED),
            ),
        ]
        indexes = [models.Index(fields=["line", "starts_at"], name="term_of_line")]

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ended_at or self.ends_at, TermState(self.state))


class LineMove(Row):
    """The history of a line and its terms: who or what moved it, from where to where, and when."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="moves")
    term_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=16)
    state_before = models.CharField(max_length=10)
    state_after = models.CharField(max_length=10)
    cause = models.CharField(max_length=40)
    """What made it so: an order's reference, `sweep`, a staff act."""

    class Meta:
        indexes = [models.Index(fields=["line", "id"], name="line_move_story")]


class Number(models.Model):
    """A phone number of ours. Shared: every cell takes from one pool, and a number finds its line here."""

    number = models.CharField(primary_key=True, max_length=16)
    state = models.CharField(max_length=10, default=NumberState.FREE)
    line_id = models.BigIntegerField(null=True)
    rests_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", NumberState, name="number_state_known"),
            models.CheckConstraint(
                condition=Q(state=NumberState.ASSIGNED, line_id__isnull=False)
                | (~Q(state=NumberState.ASSIGNED) & Q(line_id__isnull=True)),
                name="number_assigned_has_line",
            ),
        ]
        indexes = [models.Index(fields=["number"], condition=Q(state=NumberState.FREE), name="number_free")]

    def __str__(self) -> str:
        return self.number

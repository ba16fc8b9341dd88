"""The outbox to the carrier: what is wished for each line, in order, and what became of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yuanyou.kernel.ids import Ref
from yuanyou.network.rules import OPEN_STATES, SENT, Kind, WishState
from yuanyou.tables import Row, one_of

REF = "net"


class Wish(Row):
    """One thing the carrier is asked to do for a line, frozen when it is wished. `turn`: a line's order."""

    line = models.ForeignKey("lines.Line", models.PROTECT, related_name="+")
    turn = models.IntegerField()
    kind = models.CharField(max_length=7)
    state = models.CharField(max_length=10, default=WishState.WANTED)
    iccid = models.CharField(max_length=20)
    hosts = ArrayField(models.CharField(max_length=255), default=list)
    """What a barred line still reaches."""
    incoming_sms = models.BooleanField(default=False)
    urgency = models.SmallIntegerField()
    """0 is served before 1."""
    ask_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, default="")
    """Why there was no clear answer the last time, or why it was refused."""
    wished_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it was read back (a restored line works from then on), refused, given up or superseded."""

    class Meta:
        constraints = [
            one_of("state", WishState, name="wish_state_known"),
            one_of("kind", Kind, name="wish_kind_known"),
            models.UniqueConstraint(fields=["line", "turn"], name="wish_turn_once"),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state=WishState.WANTED), name="wish_one_waits"
            ),
            models.UniqueConstraint(fields=["line"], condition=Q(state__in=SENT), name="wish_one_is_asked"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ask_at__isnull=False, ended_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(ask_at__isnull=True, ended_at__isnull=False)),
                name="wish_open_is_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[WishState.WANTED, WishState.SUPERSEDED], asked_at__isnull=True)
                | (~Q(state__in=[WishState.WANTED, WishState.SUPERSEDED]) & Q(asked_at__isnull=False)),
                name="wish_asked_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["urgency", "ask_at"], condition=Q(ask_at__isnull=False), name="wish_due")
        ]

    @property
    def ref(self) -> str:
        """What the carrier is told to call this wish."""
        return str(Ref(REF, self.pk))

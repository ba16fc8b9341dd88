"""eSIM profiles, and the wish for one that is not there yet."""

from django.db import models
from django.db.models import Q

from yuanyou.esim.rules import ProfileState
from yuanyou.kernel.ids import Ref
from yuanyou.tables import Row, one_of


class Profile(Row):
    """The eSIM that carries a line. A row in state `ordered` is a wish; the loop asks the platform for it."""

    line = models.ForeignKey("lines.Line", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=ProfileState.ORDERED)
    iccid = models.CharField(max_length=20, null=True)
    eid = models.CharField(max_length=32, null=True)
    smdp_address = models.CharField(max_length=255, null=True)
    matching_id = models.CharField(max_length=64, null=True)
    activation_code = models.CharField(max_length=255, null=True)
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("state", ProfileState, name="profile_state_known"),
            models.UniqueConstraint(
                fields=["line"], condition=~Q(state=ProfileState.DELETED), name="profile_one_lives"
            ),
            models.CheckConstraint(
                condition=Q(state=ProfileState.ORDERED)
                | Q(iccid__isnull=False, activation_code__isnull=False),
                name="profile_released_has_code",
            ),
        ]
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="profile_due")]

    @property
    def ref(self) -> str:
        """What the platform is told to call this wish."""
        return str(Ref("prf", self.pk))

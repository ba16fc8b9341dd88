"""One outbox for everything we tell people. Rows hold ids and facts, no personal data."""

from django.db import models
from django.db.models import Q

from yuanyou.kernel.ids import Ref
from yuanyou.messages.rules import MessageState
from yuanyou.tables import Row, one_of


class Message(Row):
    """Something to tell a customer, once per key. The address is looked up when it is sent."""

    key = models.CharField(max_length=80)
    event = models.CharField(max_length=30)
    customer_id = models.BigIntegerField()
    line = models.ForeignKey("lines.Line", models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=MessageState.QUEUED)
    ask_at = models.DateTimeField(null=True)
    tried = models.SmallIntegerField(default=0)
    why_failed = models.CharField(max_length=120, null=True)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", MessageState, name="message_state_known"),
            models.UniqueConstraint(fields=["key"], name="message_key_once"),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="message_due"),
            models.Index(fields=["customer_id", "-id"], name="message_of_customer"),
        ]

    @property
    def ref(self) -> str:
        return str(Ref("msg", self.pk))

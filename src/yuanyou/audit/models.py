"""Who did what and why. Both tables are shared (schema `public`) and hold ids, codes and sealed blobs."""

from django.db import models
from django.db.models import Q

from yuanyou.audit.rules import Content, Link, Sealed
from yuanyou.tables import Row

_LINKED = Q(number__isnull=False, previous__isnull=False, hash__isnull=False)
_UNLINKED = Q(number__isnull=True, previous__isnull=True, hash__isnull=True)


class Record(Row):
    """One act, appended and never changed (trigger). The loop sets `number`, `previous` and `hash`, once."""

    at = models.DateTimeField()
    """Business time of the act; the id carries the real one."""
    actor_id = models.BigIntegerField(null=True)
    """A member of staff; null for the operator's own command line and for rules."""
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    """A public reference, or `kind:id`."""
    customer_id = models.BigIntegerField(null=True)
    """Whom it is about, if anybody: what was done with their data can be told."""
    reason = models.TextField(default="", blank=True)
    sealed = models.BinaryField(null=True)
    """The reason where it may name a person, sealed with that person's key."""
    sealed_for = models.CharField(max_length=32, null=True)
    facts = models.JSONField(default=dict)
    number = models.BigIntegerField(null=True, unique=True)
    """Its place in the chain, from 1 without a gap."""
    previous = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_LINKED | _UNLINKED, name="record_linked_whole"),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True, sealed_for__isnull=True)
                | Q(sealed__isnull=False, sealed_for__isnull=False, reason=""),
                name="record_sealed_or_plain",
            ),
            models.CheckConstraint(condition=~Q(verb="") & ~Q(subject=""), name="record_says_what"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(number__isnull=True), name="record_unlinked"),
            models.Index(fields=["subject", "id"], name="record_of_subject"),
            models.Index(fields=["actor_id", "id"], name="record_of_actor"),
            models.Index(fields=["customer_id", "id"], name="record_of_customer"),
            models.Index(fields=["verb", "id"], name="record_of_verb"),
        ]

    @property
    def content(self) -> Content:
        """What is hashed."""
        sealed = Sealed(self.sealed_for, bytes(self.sealed)) if self.sealed_for and self.sealed else None
        return Content(
            id=self.pk,
            at=self.at,
            actor_id=self.actor_id,
            verb=self.verb,
            subject=self.subject,
            customer_id=self.customer_id,
            reason=sealed or self.reason,
            facts=self.facts,
        )

    @property
    def link(self) -> Link | None:
        """Its place in the chain; None until the loop has given it one."""
        if self.number is None or self.previous is None or self.hash is None:
            return None
        return Link(self.number, bytes(self.previous), bytes(self.hash))


class Head(models.Model):
    """The end of the chain, one row: its lock puts those who link in a row, its mark needs our key."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.BinaryField()
    mark = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="head_is_one")]

    def __str__(self) -> str:
        return f"head {self.number}"

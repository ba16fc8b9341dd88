"""What the modules' tables share: ids, state columns with their CHECK. The only Django below the modules."""

from enum import StrEnum

from django.db import models
from django.db.models import Func, Q


class Row(models.Model):
    """A row with an id of ours: 63 bits that name its cell (kernel/ids.py), made by `new_id()`."""

    id = models.BigIntegerField(
        primary_key=True,
        editable=False,
        db_default=Func(function="new_id", output_field=models.BigIntegerField()),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


def one_of(field: str, states: type[StrEnum], *, name: str) -> models.CheckConstraint:
    """The database knows the states that the code knows, and no other."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": [str(state) for state in states]}), name=name
    )

"""Terms in PostgreSQL: they never overlap, whoever writes them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from tests.houses import NOON, give_line
from tests.people import People
from yuanyou.flows.step import in_cell
from yuanyou.lines.models import Term
from yuanyou.lines.rules import TermState


def test_two_terms_of_a_line_cannot_share_a_moment_but_may_touch(people: People) -> None:
    mine, other = (give_line(people.mei, now=NOON) for _ in range(2))
    with in_cell(1):
        first, second = Term.objects.get(line_id=mine), Term.objects.get(line_id=other)
    span = {"line_id": mine, "state": TermState.WAITING, "ends_at": first.ends_at + timedelta(days=9)}
    moment = timedelta(microseconds=1)
    with pytest.raises(IntegrityError, match="term_no_overlap"), in_cell(1):
        Term.objects.filter(pk=second.pk).update(starts_at=first.ends_at - moment, **span)
    with in_cell(1):
        Term.objects.filter(pk=second.pk).update(starts_at=first.ends_at, **span)
        assert Term.objects.filter(line_id=mine).count() == 2


def test_only_one_term_of_a_line_runs(people: People) -> None:
    mine, other = (give_line(people.mei, now=NOON) for _ in range(2))
    with in_cell(1):
        end = Term.objects.get(line_id=mine).ends_at
    with pytest.raises(IntegrityError, match="term_one_runs"), in_cell(1):
        Term.objects.filter(line_id=other).update(
            line_id=mine, starts_at=end, ends_at=end + timedelta(days=9), state=TermState.RUNNING
        )

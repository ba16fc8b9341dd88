"""Revenue as terms run: what the books defer is what the terms have not earned, to the cent."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from tests.doctor import breaches
from tests.houses import FROM_WALLET, NOON, fund, give_line, issued, renew, see
from tests.people import People
from tests.plans import ROLLING, version_of
from yuanyou.esim.models import Profile
from yuanyou.flows import activation, earning, lapse
from yuanyou.flows.step import in_cell
from yuanyou.ledger.rules import day_end

pytestmark = pytest.mark.usefixtures("house")


def test_nothing_is_earned_while_a_line_waits_for_its_card(people: People) -> None:
    give_line(people.ada, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    activation.begin(
        people.mei, version_id=version_of(ROLLING), tender=FROM_WALLET, key=uuid4(), language="en", now=NOON
    )
    at_last = NOON + timedelta(days=3)
    earning.earn_days(1, now=at_last)
    assert breaches() == []
    with in_cell(1):
        profile = Profile.objects.get(state="ordered")
        activation._activate(profile.pk, issued(profile.pk), now=at_last)
    for days in (1, 10, 40):
        earning.earn_days(1, now=at_last + timedelta(days=days))
        lapse.sweep(1, now=at_last + timedelta(days=days))
        assert breaches() == []


def test_what_was_sold_before_midnight_and_written_after_it_is_earned_too(people: People) -> None:
    midnight = day_end(date(2026, 12, 3), zone=settings.CONFIG.books_zone)
    line_id = give_line(people.mei, plan=ROLLING, now=midnight - timedelta(days=32))
    fund(people.mei, 10_000, now=NOON)
    give_line(people.ada, now=midnight - timedelta(days=5))
    earning.earn_days(1, now=midnight + timedelta(seconds=30))
    renew(line_id, ROLLING, now=midnight - timedelta(seconds=1))  # in grace: two days of it are over
    assert see(line_id).state == "active"
    for days in (1, 40):
        earning.earn_days(1, now=midnight + timedelta(days=days))
        lapse.sweep(1, now=midnight + timedelta(days=days))
        assert breaches() == []

"""Once a day what nobody needs goes, a batch at a time; what is still needed stays."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from tests.flows.test_with_stripe import line_of, pending
from tests.people import People
from yuanyou.flows import housekeeping
from yuanyou.flows.step import in_cell
from yuanyou.kernel.clock import Clock
from yuanyou.loops.main import loops
from yuanyou.payments.models import Attempt
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house")
DAY = timedelta(days=1)


def real_time() -> datetime:
    return datetime.now(UTC)


def session(key: str, *, ends_in: timedelta) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=real_time() + ends_in)


def device(people: People, key: str, *, since: timedelta) -> None:
    made = UserSession.objects.create(
        user_id=people.mei.account_id, ip="127.0.0.1", session_key=key, user_agent=""
    )
    UserSession.objects.filter(pk=made.pk).update(created_at=real_time() - since)


def cached() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.shared_cache")
        return int(cursor.fetchone()[0])


def test_ended_sessions_and_their_devices_go_and_the_others_stay(people: People) -> None:
    session("ended", ends_in=-DAY)
    session("lasting", ends_in=DAY)
    for key in ("ended", "lasting"):
        device(people, key, since=3 * DAY)
    device(people, "signing in", since=timedelta(seconds=1))
    assert housekeeping.forget_expired(at=real_time()) == 2
    assert [each.session_key for each in Session.objects.all()] == ["lasting"]
    assert {each.session_key for each in UserSession.objects.all()} == {"lasting", "signing in"}
    assert housekeeping.forget_expired(at=real_time()) == 0


def test_counters_whose_hour_is_over_go_and_the_others_count_on() -> None:
    cache.clear()
    cache.set("counting", 3, timeout=3600)
    cache.set("over", 3, timeout=60)
    assert housekeeping.forget_expired(at=real_time() + timedelta(minutes=5)) == 1
    assert (cache.get("counting"), cached()) == (3, 1)


def test_a_batch_is_no_larger_than_it_is_told() -> None:
    for number in range(3):
        session(f"ended {number}", ends_in=-DAY)
    assert [housekeeping.forget_expired(at=real_time(), limit=2) for _ in range(3)] == [2, 1, 0]


def test_the_demos_travelling_clock_signs_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ahead(Clock):
        def offset(self) -> timedelta:
            return 400 * DAY

    session("lasting", ends_in=DAY)
    monkeypatch.setattr(settings, "CLOCK", Ahead())
    (loop,) = [each for each in loops((1,)) if each.name == "expired"]
    loop.work(settings.CLOCK.now())
    assert Session.objects.count() == 1


def test_where_a_try_came_from_is_forgotten_after_a_month_a_batch_at_a_time(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    begun = attempt.created_at
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(device="d", address="a")

    def trail() -> tuple[str | None, str | None]:
        with in_cell(1):
            fresh = Attempt.objects.get(pk=attempt.pk)
            return fresh.device, fresh.address

    assert housekeeping.forget_trails(1, now=begun + timedelta(days=30)) == 0
    assert trail() == ("d", "a")
    assert housekeeping.forget_trails(2, now=begun + timedelta(days=31)) == 0
    assert housekeeping.forget_trails(1, now=begun + timedelta(days=31), limit=1) == 1
    assert trail() == (None, None)
    assert housekeeping.forget_trails(1, now=begun + timedelta(days=31), limit=1) == 0

"""The outbox to the carrier in PostgreSQL: order, superseding, races, leases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from tests.houses import NOON, give_line
from tests.people import People
from yuanyou.flows.step import in_cell
from yuanyou.lines import actions as lines
from yuanyou.network import actions as network
from yuanyou.network.actions import Want
from yuanyou.network.models import Wish
from yuanyou.network.port import Allow, Service
from yuanyou.network.rules import Kind, WishEvent, WishState

ICCID = "8901999000000000017"
ALLOW = Allow(hosts=("shop.example", "checkout.stripe.com"), incoming_sms=True)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


@pytest.fixture
def line_id(people: People) -> int:
    """A line for which nothing was wished yet."""
    found = give_line(people.mei, now=NOON)
    with in_cell(1):
        Wish.objects.all().delete()
    return found


def want(line_id: int, wanted: Service, *, now: datetime = NOON) -> Wish | None:
    """The new wish, if it takes one."""
    with in_cell(1):
        lines.lock(line_id)
        if network.want([Want(line_id, ICCID, wanted, ALLOW)], now=now) == 0:
            return None
        return Wish.objects.get(line_id=line_id, state=WishState.WANTED)


def claim(*, now: datetime = NOON, urgent_only: bool = False, limit: int = 10) -> list[tuple[int, bool]]:
    """Ids, and whether each was never sent."""
    with in_cell(1):
        found = network.claim_due(now=now, lease=LEASE, limit=limit, urgent_only=urgent_only)
    return [(each.id, each.never_sent) for each in found]


def confirm(wish_id: int) -> None:
    with in_cell(1):
        network.confirmed(network.lock(wish_id), now=NOON)


def put_off(wish_id: int, event: WishEvent = WishEvent.LOST, *, now: datetime = NOON) -> Wish:
    with in_cell(1):
        wish = network.lock(wish_id)
        network.put_off(wish, event, why="no answer", now=now)
    return wish


def story(line_id: int) -> list[tuple[str, str]]:
    with in_cell(1):
        return list(Wish.objects.filter(line_id=line_id).order_by("turn").values_list("kind", "state"))


def settled(line_id: int, wanted: Service) -> None:
    """The line stands so, and the carrier has said it."""
    wish = want(line_id, wanted)
    assert wish is not None
    claim()
    confirm(wish.pk)


def test_a_wish_keeps_what_it_was_when_it_was_wished(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    wish = want(line_id, Service.BARRED)
    assert wish is not None
    assert (wish.turn, wish.kind, wish.iccid, wish.state) == (2, Kind.BAR, ICCID, WishState.WANTED)
    assert (tuple(wish.hosts), wish.incoming_sms) == (ALLOW.hosts, True)
    assert wish.ref.startswith("net_")


def test_what_is_wanted_already_is_wished_once(line_id: int) -> None:
    assert want(line_id, Service.OPEN) is not None
    assert want(line_id, Service.OPEN) is None
    claim()
    assert want(line_id, Service.OPEN) is None
    assert story(line_id) == [("open", "asked")]


def test_a_wish_that_was_not_sent_gives_way_to_the_next(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    want(line_id, Service.BARRED)
    want(line_id, Service.CLOSED)
    assert story(line_id) == [("open", "confirmed"), ("bar", "superseded"), ("close", "wanted")]


def test_a_bar_that_was_not_sent_is_simply_forgotten_when_the_line_is_renewed(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    want(line_id, Service.BARRED)
    assert want(line_id, Service.OPEN) is None
    assert story(line_id) == [("open", "confirmed"), ("bar", "superseded")]
    assert claim() == []


def test_a_wish_that_was_sent_stays_and_the_next_one_waits_for_it(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    bar = want(line_id, Service.BARRED)
    claim()
    restore = want(line_id, Service.OPEN)
    assert bar is not None
    assert restore is not None
    assert story(line_id)[1:] == [("bar", "asked"), ("restore", "wanted")]
    assert claim() == []
    confirm(bar.pk)
    assert claim() == [(restore.pk, True)]


@pytest.mark.parametrize("event", [WishEvent.LOST, WishEvent.ACCEPTED])
def test_an_unclear_wish_keeps_the_next_one_waiting_and_is_hurried_by_it(
    line_id: int, event: WishEvent
) -> None:
    settled(line_id, Service.OPEN)
    bar = want(line_id, Service.BARRED)
    claim()
    assert bar is not None
    for _ in range(6):
        put_off(bar.pk, event)
    assert claim(now=NOON + 10 * SECOND) == []
    want(line_id, Service.OPEN, now=NOON + 10 * SECOND)
    # Only the bar, at once, and as urgent as who waits behind it.
    assert [taken for taken, _ in claim(now=NOON + 10 * SECOND, urgent_only=True)] == [bar.pk]


def test_a_wish_whose_answer_a_worker_awaits_is_not_hurried_to_another(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    want(line_id, Service.BARRED)
    assert len(claim()) == 1
    want(line_id, Service.OPEN)
    assert claim(now=NOON + LEASE - SECOND) == []


def test_a_refused_wish_counts_for_nothing(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    bar = want(line_id, Service.BARRED)
    claim()
    assert bar is not None
    with in_cell(1):
        network.refused(network.lock(bar.pk), why="never", now=NOON)
    assert want(line_id, Service.OPEN) is None
    assert want(line_id, Service.BARRED) is not None
    assert story(line_id)[1:] == [("bar", "refused"), ("bar", "wanted")]


def test_a_wish_that_got_stuck_lets_the_next_one_go(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    bar = want(line_id, Service.BARRED)
    assert bar is not None
    claim()
    now = NOON
    while put_off(bar.pk, now=now).state != WishState.STUCK:
        now += timedelta(days=2)
    restore = want(line_id, Service.OPEN, now=now)
    assert restore is not None
    assert claim(now=now) == [(restore.pk, True)]


def test_a_claimed_wish_counts_as_asked_before_anybody_asks(line_id: int) -> None:
    wish = want(line_id, Service.OPEN)
    assert wish is not None
    assert claim() == [(wish.pk, True)]
    with in_cell(1):
        kept = Wish.objects.get(pk=wish.pk)
    assert (kept.state, kept.asked_at) == (WishState.ASKED, NOON)


def test_a_dead_worker_s_wish_is_free_when_its_lease_is_over_and_known_to_have_been_sent(
    line_id: int,
) -> None:
    wish = want(line_id, Service.OPEN)
    assert wish is not None
    claim()
    assert claim(now=NOON + LEASE - SECOND) == []
    assert claim(now=NOON + LEASE) == [(wish.pk, False)]
    with in_cell(1):
        assert Wish.objects.get(pk=wish.pk).asked_at == NOON


def test_who_is_to_work_again_goes_before_who_is_to_be_barred(people: People, line_id: int) -> None:
    other = give_line(people.ada, now=NOON)
    with in_cell(1):
        Wish.objects.all().delete()
    settled(line_id, Service.OPEN)
    settled(other, Service.BARRED)
    want(line_id, Service.BARRED, now=NOON - SECOND)
    restore = want(other, Service.OPEN)
    assert restore is not None
    assert claim(limit=1) == [(restore.pk, True)]
    assert claim(urgent_only=True) == []
    assert len(claim()) == 1


def test_many_workers_take_each_wish_once(people: People) -> None:
    with in_cell(1):
        Wish.objects.all().delete()
    wanted = {give_line(people.mei, now=NOON) for _ in range(6)}
    start = Barrier(4)

    def worker() -> list[int]:
        try:
            taken: list[int] = []
            start.wait()
            while found := claim(limit=1):
                taken += [wish_id for wish_id, _ in found]
            return taken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [wish_id for each in [pool.submit(worker) for _ in range(4)] for wish_id in each.result()]
    with in_cell(1):
        lines_taken = list(Wish.objects.filter(pk__in=taken).values_list("line_id", flat=True))
    assert len(taken) == len(set(taken)) == 6
    assert set(lines_taken) == wanted


def test_a_renewal_and_a_worker_that_meet_leave_either_nothing_to_undo_or_a_restore(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    for _ in range(8):
        want(line_id, Service.BARRED)
        start = Barrier(2)

        def worker(start: Barrier = start) -> list[tuple[int, bool]]:
            try:
                start.wait()
                return claim()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            claimed = pool.submit(worker)
            start.wait()
            restore = want(line_id, Service.OPEN)
            sent = claimed.result()
        # Sent and taken back, or never sent: a line that is renewed is never left barred.
        assert (restore is not None) == bool(sent)
        for wish_id, _ in sent:
            confirm(wish_id)
        for wish_id, _ in claim():
            confirm(wish_id)
        assert story(line_id)[-1] in {("restore", "confirmed"), ("bar", "superseded")}


def test_a_renewal_waits_for_a_worker_that_is_just_taking_the_bar(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    want(line_id, Service.BARRED)

    def renewal() -> Wish | None:
        try:
            return want(line_id, Service.OPEN)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with in_cell(1):
            assert len(network.claim_due(now=NOON, lease=LEASE, limit=1)) == 1
            renewed = pool.submit(renewal)
            while not _somebody_waits():
                assert not renewed.done()
        assert renewed.result() is not None
    assert story(line_id)[-2:] == [("bar", "asked"), ("restore", "wanted")]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_the_database_refuses_a_second_wish_in_the_carrier_s_hands(line_id: int) -> None:
    settled(line_id, Service.OPEN)
    want(line_id, Service.BARRED)
    claim()
    want(line_id, Service.OPEN)
    with pytest.raises(IntegrityError, match="wish_one_is_asked"), in_cell(1):
        Wish.objects.filter(line_id=line_id, state=WishState.WANTED).update(state="asked", asked_at=NOON)


def test_the_database_refuses_an_open_wish_that_nobody_will_look_at(line_id: int) -> None:
    want(line_id, Service.OPEN)
    with pytest.raises(IntegrityError, match="wish_open_is_due"), in_cell(1):
        Wish.objects.filter(line_id=line_id).update(ask_at=None)


def test_a_batch_of_lines_costs_no_more_statements_than_one_and_does_the_same(people: People) -> None:
    many = [give_line(people.mei, now=NOON) for _ in range(7)]
    with in_cell(1):
        Wish.objects.all().delete()
    fresh, opened, unsent, sent, unknown, stuck, barred = many
    for line_id in (opened, unsent, sent, unknown, stuck):
        settled(line_id, Service.OPEN)
    settled(barred, Service.BARRED)
    want(unsent, Service.CLOSED)
    in_hand = {line_id: want(line_id, Service.CLOSED) for line_id in (sent, unknown, stuck)}
    for line_id in (sent, unknown, stuck):
        with in_cell(1):
            Wish.objects.filter(pk=in_hand[line_id].pk).update(state="asked", asked_at=NOON)  # type: ignore[union-attr]
    put_off(in_hand[unknown].pk)  # type: ignore[union-attr]
    while put_off(in_hand[stuck].pk).state != WishState.STUCK:  # type: ignore[union-attr]
        pass
    wants = [Want(line_id, ICCID, Service.BARRED, ALLOW) for line_id in many]
    with in_cell(1), CaptureQueriesContext(connection) as captured:
        assert network.want(wants, now=NOON) == 6
    assert len(captured) <= 6
    assert story(fresh) == [("bar", "wanted")]
    assert story(opened)[-1] == ("bar", "wanted")
    assert story(unsent)[-2:] == [("close", "superseded"), ("bar", "wanted")]
    assert story(sent)[-2:] == [("close", "asked"), ("bar", "wanted")]
    assert story(unknown)[-2:] == [("close", "unknown"), ("bar", "wanted")]
    assert story(stuck)[-2:] == [("close", "stuck"), ("bar", "wanted")]
    assert story(barred) == [("bar", "confirmed")]
    with in_cell(1), CaptureQueriesContext(connection) as captured:
        assert network.want(wants, now=NOON) == 0
    assert len(captured) == 1

"""The worker: every loop in a thread of its own, so that a hung company stops nobody else.

`run()` is what `yuanyou worker` calls; SIGTERM and SIGINT stop it after the batch in hand. Loops that give
way run in a second process (loops/second.py), which the system gives what the first one leaves.
"""

import logging
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Event
from types import FrameType
from typing import Protocol

import psycopg
from django.conf import settings
from django.db import connection

from yuanyou.flows import (
    activation,
    acts,
    dispute,
    earning,
    housekeeping,
    lapse,
    letters,
    network,
    receipts,
    reconciliation,
    refund,
    saved_methods,
    settlement,
)
from yuanyou.loops.loop import Loop, start
from yuanyou.loops.second import Second
from yuanyou.wiring import payment_providers

log = logging.getLogger(__name__)
POLL_SECONDS = 0.1
DAY_SECONDS = 24 * 60 * 60
NUDGED = {"inbox": settlement.CHANNEL, "network": network.CHANNEL}
"""Which loops wake at once, and on whose word."""


def loops(cells: tuple[int, ...], *, inbox_workers: int = 2) -> list[Loop]:
    """Every loop of this installation: one for each outside company, and one for each trade and cell."""
    found = [
        Loop(f"inbox:{name}:{worker}", _inbox(name), POLL_SECONDS)
        for name in payment_providers()
        for worker in range(inbox_workers)
    ]
    for cell in cells:
        found += [
            Loop(f"janitor:{cell}", _in(cell, settlement.janitor), 1),
            Loop(f"expiry:{cell}", _in(cell, settlement.expire), 1),
            Loop(f"refunds:{cell}", _in(cell, refund.work), POLL_SECONDS * 5),
            Loop(f"disputes:{cell}", _in(cell, dispute.work), 10),
            Loop(f"forgetting:{cell}", _in(cell, saved_methods.work), 1),
            Loop(f"numbers:{cell}", _in(cell, receipts.number), POLL_SECONDS * 2),
            Loop(f"esim:{cell}", _in(cell, activation.work), POLL_SECONDS),
            *_network(cell),
            Loop(f"letters:{cell}", _in(cell, letters.work), POLL_SECONDS * 2, gives_way=True),
            Loop(f"lapse:{cell}", _in(cell, lapse.sweep), POLL_SECONDS * 2),
            Loop(f"earning:{cell}", _in(cell, earning.earn_days), 60),
            Loop(f"trails:{cell}", _in(cell, housekeeping.forget_trails), DAY_SECONDS, gives_way=True),
        ]
    return [
        *found,
        Loop("statements", _statements, 60),
        Loop("audit", _link, 1),
        Loop("expired", _forget_expired, DAY_SECONDS, gives_way=True),
    ]


class CellWork(Protocol):
    """A batch of one cell's due rows."""

    def __call__(self, cell: int, *, now: datetime) -> int: ...


def _in(cell: int, work: CellWork) -> Callable[[datetime], int]:
    def due(now: datetime) -> int:
        return work(cell, now=now)

    return due


def _statements(now: datetime) -> int:
    return reconciliation.work(now=now)


def _network(cell: int) -> list[Loop]:
    """Two serve only lines that are to work (again): thousands to be barred do not delay these."""
    return [
        Loop(f"network:{cell}:{worker}", partial(_carried, cell, urgent_only=urgent), POLL_SECONDS)
        for worker, urgent in enumerate((True, True, False, False))
    ]


def _carried(cell: int, now: datetime, *, urgent_only: bool) -> int:
    return network.work(cell, now=now, urgent_only=urgent_only)


def _link(now: datetime) -> int:
    return acts.link(now=now)


def _forget_expired(now: datetime) -> int:
    return housekeeping.forget_expired(at=now - settings.CLOCK.offset())  # sessions live in real time


def _inbox(provider: str) -> Callable[[datetime], int]:
    def due(now: datetime) -> int:
        return settlement.work(provider, now=now)

    return due


def run() -> None:
    """Run every loop until told to stop."""
    every = loops(settings.CONFIG.cells)
    second = Second.begin(partial(_run_second, [loop for loop in every if loop.gives_way]))
    stop = Event()
    nudges = {channel: Event() for channel in NUDGED.values()}
    _stop_on_signals(stop, nudges)
    threads = [
        start(loop, stop=stop, nudge=nudges.get(NUDGED.get(loop.name.partition(":")[0], "")))
        for loop in every
        if not loop.gives_way
    ]
    log.info("worker: %d loops", len(every))
    _listen(stop, nudges, alive=second.alive)
    stop.set()
    for thread in threads:
        thread.join()
    second.end()


def _run_second(every: list[Loop], *, wanted: Callable[[], bool]) -> None:
    """The loops that give way, until told to stop or not wanted any more."""
    stop = Event()
    _stop_on_signals(stop, {})
    threads = [start(loop, stop=stop) for loop in every]
    while wanted() and not stop.wait(0.5):
        pass
    stop.set()
    for thread in threads:
        thread.join()


def _stop_on_signals(stop: Event, nudges: Mapping[str, Event]) -> None:
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, partial(_stop, stop, nudges))


def _stop(stop: Event, nudges: Mapping[str, Event], _signum: int, _frame: FrameType | None) -> None:
    stop.set()
    for nudge in nudges.values():
        nudge.set()


def _listen(stop: Event, nudges: Mapping[str, Event], *, alive: Callable[[], bool]) -> None:
    """Wake the loops that a committed row is for; they poll as well, so a lost nudge costs 100 ms.

    Until told to stop, or until the second process is gone: whoever watches us starts both again.
    """
    while not stop.is_set() and alive():
        try:
            with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listener:
                for channel in nudges:
                    listener.execute(f"LISTEN {channel}")
                while not stop.is_set() and alive():
                    for told in listener.notifies(timeout=0.5, stop_after=1):
                        nudges[told.channel].set()
        except psycopg.Error:
            log.warning("the listener lost the database")
            stop.wait(1)

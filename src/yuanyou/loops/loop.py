"""One loop: do what is due, then sleep until something may be due again. Nothing here knows what it does."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from django.conf import settings
from django.db import close_old_connections, connection

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """`work(now)` does a batch and says how many it took; it is called again at once while there is work."""

    name: str
    work: Callable[[datetime], int]
    every_seconds: float
    gives_way: bool = False
    """It tells people what was done. Money goes first: where processors are short, this waits."""


def run(loop: Loop, *, stop: Event, nudge: Event | None = None) -> None:
    """Run until `stop`. A failure is logged and the loop goes on, more slowly while it lasts."""
    failures = 0
    while not stop.is_set():
        try:
            took = loop.work(settings.CLOCK.now())
            failures = 0
        except Exception:
            log.exception("loop %s failed", loop.name)
            close_old_connections()
            took, failures = 0, min(failures + 1, 6)
        if took == 0:
            _sleep(loop.every_seconds * 2**failures, stop=stop, nudge=nudge)
    connection.close()


def _sleep(seconds: float, *, stop: Event, nudge: Event | None) -> None:
    (nudge or stop).wait(seconds)
    if nudge is not None:
        nudge.clear()


def start(loop: Loop, *, stop: Event, nudge: Event | None = None) -> Thread:
    """The loop in a thread of its own, with a database connection of its own."""
    thread = Thread(target=run, args=(loop,), kwargs={"stop": stop, "nudge": nudge}, name=loop.name)
    thread.start()
    return thread

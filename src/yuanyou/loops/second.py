"""A second process beside the worker's own, forked from it so that what both have loaded is there once."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.db import connections

log = logging.getLogger(__name__)
NICENESS = 10


class Work(Protocol):
    """Runs until it is told to stop by a signal, or `wanted()` is no longer so."""

    def __call__(self, *, wanted: Callable[[], bool]) -> None: ...


@dataclass(frozen=True, slots=True)
class Second:
    """The second process, as the first one sees it."""

    pid: int

    @classmethod
    def begin(cls, work: Work) -> "Second":
        """Fork before any thread or connection: neither survives it."""
        connections.close_all()
        gc.freeze()
        first = os.getpid()
        pid = os.fork()
        if pid:
            return cls(pid)
        os.nice(NICENESS)
        try:
            # A first process that was killed leaves nobody behind.
            work(wanted=lambda: os.getppid() == first)
        except BaseException:
            log.exception("the second process failed")
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)

    def alive(self) -> bool:
        """Is it there? Once it is gone, nobody may be asked again."""
        gone, _status = os.waitpid(self.pid, os.WNOHANG)
        if gone:
            log.error("the second process is gone")
        return not gone

    def end(self) -> None:
        """Tell it to stop after the batch in hand, and wait."""
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # it went by itself

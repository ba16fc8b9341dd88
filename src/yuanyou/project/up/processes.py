"""The supervisor: keeps children running, and stops them all."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yuanyou.project.up.child import Child
from yuanyou.project.up.log import Log

POLL_SECONDS = 0.05
FIRST_DELAY_SECONDS = 0.25
LAST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 30.0
"""Who lived this long starts again at once when it dies."""
STOP_SECONDS = 4.0
FOUNDATION_STOP_SECONDS = 60.0


def _always() -> bool:
    return True


@dataclass(slots=True)
class _Watched:
    child: Child
    may_start: Callable[[], bool]
    foundation: bool
    delay: float = FIRST_DELAY_SECONDS
    start_at: float | None = None


class Supervisor:
    """Watches children from the thread that made it. `changed` is called whenever a process id changes."""

    def __init__(self, log: Log, changed: Callable[[], None]) -> None:
        self._log = log
        self._changed = changed
        self._watched: list[_Watched] = []

    def start(self, child: Child) -> None:
        """Start it, and again whenever it dies."""
        child.start()
        self.adopt(child)

    def adopt(
        self, child: Child, *, may_start: Callable[[], bool] = _always, foundation: bool = False
    ) -> None:
        """Watch one that runs already; after its death it starts again once `may_start` says so.

        A `foundation` is what the others stand on: it is stopped after them, and has the time it needs.
        """
        self._watched.append(_Watched(child, may_start, foundation))
        self._changed()

    def pids(self) -> dict[str, int]:
        return {watched.child.name: watched.child.pid for watched in self._watched}

    def watch(self, until: Callable[[], bool]) -> None:
        """Start again what dies, until the condition holds (asked 20 times a second)."""
        while not until():
            for watched in self._watched:
                self._check(watched)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop everything: all at once, then what they stood on. Harmless to repeat."""
        self._stop_all([watched.child for watched in self._watched if not watched.foundation], STOP_SECONDS)
        with self._log.progress("stopping the database"):
            foundations = [watched.child for watched in self._watched if watched.foundation]
            self._stop_all(foundations, FOUNDATION_STOP_SECONDS)

    def _stop_all(self, children: Sequence[Child], patience: float) -> None:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + patience
        for child in children:
            if not child.wait(max(0, deadline - time.monotonic())):
                self._log.line("up", f"{child.name} did not stop within {patience:.0f} s and was killed")
            child.kill()

    def _check(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.start_at is not None:
            if now >= watched.start_at and watched.may_start():
                watched.start_at = None
                watched.child.start()
                self._changed()
        elif (status := watched.child.poll()) is not None:
            watched.child.kill()  # what it had started itself must not hold its port
            if now - watched.child.started_at > HEALTHY_SECONDS:
                watched.delay = FIRST_DELAY_SECONDS
            watched.start_at = now + watched.delay
            text = f"{watched.child.name} ended ({_reason(status)}); starting it again in {watched.delay:g} s"
            self._log.line("up", text)
            watched.delay = min(watched.delay * 2, LAST_DELAY_SECONDS)


def _reason(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"

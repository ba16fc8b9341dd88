"""The companies' clock: real time, plus the demo's travelling offset, plus an offset of our own."""

import json
import time
from pathlib import Path

from yuanyou_sandbox.shared.store import Store

COMPANY, FACT = "", "clock_offset_seconds"


class VirtualClock:
    """`now()` in epoch seconds. `file` is `{"offset_seconds": n}`, read when it changes; it may be absent."""

    def __init__(self, store: Store, file: Path | None) -> None:
        self._store = store
        self._file = file
        self._seen: tuple[int, int] = (0, 0)
        self._demo = 0
        self._own = int(store.fact(COMPANY, FACT) or 0)

    def now(self) -> float:
        return time.time() + self.offset()

    def offset(self) -> int:
        """Seconds between virtual and real time."""
        return self._travelled() + self._own

    def advance(self, seconds: int) -> None:
        """Let time pass. ValueError for going back: companies' clocks do not."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._own += seconds
        self._store.keep_fact(COMPANY, FACT, self._own)

    def reset(self) -> None:
        """Forget our own offset; the demo's stays."""
        self._own = 0

    def _travelled(self) -> int:
        if self._file is None:
            return 0
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return 0
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._seen:
            self._demo = int(json.loads(self._file.read_text(encoding="utf-8"))["offset_seconds"])
            self._seen = stamp
        return self._demo

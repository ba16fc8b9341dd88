"""The one place that looks at a clock. Only the edge (web, loops, charging, project) imports it.

Business time is real time plus the demo's offset, which lives in `<data folder>/clock.json` so that
every process travels together. Production refuses an offset: `Clock(None)` never reads a file.
Ids, sessions, codes, signatures and logs use real time and do not come here.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(slots=True)
class Clock:
    """`now()` is business time in UTC. `file` None means real time, always."""

    file: Path | None = None
    _seen: tuple[int, int] = field(default=(0, 0), init=False)
    _offset: timedelta = field(default=timedelta(0), init=False)

    def now(self) -> datetime:
        """The business instant, timezone-aware UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far business time is from real time; re-read when the file changed."""
        if self.file is None:
            return timedelta(0)
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            return timedelta(0)
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._seen:
            seconds = json.loads(self.file.read_text(encoding="utf-8"))["offset_seconds"]
            self._seen, self._offset = stamp, timedelta(seconds=seconds)
        return self._offset

    def travel(self, offset: timedelta) -> None:
        """Set the offset for every process. RuntimeError where travelling is refused."""
        if self.file is None:
            raise RuntimeError("this clock does not travel")
        scratch = self.file.with_suffix(".tmp")
        scratch.write_text(json.dumps({"offset_seconds": offset // timedelta(seconds=1)}), "utf-8")
        scratch.replace(self.file)

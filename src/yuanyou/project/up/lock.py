"""One at a time: a lock on a folder that the kernel drops when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


class Held(Exception):
    """Somebody else has the lock; `holder` is the process id it left in the file, or ""."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Lock:
    """Taken when made. Held when another process has it. OSError when the file cannot be written."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode("ascii", "replace").strip()
            os.close(self._file)
            raise Held(holder) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next one in. Harmless to repeat."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

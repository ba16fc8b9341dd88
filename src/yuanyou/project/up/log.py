"""What `up` prints: one line a message, with the time and the process it comes from."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO

PROGRESS_SECONDS = 2.0
NAME_COLUMNS = 9
COLOURS = {"up": 36, "postgres": 34, "web": 32, "worker": 33, "sandbox": 35, "setup": 36}
DIM, PLAIN = 90, 39


class Log:
    """Prints whole lines from any thread; in colour only on a terminal (and never with NO_COLOR)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()

    def line(self, process: str, text: str) -> None:
        """`14:05:09 web       listening`. Nothing when the reader of our output is gone."""
        moment = f"{datetime.now().astimezone():%H:%M:%S}"
        name = f"{process:<{NAME_COLUMNS}}"
        if self._colour:
            moment, name = _paint(moment, DIM), _paint(name, COLOURS.get(process, PLAIN))
        self.raw(f"{moment} {name} {text}")

    def raw(self, text: str) -> None:
        """A text without a prefix."""
        with self._lock:
            try:
                print(text, file=self._stream, flush=True)
            except (BrokenPipeError, ValueError):
                self._stream = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  a terminal that closed must stop nobody

    def to(self, process: str) -> Callable[[str], None]:
        """A way to print lines of this process."""
        return lambda text: self.line(process, text)

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Say every two seconds that this still goes on, and how long it took if it took that long."""
        started, done = time.monotonic(), threading.Event()

        def tell() -> None:
            while not done.wait(PROGRESS_SECONDS):
                self.line("up", f"{what}: {time.monotonic() - started:.0f} s")

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            done.set()
            teller.join()
        if (took := time.monotonic() - started) > PROGRESS_SECONDS:
            self.line("up", f"{what}: done in {took:.1f} s")


def _paint(text: str, colour: int) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"

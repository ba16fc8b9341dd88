"""One child process: started, its output handed on line by line, stopped with all it started."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from yuanyou.project.up.owner import Owner

LAUNCH = Path(__file__).with_name("launch.py")
US = Owner(-1, -1, "")
LINES_KEPT = 40


@dataclass(slots=True)
class Child:
    """A program that gets `stop_signal` when it should end, and also, on Linux, when we die ourselves.

    It leads a process group of its own, so that Ctrl-C reaches only us and `kill` reaches all it started.
    Start children from the main thread: Linux ties "when the parent dies" to the thread that started them.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    say: Callable[[str], None]
    stop_signal: signal.Signals = signal.SIGTERM
    owner: Owner = US
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT), init=False)
    started_at: float = field(default=0, init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _reader: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program; `poll` tells whether it lives."""
        self.last_lines.clear()
        wrapper = [sys.executable, "-I", "-S", str(LAUNCH), str(int(self.stop_signal)), str(os.getpid())]
        self._process = subprocess.Popen(
            [*wrapper, str(self.owner.uid), str(self.owner.gid), *self.command],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """0 when it was never started."""
        return self._process.pid if self._process else 0

    def poll(self) -> int | None:
        """None while it runs; else its exit status, negative when a signal ended it."""
        if self._process is None:
            return 0
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self._process and self.poll() is None:
            self._process.send_signal(self.stop_signal)

    def wait(self, patience_seconds: float) -> bool:
        """Has it ended within this time?"""
        if self._process is None:
            return True
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_seconds)
        return self.poll() is not None

    def kill(self) -> None:
        """End it and everything left of its group now, and take in its last words."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._reader:
            self._reader.join(timeout=1)

    def stop(self, patience_seconds: float) -> bool:
        """Ask, wait, then kill. True when it went by itself."""
        self.ask_to_stop()
        went = self.wait(patience_seconds)
        self.kill()
        return went

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                text = line.rstrip()
                if text:
                    self.last_lines.append(text)
                    self.say(text)

"""The supervisor: what dies starts again, what must stop stops, and nothing is left behind."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from yuanyou.project.up import processes
from yuanyou.project.up.child import Child
from yuanyou.project.up.log import Log
from yuanyou.project.up.processes import Supervisor

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"


@pytest.fixture
def log() -> Log:
    return Log(io.StringIO())


@pytest.fixture
def supervisor(log: Log, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(processes, "FIRST_DELAY_SECONDS", 0.01)
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    supervisor = Supervisor(log, changed=lambda: None)
    yield supervisor
    supervisor.stop()


def python(name: str, code: str, say: Callable[[str], None] = print) -> Child:
    return Child(name, [sys.executable, "-u", "-c", code], os.environ, say)


def printed(log: Log) -> str:
    stream = log._stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_what_dies_starts_again_and_that_is_said(supervisor: Supervisor, log: Log) -> None:
    child = python("web", SLEEP)
    supervisor.start(child)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    supervisor.watch(until=lambda: child.pid != first)
    assert child.poll() is None
    assert "web ended (signal 9); starting it again in" in printed(log)


def test_what_dies_at_once_waits_longer_each_time(supervisor: Supervisor, log: Log) -> None:
    child = python("web", "raise SystemExit(3)")
    supervisor.start(child)
    supervisor.watch(until=lambda: printed(log).count("exit status 3") == 3)
    delays = [float(line.split()[-2]) for line in printed(log).splitlines()]
    assert [round(later / sooner, 6) for sooner, later in pairwise(delays)] == [2, 2]


def test_nothing_starts_again_before_it_may(supervisor: Supervisor) -> None:
    child, may = python("postgres", SLEEP), [False]
    child.start()
    supervisor.adopt(child, may_start=lambda: may[0])
    first = child.pid
    os.kill(first, signal.SIGKILL)
    patience = time.monotonic() + 0.3
    supervisor.watch(until=lambda: time.monotonic() > patience)
    assert child.pid == first
    may[0] = True
    supervisor.watch(until=lambda: child.pid != first)


def test_who_ignores_the_stop_signal_is_killed_in_time(supervisor: Supervisor, log: Log) -> None:
    heard: list[str] = []
    child = python("worker", DEAF, heard.append)
    supervisor.start(child)
    supervisor.watch(until=lambda: "deaf" in heard)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 2
    assert child.poll() == -signal.SIGKILL
    assert "worker did not stop within" in printed(log)


def test_a_foundation_stops_after_those_who_stand_on_it(supervisor: Supervisor) -> None:
    order: list[str] = []
    code = (
        "import signal, time\n"
        "def bye(*_): print('bye'); raise SystemExit\n"
        "signal.signal(signal.SIGTERM, bye); print('ready'); time.sleep(60)"
    )
    foundation = python("postgres", code, lambda text: order.append(f"postgres {text}"))
    foundation.start()
    supervisor.adopt(foundation, foundation=True)
    supervisor.start(python("web", code, lambda text: order.append(f"web {text}")))
    supervisor.watch(until=lambda: len(order) == 2)
    supervisor.stop()
    assert order[2:] == ["web bye", "postgres bye"]


def test_what_a_child_started_ends_with_it(supervisor: Supervisor) -> None:
    pids: list[str] = []
    family = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', '{SLEEP}']).pid); {SLEEP}"
    )
    supervisor.start(python("web", family, pids.append))
    supervisor.watch(until=lambda: bool(pids))
    supervisor.stop()
    wait_until_gone([int(pids[0])])


def test_a_killed_supervisor_leaves_no_child() -> None:
    code = (
        "import os, signal, sys; from yuanyou.project.up.child import Child;"
        f"child = Child('web', [sys.executable, '-c', '{SLEEP}'], os.environ, print); child.start();"
        "print(child.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    wait_until_gone([int(ended.stdout)])


def test_a_program_that_is_not_there_says_so() -> None:
    said: list[str] = []
    child = Child("web", ["/no/such/program"], os.environ, said.append)
    child.start()
    assert child.wait(5)
    child.kill()
    assert (child.poll(), said) == (1, ["/no/such/program: No such file or directory"])


def test_every_line_names_its_process_and_has_no_colour_in_a_file(log: Log) -> None:
    log.to("web")("listening")
    moment, rest = printed(log)[:8], printed(log)[8:]
    assert time.strptime(moment, "%H:%M:%S")
    assert rest == " web       listening\n"


def test_what_takes_long_tells_how_long(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yuanyou.project.up.log.PROGRESS_SECONDS", 0.05)
    with log.progress("migrating"):
        time.sleep(0.2)
    assert "migrating: 0 s" in printed(log)
    assert "migrating: done in 0.2 s" in printed(log)


def test_what_is_quick_says_nothing(log: Log) -> None:
    with log.progress("migrating"):
        pass
    assert printed(log) == ""


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 5
    while any(_is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    """Not counting a zombie, which waits for whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""`yuanyou up` from outside: one command starts everything, keeps it up, and leaves nothing behind."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.project.test_processes import wait_until_gone
from yuanyou.project.up import running
from yuanyou.project.up.running import Run

START_SECONDS = 60
STOP_SECONDS = 10


class Up:
    """One `yuanyou up` as its user sees it: a process and what it printed."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self._printed = data.with_name(f"{time.monotonic_ns()}.log")
        with self._printed.open("w") as log:
            self._process = subprocess.Popen(command(data, port), stdout=log, stderr=log, env=environ())
        try:
            wait_for(lambda: "everything answers after" in self.printed, START_SECONDS, self)
        except BaseException:
            self.end()
            raise

    @property
    def printed(self) -> str:
        return self._printed.read_text()

    @property
    def run(self) -> Run:
        run = running.load(self.data)
        assert run
        return run

    def send(self, signum: signal.Signals) -> int:
        """Its exit status after this signal."""
        self._process.send_signal(signum)
        return self._process.wait(STOP_SECONDS)

    def processes(self) -> list[int]:
        """It and everything it has started, however deep."""
        found = [self._process.pid]
        for pid in found:
            with suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                found += [int(child) for child in children.split()]
        return found

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self) -> None:
        if self._process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.send(signal.SIGTERM)
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An open folder for this module's data, with a space as on a desktop."""
    folder = Path(tempfile.mkdtemp(prefix="yuanyou up "))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def port() -> int:
    return three_free_ports()


def three_free_ports() -> int:
    """The first of three free ports in a row."""
    for first in range(21_000 + os.getpid() % 10_000, 60_000, 3):
        with suppress(OSError):
            for each in range(first, first + 3):
                socket.create_server(("127.0.0.1", each)).close()
            return first
    raise AssertionError("no three free ports in a row")


@pytest.fixture(scope="module")
def cold(folder: Path, port: int) -> Iterator[Up]:
    """The first start on a new data folder."""
    up = Up(folder / "data", port)
    yield up
    up.end()


def test_the_first_start_prints_where_everything_is_and_who_can_sign_in(cold: Up) -> None:
    box = [line for line in cold.printed.splitlines() if line.startswith("│")]
    assert any(f"http://localhost:{cold.port} " in line for line in box)
    assert any(f"http://127.0.0.1:{cold.port + 1}/" in line for line in box)
    assert not any("shown at first start" in line for line in box)
    assert cold.answers()


def test_every_line_has_its_time_and_process(cold: Up) -> None:
    prefixed = re.compile(r"\d\d:\d\d:\d\d (up|postgres|sandbox|setup|web|worker) +\S")
    strange = [
        line for line in cold.printed.splitlines() if line[0] not in "╭│├╰" and not prefixed.match(line)
    ]
    assert strange == []


def test_no_secret_is_printed(cold: Up) -> None:
    secrets: dict[str, str] = json.loads((cold.data / "secrets.json").read_text())
    assert [name for name, secret in secrets.items() if secret in cold.printed] == []


def test_a_second_start_on_the_same_folder_is_one_sentence(cold: Up) -> None:
    ended = start_in_vain(cold.data, cold.port + 10)
    assert ended.returncode == 2
    assert re.fullmatch(
        r"yuanyou: Yuanyou already runs on .* at http://localhost:\d+ .*--data DIR\.\n", ended.stderr
    )
    assert cold.answers()


def test_a_taken_port_is_one_sentence(cold: Up, folder: Path) -> None:
    ended = start_in_vain(folder / "other", cold.port)
    assert ended.returncode == 2
    assert re.fullmatch(rf"yuanyou: Port {cold.port} \(web\) is taken: .*--port N\.\n", ended.stderr)


@pytest.mark.parametrize("name", ["postgres", "web", "worker", "sandbox"])
def test_what_is_killed_comes_back(cold: Up, name: str) -> None:
    killed = cold.run.pids[name]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: cold.run.pids[name] != killed, 10, cold)
    wait_for(cold.answers, 10, cold)
    assert f"{name} ended (signal 9)" in cold.printed


def test_sigterm_stops_everything_and_the_next_start_needs_no_setting_up(cold: Up) -> None:
    processes = cold.processes()
    assert len(processes) >= len(cold.run.pids) + 1
    assert cold.send(signal.SIGTERM) == 0
    wait_until_gone(processes)
    assert not (cold.data / "run.json").exists()
    assert "was killed" not in cold.printed
    again = Up(cold.data, cold.port)
    try:
        assert " setup " not in again.printed
        assert "shown at first start" in again.printed
        processes = again.processes()
        again.send(signal.SIGKILL)
        wait_until_gone(processes)  # kill -9 of the supervisor leaves nothing either
    finally:
        again.end()


def command(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "yuanyou.project.cli", "up", "--data", str(data), "--port", str(port)]


def environ() -> dict[str, str]:
    """As a user's shell: none of the tests' own settings."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("YUANYOU_", "DATABASE_URL"))
    }


def start_in_vain(data: Path, port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(data, port), env=environ(), capture_output=True, text=True, check=False)


def wait_for(condition: Callable[[], bool], seconds: float, up: Up) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, up.printed
        time.sleep(0.05)

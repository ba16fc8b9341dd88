"""The SQL runs on the oldest PostgreSQL we promise, Debian's 15, as it does on the embedded one."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

BIN = Path("/usr/lib/postgresql/15/bin")
ROOT = Path(__file__).parents[2]
WITH_SQL = (
    "tests/ledger",
    "tests/flows/test_settlement.py",
    "tests/flows/test_renewal_from_wallet.py",
    "tests/catalog/test_actions.py",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BIN / "postgres").exists(), reason="Debian's postgresql-15 is not installed"),
]


@pytest.fixture
def url() -> Iterator[str]:
    """A server of that version, without durability, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="pg15-"))
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    made = [BIN / "initdb", "-D", folder / "data", "-U", "tester", "--auth=trust", "--locale=C.UTF-8"]
    subprocess.run(made, check=True, user=user, cwd=folder, capture_output=True)
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", str(folder)]
    server = subprocess.Popen(
        [BIN / "postgres", "-D", folder / "data", *options], user=user, cwd=folder, stderr=subprocess.DEVNULL
    )
    while subprocess.run([BIN / "pg_isready", "-q", "-h", folder], check=False).returncode:
        assert server.poll() is None, "the server ended"
        time.sleep(0.05)
    yield f"postgresql://tester@/postgres?host={folder}"
    server.send_signal(signal.SIGINT)
    server.wait()
    shutil.rmtree(folder)


def test_books_and_flows_run_on_it(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", *WITH_SQL],
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {"DATABASE_URL": url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout

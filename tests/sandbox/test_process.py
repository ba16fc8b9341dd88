"""The process: when it does not start, how it stops, how light it is, whose clock it follows."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.sandbox.shop import Receiver, client, eventually, order
from yuanyou_sandbox.testing import RunningSandbox


def _start(**environ: str) -> subprocess.CompletedProcess[str]:
    """Start a sandbox that must not start."""
    command = [sys.executable, "-m", "yuanyou_sandbox"]
    return subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"YUANYOU_ENV": "production"}, "YUANYOU_ENV=production"),
        ({"SANDBOX_STRIPE_KEY": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}, "live key"),
        ({"SANDBOX_STRIPE_WEBHOOK_URL": "https://shop.example/hooks"}, "http://"),
    ],
)
def test_it_does_not_start_where_it_could_do_harm(tmp_path: Path, environ: dict[str, str], says: str) -> None:
    ended = _start(SANDBOX_DATA=str(tmp_path), **environ)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with RunningSandbox() as sandbox:
        ended = _start(SANDBOX_DATA=str(tmp_path), SANDBOX_PORT=str(sandbox.port))
    assert ended.returncode == 2
    assert ended.stderr == f"sandbox: port {sandbox.port} of 127.0.0.1 is taken: Address already in use\n"


def test_it_listens_on_loopback_only() -> None:
    with RunningSandbox() as sandbox:
        listening = {
            (each.laddr.ip, each.laddr.port)
            for each in psutil.Process(sandbox.pid).net_connections("inet")
            if each.status == psutil.CONN_LISTEN
        }
        assert listening == {("127.0.0.1", sandbox.port), ("127.0.0.1", sandbox.smtp_port)}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_fast(how: signal.Signals) -> None:
    with RunningSandbox() as sandbox:
        process = psutil.Process(sandbox.pid)
        began = time.monotonic()
        process.send_signal(how)
        assert sandbox.wait() == 0
        assert time.monotonic() - began < 2


def test_it_is_one_light_process() -> None:
    with RunningSandbox() as sandbox:
        api = client(sandbox)
        for _ in range(50):
            sandbox.control(f"stripe/sessions/{api.v1.checkout.sessions.create(order()).id}/pay")
        process = psutil.Process(sandbox.pid)
        assert process.children() == []
        assert process.memory_info().rss < 70_000_000


def test_it_follows_the_demos_travelling_clock(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    shop = Receiver()
    with RunningSandbox(clock_file=file, notify_stripe=shop.url) as sandbox:
        made = client(sandbox).v1.checkout.sessions.create(order())
        file.write_text(json.dumps({"offset_seconds": 86_400}), "utf-8")
        sandbox.control("clock", {"advance_seconds": 60})
        assert sandbox.state()["clock"]["offset_seconds"] == 86_460
        assert abs(sandbox.state()["clock"]["now"] - time.time() - 86_460) < 5
        eventually(lambda: shop.of("checkout.session.expired"))
        assert client(sandbox).v1.checkout.sessions.retrieve(made.id).status == "expired"
    shop.close()


def test_the_companies_clock_does_not_go_back() -> None:
    with RunningSandbox() as sandbox, pytest.raises(Exception, match="only moves forward"):
        sandbox.control("clock", {"advance_seconds": -1})


def test_secrets_it_made_itself_stay_the_same(tmp_path: Path) -> None:
    with RunningSandbox(data=tmp_path, stripe_key="", webhook_secret="") as sandbox:
        first = sandbox.control("stripe/webhook", method="GET")["secrets"]
        sandbox.stop()
        sandbox.start()
        sandbox.control("reset")
        assert sandbox.control("stripe/webhook", method="GET")["secrets"] == first
        assert first[0].startswith("whsec_")

"""kill -9 of web, worker and PostgreSQL in the middle of renewals: nothing lost, nothing twice."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
import stripe

from tests.project.test_up import Up, environ, three_free_ports
from yuanyou.kernel.clock import Clock
from yuanyou.kernel.ids import Ref
from yuanyou.project.steps import NotAsTold
from yuanyou.project.stories._visitor import Visitor, code_for

pytestmark = pytest.mark.slow

GOOD_CARD = "4242424242424242"
CUSTOMERS, PAUSE_SECONDS, SETTLE_SECONDS = 3, 3.0, 60
LATER = timedelta(minutes=10)


@pytest.fixture
def up() -> Iterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="yuanyou-kill-"))
    folder.chmod(0o711)
    running = Up(folder / "data", three_free_ports())
    yield running
    running.end()
    shutil.rmtree(folder, ignore_errors=True)


class Customer:
    """Renews again and again, by card and from the wallet, whatever stands in the way."""

    def __init__(self, up: Up) -> None:
        self.visitor = Visitor(up.run.site_url)
        self.tried = 0
        email = f"steadfast-{uuid4().hex[:10]}@example.com"
        visitor = self.visitor
        visitor.go("/sign-up/?next=/home/").send(having="email", email=email)
        visitor.send(having="code", code=code_for(f"{up.run.sandbox_url}/mail/messages", email))
        visitor.go("/buy/us-30-10gb/").send(having="method")
        visitor.send(having="card", card=GOOD_CARD, action="pay")
        visitor.wait_until_it_says("Working", path="/home/")
        self.line = visitor.link(r"/lines/[^/]+/renew/")

    def go_on(self, over: Event) -> None:
        while not over.is_set():
            self.tried += 1
            with suppress(NotAsTold, httpx.HTTPError):
                self._top_up() if self.tried % 3 == 0 else self._renew()
                continue
            time.sleep(0.2)

    def _renew(self) -> None:
        self.visitor.go(self.line).send(having="plan", again="1", use_wallet="1" if self.tried % 2 else "")
        self._pay()

    def _top_up(self) -> None:
        self.visitor.go("/top-up/").send(having="amount", amount="50")
        self._pay()

    def _pay(self) -> None:
        if "/stripe/pay/" in self.visitor.url:
            self.visitor.send(having="card", card=GOOD_CARD, action="pay")


def test_whatever_is_killed_every_payment_is_fulfilled_once(up: Up) -> None:
    customers = [Customer(up) for _ in range(CUSTOMERS)]
    over = Event()
    threads = [Thread(target=customer.go_on, args=(over,)) for customer in customers]
    [thread.start() for thread in threads]
    for victim in ("a web worker", "worker", "postgres", "web"):
        time.sleep(PAUSE_SECONDS)
        os.kill(_pid(up, victim), signal.SIGKILL)
    time.sleep(2 * PAUSE_SECONDS)
    over.set()
    [thread.join() for thread in threads]
    [customer.visitor.close() for customer in customers]
    Clock(up.data / "clock.json").travel(LATER)  # the janitor's patience, without the wait
    _wait_until_all_agree(up)
    assert _doctor(up).returncode == 0, _doctor(up).stdout
    assert _received(up) == _captured_ones(up)
    assert _without_exactly_one_home(up) == 0
    assert sum(customer.tried for customer in customers) > 10 * CUSTOMERS


def _pid(up: Up, victim: str) -> int:
    if victim == "a web worker":
        return int(psutil.Process(up.run.pids["web"]).children()[0].pid)
    return int(up.run.pids[victim])


def _wait_until_all_agree(up: Up) -> None:
    """Until our books say of Stripe what Stripe says of itself, and nothing waits for an answer."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with suppress(psycopg.Error, httpx.HTTPError):
            theirs, ours, open_ones = _captured(up), _booked(up), _unsettled(up)
            if theirs == ours and open_ones == 0:
                return
        time.sleep(0.5)
    raise AssertionError(
        f"Stripe took {theirs}, our books say {ours}, {open_ones} wait\n{up.printed[-3000:]}"
    )


def _captured(up: Up) -> int:
    account = httpx.get(f"{up.run.sandbox_url}/_control/stripe/account", timeout=10).json()
    return int(account["usd"]["gross"])


def _captured_ones(up: Up) -> list[str]:
    """Our references of the pages that Stripe says were paid."""
    key, base = up.run.environ["YUANYOU_STRIPE_SECRET_KEY"], f"{up.run.sandbox_url}/stripe"
    api = stripe.StripeClient(key, base_addresses={"api": base})
    pages = api.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter()
    return sorted(str(page.client_reference_id) for page in pages if page.payment_status == "paid")


def _received(up: Up) -> list[str]:
    succeeded = "SELECT id FROM payments_attempt WHERE provider = 'stripe' AND state = 'succeeded'"
    return sorted(str(Ref("att", attempt_id)) for attempt_id in _rows(up, succeeded))


def _without_exactly_one_home(up: Up) -> int:
    """Orders whose card payments are not, each, either the one fulfilment or surplus."""
    return _ask(
        up,
        "SELECT count(*) FROM (SELECT p.order_id, array_agg(a.id) AS paid FROM payments_attempt a"
        " JOIN payments_payment p ON p.id = a.payment_id"
        " WHERE a.provider = 'stripe' AND a.state = 'succeeded' GROUP BY p.order_id) AS o"
        " WHERE cardinality(o.paid) <> (SELECT count(*) FROM ledger_entry e"
        " WHERE e.key IN ('sold:' || o.order_id, 'topped-up:' || o.order_id, 'returned:' || o.order_id)"
        " OR e.key IN (SELECT 'surplus:' || id FROM unnest(o.paid) AS id))",
    )


def _booked(up: Up) -> int:
    return _ask(
        up,
        "SELECT coalesce(sum(p.amount_minor), 0)"
        " FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id"
        " WHERE e.kind = 'payment received' AND p.account = 'assets:clearing:stripe'",
    )


def _unsettled(up: Up) -> int:
    """Attempts of which the provider's last word may be another than ours, and receipts without a number."""
    return _ask(
        up,
        "SELECT (SELECT count(*) FROM payments_attempt WHERE provider <> 'wallet'"
        " AND state IN ('unknown', 'submitting', 'processing'))"
        " + (SELECT count(*) FROM orders_receipt WHERE number IS NULL)",
    )


def _ask(up: Up, question: str) -> int:
    return _rows(up, question)[0]


def _rows(up: Up, question: str) -> list[int]:
    with psycopg.connect(up.run.database_url, options="-c search_path=cell_1,public") as connection:
        return [int(row[0]) for row in connection.execute(question)]


def _doctor(up: Up) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "yuanyou.project.cli", "doctor", "--data", str(up.data)]
    return subprocess.run(command, env=environ(), capture_output=True, text=True, check=False)

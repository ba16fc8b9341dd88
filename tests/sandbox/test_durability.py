"""What was answered is there after a kill -9; what was not told yet is told later."""

import contextlib
import http.client
import os
import signal
import threading
from contextlib import suppress

import httpx
import stripe

from tests.sandbox.shop import GOOD, Receiver, client, eventually, order, pay_on_page
from yuanyou_sandbox.testing import RunningSandbox


def test_sessions_keys_payments_and_money_outlive_a_kill() -> None:
    with RunningSandbox() as sandbox:
        api = client(sandbox)
        made = api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
        pay_on_page(str(made.url), GOOD)
        sandbox.control("clock", {"advance_seconds": 3600})
        sandbox.control("faults", {"company": "stripe", "fault": "rate_limit", "on": "balance.retrieve"})
        sandbox.kill()
        sandbox.start()
        assert api.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"
        assert api.v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).id == made.id
        state = sandbox.state()
        assert state["stripe"]["account"]["usd"]["gross"] == 1200
        assert state["clock"]["offset_seconds"] == 3600
        assert [fault["fault"] for fault in state["faults"]] == ["rate_limit"]


def test_a_notice_that_was_due_at_the_kill_is_sent_after_it() -> None:
    shop = Receiver()
    shop.statuses = [500] * 3
    with RunningSandbox(notify_stripe=shop.url) as sandbox:
        made = client(sandbox).v1.checkout.sessions.create(order())
        pay_on_page(str(made.url), GOOD)
        eventually(lambda: len(shop.received) == 3)
        sandbox.kill()
        sandbox.start()
        sandbox.control("clock", {"advance_seconds": 5})
        eventually(lambda: sandbox.state()["notices"] == {"delivered": 3})
    shop.close()


def test_a_session_expires_on_time_although_the_sandbox_was_away() -> None:
    with RunningSandbox() as sandbox:
        made = client(sandbox).v1.checkout.sessions.create(order())
        sandbox.control("clock", {"advance_seconds": 86_000})
        sandbox.stop()
        sandbox.start()
        sandbox.control("clock", {"advance_seconds": 400})
        assert client(sandbox).v1.checkout.sessions.retrieve(made.id).status == "expired"


def test_a_kill_in_the_middle_of_work_loses_nothing_that_was_answered() -> None:
    answered: list[str] = []
    with RunningSandbox() as sandbox:
        workers = [threading.Thread(target=_work, args=(sandbox, answered)) for _ in range(4)]
        for worker in workers:
            worker.start()
        eventually(lambda: len(answered) > 60)
        sandbox.kill()
        for worker in workers:
            worker.join()
        sandbox.start()
        api = client(sandbox)
        kept = {each.id for each in api.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter()}
        assert set(answered) <= kept
        charges = list(api.v1.charges.list({"limit": 100}).auto_paging_iter())
        gross = sandbox.state()["stripe"]["account"]["usd"]["gross"]
        assert gross == sum(charge.amount for charge in charges)
        assert len({charge.payment_intent for charge in charges}) == len(charges)


def _work(sandbox: RunningSandbox, answered: list[str]) -> None:
    """Sessions, paid, until the line goes dead."""
    api = client(sandbox)
    with suppress(stripe.APIConnectionError, OSError, http.client.HTTPException):
        for _ in range(1000):
            made = api.v1.checkout.sessions.create(order())
            answered.append(made.id)
            sandbox.control(f"stripe/sessions/{made.id}/pay")


def test_a_stop_while_callers_stay_connected_is_clean_every_time() -> None:
    with RunningSandbox() as sandbox, contextlib.ExitStack() as callers:
        for _ in range(8):
            caller = callers.enter_context(httpx.Client())
            assert caller.get(f"{sandbox.url}/").status_code == 200
            os.kill(sandbox.pid, signal.SIGTERM)
            assert sandbox.wait() == 0
            sandbox.start()
        sandbox.restart()
        assert sandbox.state()["mail"] == {"letters": 0}

"""What carries a line follows the line, whatever the carrier answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import httpx
import pytest
from django.db import connections

from tests.houses import NOON, fund, give_line, now_at, renew, see
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import lapse, network
from yuanyou.flows.step import in_cell
from yuanyou.lines.models import Line
from yuanyou.network import queries
from yuanyou.network.models import Wish
from yuanyou.network.rules import AGAIN_AFTER, Kind
from yuanyou.wiring import carrier, pay_hosts
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
AFTER_GRACE = NOON + timedelta(days=40)


@pytest.fixture(autouse=True)
def _impatient(sandbox: RunningSandbox) -> Iterator[None]:
    """A call that hangs is given up soon, so that a test need not wait for it."""
    client: httpx.Client = carrier()._http  # type: ignore[attr-defined]
    client.timeout = httpx.Timeout(0.3)
    yield
    client.close()


def wishes(line_id: int) -> list[tuple[str, str]]:
    """Kind and state, in order."""
    with in_cell(1):
        return [(wish.kind, wish.state) for wish in reversed(queries.wishes_of(line_id))]


def last(line_id: int) -> Wish:
    with in_cell(1):
        found = Wish.objects.filter(line_id=line_id).order_by("-turn").first()
    assert found is not None
    return found


def seen(sandbox: RunningSandbox, line_id: int) -> dict[str, object]:
    """The line as the carrier has it."""
    with in_cell(1):
        iccid = Line.objects.get(pk=line_id).iccid
    headers = {"Authorization": f"Bearer {sandbox.carrier_token}"}
    answer = httpx.get(f"{sandbox.carrier_url}/subscriptions/{iccid}", headers=headers)
    found: dict[str, object] = {"state": "idle"} if answer.status_code == 404 else answer.json()
    return found


def fault(sandbox: RunningSandbox, name: str, **more: object) -> None:
    sandbox.control("faults", {"company": "carrier", "fault": name, **more})


def work(now: datetime) -> None:
    while network.work(1, now=now):
        pass


def opened(people: People) -> int:
    """A line that works, and the network knows it."""
    line_id = give_line(people.mei, now=NOON)
    work(NOON)
    assert wishes(line_id) == [("open", "confirmed")]
    return line_id


def barred(people: People) -> int:
    """A line whose grace is over, and the network knows it."""
    line_id = opened(people)
    lapse.sweep(1, now=AFTER_GRACE)
    work(AFTER_GRACE)
    assert wishes(line_id) == [("open", "confirmed"), ("bar", "confirmed")]
    fund(people.mei, 10_000, now=AFTER_GRACE)
    return line_id


def test_a_first_card_is_opened_in_the_step_that_activates_the_line(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = give_line(people.mei, now=NOON)
    assert wishes(line_id) == [("open", "wanted")]
    assert seen(sandbox, line_id)["state"] == "idle"
    work(NOON)
    assert seen(sandbox, line_id)["state"] == "active"
    assert wishes(line_id) == [("open", "confirmed")]


def test_a_suspended_line_is_barred_and_still_reaches_our_pages_and_every_pay_page(
    sandbox: RunningSandbox, people: People
) -> None:
    told = seen(sandbox, barred(people))
    assert told["state"] == "suspended"
    assert {"127.0.0.1", *pay_hosts()} <= set(told["hosts"])  # type: ignore[call-overload]
    assert pay_hosts()
    assert told["incoming_sms"] is True


def test_a_line_in_grace_keeps_its_service(sandbox: RunningSandbox, people: People) -> None:
    line_id = opened(people)
    end = see(line_id).paid_until
    assert end is not None
    lapse.sweep(1, now=end + SECOND)
    work(end + SECOND)
    assert see(line_id).state == "grace"
    assert wishes(line_id) == [("open", "confirmed")]


@pytest.mark.parametrize("moment", [-SECOND, timedelta(0), SECOND, 2 * DAY], ids=str)
def test_a_line_renewed_around_its_end_never_loses_service(
    sandbox: RunningSandbox, people: People, moment: timedelta
) -> None:
    line_id = opened(people)
    end = see(line_id).paid_until
    assert end is not None
    fund(people.mei, 10_000, now=NOON)
    if moment > timedelta(0):
        lapse.sweep(1, now=end)
    renew(line_id, MONTH, now=end + moment)
    lapse.sweep(1, now=end + moment)
    work(end + moment)
    assert see(line_id).state == "active"
    assert seen(sandbox, line_id)["state"] == "active"
    assert wishes(line_id) == [("open", "confirmed")]


@pytest.mark.parametrize("moment", [-SECOND, timedelta(0), SECOND], ids=str)
def test_grace_ends_at_its_instant_for_the_network_too(
    sandbox: RunningSandbox, people: People, moment: timedelta
) -> None:
    line_id = opened(people)
    end = see(line_id).terms[0].ends_at + timedelta(days=see(line_id).terms[0].grace_days)
    fund(people.mei, 10_000, now=NOON)
    renew(line_id, MONTH, now=end + moment)
    work(end + moment)
    # Found suspended by the renewal itself: the bar was never sent, so nothing has to be taken back.
    assert wishes(line_id)[0] == ("open", "confirmed")
    assert [state for kind, state in wishes(line_id) if kind == Kind.BAR] in ([], ["superseded"])
    assert seen(sandbox, line_id)["state"] == "active"


def test_a_renewal_of_a_suspended_line_is_restored_when_it_is_read_back_open(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = barred(people)
    paid = AFTER_GRACE + MINUTE
    renew(line_id, MONTH, now=paid)
    assert wishes(line_id)[-1] == ("restore", "wanted")
    with in_cell(1):
        assert queries.restored_at(line_id, since=paid) is None
    work(paid)
    with in_cell(1):
        restored = queries.restored_at(line_id, since=paid)
    assert restored is not None
    assert paid < restored < paid + 5 * SECOND
    assert seen(sandbox, line_id)["state"] == "active"


def test_the_renewal_and_its_wish_are_one_step(
    people: People, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_id = barred(people)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(network.network, "want", broken)
    with pytest.raises(RuntimeError):
        renew(line_id, MONTH, now=AFTER_GRACE + MINUTE)
    assert see(line_id).state == "suspended"
    assert wishes(line_id)[-1] == ("bar", "confirmed")


def test_a_released_line_is_closed_for_good(
    sandbox: RunningSandbox, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapse.messages, "warnings_accepted", lambda *_args, **_more: 4)
    line_id = barred(people)
    gone = NOON + timedelta(days=120)
    lapse.sweep(1, now=gone)
    work(gone)
    assert see(line_id).state == "released"
    assert wishes(line_id)[-1] == ("close", "confirmed")
    assert seen(sandbox, line_id)["state"] == "terminated"


@pytest.mark.parametrize(
    ("name", "on", "then"),
    [
        ("timeout_before", "carrier.resume", "unknown"),
        ("timeout_after", "carrier.resume", "unknown"),
        ("error_500", "carrier.resume", "unknown"),
        ("rate_limit", "carrier.resume", "unknown"),
        ("malformed", "carrier.resume", "unknown"),
        ("forget", "carrier.resume", "accepted"),
        ("timeout_before", "carrier.read", "accepted"),
        ("error_500", "carrier.read", "accepted"),
        ("malformed", "carrier.read", "accepted"),
    ],
)
def test_each_fault_ends_with_a_line_that_works(
    sandbox: RunningSandbox, people: People, name: str, on: str, then: str
) -> None:
    line_id = barred(people)
    fault(sandbox, name, on=on)
    renew(line_id, MONTH, now=AFTER_GRACE)
    work(AFTER_GRACE)
    assert wishes(line_id)[-1] == ("restore", then)
    work(AFTER_GRACE + MINUTE)
    assert wishes(line_id)[-1] == ("restore", "confirmed")
    assert seen(sandbox, line_id)["state"] == "active"


def orders(sandbox: RunningSandbox, line_id: int) -> list[str]:
    return [order["action"] for order in seen(sandbox, line_id)["orders"]]  # type: ignore[attr-defined]


def test_what_was_done_although_nobody_answered_is_not_asked_again(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = barred(people)
    fault(sandbox, "timeout_after", on="carrier.resume")
    renew(line_id, MONTH, now=AFTER_GRACE)
    work(AFTER_GRACE)
    # Were it asked again, the carrier would refuse it now.
    fault(sandbox, "refuse", on="carrier.resume")
    work(AFTER_GRACE + MINUTE)
    assert wishes(line_id)[-1] == ("restore", "confirmed")
    assert orders(sandbox, line_id).count("resume") == 1


def test_an_order_that_is_stuck_is_not_confirmed_until_it_is_read_back(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = barred(people)
    fault(sandbox, "stuck", on="carrier.resume")
    renew(line_id, MONTH, now=AFTER_GRACE)
    for minutes in (0, 1, 2):
        work(AFTER_GRACE + minutes * MINUTE)
    assert wishes(line_id)[-1] == ("restore", "accepted")
    sandbox.control(f"carrier/orders/{last(line_id).ref}")
    work(AFTER_GRACE + 10 * MINUTE)
    assert wishes(line_id)[-1] == ("restore", "confirmed")
    assert last(line_id).ended_at >= AFTER_GRACE + 10 * MINUTE  # type: ignore[operator]


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after it was accepted"])
def test_what_the_carrier_refuses_waits_for_a_person(
    sandbox: RunningSandbox, people: People, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    line_id = opened(people)
    fault(sandbox, "stuck" if late else "refuse", on="carrier.suspend")
    lapse.sweep(1, now=AFTER_GRACE)
    work(AFTER_GRACE)
    if late:
        sandbox.control(f"carrier/orders/{last(line_id).ref}", {"outcome": "refused"})
        work(AFTER_GRACE + MINUTE)
    assert wishes(line_id)[-1] == ("bar", "refused")
    assert "the carrier refuses bar" in caplog.text
    fund(people.mei, 10_000, now=AFTER_GRACE)
    renew(line_id, MONTH, now=AFTER_GRACE + MINUTE)  # it is still open: nothing to restore
    assert wishes(line_id)[-1] == ("bar", "refused")


def test_a_token_that_is_not_taken_is_our_trouble_and_no_refusal(
    sandbox: RunningSandbox, people: People
) -> None:
    client: httpx.Client = carrier()._http  # type: ignore[attr-defined]
    right = client.headers["Authorization"]
    client.headers["Authorization"] = "Bearer wrong"
    line_id = give_line(people.mei, now=NOON)
    work(NOON)
    assert wishes(line_id) == [("open", "unknown")]
    client.headers["Authorization"] = right
    work(NOON + MINUTE)
    assert wishes(line_id) == [("open", "confirmed")]


def test_a_carrier_that_is_never_clear_ends_with_a_person(
    sandbox: RunningSandbox, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    line_id = barred(people)
    fault(sandbox, "error_500", times=1000)
    renew(line_id, MONTH, now=AFTER_GRACE)
    moment = AFTER_GRACE
    for pause in (timedelta(0), *AGAIN_AFTER):
        moment += pause + SECOND
        work(moment)
        tried = wishes(line_id)[-1]
    assert tried == ("restore", "stuck")
    assert "nobody knows what became of restore" in caplog.text
    sandbox.control("faults", method="DELETE")
    lapse.sweep(1, now=AFTER_GRACE + timedelta(days=40))
    work(AFTER_GRACE + timedelta(days=40))
    assert wishes(line_id)[-1] == ("bar", "confirmed")


def test_a_worker_that_dies_between_asking_and_its_answer_leaves_a_wish_that_is_looked_up(
    sandbox: RunningSandbox, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_id = barred(people)
    renew(line_id, MONTH, now=AFTER_GRACE)
    with monkeypatch.context() as dying:

        def killed(*_args: object, **_more: object) -> None:
            raise SystemExit

        dying.setattr(network, "_keep", killed)
        with pytest.raises(SystemExit):
            network.work(1, now=AFTER_GRACE)
    assert seen(sandbox, line_id)["state"] == "active"
    assert wishes(line_id)[-1] == ("restore", "asked")
    fault(sandbox, "refuse", on="carrier.resume")  # asked a second time, it would be refused
    work(AFTER_GRACE + MINUTE - SECOND)
    assert wishes(line_id)[-1] == ("restore", "asked")
    work(AFTER_GRACE + MINUTE)
    assert wishes(line_id)[-1] == ("restore", "confirmed")


def test_a_line_paid_for_while_its_bar_is_unknown_is_restored_after_the_bar_is_known(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = opened(people)
    fault(sandbox, "timeout_after", on="carrier.suspend")
    lapse.sweep(1, now=AFTER_GRACE)
    work(AFTER_GRACE)
    assert wishes(line_id)[-1] == ("bar", "unknown")
    fund(people.mei, 10_000, now=AFTER_GRACE)
    renew(line_id, MONTH, now=AFTER_GRACE)
    assert wishes(line_id)[-2:] == [("bar", "unknown"), ("restore", "wanted")]
    work(AFTER_GRACE)  # the bar is hurried: somebody waits behind it
    assert wishes(line_id)[-2:] == [("bar", "confirmed"), ("restore", "confirmed")]
    assert orders(sandbox, line_id) == ["resume", "suspend", "activate"]


def test_a_slow_bar_delays_nobody_who_has_paid(sandbox: RunningSandbox, people: People) -> None:
    waiting, slow = barred(people), give_line(people.ada, now=NOON)
    work(NOON)
    lapse.sweep(1, now=AFTER_GRACE)
    fault(sandbox, "slow", on="carrier.suspend", seconds=0.25)
    bulk = Thread(target=_apart, args=(AFTER_GRACE,))
    bulk.start()
    renew(waiting, MONTH, now=AFTER_GRACE)
    while network.work(1, now=AFTER_GRACE, urgent_only=True):
        pass
    restored = wishes(waiting)[-1]
    bulk.join()
    assert restored == ("restore", "confirmed")
    assert wishes(slow)[-1] == ("bar", "confirmed")


def _apart(now: datetime) -> None:
    try:
        network.work(1, now=now)
    finally:
        connections.close_all()


def test_a_card_that_nobody_opened_before_the_outbox_was_there_is_opened_at_the_next_look(
    sandbox: RunningSandbox, people: People
) -> None:
    line_id = give_line(people.mei, now=NOON)
    with in_cell(1):
        Wish.objects.filter(line_id=line_id).delete()
        Line.objects.filter(pk=line_id).update(next_at=now_at(11, 2))
    lapse.sweep(1, now=now_at(11, 2))
    work(now_at(11, 2))
    assert wishes(line_id) == [("open", "confirmed")]


def test_no_step_stores_a_line_without_the_network_hearing_of_it() -> None:
    folder = Path(network.__file__).parent
    stores = {path.stem for path in folder.glob("*.py") if "lines.schedule(" in path.read_text("utf-8")}
    assert stores == {"moves"}

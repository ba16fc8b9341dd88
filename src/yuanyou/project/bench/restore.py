"""From the provider's notice to a line that is served again: paid while suspended, read back open."""

import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from threading import Thread

from django.conf import settings
from django.db import connection

from yuanyou.catalog import queries as catalog
from yuanyou.flows.step import in_cell
from yuanyou.network import queries as network
from yuanyou.network.models import Wish
from yuanyou.network.rules import Kind, WishState
from yuanyou.payments.models import Inbox
from yuanyou.project.bench._house import PLAN, Tenant, furnish
from yuanyou.project.bench._load import Browser, Payer, Timings
from yuanyou.project.steps import NotAsTold, Step
from yuanyou.project.target import Target

CLIENTS = 4
LINES_EACH = 30
SUSPENDED_BY = timedelta(days=40)
"""The plan's thirty days and its grace are over, and the number is still kept."""
PATIENCE_SECONDS = 120


def run(target: Target, step: Step) -> dict[str, object]:
    if target.sandbox_url is None:
        raise NotAsTold("this measurement needs the sandbox's companies")
    with step("furnish the house"):
        tenants = furnish(CLIENTS * LINES_EACH, now=settings.CLOCK.now())
        _wait_for(tenants, Kind.OPEN)
    before = settings.CLOCK.offset()
    with step("forty days pass: every line is suspended, and barred"):
        settings.CLOCK.travel(before + SUSPENDED_BY)
        _wait_for(tenants, Kind.BAR)
    try:
        with step("each is renewed by card"):
            restored = _restore(target, tenants)
    finally:
        settings.CLOCK.travel(before)
    return {
        "lines": len(restored.each),
        "restore_ms": {"p50": restored.ms(50), "p99": restored.ms(99), "max": restored.ms(100)},
    }


def _restore(target: Target, tenants: Sequence[Tenant]) -> Timings:
    """Clients who pay one line after the other; seconds from notice to read back open."""
    timings, failures, version_id = Timings(), list[Exception](), catalog.on_sale(PLAN)

    def client(mine: Sequence[Tenant]) -> None:
        payer = Payer(str(target.sandbox_url))
        try:
            for tenant in mine:
                address = Browser(target.site_url, [tenant], version_id).renew(method="stripe:card")
                timings.each.append(_paid(payer, tenant, re.split("[/=]", address.rstrip("/"))[-1]))
        except Exception as error:  # noqa: BLE001  told below, in the caller's thread
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=client, args=(tenants[n::CLIENTS],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return timings


def _paid(payer: Payer, tenant: Tenant, session: str) -> float:
    """Pay, and wait until the line was read back; what the database says that took from the first notice."""
    began = settings.CLOCK.now()
    payer.pay(session)
    for _ in _patiently(f"{session} was paid, and its line never came back"):
        if restored := _restored_at(tenant, since=began):
            notices = Inbox.objects.filter(provider_ref=session).order_by("received_at")
            received = notices.values_list("received_at", flat=True).first()
            # The page the payer lands on may ask before the notice is here: then nobody waited for it.
            return max((restored - (received or restored)) / timedelta(seconds=1), 0)
    raise AssertionError


def _restored_at(tenant: Tenant, *, since: datetime) -> datetime | None:
    with in_cell(tenant.cell):
        return network.restored_at(tenant.line_id, since=since)


def _wait_for(tenants: Sequence[Tenant], kind: Kind) -> None:
    """Until the carrier was read back to have done it for every line."""
    wanted = Wish.objects.filter(
        line_id__in=[tenant.line_id for tenant in tenants], kind=kind, state=WishState.CONFIRMED
    )
    for _ in _patiently(f"not every line has its {kind} confirmed: is the worker running?"):
        with in_cell(tenants[0].cell):
            if wanted.count() == len(tenants):
                return


def _patiently(otherwise: str) -> Iterator[None]:
    """Again and again, a few milliseconds apart. NotAsTold when patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(0.005)
    raise NotAsTold(otherwise)

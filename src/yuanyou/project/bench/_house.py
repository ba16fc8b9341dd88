"""Customers with funded wallets, active lines and open sessions: what a measurement starts from."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from yuanyou.catalog import queries as catalog
from yuanyou.flows import activation
from yuanyou.flows.checkout import Tender
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity import queries as people
from yuanyou.identity.models import Account
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import recipes
from yuanyou.lines.models import Line
from yuanyou.lines.rules import LineState
from yuanyou.project.steps import NotAsTold

PLAN = "us-30-10gb"
FUNDS = 100_000_000
PATIENCE_SECONDS = 60
FROM_WALLET = Tender(method=None, provider=None, use_wallet=True)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer with one active line and a signed-in browser."""

    customer_id: int
    cell: int
    line_id: int
    session: str

    @property
    def renew_path(self) -> str:
        return f"/lines/{Ref('line', self.line_id)}/renew/"


def furnish(count: int, *, now: datetime) -> list[Tenant]:
    """So many customers, each with a wallet and an active line. NotAsTold when their lines do not come up."""
    version_id = catalog.on_sale(PLAN)
    tenants = [_tenant(version_id, now=now) for _ in range(count)]
    _wait_until_active(tenants)
    return tenants


def _tenant(version_id: int, *, now: datetime) -> Tenant:
    cell = settings.CONFIG.cells[0]
    customer = identity.register(
        f"bench-{uuid4().hex}@example.com", language="en", zone="America/New_York", cell=cell
    )
    person = people.person(customer.pk)
    _fund(person.id, cell, now=now)
    order, _ = activation.begin(
        person, version_id=version_id, tender=FROM_WALLET, key=uuid4(), language="en", now=now
    )
    with in_cell(cell):
        order.refresh_from_db(fields=["line"])
    assert order.line_id is not None
    assert person.account_id is not None
    return Tenant(person.id, cell, order.line_id, _session(person.account_id))


def _fund(customer_id: int, cell: int, *, now: datetime) -> None:
    """Wallet money out of nowhere; the books name its source `bench`."""
    amount = Money(FUNDS, settings.CONFIG.book_currency)
    source = uuid4().int >> 70
    with in_cell(cell):
        ledger.post(
            recipes.payment_received(attempt_id=source, payment_id=source, provider="bench", amount=amount),
            recipes.wallet_topped_up(
                order_id=source, payment_id=source, customer_id=customer_id, amount=amount
            ),
            happened_at=now,
        )


def _session(account_id: int) -> str:
    """A browser session as signing in makes it; its cookie."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    account = Account.objects.get(pk=account_id)
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _wait_until_active(tenants: Sequence[Tenant]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with in_cell(tenants[0].cell):
            active = Line.objects.filter(
                pk__in=[tenant.line_id for tenant in tenants], state=LineState.ACTIVE
            ).count()
        if active == len(tenants):
            connection.close()
            return
        time.sleep(0.1)
    raise NotAsTold(f"after {PATIENCE_SECONDS} s not every line is active: is the worker running?")

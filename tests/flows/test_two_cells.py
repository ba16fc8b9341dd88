"""A provider has one account for all cells: each keeps its own books, and together they agree with it."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta

import pytest

from tests.flows.test_reconciliation import of
from tests.flows.test_with_stripe import now, pay
from tests.houses import BY_CARD, give_line, renew
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import reconciliation, settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity.queries import Person
from yuanyou.ledger import queries as books
from yuanyou.payments import statements
from yuanyou.payments.models import Attempt
from yuanyou.payments.port import Movement, StatementLine
from yuanyou.wiring import payment_provider
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
CLEARING = "assets:clearing:stripe"


@pytest.fixture
def says(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[StatementLine]]:
    """What the provider's statement of today lists."""
    lines: list[StatementLine] = []
    today = now().astimezone(UTC).date()

    def statement(day: date) -> Iterator[StatementLine]:
        return iter(lines if day == today else [])

    monkeypatch.setattr(payment_provider("stripe"), "statement", statement)
    return lines


def paid(sandbox: RunningSandbox, person: Person) -> StatementLine:
    """A line renewed by card; what the statement will say of it."""
    line_id = give_line(person, now=now() - timedelta(days=3))
    order = renew(line_id, MONTH, tender=BY_CARD, now=now())
    with in_cell(person.cell):
        attempt = Attempt.objects.get(payment__order=order, provider="stripe")
    pay(sandbox, attempt)
    settlement.ask(attempt.pk, source="notice", now=now())
    with in_cell(person.cell):
        attempt.refresh_from_db()
        (fee,) = [p.amount for p in books.entries_about(f"fee:{attempt.pk}") if p.amount.minor > 0]
    return StatementLine(
        provider_ref=f"txn_{attempt.pk}",
        kind=Movement.PAYMENT,
        gross=attempt.amount,
        fee=fee,
        happened_at=now(),
        ref=attempt.ref,
        about_ref=attempt.charge_ref,
    )


def holds(cell: int, account: str = CLEARING) -> int:
    with in_cell(cell):
        return sum(row.amount.minor for row in books.trial_balance() if row.account == account)


def balances(cell: int) -> bool:
    with in_cell(cell):
        return sum(row.amount.minor for row in books.trial_balance()) == 0


def test_a_payout_of_both_cells_money_drains_what_they_hold_together(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    of_mei, of_tom = paid(sandbox, people.mei), paid(sandbox, people.tom)
    before = {cell: holds(cell) - each for cell, each in ((1, net(of_mei)), (2, net(of_tom)))}
    fee = 25
    says += [of_mei, of_tom, of(Movement.FEE, 0, name="txn_fee", fee=fee)]
    says.append(of(Movement.PAYOUT, -(net(of_mei) + net(of_tom) - fee), name="txn_po"))
    assert reconciliation.work(now=now() + timedelta(days=1)) > 0
    moved = {cell: holds(cell) - before[cell] for cell in (1, 2)}
    assert moved == {1: -net(of_tom), 2: net(of_tom)}
    assert sum(moved.values()) == statements.account_of("stripe")["USD"] == 0
    assert statements.open_cases() == []
    assert balances(1)
    assert balances(2)
    assert (holds(1, "assets:bank"), holds(2, "assets:bank")) == (net(of_mei) + net(of_tom) - fee, 0)


def net(line: StatementLine) -> int:
    return line.gross.minor - line.fee.minor

"""Rows are locked in one order everywhere (docs/architecture.md, Locks), so that nobody waits in a circle.

The statements that a step sends say in which order it takes them; rows it made itself, nobody else knows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from tests.flows.test_auto_renewal import agree
from tests.flows.test_refund_requests import ask, bought, paid_by_card, wallet_attempt
from tests.flows.test_saved_methods import VISA, keep
from tests.flows.test_with_stripe import line_of, now, pay, pending
from tests.houses import NOON, fund, give_line, renew
from tests.people import People
from tests.plans import MONTH
from yuanyou.flows import dispute, erasure, lapse, refund, settlement
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger.recipes import GUARDED
from yuanyou.lines.models import Line
from yuanyou.lines.rules import LineState
from yuanyou.payments.rules import Destination, TakesBack
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house")
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
TAKEN = re.compile(
    r'^\s*UPDATE (?:public\.)?"?(\w+)"?|FROM (?:public\.)?"?(\w+)"?.*\bFOR (?:NO KEY )?UPDATE', re.DOTALL
)
MADE = re.compile(r'\bINSERT INTO "?(\w+)"?')
POSTED = "ledger_balance"
"""Only guarded accounts have a stored balance, whose row an entry locks."""


def order_of_the_page() -> list[str]:
    section = PAGE.read_text("utf-8").partition("## Locks")[2].partition("\n## ")[0]
    return re.findall(r"^\d+\. .*?`(\w+)`", section, re.MULTILINE)


@contextmanager
def recorded() -> Iterator[list[list[str]]]:
    """Each transaction's locked tables, in the order in which it first took rows of them."""
    steps: list[list[str]] = [[]]
    made: set[str] = set()
    execute, commit = CursorWrapper._execute, BaseDatabaseWrapper.commit

    def look(self: CursorWrapper, sql: Any, params: Any, *rest: Any) -> Any:
        text = str(sql)
        found = TAKEN.search(text)
        posts = text.startswith("-- Post entries") and any(account in str(params) for account in GUARDED)
        table = POSTED if posts else found and (found[1] or found[2])
        made.update(MADE.findall(text))
        if table and table not in made and table not in steps[-1]:
            steps[-1].append(table)
        return execute(self, sql, params, *rest)

    def end(self: BaseDatabaseWrapper) -> None:
        commit(self)
        steps.append([])
        made.clear()

    with (
        mock.patch.object(CursorWrapper, "_execute", look),
        mock.patch.object(BaseDatabaseWrapper, "commit", end),
    ):
        yield steps


def in_order(steps: list[list[str]], *, through: set[str]) -> bool:
    """Every step follows the page; one of them went through all of these."""
    ranks = {table: rank for rank, table in enumerate(order_of_the_page())}
    ranked = [[table for table in step if table in ranks] for step in steps]
    wrong = [step for step in ranked if [ranks[t] for t in step] != sorted(ranks[t] for t in step)]
    assert wrong == []
    return any(through <= set(step) for step in steps)


def test_the_page_lists_them() -> None:
    assert order_of_the_page()[:2] == ["payments_mandate", "payments_payment"]
    assert order_of_the_page()[-1] == POSTED


def test_a_payment_that_renews(sandbox: RunningSandbox, people: People) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt)
    with recorded() as steps:
        settlement.ask(attempt.pk, source="notice", now=now())
    assert in_order(steps, through={"payments_payment", "orders_order", "lines_line"})


def test_a_renewal_from_the_wallet(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    fund(people.mei, 10_000, now=NOON)
    with recorded() as steps:
        renew(line_id, MONTH, now=NOON)
    assert in_order(steps, through={"lines_line", POSTED})


def test_a_refund_that_takes_a_term_back(people: People) -> None:
    _line_id, order = bought(people)
    with recorded() as steps:
        ask(wallet_attempt(order), Money(700, "USD"))
    assert in_order(steps, through={"payments_payment", "orders_order", "lines_line", POSTED})


def test_a_refund_that_is_sent(sandbox: RunningSandbox, people: People) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    ask(attempt, Money(100, "USD"), back=TakesBack.NOTHING, to=Destination.ORIGIN, at=now())
    with recorded() as steps:
        refund.work(1, now=now())
    assert in_order(steps, through={"payments_payment", "payments_refund"})


def test_a_dispute_that_is_lost(sandbox: RunningSandbox, people: People) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    opened = str(sandbox.control(f"stripe/payments/{attempt.provider_ref}/dispute")["id"])
    with recorded() as steps:
        dispute.ask("stripe", opened, attempt_id=attempt.pk, now=now())
        sandbox.control(f"stripe/disputes/{opened}/resolve", {"outcome": "lost"})
        dispute.ask("stripe", opened, attempt_id=attempt.pk, now=now())
    assert in_order(steps, through={"payments_payment", "payments_dispute", "orders_order", "lines_line"})


def test_a_line_whose_term_ends(people: People) -> None:
    give_line(people.mei, now=NOON)
    with recorded() as steps:
        lapse.sweep(1, now=NOON + timedelta(days=40))
    assert in_order(steps, through={"lines_line"})


def test_a_person_who_is_forgotten(people: People) -> None:
    line_id = give_line(people.mei, now=NOON)
    agree(line_id, people.mei)
    keep(people.mei, VISA)
    with in_cell(1):
        Line.objects.filter(pk=line_id).update(state=LineState.RELEASED, number=None)
    with recorded() as steps:
        erasure.erase(people.mei.id, actor_id=1, reason="asked by letter", now=NOON)
    assert in_order(steps, through={"payments_mandate", "payments_savedmethod"})

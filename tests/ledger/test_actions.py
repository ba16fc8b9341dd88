"""The books in PostgreSQL: once per key, balanced, append-only, never overdrawn."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections

from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions, queries, recipes
from yuanyou.ledger.actions import Overdrawn, post

NOON = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
TEN = Money(1000, "USD")
pytestmark = pytest.mark.usefixtures("house")


def top_up(order: int = 1, customer: int = 7, amount: Money = TEN) -> frozenset[str]:
    return post(
        recipes.payment_received(attempt_id=order, payment_id=order, provider="stripe", amount=amount),
        recipes.wallet_topped_up(order_id=order, payment_id=order, customer_id=customer, amount=amount),
        happened_at=NOON,
    )


def hold(attempt: int, amount: Money, customer: int = 7) -> frozenset[str]:
    return post(
        recipes.wallet_part_held(attempt_id=attempt, customer_id=customer, amount=amount), happened_at=NOON
    )


def test_an_entry_posted_twice_is_one_entry() -> None:
    with in_cell(1):
        assert top_up() == {"received:1", "topped-up:1"}
        assert top_up() == frozenset()
        assert queries.wallet_balance(7, "USD") == TEN


def test_only_the_new_entries_of_a_call_move_balances() -> None:
    with in_cell(1):
        top_up()
        post(
            recipes.wallet_topped_up(order_id=1, payment_id=1, customer_id=7, amount=TEN),
            recipes.wallet_topped_up(order_id=2, payment_id=2, customer_id=7, amount=Money(5, "USD")),
            happened_at=NOON,
        )
        assert queries.wallet_balance(7, "USD") == Money(1005, "USD")
        assert queries.drifted_balances() == []


def test_a_wallet_cannot_be_overdrawn_and_nothing_moves() -> None:
    with in_cell(1):
        top_up()
    with pytest.raises(Overdrawn), in_cell(1):
        hold(3, Money(1001, "USD"))
    with in_cell(1):
        assert queries.wallet_balance(7, "USD") == TEN
        assert queries.entries_about("held:3") == []


def test_twenty_holds_at_once_never_take_more_than_there_is() -> None:
    with in_cell(1):
        top_up()
    refused: list[int] = []

    def take(attempt: int) -> None:
        try:
            with in_cell(1):
                hold(attempt, Money(300, "USD"))
        except Overdrawn:
            refused.append(attempt)
        finally:
            connections.close_all()

    threads = [Thread(target=take, args=(attempt,)) for attempt in range(10, 30)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with in_cell(1):
        assert queries.wallet_balance(7, "USD") == Money(100, "USD")
    assert len(refused) == 17


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_posting SET amount_minor = 1", "DELETE FROM ledger_entry"]
)
def test_the_books_are_append_only(statement: str) -> None:
    with in_cell(1):
        top_up()
    with pytest.raises(DatabaseError, match="append-only"), in_cell(1), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_unbalanced_posting_is_refused_by_the_database() -> None:
    with in_cell(1):
        top_up()
    with pytest.raises(DatabaseError, match="does not balance"), in_cell(1), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting SELECT id, 9, 'income:revenue:voice', 0, 'USD', 5"
            " FROM ledger_entry LIMIT 1"
        )


def test_a_closed_day_sends_late_entries_to_the_next_open_one() -> None:
    with in_cell(1):
        actions.close_books(through=date(2026, 11, 30), now=NOON)
        top_up()
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT booked_on FROM ledger_entry")
            assert cursor.fetchall() == [(date(2026, 12, 1),)]


def test_a_closed_day_refuses_a_direct_entry() -> None:
    with in_cell(1):
        actions.close_books(through=date(2026, 11, 30), now=NOON)
    with pytest.raises(DatabaseError, match="closed"), in_cell(1), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (key, kind, happened_at, booked_on)"
            " VALUES ('x', 'x', now(), '2026-11-30')"
        )


def test_rebuilt_balances_are_the_stored_ones() -> None:
    with in_cell(1):
        top_up()
        hold(3, Money(300, "USD"))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_balance SET minor = minor - 1 WHERE account = 'liabilities:wallet'")
        assert len(queries.drifted_balances()) == 1
        actions.rebuild_balances()
        assert queries.drifted_balances() == []
        assert queries.wallet_balance(7, "USD") == Money(700, "USD")


def test_each_cell_keeps_its_own_books_and_each_balances() -> None:
    with in_cell(1):
        top_up()
        assert sum(row.amount.minor for row in queries.trial_balance()) == 0
    with in_cell(2):
        assert queries.trial_balance() == []

"""The provider's statement against the books: every line is ours, or a case waits for a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.doctor import breaches
from tests.flows.test_refund_requests import ask as ask_back
from tests.flows.test_refund_requests import paid_by_card
from tests.flows.test_with_stripe import line_of, now, pay, pending
from tests.people import People
from yuanyou.flows import reconciliation, refund, settlement
from yuanyou.flows.reconciliation import Resolution
from yuanyou.flows.step import in_cell
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.payments import statements
from yuanyou.payments.models import Attempt, Case, Refund, StatementDay, StatementRow
from yuanyou.payments.port import Movement, NotYet, StatementLine
from yuanyou.payments.rules import CaseState, Destination
from yuanyou.wiring import payment_provider
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")
BY = 77


@pytest.fixture
def says(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[StatementLine]]:
    """What the provider's statement of yesterday lists."""
    lines: list[StatementLine] = []
    monkeypatch.setattr(
        payment_provider("stripe"), "statement", lambda day: iter(lines if day == today() else [])
    )
    return lines


def today() -> date:
    return now().astimezone(UTC).date()


def tomorrow() -> datetime:
    return now() + timedelta(days=1, hours=3)


def line(attempt: Attempt, **other: object) -> StatementLine:
    with in_cell(1):
        booked = books.entries_about(f"fee:{attempt.pk}")
    fee = Money(sum(part.amount.minor for part in booked if part.amount.minor > 0), "USD")
    listed = StatementLine(
        provider_ref=f"txn_{attempt.pk}",
        kind=Movement.PAYMENT,
        gross=attempt.amount,
        fee=fee,
        happened_at=now(),
        ref=attempt.ref,
        about_ref=attempt.charge_ref,
    )
    return replace(listed, **other)  # type: ignore[arg-type]


def usual_fee(attempt: Attempt) -> Money:
    """What Stripe keeps of a payment nobody has told us of yet: 2.9 % and 30 cents."""
    return Money((attempt.amount_minor * 29 + 500) // 1000 + 30, "USD")


def of(kind: Movement, minor: int, *, name: str, fee: int = 0, about: str | None = None) -> StatementLine:
    return StatementLine(
        provider_ref=name,
        kind=kind,
        gross=Money(minor, "USD"),
        fee=Money(fee, "USD"),
        happened_at=now(),
        about_ref=about,
    )


def cases() -> list[tuple[str, str]]:
    return [(case.difference, case.suggestion) for case in statements.open_cases()]


def clearing() -> int:
    with in_cell(1):
        rows = books.trial_balance()
    return sum(row.amount.minor for row in rows if row.account == "assets:clearing:stripe")


def test_what_agrees_opens_nothing_however_often_it_is_pulled(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    says.append(line(attempt))
    assert reconciliation.work(now=tomorrow()) > 0
    for _ in range(2):
        StatementDay.objects.update(ask_at=tomorrow())
        reconciliation.work(now=tomorrow())
    assert cases() == []
    assert StatementRow.objects.get().matched_ref == attempt.ref


def test_a_fee_nobody_told_is_booked_and_another_fee_is_a_case(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    listed = line(attempt)
    says.append(replace(listed, fee=listed.fee + Money(7, "USD")))
    held = clearing()
    reconciliation.work(now=tomorrow())
    assert cases() == [("fee", "book_difference")]
    case = Case.objects.get()
    reconciliation.resolve(case.pk, Resolution.BOOK_DIFFERENCE, note="new price list", by=BY, now=tomorrow())
    assert (clearing(), cases()) == (held - 7, [])
    assert Case.objects.get().resolved_by == BY


def test_a_payment_we_lack_is_asked_about_and_found(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    pay(sandbox, attempt)  # its notice is lost
    says.append(line(attempt, fee=usual_fee(attempt)))
    reconciliation.work(now=tomorrow())
    with in_cell(1):
        assert Attempt.objects.get(pk=attempt.pk).state == "succeeded"
    assert cases() == []


def test_a_movement_nobody_knows_is_a_case_until_a_person_books_it(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    paid_by_card(sandbox, line_of(people))
    held = clearing()
    says.append(of(Movement.PAYMENT, 4200, name="txn_stranger", fee=150))
    says.append(of(Movement.OTHER, -30, name="txn_odd"))
    reconciliation.work(now=tomorrow())
    assert sorted(cases()) == [("not_ours", "ask_again")] * 2
    for case in Case.objects.all():
        reconciliation.resolve(case.pk, Resolution.BOOK_DIFFERENCE, note="seen", by=BY, now=tomorrow())
    assert clearing() == held + 4200 - 150 - 30
    assert breaches() == []


def test_what_the_statement_lacks_is_a_case_and_closes_itself_when_it_is_listed_late(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    reconciliation.work(now=tomorrow())
    reconciliation.work(now=tomorrow() + timedelta(days=1))
    assert cases() == [("not_theirs", "ask_again")]
    day = StatementDay.objects.get(provider="stripe", day=today())
    statements.keep(day, [line(attempt)], now=tomorrow())
    reconciliation.match("stripe", today(), now=tomorrow())
    assert cases() == []
    assert Case.objects.get().resolution == "vanished"


def test_another_amount_is_a_case(says: list[StatementLine], sandbox: RunningSandbox, people: People) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    says.append(line(attempt, gross=attempt.amount - Money(100, "USD")))
    reconciliation.work(now=tomorrow())
    assert cases() == [("amount", "book_difference")]


def test_our_refund_and_one_made_outside_are_both_found(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    asked = ask_back(attempt, Money(500, "USD"), to=Destination.ORIGIN, at=now())
    refund.work(1, now=now())
    with in_cell(1):
        ours = Refund.objects.get(pk=asked.pk)
    says += [line(attempt), of(Movement.REFUND, -500, name="txn_r1", about=ours.provider_ref)]
    reconciliation.work(now=tomorrow())
    assert cases() == []
    assert set(StatementRow.objects.values_list("matched_ref", flat=True)) == {attempt.ref, ours.ref}


def test_after_the_payout_the_clearing_account_is_empty(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = paid_by_card(sandbox, line_of(people))
    clean = clearing() - _first_lines_money()
    says += [
        line(attempt),
        of(Movement.FEE, 0, name="txn_fee", fee=25),
        of(Movement.PAYOUT, -(clean - 25), name="txn_po"),
    ]
    reconciliation.work(now=tomorrow())
    assert clearing() == _first_lines_money()
    assert statements.account_of("stripe") == {"USD": 0}


def _first_lines_money() -> int:
    """What the test put into wallets as if it had come by card long ago."""
    with in_cell(1):
        rows = books.trial_balance()
    wallets = sum(row.amount.minor for row in rows if row.account == "assets:clearing:stripe")
    with in_cell(1):
        mine = Attempt.objects.filter(provider="stripe", state="succeeded")
        keys = [f"{kind}:{a.pk}" for a in mine for kind in ("received", "fee")]
        moved = sum(
            p.amount.minor for p in books.entries_about(*keys) if p.account == "assets:clearing:stripe"
        )
        statement = [f"statement:stripe:{row.provider_ref}" for row in StatementRow.objects.all()]
        moved += sum(
            p.amount.minor for p in books.entries_about(*statement) if p.account == "assets:clearing:stripe"
        )
    return wallets - moved


def test_a_statement_that_is_not_ready_is_asked_for_later(
    sandbox: RunningSandbox, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pending(line_of(people))
    settlement.ask(attempt.pk, source="x", now=now())

    def not_yet(day: date) -> Iterator[StatementLine]:
        raise NotYet("lag")

    monkeypatch.setattr(payment_provider("stripe"), "statement", not_yet)
    reconciliation.work(now=tomorrow())
    day = StatementDay.objects.get(provider="stripe", day=today())
    assert (day.pulled_at, day.asked) == (None, 1)
    assert day.ask_at is not None
    assert day.ask_at > tomorrow()


def test_asking_again_settles_what_was_only_late(
    says: list[StatementLine], sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    says.append(line(attempt, fee=usual_fee(attempt)))
    reconciliation.work(now=tomorrow())
    assert cases() == [("not_ours", "ask_again")]
    pay(sandbox, attempt)
    reconciliation.resolve(Case.objects.get().pk, Resolution.ASK_AGAIN, note="", by=BY, now=tomorrow())
    assert cases() == []
    assert Case.objects.get().state == CaseState.RESOLVED

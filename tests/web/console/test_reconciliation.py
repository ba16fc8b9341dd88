"""The day: what providers moved beside our books, and differences that finance decides with a note."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.doctor import breaches
from tests.web.console.company import WHY, Company, by_card, staff, staff_id
from tests.web.console.test_refunds import counted
from yuanyou.audit import queries as audit
from yuanyou.flows import acts, reconciliation
from yuanyou.flows.step import in_cell
from yuanyou.identity.rules import Role
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.payments.models import Attempt, Case, StatementDay
from yuanyou.payments.port import Movement, StatementLine

pytestmark = pytest.mark.usefixtures("house")
FEE = Money(106, "USD")


def today() -> date:
    return settings.CLOCK.now().astimezone(UTC).date()


def tomorrow() -> datetime:
    return settings.CLOCK.now() + timedelta(days=1, hours=3)


def line_of(attempt: Attempt, *, fee: int = FEE.minor) -> StatementLine:
    return StatementLine(
        provider_ref=f"txn_{attempt.pk}",
        kind=Movement.PAYMENT,
        gross=attempt.amount,
        fee=Money(fee, "USD"),
        happened_at=settings.CLOCK.now(),
        ref=attempt.ref,
    )


def stranger(name: str = "txn_stranger", minor: int = 4200) -> StatementLine:
    return StatementLine(
        provider_ref=name,
        kind=Movement.PAYMENT,
        gross=Money(minor, "USD"),
        fee=Money(0, "USD"),
        happened_at=settings.CLOCK.now(),
    )


@pytest.fixture
def paid(company: Company, line_id: int) -> Attempt:
    """A renewal by card that today's statement lists as we booked it."""
    attempt = by_card(company, line_id)
    company.day = today()
    company.lines.append(line_of(attempt))
    return attempt


def look(client: Client, day: date | None = None) -> str:
    query = {"day": str(day)} if day else {}
    return client.get(reverse("console:reconciliation"), query).content.decode()


def decide(client: Client, case: Case, resolution: str, note: str = WHY) -> tuple[int, str]:
    path = reverse("console:case", args=[case.pk])
    answer = client.post(path, {"resolution": resolution, "reason": note}, follow=True)
    status = answer.redirect_chain[0][1] if answer.redirect_chain else answer.status_code
    return status, answer.content.decode()


def clearing() -> int:
    with in_cell(1):
        return sum(r.amount.minor for r in books.trial_balance() if r.account == "assets:clearing:stripe")


class TestPicture:
    def test_shows_counts_and_sums_of_the_newest_day(self, company: Company, paid: Attempt) -> None:
        company.lines.append(
            StatementLine(
                provider_ref="txn_fee",
                kind=Movement.FEE,
                gross=Money(0, "USD"),
                fee=Money(25, "USD"),
                happened_at=settings.CLOCK.now(),
            )
        )
        reconciliation.work(now=tomorrow())
        page = look(staff(Role.FINANCE))
        rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
        figures = [re.findall(r">([^<>]+)</(?:td|th|b)>", row) for row in rows]
        gross, net = paid.amount, paid.amount - FEE
        assert ["Payments", "1", "1", spell(gross), spell(FEE), spell(net)] in figures
        assert ["Fees", "1", "1", "USD\xa00.00", "USD\xa00.25", "−USD\xa00.25"] in figures
        together = [spell(gross), spell(FEE + Money(25, "USD")), spell(net - Money(25, "USD"))]
        assert ["Together", "2", "2", *together] in figures

    def test_shows_what_the_provider_holds_by_our_books_and_by_its_statements(self, paid: Attempt) -> None:
        reconciliation.work(now=tomorrow())
        page = look(staff(Role.FINANCE))
        theirs = paid.amount - FEE
        ours = Money(clearing(), "USD")
        assert re.search(
            rf"stripe</td>\s*<td class=\"n\">{spell(ours)}</td>\s*<td class=\"n\">{spell(theirs)}"
            rf"</td>\s*<td class=\"n\">{spell(ours - theirs)}",
            page,
        )

    def test_another_day_is_chosen_and_a_wrong_one_is_not_found(self, paid: Attempt) -> None:
        reconciliation.work(now=tomorrow() + timedelta(days=1))
        finance = staff(Role.FINANCE)
        assert "Nothing moved." in look(finance)
        assert spell(paid.amount) in look(finance, today())
        for wrong in ("2026-13-01", "yesterday", "１"):
            assert finance.get(reverse("console:reconciliation"), {"day": wrong}).status_code == 404

    def test_before_the_first_statement_it_says_so(self, house: None) -> None:
        assert "No statement has been pulled yet." in look(staff(Role.FINANCE))

    def test_what_agrees_is_said_to_agree(self, paid: Attempt) -> None:
        reconciliation.work(now=tomorrow())
        assert "Everything agrees." in look(staff(Role.FINANCE))


def spell(amount: Money) -> str:
    sign = "−" if amount.minor < 0 else ""
    return f"{sign}USD\xa0{abs(amount.decimal):,.2f}"


class TestPullingAgain:
    def test_makes_the_day_due_and_is_recorded(self, paid: Attempt) -> None:
        reconciliation.work(now=tomorrow())
        finance = staff(Role.FINANCE)
        sent = {"provider": "stripe", "day": str(today())}
        answer = finance.post(reverse("console:pull"), sent, follow=True)
        assert "The statement is pulled now." in answer.content.decode()
        assert "Waits for the statement" in answer.content.decode()
        assert StatementDay.objects.get(day=today()).ask_at is not None
        (entry,) = audit.latest(verb="statement_pull")
        assert (entry.said.actor_id, entry.said.subject) == (
            staff_id("finance"),
            f"statement:stripe:{today()}",
        )

    @pytest.mark.parametrize("sent", [{}, {"provider": "nobody"}, {"day": "1999-01-01"}, {"day": "x"}])
    def test_what_was_never_wanted_is_not_found(self, paid: Attempt, sent: dict[str, str]) -> None:
        reconciliation.work(now=tomorrow())
        asked = {"provider": "stripe", "day": str(today())} | sent if sent else {}
        assert staff(Role.FINANCE).post(reverse("console:pull"), asked).status_code == 404
        assert audit.latest(verb="statement_pull") == []


class TestCases:
    @pytest.fixture
    def case(self, company: Company, paid: Attempt) -> Case:
        """The provider says that somebody paid 42 dollars, and we know of nobody."""
        company.lines.append(stranger())
        reconciliation.work(now=tomorrow())
        return Case.objects.get()

    def test_stands_on_the_page_with_what_usually_helps_and_its_buttons(self, case: Case) -> None:
        finance = staff(Role.FINANCE)
        assert counted(finance, "Differences between statements and the books") == 1
        page = look(finance)
        assert "The provider moved money that we do not know" in page
        assert "txn_stranger" in page
        for resolution in ("ask_again", "book_difference", "leave"):
            assert f'value="{resolution}"' in page

    def test_is_booked_with_a_note_and_recorded(self, case: Case) -> None:
        held, finance = clearing(), staff(Role.FINANCE)
        status, page = decide(finance, case, "book_difference")
        assert status == 302
        assert "It is resolved." in page
        assert WHY in page
        assert clearing() == held + 4200
        (entry,) = audit.story_of(f"case:{case.pk}")
        assert (entry.said.verb, entry.said.actor_id) == ("case_resolve", staff_id("finance"))
        assert acts.reason(entry.said) == WHY
        assert entry.said.facts["resolution"] == "book_difference"
        assert counted(finance, "Differences between statements and the books") == 0
        assert breaches() == []

    def test_is_left_with_a_note(self, case: Case) -> None:
        held = clearing()
        assert decide(staff(Role.FINANCE), case, "leave")[0] == 302
        assert (clearing(), Case.objects.get().note) == (held, WHY)

    @pytest.mark.parametrize("resolution", ["book_difference", "leave", "burn", ""])
    def test_without_a_note_nothing_is_decided(self, case: Case, resolution: str) -> None:
        assert decide(staff(Role.FINANCE), case, resolution, note=" ")[0] == 422
        assert Case.objects.get().state == "open"
        assert audit.story_of(f"case:{case.pk}") == []

    def test_asked_again_without_a_note_and_still_different(self, case: Case) -> None:
        status, page = decide(staff(Role.FINANCE), case, "ask_again", note="")
        assert status == 302
        assert "it still differs" in page
        assert [entry.said.verb for entry in audit.story_of(f"case:{case.pk}")] == ["case_resolve"]

    def test_decided_twice_is_booked_once(self, case: Case) -> None:
        held, finance = clearing(), staff(Role.FINANCE)
        decide(finance, case, "book_difference")
        assert "It was resolved already." in decide(finance, case, "book_difference")[1]
        assert clearing() == held + 4200
        assert len(audit.story_of(f"case:{case.pk}")) == 1

    def test_what_differs_in_a_payment_of_ours_leads_to_its_order(
        self, company: Company, line_id: int
    ) -> None:
        attempt = by_card(company, line_id)
        company.day = today()
        reconciliation.work(now=tomorrow() + timedelta(days=1))
        assert Case.objects.get().subject == attempt.ref
        finance = staff(Role.FINANCE)
        assert f"?q={attempt.ref}" in look(finance)
        found = finance.get(reverse("console:today"), {"q": attempt.ref}, follow=True)
        assert found.redirect_chain[0][0] == reverse("console:order", args=[attempt.payment.order.ref])
        assert found.status_code == 200

    def test_the_log_leads_to_it(self, case: Case) -> None:
        decide(staff(Role.FINANCE), case, "leave")
        log = staff(Role.ADMIN).get(reverse("console:log")).content.decode()
        assert reverse("console:case", args=[case.pk]) in log

    def test_of_nothing_is_not_found(self, house: None) -> None:
        assert staff(Role.FINANCE).get(reverse("console:case", args=[1])).status_code == 404

"""Refunds in the console: who may ask, who decides, what is shown before it happens, and once."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.doctor import breaches
from tests.flows.test_refund_requests import account
from tests.houses import see
from tests.people import People
from tests.web.console.company import WHY, Company, by_card, limit, refunds, staff, staff_id
from yuanyou.audit import queries as audit
from yuanyou.flows import acts, refund, settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity.rules import Role
from yuanyou.kernel.ids import Ref
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import RefundSnapshot, RefundTold
from yuanyou.payments.rules import RefundState

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture(autouse=True)
def _no_limit(company: Company) -> None:
    limit(100_000)


@pytest.fixture
def paid(company: Company, line_id: int) -> Attempt:
    """A month that waits behind Mei's first, paid by card."""
    return by_card(company, line_id)


def address(attempt: Attempt) -> str:
    order = Ref("ord", attempt.payment.order_id)
    return reverse("console:refund-new", args=[str(order), attempt.ref])


def blank(client: Client, attempt: Attempt) -> dict[str, Any]:
    """The form as the page gives it, with a reason typed in."""
    page = client.get(address(attempt)).content.decode()
    form = page[page.index('<form method="post"') :]
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        found = re.search(r'value="(\w+)"', options)
        assert found
        fields[name] = found[1]
    fields.pop("csrfmiddlewaretoken", None)
    return fields | {"reason": WHY}


def ask(client: Client, attempt: Attempt, *, step: str = "confirm", **changed: str) -> tuple[int, str]:
    """Fill in the form and send it; the status and the page that follows."""
    sent = blank(client, attempt) | {"step": step} | changed
    answer = client.post(address(attempt), sent, follow=True)
    status = answer.redirect_chain[0][1] if answer.redirect_chain else answer.status_code
    return status, answer.content.decode()


def act(client: Client, verb: str, *, on: int = 0, **fields: str) -> tuple[int, str]:
    """Do something about a refund."""
    path = reverse("console:refund-act", args=[refunds()[on].ref, verb])
    answer = client.post(path, {"reason": WHY} | fields, follow=True)
    status = answer.redirect_chain[0][1] if answer.redirect_chain else answer.status_code
    return status, answer.content.decode()


def page_of(client: Client, on: int = 0) -> str:
    return client.get(reverse("console:refund", args=[refunds()[on].ref])).content.decode()


class TestAsking:
    def test_begins_on_the_order_and_says_how_it_went(self, company: Company, paid: Attempt) -> None:
        support = staff(Role.SUPPORT)
        order = support.get(reverse("console:order", args=[paid.payment.order.ref])).content.decode()
        assert address(paid) in order
        status, page = ask(support, paid)
        assert status == 302
        assert "is on its way back" in page
        refund.work(1, now=settings.CLOCK.now())
        (sent,) = refunds()
        assert (sent.state, sent.amount, sent.destination) == ("succeeded", paid.amount, "origin")
        assert (
            address(paid)
            not in support.get(reverse("console:order", args=[paid.payment.order.ref])).content.decode()
        )
        assert breaches() == []

    def test_the_form_offers_what_is_left_and_what_was_bought(self, paid: Attempt) -> None:
        form = blank(staff(Role.SUPPORT), paid)
        assert form["amount"] == str(paid.amount.decimal)
        assert (form["takes_back"], form["destination"]) == ("term", "origin")

    def test_shows_what_it_does_before_it_does_it(self, line_id: int, paid: Attempt) -> None:
        status, page = ask(staff(Role.SUPPORT), paid, step="preview")
        assert status == 200
        assert "has not begun, and never will" in page
        assert "Tax returned" in page
        assert "Price returned, without taxes" in page
        assert 'name="step" value="confirm"' in page
        assert refunds() == []
        assert [term.state for term in see(line_id).terms] == ["waiting", "running"]

    def test_what_is_typed_survives_a_change_of_mind(self, paid: Attempt) -> None:
        _, page = ask(staff(Role.SUPPORT), paid, step="change", amount="3.21")
        assert 'value="3.21"' in page
        assert WHY in page

    def test_goodwill_leaves_the_term(self, line_id: int, paid: Attempt) -> None:
        ask(staff(Role.SUPPORT), paid, amount="2.00", takes_back="nothing", destination="wallet")
        assert [term.state for term in see(line_id).terms] == ["waiting", "running"]
        assert see(line_id).wallet == Money(200, "USD")
        assert account("expenses:goodwill") == 200

    @pytest.mark.parametrize(("typed", "minor"), [("3", 300), ("3.2", 320), ("0.01", 1), (" 3.21 ", 321)])
    def test_an_amount_is_taken_exactly_as_it_is_typed(self, paid: Attempt, typed: str, minor: int) -> None:
        assert ask(staff(Role.SUPPORT), paid, amount=typed)[0] == 302
        assert refunds()[0].amount == Money(minor, "USD")

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "0",
            "0.00",
            "-5",
            "+5",
            "1e3",
            "12.345",
            "1,000",
            "1.2.3",
            ".5",
            "5.",
            "１２",
            "٣",
            "NaN",
            "0x1f",
        ],
    )
    def test_a_bad_amount_is_refused_and_nothing_is_asked_for(self, paid: Attempt, typed: str) -> None:
        status, page = ask(staff(Role.SUPPORT), paid, amount=typed)
        assert status == 422
        assert "Type an amount" in page
        assert refunds() == []

    def test_more_than_is_left_is_refused_in_words(self, paid: Attempt) -> None:
        status, page = ask(staff(Role.SUPPORT), paid, amount="999.00")
        assert status == 422
        assert "more than what is left of this payment" in page
        assert refunds() == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("reason", "ok"),
            ("code", "because"),
            ("takes_back", "suspense"),
            ("destination", "cash"),
            ("key", ""),
        ],
    )
    def test_what_is_not_offered_or_not_said_is_refused(self, paid: Attempt, field: str, value: str) -> None:
        assert ask(staff(Role.SUPPORT), paid, **{field: value})[0] == 422
        assert refunds() == []

    def test_the_same_form_twice_refunds_once(self, paid: Attempt) -> None:
        support = staff(Role.SUPPORT)
        sent = blank(support, paid) | {"step": "confirm", "amount": "2.00"}
        places = {support.post(address(paid), sent)["Location"] for _ in range(2)}
        assert len(places) == 1
        assert [each.amount_minor for each in refunds()] == [200]

    def test_the_same_form_with_another_amount_is_refused(self, paid: Attempt) -> None:
        support = staff(Role.SUPPORT)
        sent = blank(support, paid) | {"step": "confirm", "amount": "2.00"}
        support.post(address(paid), sent)
        answer = support.post(address(paid), sent | {"amount": "3.00"})
        assert answer.status_code == 422
        assert "This form was sent before" in answer.content.decode()
        assert len(refunds()) == 1

    def test_is_recorded_with_who_and_why(self, paid: Attempt) -> None:
        ask(staff(Role.SUPPORT), paid, amount="2.00", code="duplicate")
        (entry,) = audit.story_of(refunds()[0].ref)
        assert (entry.said.verb, entry.said.actor_id) == ("refund_request", staff_id("support"))
        assert acts.reason(entry.said) == WHY
        assert entry.said.facts["amount_minor"] == 200
        assert entry.said.facts["code"] == "duplicate"

    def test_of_another_orders_attempt_is_not_found(
        self, company: Company, line_id: int, paid: Attempt
    ) -> None:
        other = by_card(company, line_id)
        path = reverse("console:refund-new", args=[other.payment.order.ref, paid.ref])
        assert staff(Role.SUPPORT).get(path).status_code == 404

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
    def test_is_for_support(self, paid: Attempt, role: Role) -> None:
        client = staff(role)
        assert client.get(address(paid)).status_code == 403
        assert client.post(address(paid), {"step": "confirm"}).status_code == 403
        assert refunds() == []


class TestMoneyThatWasNotOwed:
    def test_can_go_back_whole(self, company: Company, line_id: int) -> None:
        odd = by_card(company, line_id, came=500)
        assert odd.state == "mismatch"
        form = blank(staff(Role.SUPPORT), odd)
        assert (form["amount"], form["takes_back"]) == ("5.00", "suspense")
        assert ask(staff(Role.SUPPORT), odd)[0] == 302
        refund.work(1, now=settings.CLOCK.now())
        assert refunds()[0].state == RefundState.SUCCEEDED
        assert account("liabilities:suspense") == 0

    def test_or_to_the_wallet(self, company: Company, line_id: int) -> None:
        odd = by_card(company, line_id, came=500)
        status, page = ask(staff(Role.SUPPORT), odd, destination="wallet")
        assert status == 302
        assert "is in the wallet" in page
        assert see(line_id).wallet == Money(500, "USD")

    def test_waits_on_the_first_page_until_it_has_a_home(self, company: Company, line_id: int) -> None:
        odd = by_card(company, line_id, came=500)
        admin = staff(Role.ADMIN)
        assert counted(admin, "Money that was not owed (in suspense)") == 1
        ask(admin, odd, destination="wallet")
        assert counted(admin, "Money that was not owed (in suspense)") == 0


def counted(client: Client, words: str) -> int:
    """How many of something the first page says wait."""
    page = unescape(client.get(reverse("console:today")).content.decode())
    found = re.search(re.escape(words) + r".*?<dd[^>]*>\s*(\d+)", page, re.DOTALL)
    assert found, words
    return int(found[1])


class TestFourEyes:
    @pytest.fixture
    def asked(self, paid: Attempt) -> Refund:
        limit(100)
        assert "waits for a second person" in ask(staff(Role.SUPPORT), paid)[1]
        return refunds()[0]

    def test_finance_sees_what_would_happen_and_approves(self, line_id: int, asked: Refund) -> None:
        finance = staff(Role.FINANCE)
        assert asked.ref in finance.get(reverse("console:refunds")).content.decode()
        page = page_of(finance)
        assert "If it is approved" in page
        assert "has not begun, and never will" in page
        assert refunds()[0].state == RefundState.REQUESTED
        status, page = act(finance, "approve")
        assert status == 302
        assert "is on its way back" in page
        assert [term.state for term in see(line_id).terms] == ["canceled", "running"]
        assert [entry.said.verb for entry in audit.story_of(asked.ref)] == [
            "refund_approve",
            "refund_request",
        ]

    def test_rejected_with_a_reason_nothing_happens(self, line_id: int, asked: Refund) -> None:
        status, page = act(staff(Role.FINANCE), "reject")
        assert status == 302
        assert "It is not given" in page
        assert [term.state for term in see(line_id).terms] == ["waiting", "running"]

    @pytest.mark.parametrize("verb", ["approve", "reject"])
    def test_without_a_reason_nothing_is_decided(self, asked: Refund, verb: str) -> None:
        assert act(staff(Role.FINANCE), verb, reason="")[0] == 422
        assert refunds()[0].state == RefundState.REQUESTED

    def test_support_sees_it_and_cannot_decide(self, asked: Refund) -> None:
        support = staff(Role.SUPPORT, "colleague")
        assert "Somebody from finance decides" in page_of(support)
        for verb in ("approve", "reject"):
            assert act(support, verb)[0] == 403
        assert refunds()[0].state == RefundState.REQUESTED

    def test_an_administrator_may_do_either_but_not_both_on_one(self, paid: Attempt) -> None:
        limit(100)
        one, other = staff(Role.ADMIN, "one"), staff(Role.ADMIN, "other")
        ask(one, paid)
        page = page_of(one)
        assert "somebody else must approve" in page
        assert "/approve/" not in page
        status, page = act(one, "approve")
        assert status == 422
        assert "somebody else must approve" in page
        assert refunds()[0].state == RefundState.REQUESTED
        assert act(other, "approve")[0] == 302

    def test_is_counted_on_the_first_page_until_it_is_decided(self, asked: Refund) -> None:
        finance = staff(Role.FINANCE)
        assert counted(finance, "Refunds waiting for a second person") == 1
        act(finance, "approve")
        assert counted(finance, "Refunds waiting for a second person") == 0

    def test_twice_is_said_to_be_too_late(self, asked: Refund) -> None:
        finance = staff(Role.FINANCE)
        act(finance, "approve")
        status, page = act(finance, "approve")
        assert status == 422
        assert "Something has changed meanwhile" in page


class TestMadeOutside:
    @pytest.fixture
    def outside(self, company: Company, paid: Attempt) -> Refund:
        listed = RefundSnapshot(RefundTold.SUCCEEDED, "re_outside", paid.amount)
        company.listed[paid.ref] = (listed,)
        settlement.ask(paid.pk, source="notice", now=settings.CLOCK.now())
        return refunds()[0]

    def test_waits_until_somebody_says_what_it_was_for(self, line_id: int, outside: Refund) -> None:
        finance = staff(Role.FINANCE)
        assert counted(finance, "Refunds made in a provider's own pages, not explained") == 1
        page = page_of(finance)
        assert "What was it for?" in page
        assert "has not begun, and never will" in page
        assert "Nothing (goodwill)" in page
        assert act(finance, "explain", takes_back="term")[0] == 302
        assert [term.state for term in see(line_id).terms] == ["canceled", "running"]
        assert counted(finance, "Refunds made in a provider's own pages, not explained") == 0

    @pytest.mark.parametrize("fields", [{"takes_back": "top_up"}, {"takes_back": ""}, {"reason": ""}])
    def test_needs_a_meaning_that_it_can_have_and_a_reason(
        self, outside: Refund, fields: dict[str, str]
    ) -> None:
        assert act(staff(Role.FINANCE), "explain", **({"takes_back": "term"} | fields))[0] == 422
        assert refunds()[0].is_unexplained

    def test_is_not_explained_by_support(self, outside: Refund) -> None:
        assert act(staff(Role.SUPPORT), "explain", takes_back="nothing")[0] == 403


class TestRefusedByTheProvider:
    @pytest.fixture
    def failed(self, company: Company, paid: Attempt) -> Refund:
        """A guest's money, which could not be sent back."""
        with in_cell(1):
            Order.objects.filter(pk=paid.payment.order_id).update(by_guest=True)
        company.refunds = RefundTold.FAILED
        ask(staff(Role.SUPPORT), paid)
        refund.work(1, now=settings.CLOCK.now())
        return refunds()[0]

    def test_is_sent_once_more_and_nothing_else_can_be_asked_for(
        self, company: Company, failed: Refund
    ) -> None:
        finance = staff(Role.FINANCE)
        assert counted(finance, "Refused refunds whose money waits") == 1
        assert "the money waits" in page_of(finance)
        assert (
            "Nothing of this payment can go back"
            in staff(Role.SUPPORT).get(address(refund_attempt(failed))).content.decode()
        )
        company.refunds = RefundTold.SUCCEEDED
        assert act(finance, "retry")[0] == 302
        refund.work(1, now=settings.CLOCK.now())
        assert [each.state for each in refunds()] == ["failed", "succeeded"]
        assert counted(finance, "Refused refunds whose money waits") == 0
        assert act(finance, "retry")[0] == 422


def refund_attempt(of: Refund) -> Attempt:
    with in_cell(1):
        return Attempt.objects.select_related("payment__order").get(pk=of.attempt_id)


class TestWithoutAnAnswer:
    def test_is_asked_about_again(self, paid: Attempt) -> None:
        ask(staff(Role.SUPPORT), paid)
        with in_cell(1):
            Refund.objects.update(ask_at=None)
        finance = staff(Role.FINANCE)
        assert counted(finance, "Refunds without an answer") == 1
        assert act(finance, "follow")[0] == 302
        assert counted(finance, "Refunds without an answer") == 0
        assert refunds()[0].ask_at is not None


class TestFinding:
    def test_refunds_of_an_order_are_found_by_any_of_its_references(self, paid: Attempt) -> None:
        support = staff(Role.SUPPORT)
        ask(support, paid, amount="2.00")
        for typed in (paid.payment.order.ref, paid.ref, refunds()[0].ref):
            page = support.get(reverse("console:refunds"), {"order": typed}).content.decode()
            assert refunds()[0].ref in page
        for typed in ("ord_ZZZZ", "nothing", "line_1"):
            page = support.get(reverse("console:refunds"), {"order": typed}).content.decode()
            assert refunds()[0].ref not in page

    def test_the_box_finds_a_refund(self, paid: Attempt) -> None:
        admin = staff(Role.ADMIN)
        ask(admin, paid)
        found = admin.get(reverse("console:today"), {"q": refunds()[0].ref})
        assert found["Location"] == reverse("console:refund", args=[refunds()[0].ref])

    def test_what_is_no_refund_is_not_found(self) -> None:
        for ref in ("ref_1", "nothing", "ord_1"):
            assert staff(Role.FINANCE).get(reverse("console:refund", args=[ref])).status_code == 404

    def test_nobody_is_named_on_a_refunds_page(self, people: People, paid: Attempt) -> None:
        support = staff(Role.SUPPORT)
        ask(support, paid)
        page = page_of(support)
        assert people.mei.email not in page
        assert "m***@e***.com" in page

    def test_an_unknown_act_is_not_found(self, paid: Attempt) -> None:
        ask(staff(Role.SUPPORT), paid)
        assert act(staff(Role.FINANCE), "burn")[0] == 404

"""Disputes in the console: the most urgent first, what we know, and our answer, given once."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.web.console.company import WHY, Company, by_card, staff, staff_id
from tests.web.console.test_refunds import counted
from yuanyou.audit import queries as audit
from yuanyou.flows import acts, dispute
from yuanyou.flows.step import in_cell
from yuanyou.identity.rules import Role
from yuanyou.kernel.money import Money
from yuanyou.payments.models import Attempt, Dispute
from yuanyou.payments.port import DisputeSnapshot, DisputeTold, Refused, Unknown

pytestmark = pytest.mark.usefixtures("house")
NOTHING, FEE = Money(0, "USD"), Money(1500, "USD")


@pytest.fixture
def paid(company: Company, line_id: int) -> Attempt:
    return by_card(company, line_id)


def snapshot(attempt: Attempt, told: DisputeTold, *, days: int = 7) -> DisputeSnapshot:
    moved = told not in {DisputeTold.EARLY_WARNING, DisputeTold.WON, DisputeTold.PREVENTED}
    return DisputeSnapshot(
        told=told,
        provider_ref=f"dp_{attempt.pk}",
        charge_ref=attempt.charge_ref,
        ref=attempt.ref,
        amount=attempt.amount,
        withdrawn=attempt.amount if moved else NOTHING,
        fee=FEE if moved else NOTHING,
        reason="fraudulent",
        respond_by=settings.CLOCK.now() + timedelta(days=days),
    )


def says(company: Company, attempt: Attempt, told: DisputeTold, *, days: int = 7) -> Dispute:
    """The provider says this of the attempt's dispute, now and when it is asked again."""
    heard = snapshot(attempt, told, days=days)
    company.disputes[heard.provider_ref] = heard
    with in_cell(1):
        dispute.settle(attempt.pk, heard, now=settings.CLOCK.now())
        return Dispute.objects.get(attempt=attempt)


@pytest.fixture
def opened(company: Company, paid: Attempt) -> Dispute:
    """The bank wants Mei's month back, and we have a week."""
    return says(company, paid, DisputeTold.NEEDS_RESPONSE)


def now(of: Dispute) -> Dispute:
    with in_cell(1):
        return Dispute.objects.get(pk=of.pk)


def page_of(client: Client, of: Dispute) -> str:
    return client.get(reverse("console:dispute", args=[of.ref])).content.decode()


def act(client: Client, of: Dispute, verb: str, **fields: str) -> tuple[int, str]:
    sent = {"reason": WHY, "meant": "on"} | fields
    answer = client.post(reverse("console:dispute-act", args=[of.ref, verb]), sent, follow=True)
    status = answer.redirect_chain[0][1] if answer.redirect_chain else answer.status_code
    return status, answer.content.decode()


class TestList:
    def test_what_waits_for_us_comes_first_and_the_nearest_date_before_the_others(
        self, company: Company, line_id: int
    ) -> None:
        tries = [by_card(company, line_id) for _ in range(2)]
        far = says(company, tries[0], DisputeTold.NEEDS_RESPONSE, days=9)
        near = says(company, tries[1], DisputeTold.NEEDS_RESPONSE, days=2)
        page = staff(Role.SUPPORT).get(reverse("console:disputes")).content.decode()
        assert page.index(near.ref) < page.index(far.ref)
        says(company, tries[1], DisputeTold.UNDER_REVIEW, days=2)
        page = staff(Role.SUPPORT).get(reverse("console:disputes")).content.decode()
        assert page.index(far.ref) < page.index(near.ref)

    def test_what_is_over_is_listed_apart(self, company: Company, paid: Attempt, opened: Dispute) -> None:
        says(company, paid, DisputeTold.WON)
        page = staff(Role.SUPPORT).get(reverse("console:disputes")).content.decode()
        assert page.index("Decided lately") < page.index(opened.ref)

    def test_the_first_page_counts_them_and_says_the_nearest_date(self, opened: Dispute) -> None:
        support = staff(Role.SUPPORT)
        assert counted(support, "Disputes and warnings to answer") == 1
        today = support.get(reverse("console:today")).content.decode()
        assert opened.respond_by
        date = opened.respond_by.astimezone(ZoneInfo(settings.CONFIG.books_zone))
        said = today.partition("Disputes and warnings to answer")[2].partition("</dl>")[0]
        assert f'<time datetime="{date.isoformat(timespec="minutes")}">' in said
        assert f'<a class="tap" href="{reverse("console:disputes")}">Disputes' in today


class TestPage:
    def test_says_what_it_means_by_when_and_where_the_money_is(self, opened: Dispute) -> None:
        support = staff(Role.SUPPORT)
        support.cookies["zone"] = "Asia/Shanghai"
        page = page_of(support, opened)
        assert "The payer&#x27;s bank has asked for the money." in page
        after = page.partition("Answer by:")[2].partition("</div>")[0]
        assert "New York" in after
        assert "Beijing" in after
        assert "Taken from our account" in page
        assert "USD\xa015.00" in page

    def test_shows_the_evidence_as_it_would_be_sent_with_the_person_masked(
        self, people: People, opened: Dispute
    ) -> None:
        page = page_of(staff(Role.FINANCE), opened)
        assert "Prepaid mobile plan" in page
        assert "Service from" in page
        assert "m***@e***.com" in page
        assert people.mei.email not in page

    def test_the_person_is_shown_for_a_reason_to_support_only(self, people: People, opened: Dispute) -> None:
        reveal = reverse("console:reveal", args=[opened.ref])
        assert reveal in page_of(staff(Role.SUPPORT), opened)
        assert reveal not in page_of(staff(Role.FINANCE), opened)
        shown = staff(Role.SUPPORT).post(reveal, {"what": "contact", "reason": WHY}).content.decode()
        assert str(people.mei.email) in shown

    def test_an_early_warning_leads_to_a_refund(self, company: Company, paid: Attempt) -> None:
        warned = says(company, paid, DisputeTold.EARLY_WARNING)
        page = page_of(staff(Role.ADMIN), warned)
        assert reverse("console:refund-new", args=[paid.payment.order.ref, paid.ref]) in page
        assert "/contest/" not in page

    def test_tells_what_happened_with_it(self, company: Company, paid: Attempt, opened: Dispute) -> None:
        says(company, paid, DisputeTold.UNDER_REVIEW)
        says(company, paid, DisputeTold.LOST)
        timeline = page_of(staff(Role.SUPPORT), opened).partition("Timeline")[2]
        words = [timeline.index(each) for each in ("Lost", "The bank is deciding", "Waits for our answer")]
        assert words == sorted(words)

    def test_the_order_leads_to_it_and_offers_no_refund(self, paid: Attempt, opened: Dispute) -> None:
        page = (
            staff(Role.SUPPORT).get(reverse("console:order", args=[paid.payment.order.ref])).content.decode()
        )
        assert opened.ref in page
        assert reverse("console:refund-new", args=[paid.payment.order.ref, paid.ref]) not in page

    def test_of_nothing_is_not_found(self) -> None:
        for ref in ("dsp_1", "ref_1", "nothing"):
            assert staff(Role.FINANCE).get(reverse("console:dispute", args=[ref])).status_code == 404


class TestAnswering:
    def test_the_evidence_is_sent_once_with_our_note_and_recorded(
        self, company: Company, people: People, paid: Attempt, opened: Dispute
    ) -> None:
        company.disputes[opened.provider_ref] = snapshot(paid, DisputeTold.UNDER_REVIEW)
        finance = staff(Role.FINANCE)
        status, page = act(finance, opened, "contest")
        assert (status, now(opened).state) == (302, "under_review")
        assert "The evidence was sent." in page
        ((ref, evidence),) = company.sent
        assert ref == opened.provider_ref
        assert evidence
        assert (evidence.note, evidence.email) == (WHY, people.mei.email)
        assert act(finance, opened, "contest")[0] == 422
        assert len(company.sent) == 1
        (entry,) = audit.story_of(opened.ref)
        assert (entry.said.verb, entry.said.actor_id) == ("dispute_contest", staff_id("finance"))
        assert acts.reason(entry.said) == WHY

    @pytest.mark.parametrize("verb", ["contest", "concede"])
    @pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "ok"}, {"meant": ""}])
    def test_without_a_reason_or_a_yes_nothing_is_sent(
        self, company: Company, opened: Dispute, verb: str, fields: dict[str, str]
    ) -> None:
        assert act(staff(Role.FINANCE), opened, verb, **fields)[0] == 422
        assert company.sent == []
        assert audit.story_of(opened.ref) == []

    def test_the_payer_may_have_it(self, company: Company, paid: Attempt, opened: Dispute) -> None:
        company.disputes[opened.provider_ref] = snapshot(paid, DisputeTold.LOST)
        status, page = act(staff(Role.FINANCE), opened, "concede")
        assert (status, now(opened).state) == (302, "lost")
        assert company.sent == [(opened.provider_ref, None)]
        assert "The money is gone." in page

    @pytest.mark.parametrize("verb", ["contest", "concede"])
    def test_what_the_provider_refuses_is_said_and_can_be_tried_again(
        self, company: Company, opened: Dispute, verb: str
    ) -> None:
        for trouble, words in ((Refused("late"), "refused"), (Unknown("timeout"), "did not answer")):
            company.trouble = trouble
            status, page = act(staff(Role.FINANCE), opened, verb)
            assert status == 422
            assert words in page
        assert now(opened).contested_at is None
        company.trouble = None
        assert act(staff(Role.FINANCE), opened, verb)[0] == 302

    @pytest.mark.parametrize("verb", ["contest", "concede"])
    def test_is_not_for_support(self, company: Company, opened: Dispute, verb: str) -> None:
        support = staff(Role.SUPPORT)
        assert f"/{verb}/" not in page_of(support, opened)
        assert act(support, opened, verb)[0] == 403
        assert company.sent == []

    def test_an_unknown_answer_is_not_found(self, opened: Dispute) -> None:
        assert act(staff(Role.FINANCE), opened, "burn")[0] == 404


class TestAskingNow:
    def test_shows_what_the_provider_says_and_is_recorded(
        self, company: Company, paid: Attempt, opened: Dispute
    ) -> None:
        company.disputes[opened.provider_ref] = replace(snapshot(paid, DisputeTold.WON), fee=NOTHING)
        answer = staff(Role.SUPPORT).post(reverse("console:dispute-ask", args=[opened.ref]), follow=True)
        assert "This is what the provider says now." in answer.content.decode()
        assert now(opened).state == "won"
        assert [entry.said.verb for entry in audit.story_of(opened.ref)] == ["dispute_ask"]

    def test_by_a_link_asks_nobody(self, opened: Dispute) -> None:
        assert staff(Role.SUPPORT).get(reverse("console:dispute-ask", args=[opened.ref])).status_code == 405
        assert audit.story_of(opened.ref) == []

    def test_in_vain_is_said(
        self, company: Company, opened: Dispute, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silent(provider_ref: str) -> DisputeSnapshot:
            raise Unknown("timeout")

        monkeypatch.setattr(company, "query_dispute", silent)
        answer = staff(Role.SUPPORT).post(reverse("console:dispute-ask", args=[opened.ref]), follow=True)
        assert "The provider did not answer." in answer.content.decode()


def test_every_word_that_the_flow_can_say_is_worded(opened: Dispute) -> None:
    page = page_of(staff(Role.ADMIN), opened)
    assert not re.search(r"needs_response|under_review", page.partition("<footer")[0])

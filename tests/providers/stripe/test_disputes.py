"""Stripe's own turns of a dispute: inquiries, prevented and reopened ones, warnings, what each costs."""

import pytest

from tests.providers.contract.disputes import EVIDENCE
from tests.providers.stripe.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import Ask, DisputeSnapshot, DisputeTold, Refused

NOTHING, ALL, FEE = Money(0, "USD"), Money(2690, "USD"), Money(1500, "USD")


@pytest.fixture
def paid(desk: Desk) -> Ask:
    return desk.paid()[0]


def disputed(desk: Desk, paid: Ask, **how: object) -> str:
    return str(desk.control(f"payments/{paid.provider_ref}/dispute", **how)["id"])


def ended(desk: Desk, dispute: str, outcome: str) -> DisputeSnapshot:
    desk.control(f"disputes/{dispute}/resolve", outcome=outcome)
    return desk.adapter.query_dispute(dispute)


@pytest.mark.parametrize(
    ("case", "told", "withdrawn", "fee"),
    [
        ("chargeback", DisputeTold.NEEDS_RESPONSE, ALL, FEE),
        ("inquiry", DisputeTold.EARLY_WARNING, NOTHING, NOTHING),
        ("block", DisputeTold.PREVENTED, NOTHING, NOTHING),
        ("resolution", DisputeTold.PREVENTED, ALL, NOTHING),
    ],
)
def test_each_kind_of_dispute_says_what_it_took(
    desk: Desk, paid: Ask, case: str, told: DisputeTold, withdrawn: Money, fee: Money
) -> None:
    found = desk.adapter.query_dispute(disputed(desk, paid, case=case))
    assert (found.told, found.withdrawn, found.fee) == (told, withdrawn, fee)


@pytest.mark.parametrize(
    ("outcome", "told", "withdrawn"),
    [
        ("closed", DisputeTold.PREVENTED, NOTHING),
        ("escalated", DisputeTold.NEEDS_RESPONSE, ALL),
        ("prevented", DisputeTold.PREVENTED, NOTHING),
    ],
)
def test_an_inquiry_ends_or_becomes_a_dispute(
    desk: Desk, paid: Ask, outcome: str, told: DisputeTold, withdrawn: Money
) -> None:
    found = ended(desk, disputed(desk, paid, case="inquiry"), outcome)
    assert (found.told, found.withdrawn) == (told, withdrawn)


def test_an_inquiry_can_be_answered(desk: Desk, paid: Ask) -> None:
    told = desk.adapter.contest(disputed(desk, paid, case="inquiry"), EVIDENCE)
    assert (told.told, told.withdrawn) == (DisputeTold.EARLY_WARNING, NOTHING)


def test_a_part_of_it_may_be_disputed(desk: Desk, paid: Ask) -> None:
    told = desk.adapter.query_dispute(disputed(desk, paid, amount=1000, reason="product_not_received"))
    assert (told.amount, told.withdrawn) == (Money(1000, "USD"), Money(1000, "USD"))
    assert told.reason == "product_not_received"


def test_what_was_won_may_be_taken_again(desk: Desk, paid: Ask) -> None:
    dispute = disputed(desk, paid)
    assert ended(desk, dispute, "won").withdrawn == NOTHING
    desk.control(f"disputes/{dispute}/reopen")
    told = desk.adapter.query_dispute(dispute)
    assert (told.told, told.withdrawn) == (DisputeTold.NEEDS_RESPONSE, ALL)


def test_nobodys_answer_in_time_is_a_loss(desk: Desk, paid: Ask) -> None:
    dispute = disputed(desk, paid)
    due = desk.adapter.query_dispute(dispute).respond_by
    assert due
    assert 9 <= (due - desk.now()).days <= 10
    desk.travel(days=11)
    assert desk.adapter.query_dispute(dispute).told is DisputeTold.LOST


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_the_fee_for_answering_is_a_fee_of_its_own_in_the_statement(
    desk: Desk, paid: Ask, outcome: str
) -> None:
    """Stripe books it apart from the dispute, so we do not tell it as the dispute's."""
    dispute = disputed(desk, paid)
    desk.adapter.contest(dispute, EVIDENCE)
    assert ended(desk, dispute, outcome).fee == FEE
    assert sum(line.gross.minor - line.fee.minor for line in desk.lines()) == desk.money("net")


def test_evidence_reaches_the_bank_and_says_what_we_know(desk: Desk, paid: Ask) -> None:
    dispute = disputed(desk, paid)
    desk.adapter.contest(dispute, EVIDENCE)
    sent = desk.adapter._client.v1.disputes.retrieve(dispute).evidence
    assert sent.product_description == EVIDENCE.product
    assert EVIDENCE.network in str(sent.access_activity_log)
    assert EVIDENCE.usage in str(sent.access_activity_log)
    assert sent.refund_policy_disclosure == EVIDENCE.refund_policy
    assert sent.customer_email_address == EVIDENCE.email


class TestWarnings:
    def test_only_a_refund_answers_it(self, desk: Desk, paid: Ask) -> None:
        warning = str(desk.control(f"payments/{paid.provider_ref}/warning")["id"])
        for act in (lambda: desk.adapter.contest(warning, EVIDENCE), lambda: desk.adapter.concede(warning)):
            with pytest.raises(Refused):
                act()
        assert desk.adapter.query_dispute(warning).told is DisputeTold.EARLY_WARNING

    def test_it_says_why(self, desk: Desk, paid: Ask) -> None:
        made = desk.control(f"payments/{paid.provider_ref}/warning", fraud_type="made_with_stolen_card")
        told = desk.adapter.query_dispute(str(made["id"]))
        assert (told.reason, told.amount, told.respond_by) == ("made_with_stolen_card", ALL, None)

    def test_a_partial_refund_does_not_answer_it(self, desk: Desk) -> None:
        ask, told = desk.paid()
        made = desk.control(f"payments/{ask.provider_ref}/warning")
        desk.adapter.refund(desk.back(told, 1000))
        assert desk.adapter.query_dispute(str(made["id"])).told is DisputeTold.EARLY_WARNING

    def test_it_is_over_when_the_dispute_comes_all_the_same(self, desk: Desk, paid: Ask) -> None:
        made = desk.control(f"payments/{paid.provider_ref}/warning")
        disputed(desk, paid)
        told = desk.adapter.query_dispute(str(made["id"]))
        assert (told.told, told.withdrawn) == (DisputeTold.PREVENTED, NOTHING)

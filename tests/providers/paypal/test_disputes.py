"""What PayPal or a bank wants back: how it stands, what it cost, and our one answer."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.providers.paypal.conftest import Desk
from yuanyou.kernel.money import Money
from yuanyou.payments.port import DisputeTold, Evidence, Misconfigured, Refused, Snapshot, Unknown

NOTHING = Money(0, "USD")
EVIDENCE = Evidence(
    product="US 30 days",
    customer="Mei",
    email="mei@example.com",
    network="203.0.113.7",
    delivered_on="2026-11-23",
    usage="3.2 GB until 2026-11-29",
    terms="Version 3, accepted 2026-11-23",
    refund_policy="14 days when unused",
    letters="Receipt on 2026-11-23",
    note="",
)


def disputed(desk: Desk, **how: Any) -> tuple[str, Snapshot]:
    """A dispute and the payment it is about."""
    ask, told = desk.paid()
    made = desk.sandbox.control(f"paypal/payments/{ask.provider_ref}/dispute", how)
    return str(made["dispute_id"]), told


def resolved(desk: Desk, dispute_id: str, outcome: str) -> None:
    desk.sandbox.control(f"paypal/disputes/{dispute_id}/resolve", {"outcome": outcome})


class TestHowItStands:
    def test_a_claim_wants_an_answer_and_holds_the_money(self, desk: Desk) -> None:
        dispute_id, payment = disputed(desk, amount=2000)
        told = desk.adapter.query_dispute(dispute_id)
        assert (told.told, told.amount, told.withdrawn, told.fee) == (
            DisputeTold.NEEDS_RESPONSE,
            Money(2000, "USD"),
            Money(2000, "USD"),
            NOTHING,
        )
        assert (told.charge_ref, told.ref) == (payment.charge_ref, payment.ref)
        assert told.respond_by
        assert told.respond_by > desk.now()
        assert told.reason == "merchandise_or_service_not_received"

    def test_an_inquiry_has_moved_no_money(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk, stage="INQUIRY")
        told = desk.adapter.query_dispute(dispute_id)
        assert (told.told, told.withdrawn) == (DisputeTold.EARLY_WARNING, NOTHING)

    def test_an_inquiry_ended_by_a_refund_cost_nothing_else(self, desk: Desk) -> None:
        dispute_id, payment = disputed(desk, stage="INQUIRY")
        desk.adapter.refund(desk.back(payment, 2690))
        told = desk.adapter.query_dispute(dispute_id)
        assert (told.told, told.withdrawn, told.fee) == (DisputeTold.PREVENTED, NOTHING, NOTHING)

    def test_a_banks_chargeback_takes_the_money_and_a_fee(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk, channel="EXTERNAL")
        told = desk.adapter.query_dispute(dispute_id)
        assert (told.told, told.withdrawn) == (DisputeTold.NEEDS_RESPONSE, Money(2690, "USD"))
        assert told.fee == Money(2000, "USD")

    @pytest.mark.parametrize("channel", ["INTERNAL", "EXTERNAL"])
    @pytest.mark.parametrize(
        ("outcome", "told", "withdrawn"),
        [
            ("won", DisputeTold.WON, 0),
            ("lost", DisputeTold.LOST, 2690),
            ("canceled", DisputeTold.WON, 0),
        ],
    )
    def test_the_end_says_who_has_the_money(
        self, desk: Desk, channel: str, outcome: str, told: DisputeTold, withdrawn: int
    ) -> None:
        dispute_id, _ = disputed(desk, channel=channel)
        resolved(desk, dispute_id, outcome)
        found = desk.adapter.query_dispute(dispute_id)
        assert (found.told, found.withdrawn) == (told, Money(withdrawn, "USD"))
        assert found.respond_by is None

    def test_what_it_cost_is_what_paypal_took(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        resolved(desk, dispute_id, "lost")
        told = desk.adapter.query_dispute(dispute_id)
        assert told.withdrawn.minor == desk.money("disputes")
        assert told.fee.minor == desk.money("fees") - 143  # the payment's own: 3.49 % and 49 cents

    def test_an_unknown_dispute_is_refused(self, desk: Desk) -> None:
        with pytest.raises(Refused):
            desk.adapter.query_dispute("PP-R-AAA-000000000")

    def test_no_answer_is_unknown(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        desk.goes_wrong("error_500", "disputes.get", times=2)
        with pytest.raises(Unknown):
            desk.adapter.query_dispute(dispute_id)

    def test_wrong_keys_are_no_refusal(self, desk: Desk) -> None:
        with pytest.raises(Misconfigured):
            desk.another(client_secret="wrong").query_dispute("PP-R-AAA-000000000")


class TestOurAnswer:
    def sent(self, desk: Desk, dispute_id: str) -> str:
        """Every note that PayPal has from us."""
        keys = (desk.sandbox.paypal_client_id, desk.sandbox.paypal_client_secret)
        with httpx.Client(base_url=desk.sandbox.paypal_url) as http:
            granted = http.post("/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=keys)
            bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}
            dispute = http.get(f"/v1/customer/disputes/{dispute_id}", headers=bearer).json()
        return "\n".join(each["notes"] for each in dispute.get("evidences", ()))

    def test_what_we_know_is_sent_and_reviewed(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        assert desk.adapter.contest(dispute_id, EVIDENCE).told is DisputeTold.UNDER_REVIEW
        notes = self.sent(desk, dispute_id)
        assert "Usage: 3.2 GB until 2026-11-29" in notes
        assert "Note:" not in notes

    def test_more_than_one_note_holds_is_sent_whole(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        letters = "".join(chr(ord("a") + place % 26) for place in range(4500))
        desk.adapter.contest(dispute_id, replace(EVIDENCE, letters=letters))
        assert letters in self.sent(desk, dispute_id).replace("\n", "")

    def test_it_is_sent_once(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        desk.adapter.contest(dispute_id, EVIDENCE)
        with pytest.raises(Refused):
            desk.adapter.contest(dispute_id, EVIDENCE)

    def test_after_the_end_it_is_too_late(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        desk.travel(days=11)
        with pytest.raises(Refused):
            desk.adapter.contest(dispute_id, EVIDENCE)
        assert desk.adapter.query_dispute(dispute_id).told is DisputeTold.LOST

    def test_without_an_answer_it_is_unknown_and_not_sent_twice(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        desk.goes_wrong("timeout_after", "disputes.provide_evidence", seconds=0.1)
        with pytest.raises(Unknown):
            desk.adapter.contest(dispute_id, EVIDENCE)
        assert desk.adapter.query_dispute(dispute_id).told is DisputeTold.UNDER_REVIEW
        assert self.sent(desk, dispute_id).count("What was sold") == 1

    @pytest.mark.parametrize("stage", ["INQUIRY", "CHARGEBACK"])
    def test_what_is_conceded_is_the_payers(self, desk: Desk, stage: str) -> None:
        dispute_id, payment = disputed(desk, stage=stage)
        told = desk.adapter.concede(dispute_id)
        assert (told.told, told.withdrawn) == (DisputeTold.LOST, payment.amount)

    def test_what_has_ended_cannot_be_conceded(self, desk: Desk) -> None:
        dispute_id, _ = disputed(desk)
        resolved(desk, dispute_id, "won")
        with pytest.raises(Refused):
            desk.adapter.concede(dispute_id)

"""A payment provider for the console's tests, and what happens with it; and who works in the console."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.conf import settings
from django.test import Client

from tests.flows.bank import Bank
from tests.houses import BY_CARD, renew
from tests.people import STAFF_PASSWORD
from tests.plans import MONTH
from tests.web.staff import sign_in
from yuanyou.flows import settlement
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity.models import Account, StaffMember
from yuanyou.identity.rules import Role
from yuanyou.payments.models import Attempt, Refund
from yuanyou.payments.port import (
    Ask,
    DisputeSnapshot,
    Evidence,
    ProviderTrouble,
    RefundAsk,
    RefundSnapshot,
    RefundTold,
    Refused,
    Snapshot,
    StatementLine,
)

WHY = "She wrote to us yesterday"


@dataclass
class Company(Bank):
    """A bank that also refunds, disputes and reports, as a test says."""

    refunds: RefundTold = RefundTold.SUCCEEDED
    listed: dict[str, tuple[RefundSnapshot, ...]] = field(default_factory=dict)
    """What it lists as refunded of an attempt, by the attempt's reference."""
    came: dict[str, int] = field(default_factory=dict)
    """What came of an attempt when it is not what was owed, in minor units."""
    disputes: dict[str, DisputeSnapshot] = field(default_factory=dict)
    trouble: ProviderTrouble | None = None
    """What it answers to whoever contests or concedes."""
    sent: list[tuple[str, Evidence | None]] = field(default_factory=list)
    """What it was told of disputes: the evidence, or None when one was conceded."""
    lines: list[StatementLine] = field(default_factory=list)
    day: date | None = None

    def query(self, ask: Ask) -> Snapshot:
        told = replace(super().query(ask), refunds=self.listed.get(ask.ref, ()))
        if ask.ref in self.came:
            told = replace(told, amount=replace(told.amount, minor=self.came[ask.ref]))
        return told

    def refund(self, ask: RefundAsk) -> RefundSnapshot:
        if self.refunds is RefundTold.FAILED:
            raise Refused("account_closed")
        return RefundSnapshot(self.refunds, f"re_{ask.ref}", ask.amount, ref=ask.ref)

    def query_refund(self, ask: RefundAsk) -> RefundSnapshot:
        return self.refund(ask)

    def query_dispute(self, provider_ref: str) -> DisputeSnapshot:
        return self.disputes[provider_ref]

    def contest(self, provider_ref: str, evidence: Evidence) -> DisputeSnapshot:
        if self.trouble:
            raise self.trouble
        self.sent.append((provider_ref, evidence))
        return self.disputes[provider_ref]

    def concede(self, provider_ref: str) -> DisputeSnapshot:
        if self.trouble:
            raise self.trouble
        self.sent.append((provider_ref, None))
        return self.disputes[provider_ref]

    def statement(self, day: date) -> Iterator[StatementLine]:
        return iter(self.lines if day == self.day else ())


def staff(role: Role, name: str = "", *, language: str = "en") -> Client:
    """Somebody who works here with this role, signed in; the same name is the same person."""
    email = f"{name or role}@yuanyou.example"
    if not Account.objects.filter(email=email).exists():
        identity.create_staff(email, name=name or role.title(), role=role, password=STAFF_PASSWORD)
    client = Client(headers={"accept-language": language})
    sign_in(client, email)
    return client


def staff_id(name: str) -> int:
    return StaffMember.objects.get(account__email=f"{name}@yuanyou.example").pk


def limit(minor: int) -> None:
    """Above how much a second person is needed."""
    settings.CONFIG = replace(settings.CONFIG, refund_approval_above=minor)


def by_card(company: Company, line_id: int, *, came: int | None = None) -> Attempt:
    """A renewal that was paid by card; `came`: another amount than was owed."""
    now = settings.CLOCK.now()
    order = renew(line_id, MONTH, tender=BY_CARD, again=True, now=now)
    with in_cell(1):
        attempt = Attempt.objects.get(payment__order=order)
    company.paid[attempt.ref] = None
    if came is not None:
        company.came[attempt.ref] = came
    settlement.ask(attempt.pk, source="notice", now=now)
    return attempt_now(attempt.pk)


def attempt_now(attempt_id: int) -> Attempt:
    with in_cell(1):
        return Attempt.objects.select_related("payment__order__line").get(pk=attempt_id)


def refunds() -> list[Refund]:
    with in_cell(1):
        return list(Refund.objects.select_related("attempt").order_by("id"))

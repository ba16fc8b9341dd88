"""What the console shows of disputes: plain values, read over all cells, personal data masked."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.audit import queries as audit
from yuanyou.flows import evidence
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity.rules import mask_email, mask_name
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.payments import disputes
from yuanyou.payments import queries as payments
from yuanyou.payments.models import Dispute
from yuanyou.payments.port import Evidence
from yuanyou.payments.queries import EventView
from yuanyou.payments.rules import DisputeState
from yuanyou.web.console import log, money_words
from yuanyou.web.console.log import Act

URGENT = (DisputeState.NEEDS_RESPONSE, DisputeState.EARLY_WARNING, DisputeState.UNDER_REVIEW)
"""What waits for us first, then what waits for others."""
NEVER = datetime.max.replace(tzinfo=UTC)

PARTS: dict[str, Promise] = {
    "product": _("What was sold"),
    "customer": _("Customer"),
    "email": _("E-mail address"),
    "network": _("How it was ordered"),
    "delivered_on": _("Delivered"),
    "usage": _("What was used of it"),
    "terms": _("Terms"),
    "refund_policy": _("How we refund"),
    "letters": _("What we wrote to the customer"),
}
"""The evidence as the bank gets it, without the note that is typed when it is sent."""


@dataclass(frozen=True, slots=True)
class DisputeRow:
    ref: str
    order_ref: str
    provider: str
    state: str
    reason: str
    amount: Money
    respond_by: datetime | None
    contested: bool


@dataclass(frozen=True, slots=True)
class DisputePage:
    """One dispute. `pack`: the parts of the evidence that say something, in their order, masked."""

    row: DisputeRow
    dispute: Dispute
    order: Order
    hint: str
    attempt_ref: str
    method: str
    means: Promise
    money: list[tuple[Promise, Money]]
    pack: list[tuple[Promise, str]]
    story: list[EventView]
    acts: list[Act]

    @property
    def waits_for_us(self) -> bool:
        return self.dispute.state == DisputeState.NEEDS_RESPONSE

    @property
    def is_warning(self) -> bool:
        return self.dispute.state == DisputeState.EARLY_WARNING


def lists() -> tuple[list[DisputeRow], list[DisputeRow]]:
    """What is open, the most urgent first; and what was decided lately."""
    open_, over = [], []
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            open_ += disputes.open_ones()
            over += disputes.decided()
    open_.sort(key=_urgency)
    over.sort(key=lambda dispute: (dispute.closed_at or NEVER, dispute.pk), reverse=True)
    return [_row(each) for each in open_], [_row(each) for each in over]


def of_order(order_id: int) -> list[DisputeRow]:
    """The disputes of one order, oldest first."""
    with in_cell(cell_of(order_id)):
        found = Dispute.objects.filter(attempt__payment__order_id=order_id)
        return [_row(each) for each in found.select_related("attempt__payment__order").order_by("id")]


def page(dispute_id: int) -> DisputePage:
    """Dispute.DoesNotExist."""
    with in_cell(cell_of(dispute_id)):
        dispute = Dispute.objects.select_related("attempt__payment__order__line").get(pk=dispute_id)
        order = dispute.attempt.payment.order
        told = payments.story([dispute.attempt_id])
        return DisputePage(
            row=_row(dispute),
            dispute=dispute,
            order=order,
            hint=identity.person(order.customer_id).hint,
            attempt_ref=dispute.attempt.ref,
            method=f"{dispute.provider} {dispute.attempt.method}",
            means=money_words.DISPUTE_MEANS[dispute.state],
            money=_money(dispute),
            pack=_pack(evidence.collect(dispute, note="")),
            story=[event for event in told if event.about == dispute.ref],
            acts=log.shown(audit.story_of(dispute.ref)),
        )


def _row(dispute: Dispute) -> DisputeRow:
    return DisputeRow(
        ref=dispute.ref,
        order_ref=dispute.attempt.payment.order.ref,
        provider=dispute.provider,
        state=dispute.state,
        reason=dispute.reason,
        amount=dispute.amount,
        respond_by=dispute.respond_by,
        contested=dispute.contested_at is not None,
    )


def _urgency(dispute: Dispute) -> tuple[int, datetime, int]:
    return URGENT.index(DisputeState(dispute.state)), dispute.respond_by or NEVER, dispute.pk


def _money(dispute: Dispute) -> list[tuple[Promise, Money]]:
    """Where its money is; only what is not nothing, and what is disputed."""
    parts = (
        (_("Taken from our account"), dispute.withdrawn_minor),
        (_("The provider's fee for it"), dispute.fee_minor),
        (_("Booked as lost"), dispute.lost_minor),
        (_("Set aside in the customer's wallet"), dispute.frozen_minor),
    )
    shown = [(words, Money(minor, dispute.currency)) for words, minor in parts if minor]
    return [(_("Disputed"), dispute.amount), *shown]


def _pack(told: Evidence) -> list[tuple[Promise, str]]:
    masked = replace(
        told, customer=mask_name(told.customer), email=mask_email(told.email) if told.email else ""
    )
    return [(words, getattr(masked, name)) for name, words in PARTS.items() if getattr(masked, name)]

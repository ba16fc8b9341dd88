"""A payer's bank wants money back: the provider is asked, the value is frozen, then it is won or lost.

ask()     a notice or the loop: what the provider says now, settled   (safe to repeat)
work()    the disputes loop: open ones are asked about, their notices may be lost
contest() staff send the evidence, once;  concede(): staff let the payer have it;  ask_now(): staff ask
What staff do is recorded before the provider hears of it.
"""

import logging
from datetime import datetime

from django.conf import settings

from yuanyou.allowances import actions as allowances
from yuanyou.flows import acts, evidence, terms
from yuanyou.flows.earning import rest_entry
from yuanyou.flows.step import LEASE, apart, in_cell
from yuanyou.flows.take_back import end_term
from yuanyou.kernel.ids import BadReference, cell_of, parse
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.lines import queries as lines
from yuanyou.lines.actions import lock as lock_line
from yuanyou.messages import actions as messages
from yuanyou.orders import actions as orders
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind, OrderState
from yuanyou.payments import actions as payments
from yuanyou.payments import disputes, queries
from yuanyou.payments.disputes import FREEZING, Shift
from yuanyou.payments.models import Dispute
from yuanyou.payments.port import DisputeSnapshot, ProviderTrouble
from yuanyou.payments.rules import DisputeState
from yuanyou.wiring import payment_provider

log = logging.getLogger(__name__)
LETTERS = {
    DisputeState.NEEDS_RESPONSE: "dispute_opened",
    DisputeState.WON: "dispute_over",
    DisputeState.PREVENTED: "dispute_over",
    DisputeState.LOST: "dispute_lost",
}


def work(cell: int, *, now: datetime, limit: int = 20) -> int:
    """Ask about the open disputes that are due; how many."""
    with in_cell(cell):
        due = disputes.claim(now=now, lease=LEASE, limit=limit)
    for dispute_id in due:
        with apart(f"following dispute {dispute_id}"):
            with in_cell(cell):
                known = Dispute.objects.get(pk=dispute_id)
            ask(known.provider, known.provider_ref, attempt_id=known.attempt_id, now=now)
    return len(due)


def ask(provider: str, dispute_ref: str, *, attempt_id: int | None, now: datetime) -> bool | None:
    """Ask about one dispute and settle the answer. False: no answer; None: it is about nothing of ours."""
    try:
        told = payment_provider(provider).query_dispute(dispute_ref)
    except ProviderTrouble as trouble:
        log.warning("%s did not answer about dispute %s: %s", provider, dispute_ref, trouble)
        return False
    found = attempt_id or _attempt_of(provider, told)
    if found is None:
        log.error("dispute %s of %s is about nothing of ours", dispute_ref, provider)
        return None
    with in_cell(cell_of(found)):
        settle(found, told, now=now)
    return True


def contest(dispute_id: int, *, by: int, note: str, now: datetime) -> None:
    """Send the evidence as it stands, with a note of staff. ProviderTrouble; AlreadyContested; NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(dispute_id)):
        dispute = _of_staff(dispute_id)
        if dispute.contested_at is not None:
            raise AlreadyContested
        pack = evidence.collect(dispute, note=said)
        _record("dispute_contest", dispute, by=by, note=said, now=now)
    told = payment_provider(dispute.provider).contest(dispute.provider_ref, pack)
    with in_cell(cell_of(dispute_id)):
        settle(dispute.attempt_id, told, now=now)
        disputes.contested(Dispute.objects.get(pk=dispute_id), now=now)


def concede(dispute_id: int, *, by: int, note: str, now: datetime) -> None:
    """Let the payer have it. ProviderTrouble; NoReason."""
    said = acts.reasoned(note)
    with in_cell(cell_of(dispute_id)):
        dispute = _of_staff(dispute_id)
        _record("dispute_concede", dispute, by=by, note=said, now=now)
    told = payment_provider(dispute.provider).concede(dispute.provider_ref)
    with in_cell(cell_of(dispute_id)):
        settle(dispute.attempt_id, told, now=now)


def ask_now(dispute_id: int, *, by: int, now: datetime) -> bool:
    """Somebody wants to know how it stands. False: the provider did not answer."""
    with in_cell(cell_of(dispute_id)):
        dispute = _of_staff(dispute_id)
        _record("dispute_ask", dispute, by=by, note="", now=now)
    return bool(ask(dispute.provider, dispute.provider_ref, attempt_id=dispute.attempt_id, now=now))


def _of_staff(dispute_id: int) -> Dispute:
    """The dispute somebody acts on, with its order."""
    found = Dispute.objects.select_for_update(of=("self",)).select_related("attempt__payment__order")
    return found.get(pk=dispute_id)


def _record(verb: str, dispute: Dispute, *, by: int, note: str, now: datetime) -> None:
    facts = {
        "order": dispute.attempt.payment.order.ref,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
        "state": str(dispute.state),
    }
    acts.record(
        actor_id=by,
        verb=verb,
        subject=dispute.ref,
        reason=note,
        facts=facts,
        now=now,
        about=dispute.customer_id,
    )


class AlreadyContested(Exception):
    """Evidence can be sent once."""


def settle(attempt_id: int, told: DisputeSnapshot, *, now: datetime) -> None:
    """Everything the provider's word means: books, what is frozen, what is taken back, the letter."""
    locked, attempt = payments.lock_attempt(attempt_id)
    customer_id = locked.payment.customer_id
    dispute, shift = disputes.heard(attempt, told, customer_id=customer_id, now=now)
    order = orders.lock(locked.payment.order_id)
    ledger.post(*_moved(dispute, shift), happened_at=now)
    if dispute.state in FREEZING:
        _freeze(dispute, order, now=now)
    elif dispute.state == DisputeState.LOST:
        _lose(dispute, order, now=now)
    else:
        _thaw(dispute, order, now=now)
    if (letter := LETTERS.get(DisputeState(dispute.state))) is not None and not order.by_guest:
        messages.queue(
            letter,
            key=f"{letter}:{dispute.pk}",
            customer_id=customer_id,
            line_id=order.line_id,
            language=order.language,
            facts={"amount_minor": dispute.amount_minor, "currency": dispute.currency, "order": order.ref},
            now=now,
        )


def _moved(dispute: Dispute, shift: Shift) -> list[Entry]:
    """What the provider took and gave back, and what is lost, as entries; nothing when nothing moved."""
    of = {"dispute_id": dispute.pk, "move": shift.move}
    provider = dispute.provider
    entries: list[Entry] = []
    if shift.withdrawn.minor > 0:
        entries.append(recipes.dispute_withdrawn(**of, provider=provider, amount=shift.withdrawn))
    if shift.fee.minor:
        book = recipes.dispute_fee_charged if shift.fee.minor > 0 else recipes.dispute_fee_returned
        entries.append(book(**of, provider=provider, fee=_size(shift.fee)))
    if shift.lost.minor:
        decide = recipes.dispute_lost if shift.lost.minor > 0 else recipes.dispute_loss_undone
        entries.append(decide(**of, amount=_size(shift.lost)))
    if shift.withdrawn.minor < 0:
        entries.append(recipes.dispute_reinstated(**of, provider=provider, amount=-shift.withdrawn))
    return entries


def _size(amount: Money) -> Money:
    return Money(abs(amount.minor), amount.currency)


def _freeze(dispute: Dispute, order: Order, *, now: datetime) -> None:
    """Set aside what is left of the value: wallet money, or what the term granted. Reachability stays."""
    if dispute.value_ended:
        return
    if _in_wallet(dispute, order):
        if dispute.frozen_minor == 0 and dispute.currency == order.currency:
            has = books.wallet_balance(dispute.customer_id, dispute.currency)
            part = min(has, dispute.amount)
            if part:
                move = disputes.froze(dispute, part)
                entry = recipes.wallet_frozen_for(
                    dispute_id=dispute.pk, move=move, customer_id=dispute.customer_id, amount=part
                )
                ledger.post(entry, happened_at=now)
    elif order.line_id is not None:
        _freeze_data(order, frozen=True)


def _thaw(dispute: Dispute, order: Order, *, now: datetime) -> None:
    """It is over and the customer keeps what was bought."""
    frozen = Money(dispute.frozen_minor, dispute.currency)
    if frozen:
        move = disputes.froze(dispute, Money(0, dispute.currency))
        entry = recipes.wallet_thawed(
            dispute_id=dispute.pk, move=move, customer_id=dispute.customer_id, amount=frozen
        )
        ledger.post(entry, happened_at=now)
    if not _in_wallet(dispute, order) and order.line_id is not None:
        _freeze_data(order, frozen=False)


def _freeze_data(order: Order, *, frozen: bool) -> None:
    """What the term granted. The line is locked first, as by whoever draws from it."""
    term = lines.term_of_order(order.pk)
    lock_line(term.line_id)
    allowances.freeze(terms.source(term), frozen=frozen)


def _lose(dispute: Dispute, order: Order, *, now: datetime) -> None:
    """The money is gone: what is left of its value makes the loss smaller. Once."""
    if dispute.value_ended:
        return
    _freeze(dispute, order, now=now)
    frozen = Money(dispute.frozen_minor, dispute.currency)
    if frozen:
        move = disputes.froze(dispute, Money(0, dispute.currency))
        taken = recipes.frozen_taken(
            dispute_id=dispute.pk, move=move, customer_id=dispute.customer_id, amount=frozen
        )
        ledger.post(taken, happened_at=now)
    elif not _in_wallet(dispute, order) and order.line_id is not None:
        term, rest = end_term(order, cause=dispute.ref, now=now)
        worth = min(rest, Money(dispute.lost_minor, dispute.currency))
        taken = recipes.term_taken_for_loss(
            dispute_id=dispute.pk, product_class=term.product_class, unearned=worth
        )
        ledger.post(taken, rest_entry(term, rest - worth), happened_at=now)
    disputes.ended_value(dispute)


def _in_wallet(dispute: Dispute, order: Order) -> bool:
    """Did the disputed money become wallet money?"""
    kept = order.kind == OrderKind.TOP_UP or order.state != OrderState.FULFILLED
    return kept or bool(books.entries_about(f"surplus:{dispute.attempt_id}"))


def _attempt_of(provider: str, told: DisputeSnapshot) -> int | None:
    """By our reference in it, else by the provider's name of the charge, in every cell."""
    try:
        found = parse(told.ref, "att") if told.ref else None
    except BadReference:
        found = None
    if found is not None and found.cell in settings.CONFIG.cells:
        return found.id
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            attempt_id = queries.attempt_of(provider, provider_ref=None, charge_ref=told.charge_ref)
        if attempt_id is not None:
            return attempt_id
    return None

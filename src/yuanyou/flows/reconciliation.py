"""Every day the provider's statement is pulled and matched with the books, line by line.

work()    the loop: the days that are due are pulled, kept and matched      (safe to repeat)
match()   each movement is one of ours, or it opens a case
resolve() a person decides what a difference is; or it is asked again and vanishes
pull_again() somebody wants a day's statement once more, now
Fees, payouts and what only a statement tells are booked from it, so that clearing accounts drain to zero.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from yuanyou.flows import acts, dispute, refund, settlement
from yuanyou.flows.step import LEASE, in_cell
from yuanyou.kernel.ids import BadReference, cell_of, parse
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.payments import actions as payments
from yuanyou.payments import queries, statements
from yuanyou.payments.models import Attempt, Case, StatementRow
from yuanyou.payments.port import Movement, NotYet, ProviderTrouble, RefundSnapshot, RefundTold
from yuanyou.payments.rules import CaseState, Difference
from yuanyou.wiring import payment_provider, payment_providers

log = logging.getLogger(__name__)
SLACK = timedelta(days=1)
"""A movement around midnight may stand on the next day's statement."""


class Resolution(StrEnum):
    """What a person decides about a case."""

    ASK_AGAIN = "ask_again"  # ask the provider about it and compare once more
    BOOK_DIFFERENCE = "book_difference"  # the statement is right: the difference is an expense or income
    LEAVE = "leave"  # known and explained in the note; nothing is booked


def work(*, now: datetime, limit: int = 5) -> int:
    """Pull and match the days that are due; how many."""
    for name in payment_providers():
        first = _first_day()
        if first is not None:
            last = now.astimezone(UTC).date() - timedelta(days=1)
            statements.want_days(name, first=first, last=last, now=now)
    done = 0
    while done < limit:
        with transaction.atomic():
            day = statements.claim_day(now=now, lease=LEASE)
        if day is None:
            break
        done += 1
        try:
            lines = list(payment_provider(day.provider).statement(day.day))
        except (NotYet, ProviderTrouble) as trouble:
            log.warning("no statement of %s for %s yet: %s", day.provider, day.day, trouble)
            statements.put_off(day, now=now)
            continue
        statements.keep(day, lines, now=now)
        match(day.provider, day.day, now=now)
    return done


def match(provider: str, day: date, *, now: datetime) -> None:
    """Compare a pulled day with the books; what differs opens a case, what agrees closes it."""
    for row in statements.rows_of(provider, day):
        _match_row(row, now=now)
    for attempt in _unlisted(provider, day):
        statements.open_case(
            provider,
            day,
            Difference.NOT_THEIRS,
            subject=attempt.ref,
            ours=attempt.received,
            theirs=None,
            now=now,
        )
    statements.day_matched(provider, day, now=now)


def resolve(case_id: int, resolution: Resolution, *, note: str, by: int, now: datetime) -> None:
    """A person's decision about a case. Case.DoesNotExist when it is resolved already; NoReason.

    Asking again decides nothing and needs no note.
    """
    said = note if resolution is Resolution.ASK_AGAIN else acts.reasoned(note)
    case = Case.objects.get(pk=case_id, state=CaseState.OPEN)
    with in_cell(_cell_of_subject(case.subject)):
        case = Case.objects.select_for_update().get(pk=case_id, state=CaseState.OPEN)
        _record(case, resolution, by=by, note=said, now=now)
        if resolution is Resolution.BOOK_DIFFERENCE:
            entry = recipes.difference_booked(
                case_id=case.pk, provider=case.provider, ours=_ours(case), theirs=_theirs(case)
            )
            ledger.post(entry, happened_at=now)
        if resolution is not Resolution.ASK_AGAIN:
            statements.close_case(case, resolution=resolution, note=said, by=by, now=now)
    if resolution is Resolution.ASK_AGAIN:
        _ask_again(case, now=now)


def pull_again(provider: str, day: date, *, by: int, now: datetime) -> bool:
    """Have a day's statement pulled and matched once more. False: it was never to be pulled."""
    with transaction.atomic():
        if not statements.want_again(provider, day, now=now):
            return False
        acts.record(
            actor_id=by,
            verb="statement_pull",
            subject=f"statement:{provider}:{day}",
            reason="",
            facts={},
            now=now,
        )
    return True


def _record(case: Case, resolution: Resolution, *, by: int, note: str, now: datetime) -> None:
    facts = {
        "provider": case.provider,
        "day": str(case.day),
        "difference": case.difference,
        "of": case.subject,
        "resolution": str(resolution),
        "ours_minor": case.ours_minor,
        "theirs_minor": case.theirs_minor,
        "currency": case.currency,
    }
    acts.record(
        actor_id=by, verb="case_resolve", subject=f"case:{case.pk}", reason=note, facts=facts, now=now
    )


def _ours(case: Case) -> Money:
    return Money(case.ours_minor or 0, case.ours_currency or case.currency)


def _theirs(case: Case) -> Money:
    return Money(case.theirs_minor or 0, case.currency)


def _ask_again(case: Case, *, now: datetime) -> None:
    """Ask about what differs, then compare the whole day anew."""
    attempt_id = _attempt_named(case.subject)
    if attempt_id is not None:
        settlement.ask(attempt_id, source="statement", now=now)
    match(case.provider, case.day, now=now)
    if case.difference == Difference.NOT_THEIRS and attempt_id is not None:
        with in_cell(cell_of(attempt_id)):
            listed = statements.listed(case.provider, [case.subject])
        if listed:
            statements.settle_case(case.provider, Difference.NOT_THEIRS, subject=case.subject, now=now)


def _match_row(row: StatementRow, *, now: datetime) -> None:
    match row.kind:
        case Movement.PAYMENT:
            _payment(row, now=now)
        case Movement.REFUND | Movement.REFUND_FAILED:
            _refund(row, now=now)
        case Movement.DISPUTE | Movement.DISPUTE_REVERSED:
            _dispute(row, now=now)
        case Movement.FEE:
            fee = Money(row.fee_minor - row.gross_minor, row.currency)
            entry = recipes.statement_fee(provider=row.provider, line=row.provider_ref, fee=fee)
            _post_in(settings.CONFIG.cells[0], entry, now=row.happened_at)
            statements.matched(row, "fee")
        case Movement.PAYOUT:
            paid = Money(row.fee_minor - row.gross_minor, row.currency)
            entry = recipes.paid_out(provider=row.provider, line=row.provider_ref, amount=paid)
            _post_in(settings.CONFIG.cells[0], entry, now=row.happened_at)
            statements.matched(row, "payout")
        case _:
            _case(row, Difference.NOT_OURS, ours=None, theirs=row.gross - row.fee, now=now)


def _payment(row: StatementRow, *, now: datetime) -> None:
    """A payment is an attempt that brought exactly this; one we did not hear of is asked about now."""
    attempt = _attempt(row)
    if attempt is not None and not attempt.received:
        settlement.ask(attempt.pk, source="statement", now=now)
        attempt = _attempt(row)
    if attempt is None or not attempt.received:
        _case(row, Difference.NOT_OURS, ours=None, theirs=row.gross - row.fee, now=now)
        return
    statements.matched(row, attempt.ref)
    statements.settle_case(row.provider, Difference.NOT_THEIRS, subject=attempt.ref, now=now)
    statements.settle_case(row.provider, Difference.NOT_OURS, subject=row.provider_ref, now=now)
    if attempt.received.currency != row.currency:
        _case(row, Difference.CURRENCY, ours=attempt.received, theirs=row.gross - row.fee, now=now)
        return
    if attempt.received != row.gross:
        _case(row, Difference.AMOUNT, ours=attempt.received, theirs=row.gross, now=now)
    _fee(row, attempt, now=now)


def _fee(row: StatementRow, attempt: Attempt, *, now: datetime) -> None:
    """A fee nobody told us is booked from the statement; one that was told otherwise is a case."""
    key = f"fee:{attempt.pk}"
    with in_cell(cell_of(attempt.pk)):
        lines = books.entries_about(key)
        if not lines:
            told = recipes.fee_charged(attempt_id=attempt.pk, provider=row.provider, fee=row.fee)
            ledger.post(told, happened_at=row.happened_at)
            return
    booked = Money(sum(line.amount.minor for line in lines if line.amount.minor > 0), row.currency)
    if booked != row.fee:
        _case(row, Difference.FEE, ours=-booked, theirs=-row.fee, now=now)


def _refund(row: StatementRow, *, now: datetime) -> None:
    """A refund of ours, or one made in the provider's own pages: asking about its attempt finds it."""
    found = _refund_of(row)
    if found is None or found.is_behind(row):
        attempt = _attempt(row)
        if attempt is not None:
            settlement.ask(attempt.pk, source="statement", now=now)
            _take_in(row, attempt.pk, now=now)
        found = _refund_of(row)
    if found is None or found.is_behind(row):
        _case(row, Difference.NOT_OURS, ours=None, theirs=row.gross - row.fee, now=now)
        return
    statements.matched(row, found.ref)
    statements.settle_case(row.provider, Difference.NOT_OURS, subject=row.provider_ref, now=now)
    if abs(row.gross_minor) != found.amount.minor:
        ours = Money(found.amount.minor if row.gross_minor > 0 else -found.amount.minor, row.currency)
        _case(row, Difference.AMOUNT, ours=ours, theirs=row.gross, now=now)
    if row.fee:
        entry = recipes.statement_fee(provider=row.provider, line=row.provider_ref, fee=row.fee)
        _post_in(cell_of(found.id), entry, now=row.happened_at)


def _take_in(row: StatementRow, attempt_id: int, *, now: datetime) -> None:
    """A company that lists no refunds tells of those that began there in its statement alone."""
    lists = payment_provider(row.provider).capabilities().lists_refunds
    if lists or row.kind != Movement.REFUND or row.about_ref is None or _is_up_to_date(row):
        return
    amount = Money(abs(row.gross_minor), row.currency)
    told = RefundSnapshot(RefundTold.SUCCEEDED, row.about_ref, amount, ref=row.ref)
    with in_cell(cell_of(attempt_id)):
        locked, attempt = payments.lock_attempt(attempt_id)
        if attempt.received:
            refund.heard(locked, attempt, [told], source="statement", now=now)


def _is_up_to_date(row: StatementRow) -> bool:
    found = _refund_of(row)
    return found is not None and not found.is_behind(row)


def _dispute(row: StatementRow, *, now: datetime) -> None:
    """A dispute's money is booked when the provider is asked about it."""
    if row.about_ref is None:
        _case(row, Difference.NOT_OURS, ours=None, theirs=row.gross - row.fee, now=now)
        return
    attempt = _attempt(row)
    settled = dispute.ask(row.provider, row.about_ref, attempt_id=attempt.pk if attempt else None, now=now)
    if settled:
        statements.matched(row, row.about_ref)
        statements.settle_case(row.provider, Difference.NOT_OURS, subject=row.provider_ref, now=now)
    else:
        _case(row, Difference.NOT_OURS, ours=None, theirs=row.gross - row.fee, now=now)


def _case(
    row: StatementRow, difference: Difference, *, ours: Money | None, theirs: Money, now: datetime
) -> None:
    statements.open_case(
        row.provider, row.day, difference, subject=row.provider_ref, ours=ours, theirs=theirs, now=now
    )


def _attempt(row: StatementRow) -> Attempt | None:
    """By our reference in the line, else by the provider's name of the charge, in every cell."""
    named = _attempt_named(row.ref) if row.ref else None
    cells = (cell_of(named),) if named is not None else settings.CONFIG.cells
    for cell in cells:
        with in_cell(cell):
            found = named or queries.attempt_of(
                row.provider, provider_ref=row.about_ref, charge_ref=row.charge_ref or row.about_ref
            )
            attempt = Attempt.objects.filter(pk=found, provider=row.provider).first() if found else None
        if attempt is not None:
            return attempt
    return None


def _attempt_named(text: str) -> int | None:
    try:
        found = parse(text, "att")
    except BadReference:
        return None
    return found.id if found.cell in settings.CONFIG.cells else None


def _refund_of(row: StatementRow) -> queries.RefundView | None:
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            found = queries.refund_named(row.provider, ref=row.ref, provider_ref=row.about_ref)
        if found is not None:
            return found
    return None


def _unlisted(provider: str, day: date) -> Iterable[Attempt]:
    """What we booked the day before, and no statement so far lists."""
    ends = datetime.combine(day, time(), UTC)
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            booked = queries.brought_between(provider, ends - SLACK, ends)
        listed = statements.listed(provider, [attempt.ref for attempt in booked])
        yield from (attempt for attempt in booked if attempt.ref not in listed)


def _cell_of_subject(subject: str) -> int:
    attempt_id = _attempt_named(subject)
    return cell_of(attempt_id) if attempt_id is not None else settings.CONFIG.cells[0]


def _post_in(cell: int, entry: Entry, *, now: datetime) -> None:
    with in_cell(cell):
        ledger.post(entry, happened_at=now)


def _first_day() -> date | None:
    """The day of the first attempt with a provider, in any cell."""
    found = []
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            found.append(queries.first_attempt_at())
    known = [at for at in found if at is not None]
    return min(known).astimezone(UTC).date() if known else None

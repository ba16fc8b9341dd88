"""The lives of payments, attempts, refunds and disputes, and what a provider's word means for them.

Nothing here asks anybody anything: it gets what is stored and what was told, and returns a verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yuanyou.kernel.money import Money
from yuanyou.kernel.state import Machine
from yuanyou.payments.port import DisputeTold, Snapshot, Told


class PaymentState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELED = "canceled"


class PaymentEvent(StrEnum):
    PAID = "paid"
    EXPIRED = "expired"
    CANCELED = "canceled"


class AttemptState(StrEnum):
    CREATED = "created"
    SUBMITTING = "submitting"
    ACTION_REQUIRED = "action_required"
    PROCESSING = "processing"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    MISMATCH = "mismatch"
    SUCCEEDED = "succeeded"


class AttemptEvent(StrEnum):
    SENT = "sent"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    LOST = "lost"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    MISMATCHED = "mismatched"
    SUCCEEDED = "succeeded"


class RefundState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    PENDING = "pending"
    UNKNOWN = "unknown"
    EXTERNAL = "external"  # begun in the provider's own pages
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundEvent(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    FOUND = "found"
    SENT = "sent"
    ACCEPTED = "accepted"
    LOST = "lost"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


P, PE = PaymentState, PaymentEvent
PAYMENT = Machine(
    "payment",
    {
        (P.OPEN, PE.PAID): P.PAID,
        (P.OPEN, PE.EXPIRED): P.EXPIRED,
        (P.OPEN, PE.CANCELED): P.CANCELED,
    },
)

A, AE = AttemptState, AttemptEvent
FINAL = frozenset({A.FAILED, A.CANCELED, A.EXPIRED, A.MISMATCH, A.SUCCEEDED})
"""Nobody is waited for any more. Not the last word: success counts from every state but itself."""
OPEN = frozenset(A) - FINAL

ATTEMPT = Machine(
    "attempt",
    {
        (A.CREATED, AE.SENT): A.SUBMITTING,
        (A.UNKNOWN, AE.SENT): A.SUBMITTING,
        **{(state, AE.SHOWN): A.ACTION_REQUIRED for state in (A.SUBMITTING, A.UNKNOWN, A.ACTION_REQUIRED)},
        **{
            (state, AE.ACCEPTED): A.PROCESSING
            for state in (A.SUBMITTING, A.UNKNOWN, A.ACTION_REQUIRED, A.PROCESSING)
        },
        **{(state, AE.LOST): A.UNKNOWN for state in OPEN},
        **{(state, AE.FAILED): A.FAILED for state in OPEN},
        **{(state, AE.CANCELED): A.CANCELED for state in OPEN},
        **{(state, AE.EXPIRED): A.EXPIRED for state in OPEN},
        **{(state, AE.MISMATCHED): A.MISMATCH for state in A if state not in {A.SUCCEEDED, A.MISMATCH}},
        **{(state, AE.SUCCEEDED): A.SUCCEEDED for state in A if state not in {A.SUCCEEDED, A.MISMATCH}},
    },
)

R, RE = RefundState, RefundEvent
R_SENT = (R.SUBMITTING, R.UNKNOWN, R.PENDING)
REFUND = Machine(
    "refund",
    {
        (R.REQUESTED, RE.APPROVED): R.APPROVED,
        (R.REQUESTED, RE.REJECTED): R.FAILED,
        (R.REQUESTED, RE.FOUND): R.EXTERNAL,
        (R.APPROVED, RE.SENT): R.SUBMITTING,
        (R.UNKNOWN, RE.SENT): R.SUBMITTING,
        **{(state, RE.ACCEPTED): R.PENDING for state in R_SENT},
        **{(state, RE.LOST): R.UNKNOWN for state in R_SENT},
        **{(state, RE.SUCCEEDED): R.SUCCEEDED for state in (R.APPROVED, R.EXTERNAL, *R_SENT)},
        # A bank may send back what the provider had already called done.
        **{(state, RE.FAILED): R.FAILED for state in (R.EXTERNAL, R.SUCCEEDED, *R_SENT)},
    },
)
REFUND_OVER = frozenset({R.SUCCEEDED, R.FAILED})


class Destination(StrEnum):
    """Where a refund goes."""

    ORIGIN = "origin"  # the way the money came
    WALLET = "wallet"


class TakesBack(StrEnum):
    """What a refund takes back for its money."""

    TERM = "term"  # the term that was bought ends now, or never begins
    TOP_UP = "top_up"  # the wallet money that was bought
    SUSPENSE = "suspense"  # money that came wrong and bought nothing
    SURPLUS = "surplus"  # money that came late or twice and bought nothing
    NOTHING = "nothing"  # goodwill: the customer keeps what was bought


class DisputeState(StrEnum):
    EARLY_WARNING = "early_warning"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"


class DisputeEvent(StrEnum):
    WARNED = "warned"
    OPENED = "opened"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"


D, DE = DisputeState, DisputeEvent
DISPUTE_OVER = frozenset({D.WON, D.LOST, D.PREVENTED})
DISPUTE = Machine(
    "dispute",
    {
        (D.EARLY_WARNING, DE.WARNED): D.EARLY_WARNING,
        # The provider's word is the truth: what was over may be opened again, also by a late notice.
        **{(state, DE.OPENED): D.NEEDS_RESPONSE for state in D if state is not D.NEEDS_RESPONSE},
        **{(state, DE.ANSWERED): D.UNDER_REVIEW for state in D if state is not D.UNDER_REVIEW},
        **{(state, DE.WON): D.WON for state in D if state is not D.WON},
        **{(state, DE.LOST): D.LOST for state in D if state is not D.LOST},
        **{(state, DE.PREVENTED): D.PREVENTED for state in D if state is not D.PREVENTED},
    },
)
DISPUTE_EVENT = {
    DisputeTold.EARLY_WARNING: DE.WARNED,
    DisputeTold.NEEDS_RESPONSE: DE.OPENED,
    DisputeTold.UNDER_REVIEW: DE.ANSWERED,
    DisputeTold.WON: DE.WON,
    DisputeTold.LOST: DE.LOST,
    DisputeTold.PREVENTED: DE.PREVENTED,
}

TOLD_EVENT = {
    Told.ACTION_REQUIRED: AE.SHOWN,
    Told.PROCESSING: AE.ACCEPTED,
    Told.SUCCEEDED: AE.SUCCEEDED,
    Told.FAILED: AE.FAILED,
    Told.CANCELED: AE.CANCELED,
    Told.EXPIRED: AE.EXPIRED,
}

ASK_AFTER = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 60, 120, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 24 * 3600)
)
"""The janitor's patience with one attempt; then a person is asked."""


def next_ask(asked: int, *, now: datetime) -> datetime | None:
    """When to ask again after `asked` answers that settled nothing; None: a person must look."""
    return now + ASK_AFTER[asked] if asked < len(ASK_AFTER) else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an attempt is allowed to bring."""

    ref: str
    amount: Money
    merchant: str | None


class Odd(StrEnum):
    """Why money that did arrive is not the money that was owed."""

    AMOUNT = "wrong_amount"
    CURRENCY = "wrong_currency"
    MERCHANT = "wrong_merchant"
    REFERENCE = "wrong_reference"


def oddity(expected: Expected, told: Snapshot) -> Odd | None:
    """What is wrong with a success; None when it is the money that was owed."""
    if told.ref is not None and told.ref != expected.ref:
        return Odd.REFERENCE
    if told.merchant != expected.merchant:
        return Odd.MERCHANT
    if told.amount.currency != expected.amount.currency:
        return Odd.CURRENCY
    if told.amount.minor != expected.amount.minor:
        return Odd.AMOUNT
    return None


def attempt_event(state: AttemptState, *, expected: Expected, told: Snapshot) -> AttemptEvent | None:
    """The move that a provider's answer makes; None when it changes nothing.

    Success is accepted from every state and never left; a final state is only left by success.
    """
    event = TOLD_EVENT.get(told.told)
    if event is AE.SUCCEEDED and oddity(expected, told) is not None:
        event = AE.MISMATCHED
    if event is None or not ATTEMPT.allows(state, event):
        return None
    return event if ATTEMPT.after(state, event) != state else None


@dataclass(frozen=True, slots=True)
class Part:
    """One attempt's share of a payment, as the settlement weighs it."""

    attempt_id: int
    state: AttemptState
    amount: Money
    is_wallet: bool


def covers(parts: Sequence[Part], *, owed: Money) -> bool:
    """Do the money received and the wallet part held pay what is owed?"""
    brought = sum(
        part.amount.minor
        for part in parts
        if part.state is A.SUCCEEDED or (part.is_wallet and part.state is A.PROCESSING)
    )
    return brought >= owed.minor


def wallet_share(has: Money, owed: Money, *, least: int) -> Money:
    """How much of a wallet goes first, so that nothing is left to pay or at least `least` minor units.

    Providers take no tiny amounts, and tiny amounts are how stolen cards are tested.
    """
    part = min(has, owed)
    rest = owed.minor - part.minor
    return part if rest == 0 else Money(max(0, min(part.minor, owed.minor - least)), owed.currency)


def taxes_back(
    taxes: Sequence[tuple[str, Money]],
    *,
    total: Money,
    refunded: int,
    returned: Mapping[str, int],
    at_most: Money,
) -> list[tuple[str, Money]]:
    """Each tax's share of a refund, so that all refunds together return exactly what was collected.

    `refunded` is everything given back with this refund, `returned` the taxes of the refunds before, in minor
    units. Shares are rounded down until the last cent is given back; no share is above what is left of it.
    """
    left = at_most.minor
    shares: dict[str, int] = {}
    for code, collected in taxes:
        due = collected.minor * min(refunded, total.minor) // total.minor - returned.get(code, 0)
        shares[code] = min(max(due, 0), left)
        left -= shares[code]
    # Rounding down must not let the net part grow above the net price: the last cents are taxes.
    net_before = refunded - at_most.minor - sum(returned.values())
    above = left - max(0, total.minor - sum(tax.minor for _, tax in taxes) - net_before)
    for code, collected in taxes:
        more = min(max(above, 0), collected.minor - returned.get(code, 0) - shares[code])
        shares[code] += more
        above -= more
    return [(code, Money(share, total.currency)) for code, share in shares.items()]


class CaseState(StrEnum):
    """One difference between a provider's statement and our books."""

    OPEN = "open"
    RESOLVED = "resolved"


class Difference(StrEnum):
    """How a statement and our books differ."""

    NOT_OURS = "not_ours"  # the provider moved something that we do not know
    NOT_THEIRS = "not_theirs"  # we booked something that the provider does not list
    AMOUNT = "amount"
    FEE = "fee"
    CURRENCY = "currency"
    PAYOUT = "payout"  # a payout that its lines do not explain

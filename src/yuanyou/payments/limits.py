"""Who may try to pay now: card testers are slowed and stopped, honest people hardly notice. Pure.

Counts are of tries with providers; thresholds follow reference figures of the trade and can be set.
"""

from dataclasses import dataclass
from enum import StrEnum

BREAKER_TRIES_MIN = 20
"""Fewer tries in ten minutes say nothing about the share that failed."""
BREAKER_FAILED_PERCENT = 40


class Answer(StrEnum):
    """What follows from what was tried lately."""

    FREE = "free"
    VERIFY = "verify"  # the payer's bank must confirm the payer (3-D Secure)
    REFUSE = "refuse"


class Why(StrEnum):
    """What was too much, for the page and the log."""

    TRIES = "too_many_tries"
    CARDS = "too_many_cards"
    DAY = "day_limit"
    BREAKER = "breaker"


@dataclass(frozen=True, slots=True)
class Lately:
    """What was tried and paid before this try. Money in minor units of the order's currency."""

    failed_hour: int
    """Tries of this customer or this browser that failed within an hour."""
    failed_day: int
    address_failed_hour: int
    """The same of everybody at this network address: a dormitory shares one."""
    address_failed_day: int
    cards_day: int
    """Different cards this customer showed within a day."""
    paid_day: int
    """What this customer paid through providers within a day, in whatever currency."""
    all_tries: int
    """Everybody's tries within ten minutes, and how many failed."""
    all_failed: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much. `paid_day` in minor units."""

    paid_day: int
    verify_failed_hour: int = 3
    refuse_failed_day: int = 6
    verify_address_hour: int = 15
    refuse_address_day: int = 60
    verify_cards_day: int = 2
    refuse_cards_day: int = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    answer: Answer
    why: Why | None = None


def judge(lately: Lately, limits: Limits, *, amount: int) -> Verdict:
    """May `amount` be tried now? The first rule that holds, refusals before confirmations."""
    failed_hour, failed_day = lately.failed_hour, lately.failed_day
    rules = (
        (Answer.REFUSE, Why.DAY, lately.paid_day + amount > limits.paid_day),
        (Answer.REFUSE, Why.TRIES, failed_day >= limits.refuse_failed_day),
        (Answer.REFUSE, Why.TRIES, lately.address_failed_day >= limits.refuse_address_day),
        (Answer.REFUSE, Why.CARDS, lately.cards_day >= limits.refuse_cards_day),
        (Answer.VERIFY, Why.BREAKER, breaker_open(lately)),
        (Answer.VERIFY, Why.TRIES, failed_hour >= limits.verify_failed_hour),
        (Answer.VERIFY, Why.TRIES, lately.address_failed_hour >= limits.verify_address_hour),
        (Answer.VERIFY, Why.CARDS, lately.cards_day >= limits.verify_cards_day),
    )
    return next((Verdict(answer, why) for answer, why, holds in rules if holds), Verdict(Answer.FREE))


def breaker_open(lately: Lately) -> bool:
    """Do so many of everybody's tries fail that somebody is testing stolen cards?"""
    enough = lately.all_tries >= BREAKER_TRIES_MIN
    return enough and lately.all_failed * 100 > lately.all_tries * BREAKER_FAILED_PERCENT

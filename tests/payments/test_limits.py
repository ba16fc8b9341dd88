"""How much is too much: each threshold at its edge."""

from dataclasses import replace

import pytest

from yuanyou.payments.limits import Answer, Lately, Limits, Verdict, Why, judge

CALM = Lately(
    failed_hour=0,
    failed_day=0,
    address_failed_hour=0,
    address_failed_day=0,
    cards_day=0,
    paid_day=0,
    all_tries=0,
    all_failed=0,
)
LIMITS = Limits(paid_day=20_000)


def said(amount: int = 1000, **lately: int) -> Verdict:
    return judge(replace(CALM, **lately), LIMITS, amount=amount)


def test_nothing_lately_is_free() -> None:
    assert said() == Verdict(Answer.FREE)


@pytest.mark.parametrize(
    ("what", "edge", "why"),
    [
        ("failed_hour", 3, Why.TRIES),
        ("address_failed_hour", 15, Why.TRIES),
        ("cards_day", 2, Why.CARDS),
    ],
)
def test_from_here_on_the_bank_must_confirm(what: str, edge: int, why: Why) -> None:
    assert said(**{what: edge - 1}).answer is Answer.FREE
    assert said(**{what: edge}) == Verdict(Answer.VERIFY, why)


@pytest.mark.parametrize(
    ("what", "edge", "why"),
    [
        ("failed_day", 6, Why.TRIES),
        ("address_failed_day", 60, Why.TRIES),
        ("cards_day", 4, Why.CARDS),
    ],
)
def test_from_here_on_it_is_refused(what: str, edge: int, why: Why) -> None:
    assert said(**{what: edge - 1}).answer is not Answer.REFUSE
    assert said(**{what: edge}) == Verdict(Answer.REFUSE, why)


def test_the_days_limit_counts_this_try() -> None:
    assert said(20_000).answer is Answer.FREE
    assert said(1, paid_day=20_000) == Verdict(Answer.REFUSE, Why.DAY)


@pytest.mark.parametrize(
    ("tries", "failed", "answer"),
    [(19, 19, Answer.FREE), (20, 8, Answer.FREE), (20, 9, Answer.VERIFY), (100, 41, Answer.VERIFY)],
)
def test_the_breaker_opens_above_forty_percent_of_enough_tries(
    tries: int, failed: int, answer: Answer
) -> None:
    assert said(all_tries=tries, all_failed=failed).answer is answer

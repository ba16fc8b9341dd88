"""Card testers are stopped at the pay form; an honest person at most confirms with the bank."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from tests.flows.test_with_stripe import line_of, now
from tests.houses import BY_CARD, fund, renew
from tests.people import People
from tests.plans import MONTH, version_of
from yuanyou.flows import checkout, renewal, top_up
from yuanyou.flows.step import in_cell
from yuanyou.flows.watch import TooMuch, Trail
from yuanyou.kernel.money import Money
from yuanyou.orders.models import Order
from yuanyou.orders.rules import Start
from yuanyou.payments.limits import Why
from yuanyou.payments.models import Attempt
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound", "sandbox")
HERE = Trail(device="d1", address="a1")


def begin(
    line_id: int, trail: Trail = HERE, *, by_guest: bool = False, at: timedelta = timedelta()
) -> Attempt:
    order, _ = renewal.begin(
        line_id,
        version_id=version_of(MONTH),
        start=Start.AFTER,
        tender=replace(BY_CARD, trail=trail),
        key=uuid4(),
        by_guest=by_guest,
        language="en",
        again=True,
        now=now() + at,
    )
    with in_cell(1):
        return Attempt.objects.get(payment__order=order)


def fail(attempt: Attempt) -> None:
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(state="failed", reason="declined", ask_at=None)


def test_after_three_failures_the_bank_must_confirm_and_after_six_nothing_is_tried(people: People) -> None:
    line_id = line_of(people)
    asked = []
    for _ in range(6):
        attempt = begin(line_id)
        asked.append(attempt.verify)
        fail(attempt)
    assert asked == [False, False, False, True, True, True]
    with pytest.raises(TooMuch) as refused:
        begin(line_id)
    assert refused.value.why is Why.TRIES
    with in_cell(1):
        assert Order.objects.filter(state="open").count() == 6  # the refused one left nothing
    assert not begin(line_id, at=timedelta(days=1, minutes=1)).verify


def _paid_with(attempt: Attempt, method: str, fingerprint: str) -> None:
    with in_cell(1):
        Attempt.objects.filter(pk=attempt.pk).update(method=method, fingerprint=fingerprint)


@pytest.mark.parametrize(("method", "too_many"), [("card", True), ("alipay", False)])
def test_four_cards_a_day_are_too_many_and_accounts_elsewhere_are_no_cards(
    people: People, method: str, *, too_many: bool
) -> None:
    line_id = line_of(people)
    for number in range(4):
        _paid_with(begin(line_id), method, f"of {number}")
    if too_many:
        with pytest.raises(TooMuch) as refused:
            begin(line_id)
        assert refused.value.why is Why.CARDS
    else:
        assert not begin(line_id).verify


def test_a_guest_who_tests_cards_is_known_by_the_browser_and_does_not_block_the_owner(people: People) -> None:
    line_id = line_of(people)
    for _ in range(6):
        fail(begin(line_id, by_guest=True))
    with pytest.raises(TooMuch):
        begin(line_id, by_guest=True)
    assert not begin(line_id, Trail(device="d2", address="a2")).verify


def test_a_dormitory_behind_one_address_is_not_one_person(people: People) -> None:
    line_id = line_of(people)
    for number in range(8):
        fail(begin(line_id, Trail(device=f"d{number}", address="a1"), by_guest=True))
    assert not begin(line_id, Trail(device="mine", address="a1"), by_guest=True).verify


def test_when_most_of_everybodys_tries_fail_everybody_confirms(people: People) -> None:
    line_id = line_of(people)
    for number in range(20):
        fail(begin(line_id, Trail(device=f"d{number}", address=f"a{number}"), by_guest=True))
    assert begin(line_id, Trail(device="mine", address="mine"), by_guest=True).verify
    assert not begin(
        line_id, Trail(device="mine", address="mine"), by_guest=True, at=timedelta(minutes=11)
    ).verify


def test_a_days_top_ups_end_at_the_limit(people: People) -> None:
    settings.CONFIG = replace(settings.CONFIG, top_up_day_limit=30_000)
    for _ in range(2):
        order = put(people, 15_000)
        with in_cell(1):
            Attempt.objects.filter(payment__order=order).update(state="processing")
    with pytest.raises(TooMuch) as refused:
        put(people, 500)
    assert refused.value.why is Why.DAY
    with in_cell(1):
        Attempt.objects.update(state="failed", ask_at=None)


def put(people: People, minor: int) -> Order:
    tender = checkout.Tender(method="card", provider="stripe", use_wallet=False)
    return top_up.begin(
        people.mei, amount=Money(minor, "USD"), tender=tender, key=uuid4(), language="en", now=now()
    )[0]


def test_paying_from_the_wallet_is_never_watched(people: People) -> None:
    line_id = line_of(people)
    for _ in range(6):
        fail(begin(line_id))
    fund(people.mei, 10_000, now=now())
    assert renew(line_id, MONTH, again=True, now=now()).state == "fulfilled"


def test_the_bank_is_really_asked(sandbox: RunningSandbox, people: People) -> None:
    line_id = line_of(people)
    for _ in range(3):
        fail(begin(line_id))
    assert checkout.ask_for(begin(line_id).pk)[1].verify

"""Automatic renewal from a kept PayPal, through the official SDK: paid once, declined, silent, taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flows.test_auto_renewal import agree, order_of, told, tries
from tests.flows.test_with_paypal import BY_PAYPAL, pay
from tests.flows.test_with_stripe import janitor, line_of, now
from tests.houses import give_line, see
from tests.people import People
from yuanyou.flows import auto_renewal, saved_methods
from yuanyou.flows.auto_renewal import Outcome
from yuanyou.flows.step import in_cell
from yuanyou.orders.rules import OrderState
from yuanyou.payments.models import SavedMethod
from yuanyou.payments.port import Why
from yuanyou_sandbox.testing import RunningSandbox

pytestmark = pytest.mark.usefixtures("house", "sound")


@pytest.fixture
def ending(sandbox: RunningSandbox, people: People) -> int:
    """A line whose plan ends tonight, to be renewed by itself from the PayPal that Mei keeps."""
    pay(sandbox, line_of(people), by=replace(BY_PAYPAL, keep=True))
    line_id = give_line(people.mei, now=now() - timedelta(days=30))
    agree(line_id, people.mei, now=now())
    return line_id


def kept() -> SavedMethod:
    with in_cell(1):
        return SavedMethod.objects.get(provider="paypal")


def charge(line_id: int) -> Outcome:
    return auto_renewal.charge(line_id, now=now())


def test_a_kept_paypal_renews_once(sandbox: RunningSandbox, ending: int) -> None:
    assert charge(ending) is Outcome.RENEWED
    assert charge(ending) is Outcome.NOT_DUE
    assert tries(ending) == [("", "succeeded", None)]
    assert len(see(ending).terms) == 2
    assert told(ending) == ["auto_renewal_on", "auto_renewed"]


def test_a_decline_asks_the_owner_and_is_remembered(sandbox: RunningSandbox, ending: int) -> None:
    sandbox.control(f"paypal/vault/{kept().saved_ref}", {"funding": "card_declined"})
    for _ in range(2):
        assert charge(ending) is Outcome.ASKED
    assert tries(ending) == [("", "failed", Why.DECLINED)]
    assert kept().trouble == Why.DECLINED
    assert told(ending)[1:] == ["auto_renewal_failed"]


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500"])
def test_a_silence_is_waited_for_and_charged_once(sandbox: RunningSandbox, ending: int, fault: str) -> None:
    sandbox.control(
        "faults", {"company": "paypal", "fault": fault, "on": "orders.create", "times": 9, "seconds": 9}
    )
    assert charge(ending) is Outcome.WAITING
    assert charge(ending) is Outcome.WAITING
    sandbox.control("faults", method="DELETE")
    janitor()
    assert charge(ending) is Outcome.RENEWED
    assert len(see(ending).terms) == 2
    assert len(tries(ending)) == 1


def test_a_consent_ended_at_paypal_is_a_refusal_and_the_order_waits(
    sandbox: RunningSandbox, ending: int
) -> None:
    sandbox.control(f"paypal/vault/{kept().saved_ref}", {"state": "canceled"})
    assert charge(ending) is Outcome.ASKED
    assert order_of(ending).state == OrderState.OPEN
    assert len(see(ending).terms) == 1


def test_what_is_removed_is_forgotten_by_paypal_too(sandbox: RunningSandbox, ending: int) -> None:
    one = kept()
    saved_methods.remove(one.customer_id, one.pk, now=now())
    assert saved_methods.work(1, now=now()) == 1
    assert kept().forget_at is None
    assert saved_methods.work(1, now=now() + timedelta(days=1)) == 0
    assert charge(ending) is Outcome.ASKED

"""Only an explicit no of Stripe is a no, and each decline is told in the words all adapters share."""

from collections.abc import Iterable
from types import SimpleNamespace

import pytest
import stripe

from tests.providers.stripe.conftest import Desk
from yuanyou.payments.port import Declined, Misconfigured, Refused, Told, Unknown, Why
from yuanyou.providers.stripe.errors import CODES, translated, why

CARDS = {
    "4000000000000002": Why.DECLINED,
    "4000000000009995": Why.INSUFFICIENT_FUNDS,
    "4000000000009987": Why.SUSPECTED,
    "4000000000009979": Why.SUSPECTED,
    "4000000000000069": Why.EXPIRED,
    "4000000000000127": Why.WRONG_DETAILS,
    "4000000000000119": Why.TRY_AGAIN,
}
"""Stripe's test cards and what they are declined for. Source: docs.stripe.com/testing#declined-payments."""


class TestWhy:
    def test_no_code_means_two_things(self) -> None:
        all_codes = [code for codes in CODES.values() for code in codes]
        assert len(all_codes) == len(set(all_codes))

    def test_the_banks_own_code_says_more_than_stripes(self) -> None:
        assert why(SimpleNamespace(code="card_declined", decline_code="stolen_card")) is Why.SUSPECTED

    @pytest.mark.parametrize("decline_code", [None, "generic_decline", "of_next_year"])
    def test_what_says_nothing_is_just_a_decline(self, decline_code: str | None) -> None:
        assert why(SimpleNamespace(code="card_declined", decline_code=decline_code)) is Why.DECLINED

    def test_an_error_without_a_decline_code_is_read_by_its_code(self) -> None:
        error = SimpleNamespace(code="payment_intent_authentication_failure")
        assert why(error) is Why.AUTHENTICATION_FAILED

    def test_where_nothing_went_wrong_there_is_no_reason(self) -> None:
        assert why(None) is None

    @pytest.mark.parametrize(("card", "reason"), CARDS.items())
    def test_a_declined_card_is_told_with_its_reason(self, desk: Desk, card: str, reason: Why) -> None:
        told = desk.paid(card)[1]
        assert (told.told, told.reason) == (Told.ACTION_REQUIRED, reason)
        assert desk.money("gross") == 0

    def test_a_failed_confirmation_says_so(self, desk: Desk) -> None:
        told = desk.paid("4000002500003155", how={"challenge": "fail"})[1]
        assert told.reason is Why.AUTHENTICATION_FAILED


def _no(status: int, **more: str) -> stripe.InvalidRequestError:
    return stripe.InvalidRequestError("no", param=more.pop("param", None), http_status=status, **more)


MEANINGS: Iterable[tuple[Exception, type[Exception]]] = [
    (stripe.AuthenticationError("wrong key", http_status=401), Misconfigured),
    (stripe.PermissionError("not allowed", http_status=403), Misconfigured),
    (stripe.IdempotencyError("other parameters", http_status=400), Unknown),
    (stripe.RateLimitError("slower", http_status=429), Unknown),
    (stripe.APIConnectionError("reset"), Unknown),
    (stripe.APIError("broken", http_status=500), Unknown),
    (_no(409), Unknown),
    (_no(500), Unknown),
    (_no(400), Refused),
    (_no(404, code="resource_missing"), Refused),
    (stripe.CardError("declined", param=None, code="card_declined", http_status=402), Declined),
    (KeyError("object"), Unknown),
    (AttributeError("status"), Unknown),
]


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda each: repr(each)[:40])
def test_each_error_has_one_meaning(error: Exception, meaning: type[Exception]) -> None:
    with pytest.raises(meaning) as raised, translated():
        raise error
    assert type(raised.value) is meaning


@pytest.mark.parametrize("fault", ["error_500_kept", "lock_timeout", "key_in_use", "rate_limit"])
def test_what_stripe_may_have_done_is_unknown(desk: Desk, fault: str) -> None:
    desk.goes_wrong(fault, "sessions.create", times=9)
    with pytest.raises(Unknown):
        desk.adapter.create(desk.asked())


def test_a_key_that_is_being_used_is_waited_for(desk: Desk) -> None:
    desk.goes_wrong("key_in_use", "sessions.create")
    assert desk.adapter.create(desk.asked()).url

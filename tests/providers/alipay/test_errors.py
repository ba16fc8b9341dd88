"""What Alipay's refusals mean: only an explicit one is a no, and whose fault it is decides what follows."""

import httpx
import pytest

from yuanyou.payments.port import Declined, Misconfigured, ProviderTrouble, Refused, Unknown, Why
from yuanyou.providers.alipay.errors import Problem, translated


@pytest.mark.parametrize(
    ("code", "sub_code", "kind"),
    [
        ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", Declined),
        ("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", Declined),
        ("40004", "ACQ.TRADE_HAS_CLOSE", Refused),
        ("40004", "ACQ.SOMETHING_NEW", Refused),
        ("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", Misconfigured),
        ("40004", "ACQ.SYSTEM_ERROR", Unknown),
        ("40004", "ACQ.TRADE_HAS_SUCCESS", Unknown),
        ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST", Unknown),
        ("40004", "isp.unknow-error", Unknown),
        ("20000", "aop.unknow-error", Unknown),
        ("40001", "isv.missing-signature", Misconfigured),
        ("40002", "isv.invalid-signature", Misconfigured),
        ("40006", "isv.insufficient-isv-permissions", Misconfigured),
        ("20001", "aop.invalid-auth-token", Misconfigured),
        ("99999", "what.is-this", Unknown),
    ],
)
def test_each_refusal_has_one_meaning(code: str, sub_code: str, kind: type[ProviderTrouble]) -> None:
    with pytest.raises(kind) as raised, translated():
        raise Problem(code, sub_code)
    assert type(raised.value) is kind


def test_a_decline_says_why_in_our_words() -> None:
    trouble = Problem("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH").trouble()
    assert trouble.reason == Why.INSUFFICIENT_FUNDS


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("late"), httpx.ConnectError("no"), ValueError("not JSON"), KeyError("code")]
)
def test_what_the_network_or_a_strange_answer_does_is_unknown(error: Exception) -> None:
    with pytest.raises(Unknown), translated():
        raise error

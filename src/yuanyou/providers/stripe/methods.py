"""What this installation's Stripe account can be paid with, and what each asks of a Checkout Session.

Sources: docs.stripe.com/payments/payment-methods (refund windows, disputes), /payments/wechat-pay (client),
/currencies (minimum charge amounts).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from yuanyou.payments.port import Ask, Method, Place
from yuanyou.providers.stripe.amounts import CURRENCIES

MOST = {"USD": 99_999_999}
LEAST = {
    **dict.fromkeys(("USD", "EUR", "CAD", "AUD", "NZD", "CHF", "SGD", "INR", "JPY"), 50),
    "GBP": 30,
    "AED": 200,
    "MYR": 200,
    "PLN": 200,
    "DKK": 250,
    "NOK": 300,
    "SEK": 300,
    "HKD": 400,
    "MXN": 1000,
    "THB": 1000,
    "CZK": 1500,
    "HUF": 17_500,
}
"""What Stripe takes at least; elsewhere about half a dollar, which only Stripe's rate tells."""
ALIPAY = frozenset({"USD", "CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "AUD", "CAD", "MYR", "NZD"})
WECHAT_PAY = ALIPAY - {"MYR", "NZD"}
DOLLARS = frozenset({"USD"})


def _least(currencies: frozenset[str]) -> dict[str, int]:
    return {code: minor for code, minor in LEAST.items() if code in currencies}


METHODS = {
    method.code: method
    for method in (
        Method(
            code="card",
            currencies=CURRENCIES,
            minimum=_least(CURRENCIES),
            maximum=MOST,
            refund_window=timedelta(days=180),
            disputes=True,
            saves=True,
            brands=("visa", "mastercard", "amex", "unionpay", "jcb", "discover", "diners"),
        ),
        Method(
            code="alipay",
            currencies=ALIPAY,
            minimum=_least(ALIPAY),
            maximum=MOST,
            refund_window=timedelta(days=90),
            disputes=False,
            places=frozenset({Place.BROWSER, Place.PHONE}),  # WeChat's browser does not open Alipay
        ),
        Method(
            code="wechat_pay",
            currencies=WECHAT_PAY,
            minimum=_least(WECHAT_PAY),
            maximum=MOST,
            refund_window=timedelta(days=180),
            disputes=False,
        ),
        Method(
            code="us_bank_account",
            currencies=DOLLARS,
            minimum=_least(DOLLARS),
            maximum=MOST,
            refund_window=timedelta(days=180),
            disputes=True,
            delayed=True,
        ),
    )
}


def options(ask: Ask) -> Mapping[str, Any]:
    """`payment_method_options` of a session or an intent; empty when there are none."""
    if ask.method == "wechat_pay":
        return {"wechat_pay": {"client": "web"}}
    if ask.method == "card" and ask.verify:
        return {"card": {"request_three_d_secure": "any"}}
    return {}

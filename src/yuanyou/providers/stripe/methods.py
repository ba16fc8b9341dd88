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
LEAST = {"USD": 50}
METHODS = {
    method.code: method
    for method in (
        Method(
            code="card",
            currencies=CURRENCIES,
            minimum=LEAST,
            maximum=MOST,
            refund_window=timedelta(days=180),
            disputes=True,
            saves=True,
            brands=("visa", "mastercard", "amex", "unionpay", "jcb", "discover", "diners"),
        ),
        Method(
            code="alipay",
            currencies=frozenset(
                {"USD", "CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "AUD", "CAD", "MYR", "NZD"}
            ),
            minimum=LEAST,
            maximum=MOST,
            refund_window=timedelta(days=90),
            disputes=False,
            places=frozenset({Place.BROWSER}),  # WeChat's browser does not open Alipay
        ),
        Method(
            code="wechat_pay",
            currencies=frozenset({"USD", "CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "AUD", "CAD"}),
            minimum=LEAST,
            maximum=MOST,
            refund_window=timedelta(days=180),
            disputes=False,
        ),
        Method(
            code="us_bank_account",
            currencies=frozenset({"USD"}),
            minimum=LEAST,
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

"""Which types of payment methods a payment takes, and what was asked for each of them.

Sources: docs.stripe.com/api/checkout/sessions/create and /api/payment_intents/create.
"""

from collections.abc import Callable, Collection
from typing import Any

from yuanyou_sandbox.stripe.cards import DEBITS, possible_types, usual_types
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.methods import ALIPAY, WALLETS, WECHAT_PAY
from yuanyou_sandbox.stripe.params import Params

USAGES = ("off_session", "on_session")
VERIFICATIONS = ("any", "automatic", "challenge")


def types_asked(params: Params, currency: str) -> list[str]:
    """`payment_method_types`, or those that the account usually offers."""
    asked = params.texts("payment_method_types")
    for kind in asked:
        if kind not in possible_types(currency):
            raise ApiError(
                f"The payment method type provided: {kind} is invalid. Please ensure the provided type is"
                f" activated in your dashboard and supports the currency {currency}.",
                param="payment_method_types",
            )
    return asked or usual_types(currency)


def check_usage(types: Collection[str], usage: str | None) -> None:
    """ApiError for a type that cannot be kept although it shall be."""
    single_use = [kind for kind in types if kind in WALLETS]
    if usage and single_use:
        told = ", ".join(f'"{kind}"' for kind in single_use)
        raise ApiError(
            "`setup_future_usage` cannot be used with one or more of the values you specified in"
            " `payment_method_types`. Please remove `setup_future_usage` or these types from"
            f" `payment_method_types` and try again: [{told}].",
            param="payment_method_types",
        )


def options(group: Params | None) -> dict[str, Any]:
    """`payment_method_options` by type."""
    found: dict[str, Any] = {}
    for kind, read in READERS.items():
        inner = group.group(kind) if group else None
        if inner:
            found[kind] = {name: value for name, value in read(inner).items() if value is not None}
    return found


def check_client(found: dict[str, Any], clients: Collection[str]) -> None:
    """ApiError unless WeChat Pay knows its client, one of `clients`."""
    client = found.get(WECHAT_PAY, {}).get("client")
    param = f"payment_method_options[{WECHAT_PAY}][client]"
    if client is None:
        raise ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if client not in clients:
        raise ApiError(f"Invalid {param}: must be one of {', '.join(clients)}", param=param)


def _card(group: Params) -> dict[str, Any]:
    group.without_effect("statement_descriptor_suffix_kana", "statement_descriptor_suffix_kanji")
    return {
        "request_three_d_secure": group.choice("request_three_d_secure", VERIFICATIONS),
        "setup_future_usage": group.choice("setup_future_usage", USAGES),
    }


def _single_use(group: Params) -> dict[str, Any]:
    return {"setup_future_usage": group.choice("setup_future_usage", ["none"])}


def _wechat_pay(group: Params) -> dict[str, Any]:
    return {"client": group.text("client"), **_single_use(group)}


def _debit(group: Params) -> dict[str, Any]:
    group.without_effect("financial_connections", "mandate_options", "target_date", "verification_method")
    return {"setup_future_usage": group.choice("setup_future_usage", USAGES)}


READERS: dict[str, Callable[[Params], dict[str, Any]]] = {
    "card": _card,
    ALIPAY: _single_use,
    WECHAT_PAY: _wechat_pay,
    **dict.fromkeys(DEBITS.values(), _debit),
}

"""Which request is which operation. The names are the switchboard's (`on`)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import bills, codepay, keys, orders, refunds
from yuanyou_sandbox.wechat.account import Account
from yuanyou_sandbox.wechat.errors import ApiError, bad_field
from yuanyou_sandbox.wechat.fields import Fields

Asked = Mapping[str, str]
Outcome = Document | bytes | tuple[int, Document] | None
"""A body; a file; a status and its body; nothing (204)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as far as it is understood. `ident` is the last variable step of its path."""

    account: Account
    ident: str
    asked: Asked
    body: Any

    def fields(self) -> Fields:
        return Fields(self.body)


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    """A regular expression; its group is `ident`."""
    run: Callable[[Call], Outcome]


def certificates(account: Account) -> Document:
    """GET /v3/certificates: WeChat's platform certificates, sealed for the merchant."""
    return {
        "data": [
            {
                "serial_no": each.ident,
                "effective_time": found.not_valid_before_utc.isoformat(),
                "expire_time": found.not_valid_after_utc.isoformat(),
                "encrypt_certificate": keys.sealed(pem, account.api_key, "certificate"),
            }
            for each in account.certified_keys()
            for found, pem in [each.certificate_and_pem()]
        ]
    }


def _ours(call: Call) -> Call:
    """A query names the merchant once more."""
    if call.asked.get("mchid") != call.account.mchid:
        raise bad_field("/mchid", "与请求头中的商户号不一致", call.asked.get("mchid"))
    return call


def _by_number(call: Call) -> Outcome:
    return orders.retrieve(_ours(call).account, call.ident)


def _by_id(call: Call) -> Outcome:
    return orders.retrieve_by_id(_ours(call).account, call.ident)


NAMED = "/v3/pay/transactions/out-trade-no/([^/]+)"
REFUNDS = "/v3/refund/domestic/refunds"
OPERATIONS = (
    Operation(
        *("transactions.native", "POST", "/v3/pay/transactions/native()"),
        lambda call: orders.native(call.account, call.fields()),
    ),
    Operation(
        *("transactions.jsapi", "POST", "/v3/pay/transactions/jsapi()"),
        lambda call: orders.jsapi(call.account, call.fields()),
    ),
    Operation(
        *("transactions.h5", "POST", "/v3/pay/transactions/h5()"),
        lambda call: orders.h5(call.account, call.fields()),
    ),
    Operation(
        *("transactions.codepay", "POST", "/v3/pay/transactions/codepay()"),
        lambda call: codepay.pay(call.account, call.fields()),
    ),
    Operation("transactions.get", "GET", NAMED, _by_number),
    Operation("transactions.get_by_id", "GET", "/v3/pay/transactions/id/([^/]+)", _by_id),
    Operation(
        *("transactions.close", "POST", f"{NAMED}/close"),
        lambda call: orders.close(call.account, call.ident, call.fields()),
    ),
    Operation(
        *("transactions.reverse", "POST", f"{NAMED}/reverse"),
        lambda call: codepay.reverse(call.account, call.ident, call.fields()),
    ),
    Operation(
        "refunds.create", "POST", f"{REFUNDS}()", lambda call: refunds.create(call.account, call.fields())
    ),
    Operation(
        "refunds.get", "GET", f"{REFUNDS}/([^/]+)", lambda call: refunds.retrieve(call.account, call.ident)
    ),
    Operation("certificates", "GET", "/v3/certificates()", lambda call: certificates(call.account)),
    Operation(
        "bills.trade", "GET", "/v3/bill/tradebill()", lambda call: bills.trade_bill(call.account, call.asked)
    ),
    Operation(
        *("bills.fund_flow", "GET", "/v3/bill/fundflowbill()"),
        lambda call: bills.fund_flow_bill(call.account, call.asked),
    ),
    Operation(
        *("bills.download", "GET", "/v3/billdownload/file()"),
        lambda call: bills.download(call.account, call.asked),
    ),
)
ACTS = tuple(each.name for each in OPERATIONS)


def operation_of(method: str, path: str) -> tuple[Operation, str]:
    """The operation and what it is about. ApiError (404) for what WeChat, or the sandbox, does not know."""
    for each in OPERATIONS:
        found = re.fullmatch(each.path, path)
        if found and each.method == method:
            return each, found.group(1)
    raise ApiError(
        404,
        "RESOURCE_NOT_EXISTS",
        f"{method} {path}: the sandbox does not simulate it; see yuanyou_sandbox/wechat/operations.py.",
    )

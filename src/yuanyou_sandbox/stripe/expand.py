"""`expand[]`: ids in an answer replaced by the objects they name, up to four levels deep."""

from collections.abc import Iterable
from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.stripe import balance
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.checkout import lines_of
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.listing import USUAL, listed

DEEPEST = 4
KINDS = {
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "charge": "charge",
    "latest_charge": "charge",
    "customer": "customer",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
}
SOURCES = {"ch": "charge", "py": "charge", "re": "refund", "du": "dispute", "po": "payout"}


def expanded(account: Account, answer: Document, paths: Iterable[str]) -> Document:
    """`answer` with every path of `paths` opened. ApiError for what cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST + (steps[0] == "data"):
            raise ApiError(
                f"You cannot expand more than {DEEPEST} levels of a property: {path}.", param="expand"
            )
        _open(account, answer, steps, path)
    return answer


def _open(account: Account, node: Any, steps: list[str], path: str) -> None:
    if node is None or not steps:
        return
    if isinstance(node, list):
        for each in node:
            _open(account, each, steps, path)
        return
    step, *rest = steps
    if step == "data" and node.get("object") in {"list", "search_result"}:
        _open(account, node["data"], rest, path)
        return
    node[step] = _opened(account, node, step, path)
    _open(account, node[step], rest, path)


def _opened(account: Account, node: Document, step: str, path: str) -> Any:
    if step == "line_items" and node.get("object") == "checkout.session":
        return lines_of(account, node["id"])
    if step == "refunds" and node.get("object") == "charge":
        found, more = account.page("refund", Page(limit=USUAL, key=("charge", node["id"])))
        return listed(found, f"/v1/charges/{node['id']}/refunds", more=more)
    if step not in node or (step not in KINDS and step != "source"):
        raise ApiError(
            f"This property cannot be expanded ({step}). You may want to try expanding 'data.{step}' instead."
            if node.get("object") == "list"
            else f"This property cannot be expanded ({path}).",
            param="expand",
        )
    value = node[step]
    if not isinstance(value, str):
        return value
    kind = SOURCES[value[:2]] if step == "source" else KINDS[step]
    found_one = account.get(kind, value)
    return balance.shown(account, found_one) if kind == "balance_transaction" else found_one

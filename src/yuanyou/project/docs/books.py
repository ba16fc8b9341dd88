"""`docs/books/README.md`: every recipe of the ledger with worked numbers, as debits and credits."""

import inspect
from collections.abc import Callable
from datetime import date
from typing import Any

from yuanyou.kernel.money import Money, total
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Account, Entry, Posting
from yuanyou.project.docs.markdown import code, document, prose, table


def usd(minor: int) -> Money:
    return Money(minor, "USD")


WORKED: dict[str, Any] = {
    "customer_id": 7,
    "order_id": 11,
    "payment_id": 21,
    "attempt_id": 31,
    "refund_id": 41,
    "from_refund_id": 42,
    "dispute_id": 61,
    "move": 1,
    "case_id": 71,
    "ours": usd(2690),
    "theirs": usd(2590),
    "line": "txn_1",
    "term_id": 51,
    "provider": "stripe",
    "product_class": "voice",
    "code": "us-ny-sales",
    "day": date(2026, 11, 1),
    "net": usd(2500),
    "taxes": (("us-ny-sales", usd(100)), ("us-ny-911", usd(90))),
    "amount": usd(2690),
    "fee": usd(108),
    "unearned": usd(2417),
    "earned": usd(83),
}
"""One plan of USD 25.00 sold in New York for USD 26.90: the value of each parameter of a recipe."""

OTHERWISE: dict[str, dict[str, Any]] = {
    "mismatch_received": {"amount": usd(2000)},
    "wallet_part_held": {"amount": usd(1000)},
    "wallet_part_taken": {"amount": usd(1000)},
    "wallet_part_released": {"amount": usd(1000)},
    "wallet_topped_up": {"amount": usd(5000)},
    "day_earned": {"amount": usd(83)},
    "rest_earned": {"amount": usd(2417)},
}
"""Recipes whose worked amount is another."""

HEAD = """# The books

Every event that moves money is one entry; its key says what it is about, and posting it twice is one entry.
Each entry is balanced in every currency, and none is ever changed: what was wrong gets an entry of its own.
The example throughout: a plan of USD 25.00 with New York's taxes, USD 26.90 in all."""

Recipe = Callable[..., Entry]


def page() -> str:
    """The Markdown of `docs/books/README.md`."""
    shown = [block for name, recipe in _returning(Entry).items() for block in _section(name, recipe)]
    return document(HEAD, "## Accounts", _accounts(), "## Entries", *shown)


def worked(name: str, recipe: Recipe) -> Entry:
    """A recipe's example. KeyError when a parameter has no worked value."""
    given = WORKED | OTHERWISE.get(name, {})
    return recipe(**{parameter: given[parameter] for parameter in inspect.signature(recipe).parameters})


def _returning(kind: type) -> dict[str, Callable[..., Any]]:
    """The public functions of recipes.py that return this, in the file's order."""
    return {
        name: function
        for name, function in vars(recipes).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == recipes.__name__
        and inspect.signature(function).return_annotation is kind
    }


def _accounts() -> str:
    rows = []
    for function in _returning(Account).values():
        account: Account = function(**{name: WORKED[name] for name in inspect.signature(function).parameters})
        kept = "yes" if account.guarded else ""
        rows.append((code(account.name), prose(function.__doc__), _whose(function), kept))
    return table(("account", "meaning", "one for each", "never overdrawn"), rows)


def _whose(function: Callable[..., Account]) -> str:
    return ", ".join(
        name.removesuffix("_id").replace("_", " ") for name in inspect.signature(function).parameters
    )


def _section(name: str, recipe: Recipe) -> tuple[str, str, str, str]:
    entry = worked(name, recipe)
    rows = [
        (code(p.account.name), str(p.account.party or ""), _side(p, debit=True), _side(p, debit=False))
        for p in entry.postings
    ]
    debits = total((p.amount for p in entry.postings if p.amount.minor > 0), currency="USD")
    rows.append(("", "", f"**{debits.decimal}**", f"**{debits.decimal}**"))
    head = (
        f"### {entry.kind[0].upper()}{entry.kind[1:]}: {code(name)}",
        prose(recipe.__doc__),
        f"Key {code(entry.key)}",
    )
    return (*head, table(("account", "party:", "debit, USD:", "credit, USD:"), rows))


def _side(posting: Posting, *, debit: bool) -> str:
    amount = posting.amount if debit else -posting.amount
    return str(amount.decimal) if amount.minor > 0 else ""

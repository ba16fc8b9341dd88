"""The book of entries: one function for each event that moves money, and no other file names an account.

An accountant can read this file alone and know what the books will say. `docs/books/` shows each
recipe with worked numbers. Terms: *received* money belongs to a payment until the payment is sold for,
topped up or given back; *deferred* money is service sold and not yet rendered.
"""

from collections.abc import Sequence
from datetime import date

from yuanyou.kernel.money import Money, total
from yuanyou.ledger.rules import Account, Entry, Posting, credit, debit, entry


def clearing(provider: str) -> Account:
    """What a payment provider holds for us until it pays out."""
    return Account(f"assets:clearing:{provider}")


def wallet(customer_id: int) -> Account:
    """A customer's money with us."""
    return Account("liabilities:wallet", customer_id, guarded=True)


def wallet_held(customer_id: int) -> Account:
    """The part of a wallet that an open order has set aside."""
    return Account("liabilities:wallet-held", customer_id, guarded=True)


def received(payment_id: int) -> Account:
    """Money that arrived for a payment and has not yet become anything else."""
    return Account("liabilities:received", payment_id)


def suspense(attempt_id: int) -> Account:
    """Money that arrived wrong (amount, currency, merchant): no service until a person has looked."""
    return Account("liabilities:suspense", attempt_id)


def refund_due(refund_id: int) -> Account:
    """Money reserved to go back to whoever paid."""
    return Account("liabilities:refund-due", refund_id)


def outside(refund_id: int) -> Account:
    """Money somebody sent back in a provider's own pages, until a person has said what for."""
    return Account("assets:refunded-outside", refund_id)


def wallet_frozen(customer_id: int) -> Account:
    """The part of a wallet that disputed money had brought."""
    return Account("liabilities:wallet-frozen", customer_id, guarded=True)


def disputed(dispute_id: int) -> Account:
    """What a payer's bank took back, while it is not decided whose it is."""
    return Account("assets:disputed", dispute_id)


def dispute_fee(provider: str) -> Account:
    """What a provider charges for disputes, also for those we win."""
    return Account(f"expenses:dispute-fee:{provider}")


def chargeback_loss() -> Account:
    """Money lost to disputes, less what could be taken back for it."""
    return Account("expenses:chargeback-loss")


def bank() -> Account:
    """Our bank account, as far as providers have paid into it."""
    return Account("assets:bank")


def differences(provider: str) -> Account:
    """What a provider's statements and our books disagreed on, once a person has looked."""
    return Account(f"expenses:differences:{provider}")


def goodwill() -> Account:
    """What the operator gives back without taking anything for it."""
    return Account("expenses:goodwill")


def deferred(product_class: str) -> Account:
    """Service sold and not yet rendered."""
    return Account(f"liabilities:deferred:{product_class}")


def tax(code: str) -> Account:
    """Taxes and fees collected for an authority."""
    return Account(f"liabilities:tax:{code}")


def revenue(product_class: str) -> Account:
    """Service rendered."""
    return Account(f"income:revenue:{product_class}")


def provider_fee(provider: str) -> Account:
    """What a payment provider keeps of what was paid."""
    return Account(f"expenses:provider-fee:{provider}")


CHART = (
    "assets:clearing:",
    "liabilities:wallet",
    "liabilities:wallet-held",
    "liabilities:received",
    "liabilities:suspense",
    "liabilities:refund-due",
    "liabilities:wallet-frozen",
    "assets:refunded-outside",
    "assets:disputed",
    "assets:bank",
    "expenses:differences:",
    "expenses:dispute-fee:",
    "expenses:chargeback-loss",
    "expenses:goodwill",
    "liabilities:deferred:",
    "liabilities:tax:",
    "income:revenue:",
    "expenses:provider-fee:",
)
"""Every account there is; one that ends in a colon has one account for each provider, class or tax."""

GUARDED = ("liabilities:wallet", "liabilities:wallet-held", "liabilities:wallet-frozen")
"""Accounts with a stored balance that the database keeps from being overdrawn."""


def payment_received(*, attempt_id: int, payment_id: int, provider: str, amount: Money) -> Entry:
    """A provider confirmed, when asked, that the customer paid."""
    return entry(
        f"received:{attempt_id}",
        "payment received",
        debit(clearing(provider), amount),
        credit(received(payment_id), amount),
    )


def fee_charged(*, attempt_id: int, provider: str, fee: Money) -> Entry:
    """The provider keeps its fee from what it holds for us."""
    return entry(
        f"fee:{attempt_id}",
        "provider fee",
        debit(provider_fee(provider), fee),
        credit(clearing(provider), fee),
    )


def mismatch_received(*, attempt_id: int, provider: str, amount: Money) -> Entry:
    """Money came, but not what was owed: another amount, currency or merchant."""
    return entry(
        f"suspense:{attempt_id}",
        "received into suspense",
        debit(clearing(provider), amount),
        credit(suspense(attempt_id), amount),
    )


def wallet_spent(*, attempt_id: int, customer_id: int, payment_id: int, amount: Money) -> Entry:
    """The wallet pays all of an order at once."""
    return entry(
        f"taken:{attempt_id}",
        "wallet part taken",
        debit(wallet(customer_id), amount),
        credit(received(payment_id), amount),
    )


def wallet_part_held(*, attempt_id: int, customer_id: int, amount: Money) -> Entry:
    """An order sets the wallet's part aside while another method is being paid."""
    return entry(
        f"held:{attempt_id}",
        "wallet part held",
        debit(wallet(customer_id), amount),
        credit(wallet_held(customer_id), amount),
    )


def wallet_part_taken(*, attempt_id: int, customer_id: int, payment_id: int, amount: Money) -> Entry:
    """The order is paid: the part set aside becomes money received for it."""
    return entry(
        f"taken:{attempt_id}",
        "wallet part taken",
        debit(wallet_held(customer_id), amount),
        credit(received(payment_id), amount),
    )


def wallet_part_released(*, attempt_id: int, customer_id: int, amount: Money) -> Entry:
    """The order ended unpaid: the part set aside is the customer's again."""
    return entry(
        f"released:{attempt_id}",
        "wallet part released",
        debit(wallet_held(customer_id), amount),
        credit(wallet(customer_id), amount),
    )


def term_sold(
    *, order_id: int, payment_id: int, product_class: str, net: Money, taxes: Sequence[tuple[str, Money]]
) -> Entry:
    """The money received buys a term: the net price is deferred, taxes are owed to their authorities."""
    gross = net + total((amount for _, amount in taxes), currency=net.currency)
    owed = [credit(tax(code), amount) for code, amount in taxes]
    return entry(
        f"sold:{order_id}",
        "term sold",
        debit(received(payment_id), gross),
        credit(deferred(product_class), net),
        *owed,
    )


def wallet_topped_up(*, order_id: int, payment_id: int, customer_id: int, amount: Money) -> Entry:
    """The money received goes into the wallet."""
    return entry(
        f"topped-up:{order_id}",
        "wallet top-up",
        debit(received(payment_id), amount),
        credit(wallet(customer_id), amount),
    )


def order_returned(*, order_id: int, payment_id: int, customer_id: int, amount: Money) -> Entry:
    """What was paid for can no longer be given (the number is gone): the money goes to the wallet."""
    return entry(
        f"returned:{order_id}",
        "order returned to wallet",
        debit(received(payment_id), amount),
        credit(wallet(customer_id), amount),
    )


def surplus_to_wallet(*, attempt_id: int, payment_id: int, customer_id: int, amount: Money) -> Entry:
    """Late or double money becomes the customer's wallet money."""
    return entry(
        f"surplus:{attempt_id}",
        "surplus to wallet",
        debit(received(payment_id), amount),
        credit(wallet(customer_id), amount),
    )


def surplus_to_refund(*, attempt_id: int, payment_id: int, refund_id: int, amount: Money) -> Entry:
    """Late or double money is reserved to go back the way it came."""
    return entry(
        f"surplus:{attempt_id}",
        "surplus to refund",
        debit(received(payment_id), amount),
        credit(refund_due(refund_id), amount),
    )


def suspense_to_refund(*, attempt_id: int, refund_id: int, amount: Money) -> Entry:
    """A person looked at money that came wrong: it is reserved to go back."""
    return entry(
        f"refund-value:{refund_id}",
        "suspense to refund",
        debit(suspense(attempt_id), amount),
        credit(refund_due(refund_id), amount),
    )


def term_refunded(
    *, refund_id: int, product_class: str, unearned: Money, earned: Money, taxes: Sequence[tuple[str, Money]]
) -> Entry:
    """A sold term is taken back: what was not yet rendered, what was (as less revenue), and its taxes."""
    back = unearned + earned + total((amount for _, amount in taxes), currency=unearned.currency)
    owed = [debit(tax(code), amount) for code, amount in taxes]
    return entry(
        f"refund-value:{refund_id}",
        "term refunded",
        debit(deferred(product_class), unearned),
        debit(revenue(product_class), earned),
        *owed,
        credit(refund_due(refund_id), back),
    )


def top_up_refunded(*, refund_id: int, customer_id: int, amount: Money) -> Entry:
    """Money that was put into the wallet is taken out of it again."""
    return entry(
        f"refund-value:{refund_id}",
        "top-up refunded",
        debit(wallet(customer_id), amount),
        credit(refund_due(refund_id), amount),
    )


def goodwill_refunded(*, refund_id: int, amount: Money) -> Entry:
    """Money given back while the customer keeps what it bought: the operator's expense."""
    return entry(
        f"refund-value:{refund_id}",
        "goodwill refunded",
        debit(goodwill(), amount),
        credit(refund_due(refund_id), amount),
    )


def refund_to_wallet(*, refund_id: int, customer_id: int, amount: Money) -> Entry:
    """The reserved money goes into the wallet."""
    return entry(
        f"refund-sent:{refund_id}",
        "refund to wallet",
        debit(refund_due(refund_id), amount),
        credit(wallet(customer_id), amount),
    )


def refund_sent(*, refund_id: int, provider: str, amount: Money) -> Entry:
    """The provider confirmed that the reserved money went back."""
    return entry(
        f"refund-sent:{refund_id}",
        "refund sent",
        debit(refund_due(refund_id), amount),
        credit(clearing(provider), amount),
    )


def refund_failed(*, refund_id: int, customer_id: int, amount: Money) -> Entry:
    """The provider refused the refund: the reserved money is the customer's wallet money."""
    return entry(
        f"refund-failed:{refund_id}",
        "refund failed, to wallet",
        debit(refund_due(refund_id), amount),
        credit(wallet(customer_id), amount),
    )


def refund_bounced(*, refund_id: int, provider: str, amount: Money) -> Entry:
    """The bank sent a refund back that the provider had called done: the money waits again."""
    return entry(
        f"refund-bounced:{refund_id}",
        "refund bounced",
        debit(clearing(provider), amount),
        credit(refund_due(refund_id), amount),
    )


def refund_moved(*, refund_id: int, from_refund_id: int, amount: Money) -> Entry:
    """A refund that failed is tried anew: the money that waits is the new one's."""
    return entry(
        f"refund-value:{refund_id}",
        "refund tried anew",
        debit(refund_due(from_refund_id), amount),
        credit(refund_due(refund_id), amount),
    )


def refunded_outside(*, refund_id: int, provider: str, amount: Money) -> Entry:
    """Somebody refunded in the provider's own pages: what it is for is not decided yet."""
    return entry(
        f"refund-outside:{refund_id}",
        "refunded outside",
        debit(outside(refund_id), amount),
        credit(clearing(provider), amount),
    )


def outside_explained(*, refund_id: int, amount: Money) -> Entry:
    """A person decided what a refund made outside takes back, or that it is goodwill."""
    return entry(
        f"refund-explained:{refund_id}",
        "outside refund explained",
        debit(refund_due(refund_id), amount),
        credit(outside(refund_id), amount),
    )


def outside_bounced(*, refund_id: int, provider: str, amount: Money) -> Entry:
    """A refund made outside failed before anybody had decided what it is for."""
    return entry(
        f"refund-bounced:{refund_id}",
        "outside refund bounced",
        debit(clearing(provider), amount),
        credit(outside(refund_id), amount),
    )


def dispute_withdrawn(*, dispute_id: int, move: int, provider: str, amount: Money) -> Entry:
    """A payer's bank took money back: the provider keeps it from what it holds for us."""
    return entry(
        f"dispute:{dispute_id}:{move}:withdrawn",
        "disputed money withdrawn",
        debit(disputed(dispute_id), amount),
        credit(clearing(provider), amount),
    )


def dispute_reinstated(*, dispute_id: int, move: int, provider: str, amount: Money) -> Entry:
    """The provider gave disputed money back to us."""
    return entry(
        f"dispute:{dispute_id}:{move}:reinstated",
        "disputed money reinstated",
        debit(clearing(provider), amount),
        credit(disputed(dispute_id), amount),
    )


def dispute_fee_charged(*, dispute_id: int, move: int, provider: str, fee: Money) -> Entry:
    """The provider charges for a dispute."""
    return entry(
        f"dispute:{dispute_id}:{move}:fee",
        "dispute fee",
        debit(dispute_fee(provider), fee),
        credit(clearing(provider), fee),
    )


def dispute_fee_returned(*, dispute_id: int, move: int, provider: str, fee: Money) -> Entry:
    """The provider gives its fee back."""
    return entry(
        f"dispute:{dispute_id}:{move}:fee-returned",
        "dispute fee returned",
        debit(clearing(provider), fee),
        credit(dispute_fee(provider), fee),
    )


def dispute_lost(*, dispute_id: int, move: int, amount: Money) -> Entry:
    """The bank decided for the payer: what it took is lost."""
    return entry(
        f"dispute:{dispute_id}:{move}:lost",
        "dispute lost",
        debit(chargeback_loss(), amount),
        credit(disputed(dispute_id), amount),
    )


def dispute_loss_undone(*, dispute_id: int, move: int, amount: Money) -> Entry:
    """A dispute that was lost is open again, or won after all."""
    return entry(
        f"dispute:{dispute_id}:{move}:loss-undone",
        "dispute loss undone",
        debit(disputed(dispute_id), amount),
        credit(chargeback_loss(), amount),
    )


def wallet_frozen_for(*, dispute_id: int, move: int, customer_id: int, amount: Money) -> Entry:
    """Wallet money that disputed money had brought is set aside until it is over."""
    return entry(
        f"dispute:{dispute_id}:{move}:frozen",
        "wallet frozen",
        debit(wallet(customer_id), amount),
        credit(wallet_frozen(customer_id), amount),
    )


def wallet_thawed(*, dispute_id: int, move: int, customer_id: int, amount: Money) -> Entry:
    """The dispute is over, and the customer keeps the money that was set aside."""
    return entry(
        f"dispute:{dispute_id}:{move}:thawed",
        "wallet thawed",
        debit(wallet_frozen(customer_id), amount),
        credit(wallet(customer_id), amount),
    )


def frozen_taken(*, dispute_id: int, move: int, customer_id: int, amount: Money) -> Entry:
    """The dispute is lost: what was set aside makes the loss smaller."""
    return entry(
        f"dispute:{dispute_id}:{move}:taken",
        "frozen wallet money taken",
        debit(wallet_frozen(customer_id), amount),
        credit(chargeback_loss(), amount),
    )


def term_taken_for_loss(*, dispute_id: int, product_class: str, unearned: Money) -> Entry:
    """A term whose payment was lost ends: what was not yet rendered of it makes the loss smaller."""
    return entry(
        f"dispute:{dispute_id}:term",
        "term taken for a lost dispute",
        debit(deferred(product_class), unearned),
        credit(chargeback_loss(), unearned),
    )


def statement_fee(*, provider: str, line: str, fee: Money) -> Entry:
    """A fee that only the provider's statement tells."""
    return entry(
        f"statement:{provider}:{line}",
        "fee of a statement",
        debit(provider_fee(provider), fee),
        credit(clearing(provider), fee),
    )


def paid_out(*, provider: str, line: str, amount: Money) -> Entry:
    """The provider paid what it held for us to our bank account."""
    return entry(
        f"statement:{provider}:{line}",
        "paid out",
        debit(bank(), amount),
        credit(clearing(provider), amount),
    )


def difference_booked(*, case_id: int, provider: str, ours: Money, theirs: Money) -> Entry:
    """A person found the statement right: what we had booked is undone, what the provider says is booked."""
    return entry(
        f"case:{case_id}",
        "difference booked",
        debit(clearing(provider), theirs),
        credit(clearing(provider), ours),
        credit(differences(provider), theirs),
        debit(differences(provider), ours),
    )


def day_earned(*, day: date, product_class: str, amount: Money) -> Entry:
    """Straight-line revenue of one day, of all running terms of one product class and currency."""
    return _earned(f"earned:{day}:{amount.currency}:{product_class}", product_class, amount)


def rest_earned(*, term_id: int, product_class: str, amount: Money) -> Entry:
    """A term ended or was cut: what the daily entries have not yet earned of it, to the cent."""
    return _earned(f"earned-rest:{term_id}", product_class, amount)


def _earned(key: str, product_class: str, amount: Money) -> Entry:
    lines: list[Posting] = [
        debit(deferred(product_class), amount),
        credit(revenue(product_class), amount),
    ]
    return entry(key, "revenue earned", *lines)

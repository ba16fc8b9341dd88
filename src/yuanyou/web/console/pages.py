"""What the console shows: plain values, read across modules, personal data masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from yuanyou.allowances import queries as allowances
from yuanyou.allowances.queries import Left
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.identity import seal
from yuanyou.identity.queries import ContactPoint, Person
from yuanyou.identity.rules import mask_phone
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger.queries import AccountSum, BookLine
from yuanyou.lines import actions as line_actions
from yuanyou.lines import queries as lines
from yuanyou.lines.models import Line, Term
from yuanyou.lines.rules import Clocks
from yuanyou.messages import queries as messages
from yuanyou.network import queries as network
from yuanyou.network.queries import WishView
from yuanyou.network.rules import WishState
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.orders.queries import ReceiptView
from yuanyou.payments import queries as payments
from yuanyou.payments.queries import EventView, PaymentView, RefundView
from yuanyou.web.console import network_words

GOOD = frozenset({"activated", "renewed", "term_followed", "fulfilled", "accepted", "succeeded"})
BAD = frozenset({"grace_ended", "released", "failed", "expired", "mismatched"})


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline. `tone` is good, bad or empty."""

    at: datetime
    what: str
    detail: str
    tone: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class LinePage:
    line: Line
    number: str
    """Masked; empty when the line has none."""
    hint: str
    language: str
    clocks: Clocks
    buckets: list[Left]
    terms: list[Term]
    wallet: Money
    wishes: list[WishView]
    """What the carrier was asked to do, newest first."""
    timeline: list[Happening]

    @property
    def may_ask_again(self) -> bool:
        """The carrier does not serve the line as it should, and nothing is under way."""
        return bool(self.wishes) and self.wishes[0].state in {WishState.REFUSED, WishState.STUCK}


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    hint: str
    payment: PaymentView | None
    story: list[EventView]
    refunds: list[RefundView]
    receipt: ReceiptView | None
    entries: list[BookLine]
    line_ref: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A customer's line in a list. `number` masked."""

    ref: str
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class CustomerPage:
    person: Person
    erased: bool
    contacts: list[ContactPoint]
    lines: list[LineRow]
    orders: list[Order]
    wallet: Money


@dataclass(frozen=True, slots=True)
class CellBooks:
    cell: int
    sums: list[AccountSum]
    drifted: int


def line_page(line_id: int, *, now: datetime) -> LinePage:
    """One line with its story. Line.DoesNotExist."""
    with in_cell(cell_of(line_id)):
        line = Line.objects.get(pk=line_id)
        person = identity.person(line.customer_id)
        wishes = network.wishes_of(line_id)
        return LinePage(
            line=line,
            number=mask_phone(line.number) if line.number else "",
            hint=person.hint,
            language=person.language,
            clocks=line_actions.timeline(line).clocks,
            buckets=allowances.buckets(line_id, now=now),
            terms=lines.terms_of(line_id),
            wallet=books.wallet_balance(line.customer_id, settings.CONFIG.book_currency),
            wishes=wishes,
            timeline=_timeline(line_id, wishes),
        )


def order_page(order_id: int) -> OrderPage:
    """One order with its payment, every event, and what the books say. Order.DoesNotExist."""
    with in_cell(cell_of(order_id)):
        order = Order.objects.select_related("line").get(pk=order_id)
        payment = payments.payment_of(order_id)
        attempts = [attempt.id for attempt in payment.attempts] if payment else []
        refunds = payments.refunds_of(attempts)
        return OrderPage(
            order=order,
            hint=identity.person(order.customer_id).hint,
            payment=payment,
            story=payments.story(attempts),
            refunds=refunds,
            receipt=orders.receipt_of(order_id),
            entries=books.entries_about(*_entry_keys(order_id, attempts, [refund.id for refund in refunds])),
            line_ref=order.line.ref if order.line else None,
        )


def customer_page(customer_id: int) -> CustomerPage:
    """Somebody we serve, with what is theirs. Customer.DoesNotExist."""
    person = identity.person(customer_id)
    with in_cell(person.cell):
        return CustomerPage(
            person=person,
            erased=seal.is_erased(customer_id),
            contacts=identity.contacts_of(customer_id),
            lines=[
                LineRow(line.ref, mask_phone(line.number) if line.number else "", line.state)
                for line in lines.lines_of(customer_id)
            ],
            orders=orders.orders_of(customer_id),
            wallet=books.wallet_balance(customer_id, settings.CONFIG.book_currency),
        )


def books_of_all_cells() -> list[CellBooks]:
    found = []
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            found.append(CellBooks(cell, books.trial_balance(), len(books.drifted_balances())))
    return found


def _timeline(line_id: int, wishes: Iterable[WishView]) -> list[Happening]:
    moves = [
        Happening(m.at, m.event, f"{m.state_before} → {m.state_after} · {m.cause}", _tone(m.event))
        for m in lines.history(line_id)
    ]
    told = [
        Happening(m.created_at, f"message: {m.event}", str(m.state), _tone(m.state))
        for m in messages.of_line(line_id)
    ]
    bought = [
        Happening(o.created_at, f"order: {o.kind}", f"{o.ref} · {o.total} · {o.state}", _tone(o.state), o.ref)
        for o in orders.orders_of_line(line_id)
    ]
    carried = [
        Happening(
            w.ended_at or w.asked_at or w.wished_at,
            network_words.kind(w.kind),
            " · ".join(filter(None, (network_words.state(w.state), w.trouble, w.ref))),
            network_words.tone(w.state),
        )
        for w in wishes
    ]
    return sorted((*moves, *told, *bought, *carried), key=lambda happening: happening.at, reverse=True)


def _tone(word: str) -> str:
    return "good" if word in GOOD else "bad" if word in BAD else ""


def _entry_keys(order_id: int, attempts: Iterable[int], refunds: Iterable[int]) -> list[str]:
    """The keys under which recipes book what belongs to an order."""
    of_attempt = ("received", "fee", "held", "taken", "released", "surplus", "suspense")
    of_refund = ("refund-sent", "refund-failed", "term-refunded")
    return [
        *(f"{kind}:{order_id}" for kind in ("sold", "topped-up", "returned")),
        *(f"{kind}:{attempt}" for attempt in attempts for kind in of_attempt),
        *(f"{kind}:{refund}" for refund in refunds for kind in of_refund),
    ]

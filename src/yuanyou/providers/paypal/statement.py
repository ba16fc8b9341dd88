"""PayPal's own account of a day: `/v1/reporting/transactions`, up to three hours behind.

Source: PayPal's OpenAPI document reporting_transactions_v1 and its table of transaction event codes
(developer.paypal.com/docs/transaction-search/transaction-event-codes).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from yuanyou.kernel.money import Money
from yuanyou.payments.port import Ask, Movement, NotYet, StatementLine, Unknown
from yuanyou.providers.paypal import disputes
from yuanyou.providers.paypal.amounts import from_paypal
from yuanyou.providers.paypal.api import Api
from yuanyou.providers.paypal.errors import Problem, translated
from yuanyou.providers.paypal.orders import Json, order_id_of, our_ref

PAGE_SIZE = 500
BAD_REQUEST = 400
LOOK_BACK = timedelta(hours=6)
DENIED = "D"

EVENTS = {
    "T0400": Movement.PAYOUT,
    "T0401": Movement.PAYOUT,
    "T0403": Movement.PAYOUT,
    "T1107": Movement.REFUND,
    "T1108": Movement.FEE,
    "T1109": Movement.FEE,
    "T1100": Movement.REFUND_FAILED,
    "T1106": Movement.DISPUTE,
    "T1110": Movement.DISPUTE,
    "T1201": Movement.DISPUTE,
    "T1111": Movement.DISPUTE_REVERSED,
    "T1202": Movement.DISPUTE_REVERSED,
    "T1208": Movement.DISPUTE_REVERSED,
}
GROUPS = {"T00": Movement.PAYMENT, "T01": Movement.FEE, "T04": Movement.PAYOUT}
"""Event codes begin with what they are about."""
REVERSED = {Movement.REFUND: Movement.REFUND_FAILED, Movement.DISPUTE: Movement.DISPUTE_REVERSED}
"""The same with money coming back to us."""
DISPUTED = frozenset({Movement.DISPUTE, Movement.DISPUTE_REVERSED})
ABOUT_ITS_BASE = frozenset({*DISPUTED, Movement.FEE, Movement.REFUND_FAILED})
OF_A_CHARGE = frozenset({*DISPUTED, Movement.REFUND})
DISPUTE_FEES = frozenset({"T0106", "T0114"})
"""Lines of their own at PayPal; for us the fee of a movement of the dispute."""


def lines(api: Api, day: date) -> Iterator[StatementLine]:
    """Every movement of that day (UTC), page by page. NotYet until PayPal has written all of it."""
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    for transaction in _transactions(api, since, until):
        if transaction.get("transaction_status") != DENIED:
            with translated():
                line = _line(transaction, since, until)
            yield _named(api, line) if line.kind in DISPUTED else line


def order_charged(api: Api, ask: Ask) -> str | None:
    """The order that charged this attempt, found in the account by our reference; None: there is none.

    Unknown while PayPal may not have written it yet.
    """
    since = ask.expires_at - LOOK_BACK
    try:
        found = [
            transaction
            for transaction in _transactions(api, since, ask.expires_at)
            if our_ref(transaction.get("custom_field")) == ask.ref and _kind(transaction) is Movement.PAYMENT
        ]
    except NotYet as soon:
        raise Unknown("not_listed_yet", str(soon)) from soon
    if not found:
        return None
    capture_id = str(found[0]["transaction_id"])
    return order_id_of(api.ask(lambda sdk: sdk.payments.get_captured_payment({"capture_id": capture_id})))


def _transactions(api: Api, since: datetime, until: datetime) -> Iterator[Json]:
    page, pages = 1, 1
    while page <= pages:
        with translated():
            answer = _page(api, since, until, page)
            if page == 1 and datetime.fromisoformat(answer["last_refreshed_datetime"]) < until:
                raise NotYet("being_written", f"up to {answer['last_refreshed_datetime']}")
            pages = int(answer.get("total_pages") or 1)
            found = [each["transaction_info"] for each in answer.get("transaction_details") or ()]
        yield from found
        page += 1


def _page(api: Api, since: datetime, until: datetime, page: int) -> dict[str, Any]:
    options = {
        "start_date": _said(since),
        "end_date": _said(until - timedelta(seconds=1)),
        "fields": "transaction_info",
        "balance_affecting_records_only": "Y",
        "page_size": PAGE_SIZE,
        "page": page,
    }
    try:
        return api.ask(lambda sdk: sdk.transaction_search.search_transactions(options))
    except Problem as problem:
        if problem.status == BAD_REQUEST and "not available" in problem.issue:
            raise NotYet("being_written", problem.issue) from problem
        raise


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _named(api: Api, line: StatementLine) -> StatementLine:
    """A movement of a dispute names the payment: its dispute is looked up."""
    dispute_id = disputes.of_payment(api, line.about_ref) if line.about_ref else None
    return replace(line, about_ref=dispute_id)


def _line(transaction: Json, since: datetime, until: datetime) -> StatementLine:
    kind, gross = _kind(transaction), from_paypal(transaction["transaction_amount"])
    nothing = Money(0, gross.currency)
    fee = from_paypal(transaction["fee_amount"]) if "fee_amount" in transaction else nothing
    if transaction.get("transaction_event_code") in DISPUTE_FEES:
        gross, fee = nothing, gross
    name, base = str(transaction["transaction_id"]), transaction.get("paypal_reference_id")
    return StatementLine(
        provider_ref=name,
        kind=kind,
        gross=gross,
        fee=-fee,
        happened_at=_moved_at(transaction, since, until),
        ref=transaction.get("invoice_id") or our_ref(transaction.get("custom_field")),
        about_ref=str(base) if base and kind in ABOUT_ITS_BASE else name,
        charge_ref=str(base) if base and kind in OF_A_CHARGE else None,
    )


def _moved_at(transaction: Json, since: datetime, until: datetime) -> datetime:
    """When it moved the balance: a pending payment began days before, and a refund updates it days later."""
    began, updated = (
        datetime.fromisoformat(transaction[f"transaction_{name}_date"]).astimezone(UTC)
        for name in ("initiation", "updated")
    )
    return updated if since <= updated < until else began


def _kind(transaction: Json) -> Movement:
    code = str(transaction.get("transaction_event_code", ""))
    if code in DISPUTE_FEES:
        return Movement.DISPUTE
    kind = EVENTS.get(code) or GROUPS.get(code[:3], Movement.OTHER)
    comes = not str(transaction["transaction_amount"]["value"]).startswith("-")
    return REVERSED.get(kind, kind) if comes else kind

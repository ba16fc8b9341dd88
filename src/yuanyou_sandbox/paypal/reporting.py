"""GET /v1/reporting/transactions: what moved the account, hours after it did.

Source: PayPal's OpenAPI document reporting_transactions_v1. A movement is listed at the moment it moved the
balance (a pending one, with balance_affecting_records_only=N, at the moment it was announced).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from yuanyou_sandbox.paypal import balance, money, payer
from yuanyou_sandbox.paypal.account import COMPANY, MERCHANT_EMAIL, Account
from yuanyou_sandbox.paypal.balance import Code
from yuanyou_sandbox.paypal.errors import MALFORMED, ApiError
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.paypal.times import need_moment
from yuanyou_sandbox.shared.store import Document

LONGEST_WINDOW = 31 * 86_400
USUAL_LAG = 3 * 3600
LAG = "reporting_lag"
USUAL_SIZE, MOST = 100, 500
FROM_PAYER = frozenset({Code.CHECKOUT, Code.PREAPPROVED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    since: int
    until: int
    ident: str | None
    code: str | None
    status: str | None
    currency: str | None
    all_records: bool
    payers: bool

    def wants(self, movement: Document) -> bool:
        return (
            self.since <= _at(movement) <= self.until
            and (self.all_records or movement["moved"] is not None)
            and self.ident in {None, movement["id"]}
            and self.code in {None, movement["code"]}
            and self.status in {None, movement["status"]}
            and self.currency in {None, movement["currency"]}
        )


def search(account: Account, reader: Reader) -> Document:
    """Oldest first, by pages that begin with 1."""
    asked = _asked(reader)
    size = reader.whole("page_size", least=1, most=MOST) or USUAL_SIZE
    number = reader.whole("page", least=1, most=2**31 - 1) or 1
    reader.finish()
    refreshed = account.now() - lag(account)
    _check(asked, refreshed)
    movements = balance.of_days(account, asked.since, min(asked.until, refreshed))
    found = [each for each in movements if asked.wants(each) and _at(each) <= refreshed]
    found.sort(key=_at)
    here = found[(number - 1) * size : number * size]
    return {
        "transaction_details": [_detail(each, payers=asked.payers) for each in here],
        "account_number": account.merchant_id,
        "start_date": _date(asked.since),
        "end_date": _date(min(asked.until, refreshed)),
        "last_refreshed_datetime": _date(refreshed),
        "page": number,
        "total_items": len(found),
        "total_pages": -(-len(found) // size),
        "links": [account.link("self", "v1/reporting/transactions")],
    }


def lag(account: Account) -> int:
    """How many seconds the reports are behind."""
    kept = account.world.store.fact(COMPANY, LAG)
    return USUAL_LAG if kept is None else int(kept)


def set_lag(account: Account, seconds: int) -> None:
    account.world.store.keep_fact(COMPANY, LAG, seconds)


def _asked(reader: Reader) -> Asked:
    since, until = need_moment(reader, "start_date"), need_moment(reader, "end_date")
    fields = (reader.text("fields") or "transaction_info").split(",")
    asked = Asked(
        since=since,
        until=until,
        ident=reader.text("transaction_id", shortest=17, longest=19),
        code=reader.text("transaction_type"),
        status=reader.choice("transaction_status", ["D", "P", "S", "V"]),
        currency=reader.text("transaction_currency", shortest=3, longest=3),
        all_records=reader.choice("balance_affecting_records_only", ["Y", "N"]) == "N",
        payers=bool({"all", "payer_info"} & set(fields)),
    )
    reader.without_effect("payment_instrument_type", "store_id", "terminal_id", "transaction_amount")
    return asked


def _check(asked: Asked, refreshed: int) -> None:
    if asked.until < asked.since:
        raise _refused("end_date", "End date is before start date.")
    if asked.until - asked.since > LONGEST_WINDOW:
        raise _refused("end_date", "Date range is greater than 31 days.")
    if asked.since > refreshed:
        raise _refused("start_date", "Data for the given start date is not available.")


def _refused(field: str, why: str) -> ApiError:
    details = [{"field": field, "issue": why, "location": "query"}]
    return ApiError(400, "INVALID_REQUEST", MALFORMED, details=details)


def _at(movement: Document) -> int:
    """When it is listed: as it moved the balance, or, while it did not, as it was last changed."""
    return int(movement["moved"] or movement["changed"])


def _detail(movement: Document, *, payers: bool) -> Document:
    currency = movement["currency"]
    at_payer = movement["code"] in FROM_PAYER
    info = {
        "paypal_account_id": payer.ID if at_payer else None,
        "transaction_id": movement["id"],
        "paypal_reference_id": movement["reference"],
        "paypal_reference_id_type": "TXN" if movement["reference"] else None,
        "transaction_event_code": movement["code"],
        "transaction_initiation_date": _date(movement["began"]),
        "transaction_updated_date": _date(movement["changed"]),
        "transaction_amount": money.money(movement["gross"], currency),
        "fee_amount": money.money(-movement["fee"], currency) if movement["fee"] else None,
        "transaction_status": movement["status"],
        "invoice_id": movement["invoice_id"],
        "custom_field": movement["custom_id"],
        "protection_eligibility": "01" if at_payer else "02",
    }
    detail: Document = {"transaction_info": {name: told for name, told in info.items() if told is not None}}
    if payers:
        detail["payer_info"] = {
            "account_id": payer.ID,
            "email_address": payer.EMAIL if at_payer else MERCHANT_EMAIL,
            "payer_name": dict(payer.NAME),
        }
    return detail


def _date(at: int) -> str:
    """As reports show a moment: without a colon in the zone."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")

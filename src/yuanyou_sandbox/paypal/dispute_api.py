"""The shop's side of disputes: looking, answering, giving in."""

import base64
import binascii
from typing import Any

from yuanyou_sandbox.paypal import disputes
from yuanyou_sandbox.paypal.account import HIDDEN, Account
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.paypal.times import moment
from yuanyou_sandbox.shared.store import Document, Page

SUMMARY = (
    *("dispute_id", "create_time", "update_time", "reason", "status", "dispute_state", "dispute_amount"),
    *("dispute_life_cycle_stage", "dispute_channel", "seller_response_due_date"),
)
USUAL_SIZE, MOST = 10, 50
EVIDENCES = (
    *("PROOF_OF_FULFILLMENT", "PROOF_OF_REFUND", "PROOF_OF_DELIVERY_SIGNATURE", "PROOF_OF_RECEIPT_COPY"),
    *("RETURN_POLICY", "BILLING_AGREEMENT", "PROOF_OF_RESHIPMENT", "ITEM_DESCRIPTION", "POLICE_REPORT"),
    *("AFFIDAVIT", "PAID_WITH_OTHER_METHOD", "COPY_OF_CONTRACT", "TERMINAL_ATM_RECEIPT", "OTHER"),
)
LONGEST_NOTE = 2000


def list_all(account: Account, reader: Reader) -> Document:
    """GET /v1/customer/disputes."""
    capture = reader.text("disputed_transaction_id", longest=255)
    states = reader.text("dispute_state", longest=2000)
    began = moment(reader, "start_time")
    after, before = moment(reader, "update_time_after"), moment(reader, "update_time_before")
    size = reader.whole("page_size", least=1, most=MOST) or USUAL_SIZE
    token = _cursor(reader)
    reader.finish()
    found, _ = account.page(
        disputes.KIND, Page(limit=10_000, key=("capture", capture) if capture else None, since=began or 0)
    )
    wanted = [each for each in found if _fits(each, states, after, before)]
    return _page(account, wanted, size, token)


def retrieve(account: Account, reader: Reader, ident: str) -> Document:
    """GET /v1/customer/disputes/:id."""
    reader.finish()
    return account.get(disputes.KIND, ident)


def provide_evidence(account: Account, reader: Reader, ident: str) -> Document:
    """POST /v1/customer/disputes/:id/provide-evidence: JSON, or a form with it as `input` and files."""
    evidences = [_evidence(group) for group in reader.groups("evidences", least=1)]
    reader.without_effect("return_address", "files")
    reader.finish()
    dispute = account.get(disputes.KIND, ident)
    disputes.review(account, dispute, [each | {"source": "SUBMITTED_BY_SELLER"} for each in evidences])
    return dispute


def accept_claim(account: Account, reader: Reader, ident: str) -> Document:
    """POST /v1/customer/disputes/:id/accept-claim: the payer shall have it all."""
    reader.text("note", longest=LONGEST_NOTE)
    reader.choice("accept_claim_type", ["REFUND"])
    reader.text("invoice_id")
    reader.without_effect("accept_claim_reason", "files")
    reader.finish()
    dispute = account.get(disputes.KIND, ident)
    disputes.accept(account, dispute)
    return dispute


def link_only(account: Account, dispute: Document) -> Document:
    """What both answers say."""
    return {"links": [account.link("self", f"v1/customer/disputes/{dispute['id']}")]}


def _evidence(group: Reader) -> dict[str, Any]:
    told: dict[str, Any] = {"evidence_type": group.need_choice("evidence_type", EVIDENCES)}
    notes = group.text("notes", longest=LONGEST_NOTE)
    info, documents = group.anything("evidence_info"), group.anything("documents")
    group.without_effect("item_id", "item_type")
    more = {"notes": notes, "evidence_info": info, "documents": documents}
    return told | {name: value for name, value in more.items() if value}


def _fits(dispute: Document, states: str | None, after: int | None, before: int | None) -> bool:
    updated = dispute[HIDDEN]["updated"]
    return (
        (states is None or dispute["dispute_state"] in states.split(","))
        and (after is None or updated >= after)
        and (before is None or updated < before)
    )


def _page(account: Account, found: list[Document], size: int, begin: int) -> Document:
    here = found[begin : begin + size]
    links = [account.link("self", "v1/customer/disputes")]
    if begin + size < len(found):
        token = base64.b64encode(str(begin + size).encode()).decode()
        links.append(account.link("next", f"v1/customer/disputes?next_page_token={token}"))
    return {"items": [_summary(account, each) for each in here], "links": links}


def _summary(account: Account, dispute: Document) -> Document:
    told = {name: dispute[name] for name in SUMMARY if name in dispute}
    return told | {"links": [account.link("self", f"v1/customer/disputes/{dispute['id']}")]}


def _cursor(reader: Reader) -> int:
    token = reader.text("next_page_token", longest=255)
    try:
        return int(base64.b64decode(token or "", validate=True) or 0)
    except (ValueError, binascii.Error):
        raise reader.wrong("INVALID_PARAMETER_VALUE", "next_page_token", token) from None

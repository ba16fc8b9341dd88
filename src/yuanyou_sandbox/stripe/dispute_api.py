"""The Disputes API. Source: docs.stripe.com/api/disputes."""

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.stripe import dispute_life
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.disputes import FILES, KIND, TEXTS
from yuanyou_sandbox.stripe.errors import ApiError, missing
from yuanyou_sandbox.stripe.listing import paged
from yuanyou_sandbox.stripe.params import Params

URL = "/v1/disputes"
LONGEST_TEXT, LONGEST_EVIDENCE = 20_000, 150_000
METHODS = ("manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes")
ANSWERABLE = ("needs_response", "warning_needs_response")


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/disputes/:id."""
    params.finish()
    return account.get(KIND, ident)


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/disputes, also by charge or payment_intent."""
    return paged(account, params, KIND, URL, by=("charge", "payment_intent"))


def update(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/disputes/:id: evidence, sent to the bank at once unless submit=false."""
    dispute = account.get(KIND, ident)
    evidence = _evidence(params.group("evidence"))
    submits = (evidence is not None or params.holds("submit")) and params.boolean("submit", usually=True)
    metadata = params.changed_metadata(dispute["metadata"])
    method = params.choice("intended_submission_method", METHODS)
    params.finish()
    if (evidence is not None or submits) and dispute["status"] not in ANSWERABLE:
        raise _closed(dispute)
    dispute["metadata"] = metadata
    dispute["intended_submission_method"] = method or dispute["intended_submission_method"]
    if evidence is not None:
        dispute["evidence"] |= evidence
        told = sum(len(dispute["evidence"][name] or "") for name in TEXTS)
        if told > LONGEST_EVIDENCE:
            limit = f"{LONGEST_EVIDENCE:,}"
            raise ApiError(f"The evidence may have at most {limit} characters.", param="evidence")
        dispute["evidence_details"]["has_evidence"] = told > 0
    account.save(dispute)
    if submits:
        dispute_life.answer(account, dispute)
    account.emit("charge.dispute.updated", dispute)
    return dispute


def close(account: Account, params: Params, ident: str) -> Document:
    """POST /v1/disputes/:id/close: the shop accepts it."""
    params.finish()
    dispute = account.get(KIND, ident)
    if dispute["status"] not in ANSWERABLE:
        raise _closed(dispute)
    dispute_life.accept(account, dispute)
    return dispute


def _evidence(group: Params | None) -> dict[str, str | None] | None:
    """What was sent; an empty text takes back what was said."""
    if group is None:
        return None
    for name in FILES:
        sent = group.text(name)
        if sent:
            raise missing("file upload", sent, group.full(name))
    sent_texts = {name: group.text(name, longest=LONGEST_TEXT, unsets=True) for name in TEXTS}
    return {name: value or None for name, value in sent_texts.items() if value is not None}


def _closed(dispute: Document) -> ApiError:
    if dispute["status"].endswith("under_review"):
        return ApiError("You have already submitted evidence for this dispute.")
    return ApiError("This dispute is already closed.")

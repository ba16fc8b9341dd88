"""Disputes: `/v1/customer/disputes`, which the SDK leaves out, through the SDK's own machinery.

Source: PayPal's OpenAPI document customer_disputes_v1.
"""

import json
from datetime import datetime
from typing import Any

from apimatic_core.authentication.multiple.single_auth import Single
from apimatic_core.request_builder import RequestBuilder
from apimatic_core.response_handler import ResponseHandler
from apimatic_core.types.parameter import Parameter
from paypalserversdk.configuration import Server
from paypalserversdk.controllers.base_controller import BaseController
from paypalserversdk.http.http_method_enum import HttpMethodEnum

from yuanyou.kernel.money import Money
from yuanyou.payments.port import DisputeSnapshot, DisputeTold, Evidence, Refused
from yuanyou.providers.patience import deadline
from yuanyou.providers.paypal.amounts import from_paypal
from yuanyou.providers.paypal.api import Api
from yuanyou.providers.paypal.errors import translated
from yuanyou.providers.paypal.orders import Json, our_ref

LIST = "/v1/customer/disputes"
PATH = f"{LIST}/{{id}}"
NOTES_LENGTH = 2000
OPEN_TOLD = {
    "WAITING_FOR_SELLER_RESPONSE": DisputeTold.NEEDS_RESPONSE,
    "WAITING_FOR_BUYER_RESPONSE": DisputeTold.UNDER_REVIEW,
    "UNDER_REVIEW": DisputeTold.UNDER_REVIEW,
}
FOR_THE_PAYER = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})
PARTS = (
    ("product", "What was sold"),
    ("customer", "Customer"),
    ("email", "E-mail"),
    ("network", "Ordered from"),
    ("delivered_on", "Delivered on"),
    ("usage", "Usage"),
    ("terms", "Terms accepted"),
    ("refund_policy", "Refund policy"),
    ("letters", "Letters"),
    ("note", "Note"),
)
"""The parts of our evidence, with the headings PayPal's reviewers read."""


class _Disputes(BaseController):  # type: ignore[misc]  # the SDK is untyped
    """The operations the SDK leaves out, in its own style."""

    def get(self, dispute_id: str) -> Any:
        return self._run(self._request(HttpMethodEnum.GET, PATH, dispute_id))

    def of_transaction(self, capture_id: str) -> Any:
        named = Parameter().key("disputed_transaction_id").value(capture_id)
        accept = Parameter().key("accept").value("application/json")
        request = RequestBuilder().server(Server.DEFAULT).path(LIST).http_method(HttpMethodEnum.GET)
        return self._run(request.query_param(named).header_param(accept).auth(Single("Oauth2")))

    def post(self, dispute_id: str, act: str, said: Json) -> Any:
        """Multipart, as for files; our part is the JSON that describes them."""
        part = Parameter().key("input").value(json.dumps(said)).default_content_type("application/json")
        request = self._request(HttpMethodEnum.POST, f"{PATH}/{act}", dispute_id).multipart_param(part)
        return self._run(request)

    @staticmethod
    def _request(method: str, path: str, dispute_id: str) -> RequestBuilder:
        name = Parameter().key("id").value(dispute_id).should_encode(should_encode=True)
        accept = Parameter().key("accept").value("application/json")
        request = RequestBuilder().server(Server.DEFAULT).path(path).http_method(method)
        return request.template_param(name).header_param(accept).auth(Single("Oauth2"))

    def _run(self, request: RequestBuilder) -> Any:
        return (
            self.new_api_call_builder.request(request)
            .response(ResponseHandler().is_api_response(is_api_response=True))
            .execute()
        )


def query(api: Api, dispute_id: str) -> DisputeSnapshot:
    """Raises Unknown, Refused (there is no such dispute), Misconfigured."""
    with deadline(), translated():
        return _snapshot(_dispute(api, dispute_id))


def of_payment(api: Api, capture_id: str) -> str | None:
    """The latest dispute of a payment; None: there is none."""
    with deadline(), translated():
        answer = api.ask(lambda sdk: _Disputes(sdk.global_configuration).of_transaction(capture_id))
        found = sorted((each["create_time"], str(each["dispute_id"])) for each in answer.get("items") or ())
        return found[-1][1] if found else None


def contest(api: Api, dispute_id: str, evidence: Evidence) -> DisputeSnapshot:
    """Send the evidence as notes. Refused when PayPal does not ask for any (more)."""
    notes = [{"evidence_type": "OTHER", "notes": text} for text in _notes(evidence)]
    return _act(api, dispute_id, "provide-evidence", {"evidences": notes})


def concede(api: Api, dispute_id: str) -> DisputeSnapshot:
    """Accept the claim: PayPal refunds the payer from our account."""
    return _act(api, dispute_id, "accept-claim", {"note": "Accepted.", "accept_claim_type": "REFUND"})


def _act(api: Api, dispute_id: str, act: str, said: Json) -> DisputeSnapshot:
    with deadline(), translated():
        before = _dispute(api, dispute_id)
        if not any(str(link.get("href", "")).endswith(f"/{act}") for link in before.get("links", ())):
            raise Refused("not_possible_now", f"{act} in {before['status']}")
        api.ask(lambda sdk: _Disputes(sdk.global_configuration).post(dispute_id, act, said))
        return _snapshot(_dispute(api, dispute_id))


def _dispute(api: Api, dispute_id: str) -> Json:
    return api.ask(lambda sdk: _Disputes(sdk.global_configuration).get(dispute_id))


def _notes(evidence: Evidence) -> list[str]:
    """The parts that say something, in as few notes as PayPal's length allows."""
    notes: list[str] = []
    for name, heading in PARTS:
        if text := getattr(evidence, name).strip():
            part = f"{heading}: {text}"
            if notes and len(notes[-1]) + len(part) < NOTES_LENGTH:
                notes[-1] = f"{notes[-1]}\n{part}"
            else:
                notes += [part[at : at + NOTES_LENGTH] for at in range(0, len(part), NOTES_LENGTH)]
    return notes


def _snapshot(dispute: Json) -> DisputeSnapshot:
    amount = from_paypal(dispute["dispute_amount"])
    transaction = (dispute.get("disputed_transactions") or [{}])[0]
    withdrawn = _withdrawn(dispute, amount)
    due = dispute.get("seller_response_due_date")
    return DisputeSnapshot(
        told=_told(dispute, withdrawn),
        provider_ref=str(dispute["dispute_id"]),
        charge_ref=transaction.get("seller_transaction_id"),
        ref=our_ref(transaction.get("custom")) or transaction.get("invoice_number"),
        amount=amount,
        withdrawn=withdrawn,
        fee=_moved(dispute, amount.currency, fees=True),
        reason=str(dispute.get("reason", "OTHER")).lower(),
        respond_by=datetime.fromisoformat(due) if due else None,
    )


def _told(dispute: Json, withdrawn: Money) -> DisputeTold:
    if dispute["status"] != "RESOLVED":
        # An inquiry and a bank's alert have moved no money: a refund now ends them.
        early = dispute.get("dispute_channel") == "ALERT" or dispute["status"] == "OPEN"
        return (
            DisputeTold.EARLY_WARNING if early else OPEN_TOLD.get(dispute["status"], DisputeTold.UNDER_REVIEW)
        )
    if withdrawn:
        return DisputeTold.LOST
    outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
    # Without cost: we gave the money back ourselves, or PayPal paid the payer out of its own pocket.
    return DisputeTold.PREVENTED if outcome in FOR_THE_PAYER else DisputeTold.WON


def _withdrawn(dispute: Json, amount: Money) -> Money:
    """What was taken from us and not given back. PayPal holds what is claimed before it decides."""
    held = (
        dispute["status"] not in {"OPEN", "RESOLVED"}
        and dispute.get("dispute_channel") == "INTERNAL"
        and dispute.get("dispute_life_cycle_stage") != "INQUIRY"
    )
    return amount if held else _moved(dispute, amount.currency, fees=False)


def _moved(dispute: Json, currency: str, *, fees: bool) -> Money:
    """What was taken from us less what was given back: the disputed money, or the fees."""
    total = Money(0, currency)
    for moved in dispute.get("money_movements") or ():
        is_fee = str(moved.get("reason", "")).endswith("_FEE")
        if moved.get("affected_party") == "SELLER" and is_fee is fees:
            amount = from_paypal(moved["amount"])
            if amount.currency == currency:
                total = total + amount if moved["type"] == "DEBIT" else total - amount
    return total

"""Early fraud warnings: a bank says that a charge may be fraud, before anybody disputes it.

Source: docs.stripe.com/api/radar/early_fraud_warnings.
"""

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import MOST, paged
from yuanyou_sandbox.stripe.params import Params

KIND, URL = "radar.early_fraud_warning", "/v1/radar/early_fraud_warnings"
TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def warn(account: Account, charge: Document, fraud_type: str) -> Document:
    """The charge's bank warns; it can be acted upon until the charge is refunded or disputed."""
    warning = {
        "id": new_id("issfr_1"),
        "object": KIND,
        "actionable": not (charge["refunded"] or charge["disputed"]),
        "charge": charge["id"],
        "created": account.now(),
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    account.create(warning, {"charge": charge["id"], "payment_intent": charge["payment_intent"]})
    account.emit(f"{KIND}.created", warning)
    return warning


def settle(account: Account, charge: Document) -> None:
    """It is too late to act on the warnings of a charge, or no longer needed."""
    for warning in account.page(KIND, Page(limit=MOST, key=("charge", charge["id"])))[0]:
        if warning["actionable"]:
            warning["actionable"] = False
            account.save(warning)
            account.emit(f"{KIND}.updated", warning)


def retrieve(account: Account, params: Params, ident: str) -> Document:
    """GET /v1/radar/early_fraud_warnings/:id."""
    params.finish()
    return account.get(KIND, ident)


def list_all(account: Account, params: Params) -> Document:
    """GET /v1/radar/early_fraud_warnings, also by charge or payment_intent."""
    return paged(account, params, KIND, URL, by=("charge", "payment_intent"))

"""What the customer, the clock and the bank do to a Checkout Session."""

from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.stripe import charging, customers, payment_methods
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.listing import listed
from yuanyou_sandbox.stripe.methods import Method

KIND = "checkout.session"
HIDDEN = "checkout.hidden"


def line(name: str, description: str | None, currency: str, unit: int, quantity: int) -> Document:
    """A LineItem object."""
    price = {
        "id": new_id("price_1"),
        "object": "price",
        "active": False,
        "currency": currency,
        "livemode": False,
        "product": new_id("prod_"),
        "type": "one_time",
        "unit_amount": unit,
        "unit_amount_decimal": str(unit),
    }
    return {
        "id": new_id("li_1"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": currency,
        "description": f"{name}: {description}" if description else name,
        "price": price,
        "quantity": quantity,
    }


def keep_hidden(account: Account, session_id: str, what: dict[str, Any]) -> None:
    """What the API does not show in the session itself: its lines, and what its intent will carry."""
    account.create({"id": session_id, "object": HIDDEN, "created": account.now(), **what})


def lines_of(account: Account, session_id: str) -> Document:
    """The list of a session's LineItems."""
    lines = account.get(HIDDEN, session_id)["lines"]
    return listed(lines, f"/v1/checkout/sessions/{session_id}/line_items", more=False)


def keeps(account: Account, session: Document) -> bool:
    """Is a card kept for the customer once it has paid?"""
    usage = account.get(HIDDEN, session["id"])["intent"].get("setup_future_usage")
    return bool(usage or session["payment_method_options"].get("card", {}).get("setup_future_usage"))


def current(account: Account, ident: str) -> Document:
    """The session as it is at this second; ApiError when there is none."""
    session = account.get(KIND, ident)
    if session["status"] == "open" and session["expires_at"] <= account.now():
        expire(account, session)
    return session


def pay(account: Account, session: Document, method: Method, email: str | None = None) -> Document:
    """Try to pay with a method; the intent that says what came of it. The session must not be complete."""
    session["customer_details"] = details = _customer_details(session, email)
    intent = _intent(account, session)
    way = payment_methods.fresh(account, method, {"email": details["email"]})
    charging.attempt(account, intent, way, return_url=session["success_url"])
    _follow(account, session, intent)
    return intent


def answer_challenge(account: Account, session: Document, intent: Document, *, completed: bool) -> None:
    """The customer comes back from the bank."""
    charging.answer_challenge(account, intent, completed=completed)
    _follow(account, session, intent)


def settle(account: Account, intent: Document, *, succeeded: bool) -> None:
    """A debit is through, or is not; nothing when it is already known."""
    if intent["status"] != "processing":
        return
    charging.settle(account, intent, succeeded=succeeded)
    session = session_of(account, intent["id"])
    if session:
        session["payment_status"] = "paid" if succeeded else "unpaid"
        account.save(session)
        account.emit(f"{KIND}.async_payment_{'succeeded' if succeeded else 'failed'}", session)


def expire(account: Account, session: Document) -> None:
    """An open session ends; so does its intent, if anybody tried."""
    session |= {"status": "expired", "url": None}
    with account.transaction():
        account.save(session)
        intent = account.find("payment_intent", session["payment_intent"])
        if intent and intent["status"] in charging.PAYABLE:
            charging.cancel(account, intent, "expired")
        account.emit(f"{KIND}.expired", session)


def session_of(account: Account, intent_id: str) -> Document | None:
    """The session an intent belongs to."""
    found, _ = account.page(KIND, Page(limit=1, key=("payment_intent", intent_id)))
    return found[0] if found else None


def _intent(account: Account, session: Document) -> Document:
    """The session's intent, made when somebody first tries to pay."""
    if session["payment_intent"]:
        return account.get("payment_intent", session["payment_intent"])
    customer = session["customer"]
    if session["customer_creation"] == "always":
        customer = customers.new(account, email=session["customer_details"]["email"])["id"]
    intent = charging.new_intent(
        account,
        amount=session["amount_total"],
        currency=session["currency"],
        types=session["payment_method_types"],
        customer=customer,
        options=session["payment_method_options"],
        **account.get(HIDDEN, session["id"])["intent"],
    )
    session["payment_intent"] = intent["id"]
    account.list_by(session, "payment_intent", intent["id"])
    return intent


def _follow(account: Account, session: Document, intent: Document) -> None:
    """The session is complete when the customer has nothing left to do."""
    paid = intent["status"] == "succeeded"
    if paid or intent["status"] == "processing":
        session |= {"status": "complete", "payment_status": "paid" if paid else "unpaid", "url": None}
        _reveal_customer(account, session, intent)
    account.save(session)
    if session["status"] == "complete":
        account.emit(f"{KIND}.completed", session)


def _reveal_customer(account: Account, session: Document, intent: Document) -> None:
    """A customer that the session itself made is told of when it is complete."""
    if session["customer"] is None and intent["customer"]:
        session["customer"] = intent["customer"]
        account.list_by(session, "customer", intent["customer"])


def _customer_details(session: Document, email: str | None) -> Document:
    told = {"address": None, "business_name": None, "individual_name": None, "name": None, "phone": None}
    return {**told, "email": session["customer_email"] or email, "tax_exempt": "none", "tax_ids": []}

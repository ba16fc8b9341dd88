"""Orders: created by the shop, approved by the payer, captured by the shop; six hours for all of it.

Source: PayPal's OpenAPI document checkout_orders_v2. An order whose time is up is gone: 404, as PayPal says.
"""

import re

from yuanyou_sandbox.paypal import capturing, refunds, vault
from yuanyou_sandbox.paypal.account import COMPANY, HIDDEN, Account, shown
from yuanyou_sandbox.paypal.balance import Code
from yuanyou_sandbox.paypal.errors import missing, unprocessable
from yuanyou_sandbox.paypal.funding import BY_NAME, USUAL, Ends, Funding
from yuanyou_sandbox.paypal.ids import transaction_id
from yuanyou_sandbox.paypal.order_request import Wish, wish_of
from yuanyou_sandbox.paypal.payer import payer, wallet
from yuanyou_sandbox.paypal.reader import Reader
from yuanyou_sandbox.shared.store import Document

KIND = "order"
LIVES_SECONDS = 6 * 3600
MOST_ATTEMPTS = 10
PATCHABLE = re.compile(
    r"/purchase_units/@reference_id=='(?P<reference>[^']+)'/(?P<name>custom_id|invoice_id|description)"
)
CREATED, ACTION, APPROVED, COMPLETED = "CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED"
OUTCOMES = frozenset(set(Ends) - {Ends.COMPLETED})


def create(account: Account, reader: Reader) -> Document:
    """POST /v2/checkout/orders; with payment_source.paypal.vault_id it is paid at once, or refused."""
    wish = wish_of(account, reader)
    order = _new(account, wish)
    if not wish.vault_id:
        return account.create(KIND, order)
    funding = vault.funding_of(account, wish.vault_id, "/payment_source/paypal/vault_id")
    ends = _ends(account, order, funding, "orders.create")
    if ends == Ends.INSTRUMENT_DECLINED:
        raise unprocessable("INSTRUMENT_DECLINED", ran=True)
    account.create(KIND, order)
    _agree(account, order, funding.name)
    _take(account, order, ends, funding, code=Code.PREAPPROVED)
    return order


def retrieve(account: Account, reader: Reader, ident: str) -> Document:
    """GET /v2/checkout/orders/:id."""
    reader.without_effect("fields")
    reader.finish()
    return current(account, ident)


def capture(account: Account, reader: Reader, ident: str) -> Document:
    """POST /v2/checkout/orders/:id/capture."""
    reader.finish()
    order = current(account, ident)
    if order["status"] == COMPLETED:
        raise unprocessable("ORDER_ALREADY_CAPTURED")
    if order["status"] != APPROVED:
        raise unprocessable("ORDER_NOT_APPROVED")
    if order[HIDDEN]["attempts"] >= MOST_ATTEMPTS:
        raise unprocessable("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")
    funding = BY_NAME.get(order[HIDDEN]["funding"], USUAL)
    ends = _ends(account, order, funding, "orders.capture")
    if ends == Ends.INSTRUMENT_DECLINED:
        order[HIDDEN] |= {"attempts": order[HIDDEN]["attempts"] + 1, "declined": True}
        account.save(KIND, order)
        again = {"href": approval_url(account, ident), "rel": "redirect", "method": "GET"}
        raise unprocessable("INSTRUMENT_DECLINED", links=[again], ran=True)
    _take(account, order, ends, funding, code=Code.CHECKOUT)
    return order


def patch(account: Account, reader: Reader, ident: str) -> None:
    """PATCH /v2/checkout/orders/:id: other references and words of a purchase unit, while it is not paid."""
    wished = [_change(each) for each in reader.groups("operations", least=1)]
    reader.finish()
    order = current(account, ident)
    if order["status"] == COMPLETED:
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    units = {unit["reference_id"]: unit for unit in order["purchase_units"]}
    for reference, name, value in wished:
        if reference not in units:
            raise unprocessable("NOT_PATCHABLE")
        units[reference][name] = value
    order["update_time"] = account.time()
    account.save(KIND, order)


def _change(group: Reader) -> tuple[str, str, str]:
    """Which purchase unit, which of its fields, and its new value."""
    group.need_choice("op", ["add", "replace"])
    path, value = group.need_text("path", longest=400), group.need_text("value")
    found = PATCHABLE.fullmatch(path)
    if found is None:
        raise unprocessable("NOT_PATCHABLE", path)
    return found["reference"], found["name"], value


def approve(account: Account, order: Document, funding: Funding) -> None:
    """The payer agrees on the approval page. The order must not be complete."""
    with account.transaction():
        _agree(account, order, funding.name)
        told = whole(account, order)
        account.emit("CHECKOUT.ORDER.APPROVED", "checkout-order", told, "An order has been approved by buyer")


def current(account: Account, ident: str) -> Document:
    """The order as it is at this second. ApiError (404) when there is none, or its time is up."""
    order = account.get(KIND, ident)
    if has_expired(account, order):
        raise missing()
    return order


def has_expired(account: Account, order: Document) -> bool:
    return order["status"] != COMPLETED and bool(order[HIDDEN]["expires_at"] <= account.now())


def expire(account: Account, order: Document) -> None:
    """Its time is up, now."""
    order[HIDDEN]["expires_at"] = account.now()
    account.save(KIND, order)


def minimal(account: Account, order: Document) -> Document:
    """What Prefer: return=minimal gets."""
    return {"id": order["id"], "status": order["status"], "links": _links(account, order)}


def whole(account: Account, order: Document) -> Document:
    """What GET and Prefer: return=representation get."""
    order = account.get(KIND, order["id"])
    captures = capturing.of_order(account, order["id"])
    told = shown(order) | {"links": _links(account, order)}
    units = [dict(unit) for unit in order["purchase_units"]]
    for unit, capture in zip(units, captures, strict=False):
        payments = {"captures": [capturing.in_order(capture)]}
        back = refunds.of_capture(account, capture["id"])
        unit["payments"] = payments | ({"refunds": [shown(each) for each in back]} if back else {})
    return told | {"purchase_units": units}


def approval_url(account: Account, ident: str) -> str:
    """Where the payer agrees."""
    return f"{account.url}/checkoutnow?token={ident}"


def _new(account: Account, wish: Wish) -> Document:
    now = account.now()
    order: Document = {
        "id": transaction_id(),
        "intent": "CAPTURE",
        "status": ACTION if wish.wallet else CREATED,
        "purchase_units": wish.units,
        "create_time": account.time(now),
    }
    if wish.wallet:
        order["payment_source"] = {"paypal": {}}
    made = {"expires_at": now + LIVES_SECONDS, "funding": None, "attempts": 0, "declined": False}
    return order | {HIDDEN: wish.hidden | made}


def _agree(account: Account, order: Document, funding: str) -> None:
    order |= {"status": APPROVED, "payer": payer(), "update_time": account.time()}
    order["payment_source"] = {"paypal": wallet()}
    order[HIDDEN] |= {"funding": funding, "declined": False}
    account.save(KIND, order)


def _ends(account: Account, order: Document, funding: Funding, act: str) -> Ends:
    """What the payer's bank, or an ordered fault, says to it. ApiError for an invoice that is paid."""
    for unit in order["purchase_units"]:
        _check_invoice(account, order["id"], unit.get("invoice_id"))
    fault = account.world.faults.take(COMPANY, act, OUTCOMES, order["id"])
    return Ends(fault.fault) if fault else funding.ends


def _take(account: Account, order: Document, ends: Ends, funding: Funding, *, code: Code) -> None:
    """A capture for every unit. The order is complete with that, whatever became of the money."""
    order |= {"status": COMPLETED, "update_time": account.time()}
    account.save(KIND, order)
    for unit in order["purchase_units"]:
        capturing.capture_unit(account, order, unit, ends, funding, code=code)


def _check_invoice(account: Account, order_id: str, invoice_id: str | None) -> None:
    """An invoice is paid once, whatever order asks for it."""
    if invoice_id is None:
        return
    for each in account.all_by(capturing.KIND, "invoice", invoice_id):
        if each[HIDDEN]["order"] != order_id and each["status"] not in {"DECLINED", "FAILED"}:
            raise unprocessable("DUPLICATE_INVOICE_ID", "/purchase_units/0/invoice_id")


def _links(account: Account, order: Document) -> list[dict[str, str]]:
    path, status = f"v2/checkout/orders/{order['id']}", order["status"]
    links = [account.link("self", path)]
    if status in {CREATED, ACTION}:
        rel = "approve" if status == CREATED else "payer-action"
        links.append({"href": approval_url(account, order["id"]), "rel": rel, "method": "GET"})
    if status in {CREATED, APPROVED}:
        links.append(account.link("capture", f"{path}/capture", "POST"))
    return links

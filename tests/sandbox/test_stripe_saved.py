"""Cards that are kept: made on the hosted page, charged when nobody is there, let go."""

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.shop import GOOD, Receiver, eventually, order, pay_on_page
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

UNLESS_SET_UP, ALWAYS, SET_UP_ELSEWHERE = "4000002500003155", "4000002760003184", "4000003800000446"
KEEP: Any = {"metadata": {"attempt": "att_1"}, "setup_future_usage": "off_session"}
BACK = "http://127.0.0.1:9/back?x=1"


def _customer(api: stripe.StripeClient) -> str:
    return api.v1.customers.create({"email": "mei@example.com", "metadata": {"customer": "cust_1"}}).id


def _kept(api: stripe.StripeClient, sandbox: RunningSandbox, card: str = GOOD, **more: Any) -> Any:
    """The PaymentMethod that a paid session has kept."""
    session = api.v1.checkout.sessions.create(order(payment_intent_data=KEEP, **more))
    sandbox.control(f"stripe/sessions/{session.id}/pay", {"card": card, "challenge": "complete"})
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.payment_method"]})
    assert told.payment_status == "paid"
    return told.payment_intent.payment_method


def _charge(api: stripe.StripeClient, made: str, customer: str | None, **more: Any) -> Any:
    """Charge it when nobody is there."""
    ask: Any = {
        "amount": 1500,
        "currency": "usd",
        "customer": customer,
        "payment_method": made,
        "payment_method_types": ["card"],
        "off_session": True,
        "confirm": True,
        "metadata": {"attempt": "att_2"},
        **more,
    }
    return api.v1.payment_intents.create({name: value for name, value in ask.items() if value is not None})


def test_a_paid_session_keeps_the_card_for_its_customer(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    assert (made.customer, made.type, made.allow_redisplay) == (customer, "card", "limited")
    card = made.card
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 12, 2034)
    assert (card.country, card.funding, bool(card.fingerprint)) == ("US", "credit", True)
    assert [each.id for each in api.v1.payment_methods.list({"customer": customer}).data] == [made.id]
    assert [each.id for each in api.v1.customers.payment_methods.list(customer).data] == [made.id]
    assert api.v1.customers.payment_methods.retrieve(customer, made.id).id == made.id
    assert api.v1.payment_methods.retrieve(made.id).customer == customer


def test_a_session_makes_the_customer_that_it_was_asked_to_make(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    session = api.v1.checkout.sessions.create(
        order(customer_creation="always", customer_email="mei@example.com", payment_intent_data=KEEP)
    )
    assert session.customer is None
    sandbox.control(f"stripe/sessions/{session.id}/pay")
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert api.v1.customers.retrieve(told.customer).to_dict()["email"] == "mei@example.com"
    assert told.payment_intent.customer == told.payment_intent.latest_charge.customer == told.customer
    assert len(api.v1.payment_methods.list({"customer": told.customer, "type": "card"}).data) == 1
    assert [each.id for each in api.v1.checkout.sessions.list({"customer": told.customer}).data] == [
        session.id
    ]


def test_without_a_customer_or_a_wish_nothing_is_kept(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    assert _kept(api, sandbox).customer is None
    session = api.v1.checkout.sessions.create(order(customer=customer))
    sandbox.control(f"stripe/sessions/{session.id}/pay")
    assert api.v1.payment_methods.list({"customer": customer}).data == []


def test_the_wish_may_be_for_cards_only(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    customer = _customer(api)
    options = {"card": {"setup_future_usage": "off_session"}}
    session = api.v1.checkout.sessions.create(order(customer=customer, payment_method_options=options))
    assert 'id="kept"' in httpx.get(str(session.url)).text
    pay_on_page(str(session.url), UNLESS_SET_UP)
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    httpx.post(told.payment_intent.next_action.redirect_to_url.url, data={"action": "complete"})
    made = api.v1.payment_methods.list({"customer": customer}).data[0]
    assert _charge(api, made.id, customer).status == "succeeded"


def test_the_page_says_that_a_card_will_be_kept(api: stripe.StripeClient) -> None:
    keeps = api.v1.checkout.sessions.create(order(customer=_customer(api), payment_intent_data=KEEP))
    once = api.v1.checkout.sessions.create(order())
    assert 'id="kept"' in httpx.get(str(keeps.url)).text
    assert 'id="kept"' not in httpx.get(str(once.url)).text


@pytest.mark.parametrize(
    ("card", "brand", "country", "funding"),
    [
        ("6200000000000005", "unionpay", "CN", "credit"),
        ("5200828282828210", "mastercard", "US", "debit"),
        ("3566002020360505", "jcb", "JP", "credit"),
    ],
)
def test_what_is_told_of_a_card_is_true(
    api: stripe.StripeClient, sandbox: RunningSandbox, card: str, brand: str, country: str, funding: str
) -> None:
    customer = _customer(api)
    first, second = (_kept(api, sandbox, card, customer=customer) for _ in range(2))
    told = first.card
    assert (told.brand, told.country, told.funding, told.last4) == (brand, country, funding, card[-4:])
    assert first.id != second.id
    assert first.card.fingerprint == second.card.fingerprint


def test_a_kept_card_is_charged_when_nobody_is_there(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    paid = _charge(api, made.id, customer, expand=["latest_charge.balance_transaction"])
    assert (paid.status, paid.amount_received, paid.payment_method) == ("succeeded", 1500, made.id)
    assert paid.latest_charge.payment_method_details.card.fingerprint == made.card.fingerprint
    assert paid.latest_charge.balance_transaction.net == 1500 - 74
    told = eventually(
        lambda: [each for each in shop.of("payment_intent.succeeded") if paid.id in str(each.body)]
    )
    assert told[0].event["data"]["object"]["metadata"] == {"attempt": "att_2"}


@pytest.mark.parametrize(("card", "goes"), [(UNLESS_SET_UP, True), (ALWAYS, False), (SET_UP_ELSEWHERE, True)])
def test_some_banks_want_the_customer_to_be_there(
    api: stripe.StripeClient, sandbox: RunningSandbox, card: str, goes: bool
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, card, customer=customer)
    if goes:
        assert _charge(api, made.id, customer).status == "succeeded"
        return
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, made.id, customer)
    assert (refusal.value.http_status, refusal.value.code) == (402, "authentication_required")
    error: Any = refusal.value.error
    assert error.decline_code == "authentication_required"
    intent = error.payment_intent
    assert (intent.status, intent.last_payment_error.code) == (
        "requires_payment_method",
        "authentication_required",
    )
    assert error.payment_method.id == intent.last_payment_error.payment_method.id == made.id
    assert intent.to_dict()["metadata"] == {"attempt": "att_2"}
    assert api.v1.charges.retrieve(error.charge).failure_code == "authentication_required"


def test_a_card_that_was_attached_but_never_set_up_wants_the_customer(api: stripe.StripeClient) -> None:
    customer = _customer(api)
    made = api.v1.payment_methods.attach("pm_card_authenticationRequiredOnSetup", {"customer": customer})
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, made.id, customer)
    assert refusal.value.code == "authentication_required"


def test_what_needed_the_customer_is_paid_when_the_customer_comes(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, ALWAYS, customer=customer)
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, made.id, customer)
    intent = str(refusal.value.error.payment_intent.id)  # type: ignore[union-attr]
    asked: Any = api.v1.payment_intents.confirm(intent, {"payment_method": made.id, "return_url": BACK})
    assert asked.status == "requires_action"
    back = httpx.post(asked.next_action.redirect_to_url.url, data={"action": "complete"})
    assert back.headers["location"].startswith(f"{BACK}&payment_intent={intent}")
    assert api.v1.payment_intents.retrieve(intent).status == "succeeded"


@pytest.mark.parametrize(
    ("does", "code", "decline_code"),
    [
        ("insufficient_funds", "card_declined", "insufficient_funds"),
        ("generic_decline", "card_declined", "generic_decline"),
        ("expired_card", "expired_card", None),
        ("authentication_required", "authentication_required", "authentication_required"),
    ],
)
def test_the_bank_of_a_kept_card_may_say_no_later(
    api: stripe.StripeClient, sandbox: RunningSandbox, does: str, code: str, decline_code: str | None
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    sandbox.control(f"stripe/payment_methods/{made.id}", {"does": does})
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refusal:
            _charge(api, made.id, customer)
        assert refusal.value.code == code
        assert getattr(refusal.value.error, "decline_code", None) == decline_code
    sandbox.control(f"stripe/payment_methods/{made.id}", {"does": "pays"})
    assert _charge(api, made.id, customer).status == "succeeded"


def test_the_same_key_charges_once_also_when_it_is_declined(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer).id
    ask: Any = {"amount": 1500, "currency": "usd", "customer": customer, "payment_method": made}
    ask |= {"payment_method_types": ["card"], "off_session": True, "confirm": True}
    paid = [api.v1.payment_intents.create(ask, {"idempotency_key": "k1"}).id for _ in range(2)]
    assert paid[0] == paid[1]
    sandbox.control(f"stripe/payment_methods/{made}", {"does": "generic_decline"})
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            api.v1.payment_intents.create(ask, {"idempotency_key": "k2"})
    assert len(api.v1.payment_intents.list({"customer": customer}).data) == 3


def test_a_card_expires_on_the_sandboxes_clock(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    api.v1.payment_methods.update(made.id, {"card": {"exp_month": 1, "exp_year": 2025}})
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, made.id, customer)
    assert refusal.value.code == "expired_card"
    api.v1.payment_methods.update(made.id, {"card": {"exp_month": 1, "exp_year": 2035}})
    assert _charge(api, made.id, customer).status == "succeeded"


def test_a_card_that_was_let_go_cannot_be_used_again(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    assert api.v1.payment_methods.detach(made.id).customer is None
    assert api.v1.payment_methods.list({"customer": customer}).data == []
    for owner in (customer, None):
        with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
            _charge(api, made.id, owner)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_methods.detach(made.id)
    assert refusal.value.code == "payment_method_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as gone:
        api.v1.customers.payment_methods.retrieve(customer, made.id)
    assert gone.value.code == "resource_missing"


def test_a_card_is_its_customers_only(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    made = _kept(api, sandbox, customer=_customer(api))
    with pytest.raises(stripe.InvalidRequestError, match="belongs to the Customer"):
        _charge(api, made.id, _customer(api))
    with pytest.raises(stripe.InvalidRequestError, match="must provide the customer"):
        _charge(api, made.id, None)


def test_a_card_that_paid_once_and_was_not_kept_cannot_be_charged(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    once = _kept(api, sandbox)
    with pytest.raises(stripe.InvalidRequestError, match="previously used"):
        _charge(api, once.id, _customer(api))


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"confirm": False}, "off_session"),
        ({"off_session": "perhaps"}, "off_session"),
        ({"made": "pm_nothing"}, "payment_method"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"frobnicate": "1"}, "frobnicate"),
        ({"payment_method_options": {"card": {"colour": "jade"}}}, "payment_method_options[card][colour]"),
    ],
)
def test_a_mistake_in_a_charge_is_refused_and_nothing_is_made(
    api: stripe.StripeClient, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _charge(api, **({"made": "pm_card_visa", "customer": None} | change))
    assert refusal.value.param == param
    assert api.v1.payment_intents.list().data == []


def test_a_charge_that_could_redirect_needs_an_address_to_come_back_to(api: stripe.StripeClient) -> None:
    ask: Any = {"amount": 1500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        api.v1.payment_intents.create(ask)
    never = {"enabled": True, "allow_redirects": "never"}
    for more in ({"return_url": BACK}, {"automatic_payment_methods": never}):
        assert api.v1.payment_intents.create(ask | more).status == "succeeded"


def test_a_payment_can_stop_where_it_would_have_to_be_confirmed(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, "pm_card_threeDSecure2Required", None, off_session=None, error_on_requires_action=True)
    assert refusal.value.code == "authentication_required"


def test_the_shop_can_ask_for_3d_secure_where_the_bank_would_not(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    session = api.v1.checkout.sessions.create(
        order(payment_method_options={"card": {"request_three_d_secure": "any"}})
    )
    told = sandbox.control(f"stripe/sessions/{session.id}/pay", {"card": "4000000000003055"})
    assert told["payment_intent_status"] == "requires_action"
    httpx.post(told["challenge_url"], data={"action": "complete"})
    paid: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    secured = paid.payment_intent.latest_charge.payment_method_details.card.three_d_secure
    assert (secured.result, secured.authentication_flow) == ("authenticated", "challenge")


def test_an_attachment_of_a_card_that_is_declined_is_declined(api: stripe.StripeClient) -> None:
    customer = _customer(api)
    with pytest.raises(stripe.CardError):
        api.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})
    made = api.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    with pytest.raises(stripe.CardError) as refusal:
        _charge(api, made.id, customer)
    assert refusal.value.code == "card_declined"


def test_a_customer_is_changed_and_deleted_with_all_cards(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    customer = _customer(api)
    made = _kept(api, sandbox, customer=customer)
    changed: Any = api.v1.customers.update(
        customer,
        {
            "email": "mei@example.org",
            "metadata": {"customer": "", "line": "1"},
            "invoice_settings": {"default_payment_method": made.id},
        },
    )
    assert (changed.email, changed.to_dict()["metadata"]) == ("mei@example.org", {"line": "1"})
    assert api.v1.customers.list({"email": "mei@example.com"}).data == []
    assert api.v1.customers.delete(customer).deleted
    assert api.v1.customers.retrieve(customer).to_dict() == {
        "id": customer,
        "object": "customer",
        "deleted": True,
    }
    assert api.v1.customers.list().data == []
    assert api.v1.payment_methods.retrieve(made.id).customer is None
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        api.v1.checkout.sessions.create(order(customer=customer))
    assert api.v1.customers.list({"email": "mei@example.org"}).data == []


def test_only_a_kept_card_can_be_told_what_to_do(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    once = _kept(api, sandbox)
    for ident in (once.id, "pm_nothing"):
        with pytest.raises(ControlRefused, match="404"):
            sandbox.control(f"stripe/payment_methods/{ident}", {"does": "pays"})

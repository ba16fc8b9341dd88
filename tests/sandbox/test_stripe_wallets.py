"""Alipay and WeChat Pay through Stripe: approved in an app, no card, refunds in their own time."""

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.shop import Receiver, eventually, order, pay_on_page
from yuanyou_sandbox.testing import RunningSandbox

WALLETS: Any = {
    "payment_method_types": ["card", "alipay", "wechat_pay"],
    "payment_method_options": {"wechat_pay": {"client": "web"}},
}
BOTH = pytest.mark.parametrize("wallet", ["alipay", "wechat_pay"])
ENGLISH = {"Accept-Language": "en"}


def _session(api: stripe.StripeClient, **more: Any) -> Any:
    return api.v1.checkout.sessions.create(order(**WALLETS, **more))


def _told(api: stripe.StripeClient, session: str) -> Any:
    return api.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent.latest_charge"]})


def _paid(api: stripe.StripeClient, sandbox: RunningSandbox, wallet: str) -> Any:
    session = _session(api)
    sandbox.control(f"stripe/sessions/{session.id}/pay", {"card": wallet, "challenge": "complete"})
    return _told(api, session.id).payment_intent.latest_charge


@BOTH
def test_a_wallet_pays_after_the_customer_has_approved_in_the_app(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver, wallet: str
) -> None:
    session = _session(api)
    place = pay_on_page(session.url, wallet).headers["location"]
    intent = _told(api, session.id).payment_intent
    assert place == f"/stripe/{wallet}/{intent.id}"
    assert intent.status == "requires_action"
    assert "USD 12.00" in httpx.get(f"{sandbox.url}{place}").text
    back = httpx.post(f"{sandbox.url}{place}", data={"action": "complete"})
    assert back.headers["location"] == f"http://127.0.0.1:9/paid?session={session.id}"
    told = _told(api, session.id)
    charge = told.payment_intent.latest_charge
    assert (told.status, told.payment_status, charge.status) == ("complete", "paid", "succeeded")
    assert charge.payment_method_details.type == wallet
    assert charge.payment_method_details[wallet].fingerprint
    assert charge.id.startswith("py_")
    assert eventually(lambda: shop.of("checkout.session.completed"))


def test_alipay_is_a_redirect_and_wechat_a_code(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    session = _session(api)
    pay_on_page(session.url, "alipay")
    redirect = _told(api, session.id).payment_intent.next_action
    assert redirect.type == "alipay_handle_redirect"
    assert redirect.alipay_handle_redirect.url.startswith(f"{sandbox.stripe_url}/alipay/pi_3")
    pay_on_page(session.url, "wechat_pay")
    action = _told(api, session.id).payment_intent.next_action
    assert action.type == "wechat_pay_display_qr_code"
    code = action.wechat_pay_display_qr_code
    assert code.data.startswith("weixin://wxpay/bizpayurl")
    assert code.image_data_url.startswith("data:image/png;base64,")
    assert 'id="code"' in httpx.get(code.hosted_instructions_url).text
    for url, kind in ((code.image_url_png, "image/png"), (code.image_url_svg, "image/svg+xml")):
        assert httpx.get(url).headers["content-type"] == kind


@BOTH
def test_refusing_in_the_app_leads_back_to_the_pay_page(
    api: stripe.StripeClient, sandbox: RunningSandbox, wallet: str
) -> None:
    session = _session(api)
    place = pay_on_page(session.url, wallet).headers["location"]
    back = httpx.post(f"{sandbox.url}{place}", data={"action": "fail"})
    assert back.headers["location"] == f"/stripe/pay/{session.id}"
    told = _told(api, session.id)
    assert (told.status, told.payment_intent.status) == ("open", "requires_payment_method")
    pay_on_page(session.url, "4242424242424242")
    assert _told(api, session.id).payment_status == "paid"


def test_the_page_offers_what_the_session_takes_and_nothing_else(api: stripe.StripeClient) -> None:
    all_ways = httpx.get(_session(api).url, headers=ENGLISH).text
    assert 'value="alipay"' in all_ways
    assert 'value="wechat_pay"' in all_ways
    alone = api.v1.checkout.sessions.create(order(payment_method_types=["alipay"])).url or ""
    page = httpx.get(alone, headers=ENGLISH).text
    assert 'value="alipay"' in page
    assert 'value="4242424242424242"' not in page
    assert pay_on_page(alone, "4242424242424242").headers["location"].endswith("?refused=method")


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"payment_method_options": {}}, "parameter_missing", "payment_method_options[wechat_pay][client]"),
        (
            {"payment_method_options": {"wechat_pay": {"client": "ios"}}},
            None,
            "payment_method_options[wechat_pay][client]",
        ),
        ({"currency": "thb", "amount": 5000}, None, "payment_method_types"),
        ({"payment_intent_data": {"setup_future_usage": "off_session"}}, None, "payment_method_types"),
    ],
)
def test_what_a_wallet_cannot_do_is_refused(
    api: stripe.StripeClient, change: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(order(**(WALLETS | change)))
    assert (refusal.value.code, refusal.value.param) == (code, param)


def test_a_refund_to_wechat_is_pending_until_wechat_has_it(
    api: stripe.StripeClient, sandbox: RunningSandbox, shop: Receiver
) -> None:
    charge = _paid(api, sandbox, "wechat_pay")
    made = api.v1.refunds.create({"charge": charge.id, "metadata": {"refund": "ref_1"}})
    assert made.status == "pending"
    sandbox.control("clock", {"advance_seconds": 86_400})
    assert api.v1.refunds.retrieve(made.id).status == "succeeded"
    told = eventually(lambda: shop.of("refund.updated"))[0].event["data"]["object"]
    assert (told["status"], told["metadata"]) == ("succeeded", {"refund": "ref_1"})


def test_a_refund_to_alipay_is_there_at_once(api: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    charge = _paid(api, sandbox, "alipay")
    assert api.v1.refunds.create({"charge": charge.id, "amount": 300}).status == "succeeded"


@pytest.mark.parametrize(("wallet", "days"), [("alipay", 90), ("wechat_pay", 180)])
def test_a_wallet_takes_money_back_for_so_many_days_only(
    api: stripe.StripeClient, sandbox: RunningSandbox, wallet: str, days: int
) -> None:
    charge = _paid(api, sandbox, wallet)
    sandbox.control("clock", {"advance_seconds": days * 86_400 - 60})
    assert api.v1.refunds.create({"charge": charge.id, "amount": 100}).amount == 100
    sandbox.control("clock", {"advance_seconds": 61})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"charge": charge.id, "amount": 100})
    assert refusal.value.code == "charge_not_refundable"


@BOTH
def test_a_wallet_without_a_page(api: stripe.StripeClient, wallet: str) -> None:
    ask: Any = {
        "amount": 1500,
        "currency": "usd",
        "confirm": True,
        "payment_method_types": [wallet],
        "payment_method_data": {"type": wallet},
        "return_url": "http://127.0.0.1:9/back",
        "payment_method_options": {"wechat_pay": {"client": "web"}} if wallet == "wechat_pay" else {},
    }
    intent: Any = api.v1.payment_intents.create(ask)
    action = intent.next_action
    page = (
        action.alipay_handle_redirect.url
        if wallet == "alipay"
        else action.wechat_pay_display_qr_code.hosted_instructions_url
    )
    httpx.post(page, data={"action": "complete"})
    assert api.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_late_money_from_a_wallet_comes_although_the_session_has_expired(
    api: stripe.StripeClient, sandbox: RunningSandbox
) -> None:
    session = _session(api)
    api.v1.checkout.sessions.expire(session.id)
    late = {"card": "alipay", "challenge": "complete", "late": True}
    sandbox.control(f"stripe/sessions/{session.id}/pay", late)
    assert _told(api, session.id).payment_status == "paid"

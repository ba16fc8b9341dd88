"""The hosted pay page and the bank's page, as a customer without JavaScript uses them."""

import re
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.shop import CHALLENGED, DECLINED, GOOD, POOR, order, pay_on_page
from yuanyou_sandbox.testing import RunningSandbox

DECLINE_AFTER_CHALLENGE = "4000008400001629"


@pytest.fixture
def session(api: stripe.StripeClient) -> Any:
    return api.v1.checkout.sessions.create(order())


def test_the_page_says_what_is_paid_to_whom_and_that_it_is_a_sandbox(session: Any) -> None:
    page = httpx.get(session.url, headers={"Accept-Language": "en"}).text
    assert "USD 12.00" in page
    assert "US 30 days · 美国 30 天" in page
    assert "Yuanyou" in page
    assert "SANDBOX" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("locale", "accepts", "language"),
    [
        ("zh", "en", "zh-Hans"),
        ("zh-TW", "en", "zh-Hans"),
        ("en", "zh-CN", "en"),
        ("auto", "zh-CN,en;q=0.5", "zh-Hans"),
        ("auto", "de", "en"),
    ],
)
def test_the_page_speaks_the_language_of_the_session(
    api: stripe.StripeClient, locale: str, accepts: str, language: str
) -> None:
    url = api.v1.checkout.sessions.create(order(locale=locale)).url
    assert f'<html lang="{language}">' in httpx.get(url or "", headers={"Accept-Language": accepts}).text


def test_the_language_that_was_clicked_stays(session: Any, sandbox: RunningSandbox) -> None:
    with httpx.Client() as browser:
        assert '<html lang="zh-Hans">' in browser.get(f"{session.url}?lang=zh-Hans").text
        assert '<html lang="zh-Hans">' in browser.get(session.url).text
        assert '<html lang="zh-Hans">' in browser.get(f"{sandbox.url}/").text


def test_a_good_card_pays_and_the_customer_goes_back_to_the_shop(
    api: stripe.StripeClient, session: Any
) -> None:
    answer = pay_on_page(session.url, GOOD)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://127.0.0.1:9/paid?session={session.id}"
    told = api.v1.checkout.sessions.retrieve(session.id)
    assert (told.status, told.payment_status, told.url) == ("complete", "paid", None)


@pytest.mark.parametrize(
    ("card", "code", "decline_code", "said"),
    [
        (DECLINED, "card_declined", "generic_decline", "Your card was declined."),
        (POOR, "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000000069", "expired_card", None, "Your card has expired."),
        ("4111111111111111", "card_declined", "test_mode_live_card", "used a non test card"),
        ("4242424242424241", "incorrect_number", None, "Your card number is incorrect."),
    ],
)
def test_a_decline_is_said_plainly_and_another_card_may_be_tried(
    api: stripe.StripeClient, session: Any, card: str, code: str, decline_code: str | None, said: str
) -> None:
    assert pay_on_page(session.url, card).headers["location"] == f"/stripe/pay/{session.id}"
    assert said in httpx.get(session.url, headers={"Accept-Language": "en"}).text.replace("&#x27;", "'")
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (told.status, told.payment_status) == ("open", "unpaid")
    assert told.payment_intent.status == "requires_payment_method"
    error = told.payment_intent.last_payment_error
    assert (error.code, getattr(error, "decline_code", None)) == (code, decline_code)
    assert pay_on_page(session.url, GOOD).headers["location"].startswith("http://127.0.0.1:9/paid")
    paid: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert paid.payment_intent.id == told.payment_intent.id
    assert (paid.payment_status, paid.payment_intent.last_payment_error) == ("paid", None)


def test_a_decline_is_said_in_chinese(api: stripe.StripeClient) -> None:
    url = api.v1.checkout.sessions.create(order(locale="zh")).url or ""
    pay_on_page(url, POOR)
    assert "您的卡余额不足。" in httpx.get(url).text


def test_a_card_that_is_not_in_the_list_is_typed(api: stripe.StripeClient, session: Any) -> None:
    pay_on_page(session.url, "other", number="5555 5555 5555 4444")
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    card = told.payment_intent.latest_charge.payment_method_details.card
    assert (card.brand, card.last4) == ("mastercard", "4444")


def test_no_card_number_is_kept(sandbox: RunningSandbox, session: Any) -> None:
    pay_on_page(session.url, "other", number="5555 5555 5555 4444")
    kept = b"".join(file.read_bytes() for file in sandbox.data.iterdir())
    assert b"4444" in kept
    assert not re.search(rb"5555 ?5555 ?5555 ?4444", kept)


def test_the_banks_page_completes_a_payment(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    challenge = f"{sandbox.url}{pay_on_page(session.url, CHALLENGED).headers['location']}"
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (told.status, told.payment_intent.status) == ("open", "requires_action")
    assert told.payment_intent.next_action.redirect_to_url.url == challenge
    assert "USD 12.00" in httpx.get(challenge).text
    back = httpx.post(challenge, data={"action": "complete"})
    assert back.headers["location"].startswith("http://127.0.0.1:9/paid")
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize(
    ("card", "action", "code"),
    [
        (CHALLENGED, "fail", "payment_intent_authentication_failure"),
        (DECLINE_AFTER_CHALLENGE, "complete", "card_declined"),
    ],
)
def test_a_failed_challenge_leads_back_to_the_pay_page(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox, card: str, action: str, code: str
) -> None:
    challenge = f"{sandbox.url}{pay_on_page(session.url, card).headers['location']}"
    back = httpx.post(challenge, data={"action": action})
    assert back.headers["location"] == f"/stripe/pay/{session.id}"
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert told.payment_intent.last_payment_error.code == code
    assert 'role="alert"' in httpx.get(session.url).text


def test_leaving_leads_back_to_the_shop_and_the_session_stays_open(
    api: stripe.StripeClient, session: Any
) -> None:
    answer = httpx.post(session.url, data={"card": GOOD, "action": "leave"})
    assert (answer.status_code, answer.headers["location"]) == (303, "http://127.0.0.1:9/left")
    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_pressing_pay_twice_pays_once(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    places = [pay_on_page(session.url, GOOD).headers["location"] for _ in range(3)]
    assert set(places) == {f"http://127.0.0.1:9/paid?session={session.id}"}
    assert len(api.v1.charges.list().data) == 1
    assert sandbox.state()["stripe"]["account"]["usd"]["gross"] == 1200


def test_a_bank_debit_is_complete_but_not_paid_until_the_bank_says_so(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    assert pay_on_page(session.url, "bank_debit").headers["location"].startswith("http://127.0.0.1:9/paid")
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (told.status, told.payment_status) == ("complete", "unpaid")
    assert told.payment_intent.status == "processing"
    assert sandbox.state()["stripe"]["account"] == {}
    sandbox.control(f"stripe/sessions/{session.id}/settle", {"outcome": "succeeded"})
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert sandbox.state()["stripe"]["account"]["usd"]["gross"] == 1200


@pytest.mark.parametrize(
    ("way", "status", "intent_status"),
    [("bank_debit", "paid", "succeeded"), ("bank_debit_fails", "unpaid", "requires_payment_method")],
)
def test_a_bank_debit_settles_by_itself_after_days(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox, way: str, status: str, intent_status: str
) -> None:
    pay_on_page(session.url, way)
    sandbox.control("clock", {"advance_seconds": 4 * 86_400})
    told: Any = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (told.payment_status, told.payment_intent.status) == (status, intent_status)


def test_the_page_offers_only_what_the_session_takes(api: stripe.StripeClient) -> None:
    url = api.v1.checkout.sessions.create(order(payment_method_types=["card"])).url or ""
    assert "bank_debit" not in httpx.get(url).text
    refused = pay_on_page(url, "bank_debit").headers["location"]
    assert refused.endswith("?refused=method")
    assert api.v1.payment_intents.list().data == []


def test_a_paid_an_expired_and_an_unknown_session_say_so(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    expired = api.v1.checkout.sessions.create(order())
    url = str(expired.url)
    api.v1.checkout.sessions.expire(expired.id)
    pay_on_page(session.url, GOOD)
    english = {"Accept-Language": "en"}
    paid, late = httpx.get(session.url, headers=english), httpx.get(url, headers=english)
    unknown = httpx.get(f"{sandbox.stripe_url}/pay/cs_test_nobody", headers=english)
    assert (paid.status_code, late.status_code, unknown.status_code) == (200, 410, 404)
    assert "This payment is complete" in paid.text
    assert "This payment has expired" in late.text
    assert f'href="http://127.0.0.1:9/paid?session={session.id}"' in paid.text


def test_an_expired_session_takes_no_money(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    sandbox.control("clock", {"advance_seconds": 86_400})
    assert pay_on_page(session.url, GOOD).headers["location"] == f"/stripe/pay/{session.id}"
    assert api.v1.charges.list().data == []


def test_a_challenge_that_outlives_its_session_takes_no_money(
    api: stripe.StripeClient, session: Any, sandbox: RunningSandbox
) -> None:
    challenge = f"{sandbox.url}{pay_on_page(session.url, CHALLENGED).headers['location']}"
    api.v1.checkout.sessions.expire(session.id)
    assert httpx.post(challenge, data={"action": "complete"}).headers["location"].startswith("/stripe/pay/")
    assert api.v1.charges.list().data == []


def test_a_form_of_another_site_is_refused(session: Any) -> None:
    answer = httpx.post(
        session.url, data={"card": GOOD, "action": "pay"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403


def test_a_foreign_host_name_is_refused(session: Any) -> None:
    assert httpx.get(session.url, headers={"Host": "evil.example"}).status_code == 421

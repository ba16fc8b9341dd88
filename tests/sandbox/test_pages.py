"""The sandbox's own pages: what people see, and that they see it in both languages."""

import ast
from pathlib import Path

import httpx
import pytest
import stripe

import yuanyou_sandbox
from tests.sandbox.shop import Receiver, eventually, order
from yuanyou_sandbox import home
from yuanyou_sandbox.alipay import words as alipay_words
from yuanyou_sandbox.alipay.codes import DOES
from yuanyou_sandbox.carrier import words as carrier_words
from yuanyou_sandbox.carrier.subscriptions import LEADS_TO
from yuanyou_sandbox.carrier.subscriptions import STATES as CARRIER_STATES
from yuanyou_sandbox.esim import words as esim_words
from yuanyou_sandbox.esim.pages import ACTS
from yuanyou_sandbox.esim.profiles import STATES
from yuanyou_sandbox.mail import words as mail_words
from yuanyou_sandbox.paypal import words as paypal_words
from yuanyou_sandbox.paypal.funding import FUNDINGS
from yuanyou_sandbox.paypal.overview import ACTS as PAYPAL_ACTS
from yuanyou_sandbox.shared import words
from yuanyou_sandbox.shared.mishaps import MODES
from yuanyou_sandbox.stripe import words as stripe_words
from yuanyou_sandbox.stripe.cards import CARDS
from yuanyou_sandbox.stripe.overview import ENDS
from yuanyou_sandbox.stripe.pay_page import CARD_CHOICES, DEBIT_CHOICES, WALLET_CHOICES
from yuanyou_sandbox.testing import RunningSandbox
from yuanyou_sandbox.wechat import words as wechat_words
from yuanyou_sandbox.wechat.cashier import MOODS
from yuanyou_sandbox.wechat.overview import ACTS as WECHAT_ACTS

PAGES = (
    *("/", "/notices", "/stripe/", "/paypal/", "/alipay/", "/alipay/customer-code", "/mail/", "/esim/"),
    *("/carrier/", "/wechat/", "/wechat/code", "/nothing/here"),
)
SOURCE = Path(yuanyou_sandbox.__file__).parent
OF_COMPANIES = (stripe_words, paypal_words, alipay_words, wechat_words, mail_words, esim_words, carrier_words)
KNOWN = {*words.COMMON, *home.WORDS, *[text for each in OF_COMPANIES for text in each.WORDS]}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "banner"), [("en", "SANDBOX"), ("zh-Hans", "沙盒")])
def test_every_page_says_that_it_is_a_sandbox(
    sandbox: RunningSandbox, path: str, language: str, banner: str
) -> None:
    page = httpx.get(f"{sandbox.url}{path}?lang={language}", headers={"Accept": "text/html"})
    assert page.status_code == (404 if path.startswith("/nothing") else 200)
    assert f'<html lang="{language}">' in page.text
    assert f'<p class="banner"><strong>{banner}</strong>' in page.text
    assert "script" not in page.headers["content-security-policy"]


def test_every_text_of_a_page_is_translated() -> None:
    said = {text for file in SOURCE.rglob("*.py") for text in _said(file)}
    assert len(said) > 50
    assert said - KNOWN == set()


def test_every_choice_and_every_state_is_translated() -> None:
    choices = {does for _, does, _ in (*CARD_CHOICES, *DEBIT_CHOICES, *WALLET_CHOICES)} | {*ENDS.values()}
    of_paypal = {*PAYPAL_ACTS.values(), *[each.label for each in FUNDINGS]}
    assert {*WECHAT_ACTS.values(), *MOODS.values()} <= KNOWN
    assert choices | of_paypal | {*DOES.values()} <= KNOWN
    assert {*ACTS.values(), *STATES, *MODES, *LEADS_TO, *CARRIER_STATES} <= KNOWN


def test_every_reason_of_a_decline_is_translated() -> None:
    messages = {method.decline.message for method in CARDS.values() if method.decline}
    assert messages - set(stripe_words.WORDS) == set()


def test_a_fault_is_ordered_and_called_off_by_a_form(sandbox: RunningSandbox) -> None:
    form = {"company": "stripe", "fault": "error_500", "on": "refunds.create", "times": "2"}
    assert httpx.post(f"{sandbox.url}/faults", data=form).headers["location"] == "/"
    assert "stripe: error_500 / refunds.create × 2" in httpx.get(f"{sandbox.url}/").text
    httpx.post(f"{sandbox.url}/faults", data={"company": "stripe", "notices": "drop"})
    assert sandbox.state()["notice_mishaps"][0]["mode"] == "drop"
    httpx.post(f"{sandbox.url}/faults", data={"action": "clear"})
    assert sandbox.control("faults", method="GET") == {"faults": [], "notices": []}


def test_a_form_that_does_not_fit_orders_nothing(sandbox: RunningSandbox) -> None:
    for form in (
        {},
        {"company": "stripe", "fault": "explode", "on": "*"},
        {"company": "nobody", "notices": "drop"},
    ):
        assert httpx.post(f"{sandbox.url}/faults", data=form).status_code == 303
    assert sandbox.control("faults", method="GET") == {"faults": [], "notices": []}


def test_time_passes_at_the_push_of_a_button(sandbox: RunningSandbox) -> None:
    httpx.post(f"{sandbox.url}/clock", data={"seconds": "3600"})
    httpx.post(f"{sandbox.url}/clock", data={"seconds": "-1"})
    assert sandbox.state()["clock"]["offset_seconds"] == 3600


def test_notices_are_shown_with_their_answers_and_sent_again(
    sandbox: RunningSandbox, api: stripe.StripeClient, shop: Receiver
) -> None:
    shop.statuses = [503]
    api.v1.checkout.sessions.expire(api.v1.checkout.sessions.create(order()).id)
    eventually(lambda: sandbox.notices()[0]["answers"])
    page = httpx.get(f"{sandbox.url}/notices").text
    assert "checkout.session.expired" in page
    assert "503 ok" in page
    httpx.post(f"{sandbox.url}/notices", data={"send": str(sandbox.notices()[0]["id"])})
    eventually(lambda: len(shop.received) == 2)


def test_held_notices_are_released_by_a_button(
    sandbox: RunningSandbox, api: stripe.StripeClient, shop: Receiver
) -> None:
    sandbox.control("faults", {"company": "stripe", "notices": "hold"})
    api.v1.checkout.sessions.expire(api.v1.checkout.sessions.create(order()).id)
    httpx.post(f"{sandbox.url}/notices", data={"release": "stripe"})
    eventually(lambda: len(shop.received) == 1)


def test_a_session_is_expired_settled_and_refunded_by_hand(
    sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    dropped, paid, delayed = (api.v1.checkout.sessions.create(order()).id for _ in range(3))
    sandbox.control(f"stripe/sessions/{paid}/pay")
    sandbox.control(f"stripe/sessions/{delayed}/pay", {"card": "bank_debit"})
    for session, action in ((dropped, "expire"), (paid, "refund"), (delayed, "succeed")):
        httpx.post(f"{sandbox.stripe_url}/sessions/{session}", data={"action": action})
    assert api.v1.checkout.sessions.retrieve(dropped).status == "expired"
    assert [refund.amount for refund in api.v1.refunds.list().data] == [1200]
    assert api.v1.checkout.sessions.retrieve(delayed).payment_status == "paid"
    assert "complete / paid / succeeded" in httpx.get(f"{sandbox.stripe_url}/").text


def test_a_payment_is_warned_of_disputed_and_judged_by_hand(
    sandbox: RunningSandbox, api: stripe.StripeClient
) -> None:
    session = api.v1.checkout.sessions.create(order()).id
    sandbox.control(f"stripe/sessions/{session}/pay")
    for action in ("warn", "dispute", "dispute", "refund"):  # once, and no refund of what is disputed
        httpx.post(f"{sandbox.stripe_url}/sessions/{session}", data={"action": action})
    assert len(api.v1.radar.early_fraud_warnings.list().data) == 1
    (dispute,) = api.v1.disputes.list().data
    page = httpx.get(f"{sandbox.stripe_url}/", headers={"Accept-Language": "en"}).text
    assert "needs_response / fraudulent" in page
    assert "The shop wins" in page
    for action, status in (("won", "won"), ("lost", "won"), ("reopen", "needs_response"), ("lost", "lost")):
        httpx.post(f"{sandbox.stripe_url}/disputes/{dispute.id}", data={"action": action})
        assert api.v1.disputes.retrieve(dispute.id).status == status
    assert api.v1.refunds.list().data == []


def _said(file: Path) -> list[str]:
    """What the code of a page says: every t("...") of a literal text."""
    calls = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    return [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "t"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]

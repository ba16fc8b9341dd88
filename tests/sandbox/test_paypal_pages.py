"""PayPal's approval page and the account's pages, as people without JavaScript use them."""

import httpx
import pytest

from tests.sandbox.paypal_shop import CANCEL, RETURN, Wire, agree, approval_url, capture_of, order
from tests.sandbox.shop import Receiver
from yuanyou_sandbox.testing import RunningSandbox

ORDERS = "/v2/checkout/orders"


def _page(url: str, language: str = "en") -> str:
    return httpx.get(url, headers={"Accept-Language": language}).text


def test_the_page_says_what_is_paid_to_whom_and_that_it_is_a_sandbox(wire: Wire) -> None:
    page = _page(approval_url(wire.order(value="1234.50")))
    assert "USD 1,234.50" in page
    assert "US 30 days · 美国 30 天" in page
    assert "Yuanyou" in page
    assert "SANDBOX" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("locale", "accepts", "language"),
    [("zh-CN", "en", "zh-Hans"), ("en-US", "zh-CN", "en"), (None, "zh-CN,en;q=0.5", "zh-Hans")],
)
def test_the_page_speaks_the_language_of_the_order(
    wire: Wire, locale: str | None, accepts: str, language: str
) -> None:
    made = wire.order(context={"locale": locale})
    assert f'<html lang="{language}">' in _page(approval_url(made), accepts)


def test_who_agrees_goes_back_to_the_shop_and_nothing_is_taken_yet(
    wire: Wire, sandbox: RunningSandbox
) -> None:
    made = wire.order()
    answer = agree(made)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{RETURN}&token={made['id']}&PayerID=SANDBOXPAYER1"
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "APPROVED"
    assert sandbox.control("paypal/account", method="GET") == {}
    assert "You have agreed" in _page(approval_url(made))


def test_who_cancels_goes_back_and_the_order_stays_open(wire: Wire, shop: Receiver) -> None:
    made = wire.order()
    assert agree(made, action="cancel").headers["location"] == f"{CANCEL}?token={made['id']}"
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "PAYER_ACTION_REQUIRED"
    assert agree(made).status_code == 303
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "APPROVED"


def test_who_leaves_tells_nobody(wire: Wire, shop: Receiver) -> None:
    made = wire.order()
    answer = agree(made, action="leave")
    assert answer.status_code == 200
    assert "The shop has not been told anything." in answer.text
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "PAYER_ACTION_REQUIRED"
    assert shop.received == []


def test_a_declined_payer_is_told_and_chooses_again(wire: Wire) -> None:
    made = wire.order()
    agree(made, "card_declined")
    wire.post(f"{ORDERS}/{made['id']}/capture")
    page = _page(approval_url(made), "zh")
    assert "您的银行拒绝了这笔付款。" in page
    agree(made, "card")
    assert capture_of(wire.post(f"{ORDERS}/{made['id']}/capture")[1])["status"] == "COMPLETED"


def test_agreeing_twice_tells_the_shop_once(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    assert agree(made).headers["location"] == agree(made).headers["location"]
    assert sandbox.state()["paypal"]["objects"]["event"] == 1


def test_a_shop_that_wants_its_money_now_is_offered_no_echeck(wire: Wire) -> None:
    made = wire.order(context={"payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED"})
    assert "echeck" not in _page(approval_url(made))
    agree(made, "echeck")
    assert wire.get(f"{ORDERS}/{made['id']}")[1]["status"] == "PAYER_ACTION_REQUIRED"


@pytest.mark.parametrize(
    ("action", "button"), [("PAY_NOW", "Pay USD 12.00"), ("CONTINUE", "Agree and continue")]
)
def test_the_button_says_what_the_shop_does_next(wire: Wire, action: str, button: str) -> None:
    assert button in _page(approval_url(wire.order(context={"user_action": action})))


def test_an_expired_order_can_not_be_agreed_to(wire: Wire, sandbox: RunningSandbox) -> None:
    made = wire.order()
    sandbox.control(f"paypal/orders/{made['id']}/expire")
    gone = httpx.get(approval_url(made))
    assert gone.status_code == 410
    agree(made)
    assert wire.get(f"{ORDERS}/{made['id']}")[0] == 404


def test_a_complete_order_and_none_at_all_have_a_page(wire: Wire, sandbox: RunningSandbox) -> None:
    told = wire.captured()
    page = _page(f"{sandbox.paypal_url}/checkoutnow?token={told['id']}")
    assert "This payment is complete" in page
    assert httpx.get(f"{sandbox.paypal_url}/checkoutnow?token=NONE").status_code == 404


def test_the_overview_shows_orders_and_acts_by_hand(wire: Wire, sandbox: RunningSandbox) -> None:
    told = wire.captured("echeck")
    overview = f"{sandbox.paypal_url}/"
    assert "COMPLETED / PENDING" in _page(overview)
    for action, state in (
        ("complete", "COMPLETED / COMPLETED"),
        ("dispute", "The shop wins"),
        ("win", "COMPLETED / COMPLETED"),
        ("refund", "COMPLETED / REFUNDED"),
    ):
        httpx.post(f"{sandbox.paypal_url}/orders/{told['id']}", data={"action": action})
        assert state in _page(overview), action


def test_the_first_page_shows_the_account(wire: Wire, sandbox: RunningSandbox) -> None:
    wire.captured()
    page = _page(f"{sandbox.url}/", "zh")
    assert "实收（已扣手续费、退款和争议款）" in page
    assert "USD 11.09" in page


def test_a_language_that_was_clicked_keeps_the_order(wire: Wire) -> None:
    made = wire.post(ORDERS, order(), key="k")[1]
    with httpx.Client() as browser:
        page = browser.get(f"{approval_url(made)}&lang=zh-Hans").text
    assert "请选择付款方式" in page
    assert f'href="?token={made["id"]}&amp;lang=en"' in page

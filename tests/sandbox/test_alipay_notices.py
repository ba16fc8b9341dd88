"""Alipay's notices: forms, signed, tried eight times in a day until somebody says success."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from tests.sandbox.shop import Received, Receiver, eventually
from tests.sandbox.test_alipay_requests import ORDER, PRECREATE, Shop
from yuanyou_sandbox.alipay import keys
from yuanyou_sandbox.testing import RunningSandbox

MINUTE, HOUR = 60, 3600
PLAN = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)


@pytest.fixture
def hears() -> Iterator[Receiver]:
    """A shop that answers as Alipay wants."""
    receiver = Receiver(answer=b"success")
    yield receiver
    receiver.close()


@pytest.fixture
def deaf() -> Iterator[Receiver]:
    """A shop that answers 200, and not the one word."""
    receiver = Receiver(answer=b"ok")
    yield receiver
    receiver.close()


def paid(sandbox: RunningSandbox, receiver: Receiver) -> Shop:
    shop = Shop(sandbox)
    shop.ask(PRECREATE, ORDER, notify_url=receiver.url)
    sandbox.control("alipay/orders/att_1/pay")
    return shop


def fields(received: Received) -> dict[str, str]:
    return dict(parse_qsl(received.body.decode(), keep_blank_values=True))


def test_a_payment_is_told_as_a_signed_form(sandbox: RunningSandbox, hears: Receiver) -> None:
    shop = paid(sandbox, hears)
    told = fields(eventually(lambda: hears.received)[0])
    assert (told["trade_status"], told["out_trade_no"]) == ("TRADE_SUCCESS", "att_1")
    assert (told["total_amount"], told["seller_id"]) == ("26.90", shop.known["seller_id"])
    sign = told.pop("sign")
    told.pop("sign_type")
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    assert keys.signed(shop.known["alipay_public_key"], text.encode(), sign)


def test_it_is_tried_eight_times_by_alipays_plan_when_nobody_says_success(
    sandbox: RunningSandbox, deaf: Receiver
) -> None:
    paid(sandbox, deaf)
    for tries, wait in enumerate([*PLAN, None], start=1):
        eventually(lambda tries=tries: len(deaf.received) == tries)
        if wait is None:
            break
        eventually(lambda: sandbox.notices(company="alipay")[0]["state"] == "due")
        sandbox.control("clock", {"advance_seconds": wait - 1})
        assert len(deaf.received) == tries
        sandbox.control("clock", {"advance_seconds": 1})
    eventually(lambda: sandbox.notices(company="alipay")[0]["state"] == "given_up")
    assert len({fields(each)["notify_id"] for each in deaf.received}) == 1


def test_success_ends_it(sandbox: RunningSandbox, hears: Receiver) -> None:
    paid(sandbox, hears)
    eventually(lambda: sandbox.notices(company="alipay")[0]["state"] == "delivered")


def test_a_part_given_back_says_success_again_and_all_of_it_says_closed(
    sandbox: RunningSandbox, hears: Receiver
) -> None:
    shop = paid(sandbox, hears)
    for number, amount in (("ref_1", "7.00"), ("ref_2", "19.90")):
        back = {"out_trade_no": "att_1", "refund_amount": amount, "out_request_no": number}
        shop.ask("alipay.trade.refund", back)
    told = [fields(each) for each in eventually(lambda: len(hears.received) == 3 and hears.received)]
    found = sorted((each.get("refund_fee", ""), each["trade_status"]) for each in told)
    assert found == [("", "TRADE_SUCCESS"), ("26.90", "TRADE_CLOSED"), ("7.00", "TRADE_SUCCESS")]
    assert {each.get("out_biz_no") for each in told} == {None, "ref_1", "ref_2"}


@pytest.mark.parametrize(("mode", "arrive"), [("drop", 0), ("duplicate", 2)])
def test_notices_get_lost_or_come_twice(
    sandbox: RunningSandbox, hears: Receiver, mode: str, arrive: int
) -> None:
    sandbox.control("faults", {"company": "alipay", "notices": mode})
    paid(sandbox, hears)
    eventually(lambda: sandbox.notices(company="alipay")[0]["state"] in {"dropped", "delivered"})
    eventually(lambda: len(hears.received) == arrive)


def test_a_notice_goes_to_this_machine_only(sandbox: RunningSandbox) -> None:
    shop = Shop(sandbox)
    shop.ask(PRECREATE, ORDER, notify_url="https://shop.example/hooks")
    sandbox.control("alipay/orders/att_1/pay")
    eventually(lambda: sandbox.notices(company="alipay")[0]["state"] == "dropped")


def test_a_notice_may_be_signed_by_somebody_else(sandbox: RunningSandbox, hears: Receiver) -> None:
    sandbox.control("faults", {"company": "alipay", "fault": "wrong_key", "on": "notices"})
    shop = paid(sandbox, hears)
    told = fields(eventually(lambda: hears.received)[0])
    sign = told.pop("sign")
    told.pop("sign_type")
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    assert not keys.signed(shop.known["alipay_public_key"], text.encode(), sign)

"""Alipay's books: trades, refunds once per number, fees, bills of a day."""

import io
import zipfile
from datetime import datetime

import httpx
import pytest

from tests.sandbox.test_alipay_requests import BEIJING, ORDER, PRECREATE, QUERY, Shop
from yuanyou_sandbox.testing import ControlRefused, RunningSandbox

DAY = 86_400
REFUND, CLOSE, CANCEL = "alipay.trade.refund", "alipay.trade.close", "alipay.trade.cancel"
BILL = "alipay.data.dataservice.bill.downloadurl.query"
NUMBER = {"out_trade_no": "att_1"}


@pytest.fixture
def shop_side(sandbox: RunningSandbox) -> Shop:
    return Shop(sandbox)


@pytest.fixture
def paid(shop_side: Shop) -> Shop:
    shop_side.ask(PRECREATE, ORDER)
    shop_side.sandbox.control("alipay/orders/att_1/pay")
    return shop_side


def money(shop: Shop) -> dict[str, int]:
    found: dict[str, int] = shop.sandbox.control("alipay/account", method="GET")
    return found


def today() -> str:
    return datetime.now(BEIJING).strftime("%Y-%m-%d")


def test_a_payment_costs_six_in_a_thousand(paid: Shop) -> None:
    assert money(paid) == {"gross": 2690, "fees": 16, "refunds": 0, "withdrawn": 0, "net": 2674}


def test_the_same_number_is_the_same_order_and_another_amount_is_refused(shop_side: Shop) -> None:
    first = shop_side.ask(PRECREATE, ORDER)
    assert shop_side.ask(PRECREATE, ORDER) == first
    other = shop_side.ask(PRECREATE, ORDER | {"total_amount": "1.00"})
    assert other["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"


def test_a_number_that_was_paid_or_closed_is_used_up(paid: Shop) -> None:
    assert paid.ask(PRECREATE, ORDER)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    paid.ask(CANCEL, {"out_trade_no": "att_2"})
    assert paid.ask(PRECREATE, ORDER | {"out_trade_no": "att_2"})["sub_code"] == "ACQ.TRADE_HAS_CLOSE"


def test_a_refund_of_one_number_moves_money_once(paid: Shop) -> None:
    back = NUMBER | {"refund_amount": "7.00", "out_request_no": "ref_1"}
    first, second = paid.ask(REFUND, back), paid.ask(REFUND, back)
    assert (first["fund_change"], second["fund_change"]) == ("Y", "N")
    assert (first["refund_fee"], second["refund_fee"], money(paid)["refunds"]) == ("7.00", "7.00", 700)
    other = paid.ask(REFUND, back | {"refund_amount": "8.00"})
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"


def test_what_is_told_of_a_refund_is_the_total_so_far(paid: Shop) -> None:
    for number, total in (("ref_1", "7.00"), ("ref_2", "14.00")):
        told = paid.ask(REFUND, NUMBER | {"refund_amount": "7.00", "out_request_no": number})
        assert (told["refund_fee"], told["send_back_fee"]) == (total, "7.00")


def test_a_part_needs_a_number_and_the_whole_does_not(paid: Shop) -> None:
    assert paid.ask(REFUND, NUMBER | {"refund_amount": "1.00"})["code"] == "40004"
    assert paid.ask(REFUND, NUMBER | {"refund_amount": "26.90"})["fund_change"] == "Y"
    query = "alipay.trade.fastpay.refund.query"
    told = paid.ask(query, NUMBER | {"out_request_no": "att_1"})
    assert (told["refund_status"], told["refund_amount"]) == ("REFUND_SUCCESS", "26.90")
    assert paid.ask(QUERY, NUMBER)["trade_status"] == "TRADE_CLOSED"


def test_that_a_refund_is_not_there_is_said_with_success(paid: Shop) -> None:
    told = paid.ask("alipay.trade.fastpay.refund.query", NUMBER | {"out_request_no": "ref_9"})
    assert told["code"] == "10000"
    assert "refund_status" not in told


def test_a_fen_too_much_is_refused(paid: Shop) -> None:
    told = paid.ask(REFUND, NUMBER | {"refund_amount": "26.91", "out_request_no": "ref_1"})
    assert told["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert money(paid)["refunds"] == 0


def test_a_cancellation_closes_what_waits_and_gives_back_what_was_paid(paid: Shop) -> None:
    assert paid.ask(CANCEL, NUMBER)["action"] == "refund"
    assert money(paid)["refunds"] == 2690
    waiting = ORDER | {"out_trade_no": "att_2"}
    paid.ask(PRECREATE, waiting)
    paid.sandbox.control("alipay/orders/att_2/open")
    assert paid.ask(CANCEL, {"out_trade_no": "att_2"})["action"] == "close"
    assert "action" not in paid.ask(CANCEL, {"out_trade_no": "nobody"})


def test_only_what_waits_can_be_closed(paid: Shop) -> None:
    assert paid.ask(CLOSE, NUMBER)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert paid.ask(CLOSE, {"out_trade_no": "nobody"})["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_time_closes_what_was_not_paid_and_finishes_what_was(paid: Shop) -> None:
    paid.ask(PRECREATE, ORDER | {"out_trade_no": "att_2"})
    paid.sandbox.control("alipay/orders/att_2/open")
    paid.sandbox.control("clock", {"advance_seconds": 2 * 3600})
    assert paid.ask(QUERY, {"out_trade_no": "att_2"})["trade_status"] == "TRADE_CLOSED"
    with pytest.raises(ControlRefused):
        paid.sandbox.control("alipay/orders/att_2/pay")
    paid.sandbox.control("alipay/orders/att_2/pay", {"late": True})
    assert paid.ask(QUERY, {"out_trade_no": "att_2"})["trade_status"] == "TRADE_SUCCESS"
    paid.sandbox.control("clock", {"advance_seconds": 365 * DAY})
    assert paid.ask(QUERY, NUMBER)["trade_status"] == "TRADE_FINISHED"
    told = paid.ask(REFUND, NUMBER | {"refund_amount": "1.00", "out_request_no": "ref_1"})
    assert told["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


@pytest.mark.parametrize(("kind", "rows"), [("trade", 2), ("signcustomer", 3)])
def test_the_bill_of_a_day_is_a_zip_of_gbk_tables_the_next_morning(paid: Shop, kind: str, rows: int) -> None:
    paid.ask(REFUND, NUMBER | {"refund_amount": "7.00", "out_request_no": "ref_1"})
    asked = {"bill_type": kind, "bill_date": today()}
    assert paid.ask(BILL, asked)["sub_code"] == "isp.bill_not_exist"
    paid.sandbox.control("clock", {"advance_seconds": 2 * DAY})
    url = paid.ask(BILL, asked)["bill_download_url"]
    with zipfile.ZipFile(io.BytesIO(httpx.get(url).content)) as archive:
        texts = [archive.read(name).decode("gbk") for name in archive.namelist()]
    table = [line for line in texts[0].splitlines() if not line.startswith("#")]
    assert len(table) == 1 + rows
    assert all("att_1\t" in line for line in table[1:])


def test_the_address_of_a_bill_lives_for_seconds(paid: Shop) -> None:
    asked = {"bill_type": "trade", "bill_date": today()}
    paid.sandbox.control("clock", {"advance_seconds": 2 * DAY})
    url = paid.ask(BILL, asked)["bill_download_url"]
    paid.sandbox.control("clock", {"advance_seconds": 31})
    assert httpx.get(url).status_code == 403

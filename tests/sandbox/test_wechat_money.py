"""WeChat Pay's money: refunds at their pace, the shop's scanner and its reversal, bills with their hash."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.wechat_shop import Wire, client, wish
from yuanyou_sandbox.testing import RunningSandbox

BEIJING = timedelta(hours=8)


@pytest.fixture
def wechat(sandbox: RunningSandbox) -> WeChatPay:
    return client(sandbox)


@pytest.fixture
def line(sandbox: RunningSandbox) -> Iterator[Wire]:
    made = Wire(sandbox)
    yield made
    made.http.close()


def paid(sandbox: RunningSandbox, wechat: WeChatPay, number: str = "order_000001", total: int = 2690) -> None:
    assert wechat.pay(**wish(number, total))[0] == 200
    sandbox.control(f"wechat/orders/{number}/pay")


def refund(wechat: WeChatPay, units: int, number: str = "refund_1", total: int = 2690) -> tuple[int, Any]:
    amount = {"refund": units, "total": total, "currency": "CNY"}
    status, text = wechat.refund(number, amount, out_trade_no="order_000001")
    return status, json.loads(text)


def wait(sandbox: RunningSandbox, seconds: int) -> None:
    sandbox.control("clock", {"advance_seconds": seconds})


def scan(
    sandbox: RunningSandbox, wechat: WeChatPay, mood: str, number: str = "order_000001"
) -> tuple[int, Any]:
    code = sandbox.control("wechat/code", {"mood": mood})["auth_code"]
    scene = {"store_info": {"out_id": "1"}}
    asked = wish(number, payer={"auth_code": code}, scene_info=scene, pay_type=WeChatPayType.CODEPAY)
    status, text = wechat.pay(**asked)
    return status, json.loads(text)


def state(wechat: WeChatPay, number: str = "order_000001") -> str:
    return str(json.loads(wechat.query(out_trade_no=number)[1])["trade_state"])


def test_a_refund_is_under_way_and_then_done(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    paid(sandbox, wechat)
    status, made = refund(wechat, 700)
    assert (status, made["status"]) == (200, "PROCESSING")
    wait(sandbox, 6)
    ended = json.loads(wechat.query_refund("refund_1")[1])
    assert (ended["status"], ended["refund_id"]) == ("SUCCESS", made["refund_id"])
    assert state(wechat) == "REFUND"


def test_a_minute_passes_between_two_refunds_but_not_for_the_same_one(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    paid(sandbox, wechat)
    refund(wechat, 700)
    assert refund(wechat, 700)[0] == 200
    assert refund(wechat, 300, "refund_2")[0] == 429
    wait(sandbox, 60)
    assert refund(wechat, 300, "refund_2")[0] == 200
    assert sandbox.control("wechat/account", method="GET")["refunds"] == 1_000


def test_another_order_has_a_minute_of_its_own(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    paid(sandbox, wechat)
    paid(sandbox, wechat, "order_000002")
    refund(wechat, 700)
    amount = {"refund": 100, "total": 2690, "currency": "CNY"}
    assert wechat.refund("refund_2", amount, out_trade_no="order_000002")[0] == 200


@pytest.mark.parametrize(
    ("units", "total", "status"), [(2691, 2690, 400), (100, 2700, 400), (0, 2690, 400), (2690, 2690, 200)]
)
def test_a_refund_fits_its_order(
    sandbox: RunningSandbox, wechat: WeChatPay, units: int, total: int, status: int
) -> None:
    paid(sandbox, wechat)
    assert refund(wechat, units, total=total)[0] == status


def test_what_was_not_paid_is_not_given_back(wechat: WeChatPay) -> None:
    wechat.pay(**wish())
    assert refund(wechat, 100)[0] == 400


def test_a_refund_s_number_is_of_one_refund(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    paid(sandbox, wechat)
    refund(wechat, 700)
    wait(sandbox, 61)
    status, told = refund(wechat, 701)
    assert (status, told["code"]) == (400, "INVALID_REQUEST")


def test_an_abnormal_refund_keeps_the_money_and_a_closed_one_gives_it_back(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    paid(sandbox, wechat)
    sandbox.control("faults", {"company": "wechat", "fault": "refund_abnormal", "on": "refunds.create"})
    refund(wechat, 700)
    wait(sandbox, 61)
    made = refund(wechat, 300, "refund_2")[1]
    sandbox.control(f"wechat/refunds/{made['refund_id']}/settle", {"outcome": "closed"})
    wait(sandbox, 86_400)
    assert json.loads(wechat.query_refund("refund_1")[1])["status"] == "ABNORMAL"
    assert json.loads(wechat.query_refund("refund_2")[1])["status"] == "CLOSED"
    assert sandbox.control("wechat/account", method="GET")["refunds"] == 700


def test_a_scan_pays_asks_or_does_not(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    status, told = scan(sandbox, wechat, "pays")
    assert (status, told["trade_state"], told["trade_type"]) == (200, "SUCCESS", "MICROPAY")
    status, told = scan(sandbox, wechat, "asked", "order_000002")
    assert (status, told["code"], state(wechat, "order_000002")) == (202, "USERPAYING", "USERPAYING")
    status, told = scan(sandbox, wechat, "poor", "order_000003")
    assert (status, told["code"], state(wechat, "order_000003")) == (403, "NOT_ENOUGH", "PAYERROR")


def test_a_password_that_is_not_typed_in_a_minute_is_an_error(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    scan(sandbox, wechat, "asked")
    wait(sandbox, 61)
    assert state(wechat) == "PAYERROR"


def test_a_reversal_waits_15_seconds_and_gives_back_what_was_paid(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    scan(sandbox, wechat, "pays")
    assert wechat.codepay_reverse("order_000001")[0] == 400
    wait(sandbox, 15)
    assert wechat.codepay_reverse("order_000001")[0] == 204
    assert wechat.codepay_reverse("order_000001")[0] == 204
    assert state(wechat) == "REVOKED"
    account = sandbox.control("wechat/account", method="GET")
    assert (account["gross"], account["refunds"]) == (2690, 2690)
    assert sandbox.notices(company="wechat") == []


def test_only_scans_are_reversed_and_only_pages_are_closed(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    wechat.pay(**wish())
    wait(sandbox, 20)
    assert wechat.codepay_reverse("order_000001")[0] == 400
    scan(sandbox, wechat, "asked", "order_000002")
    assert wechat.close("order_000002")[0] == 400


def bill(wechat: WeChatPay, kind: str, day: str, **how: str) -> tuple[int, Any]:
    ask = wechat.trade_bill if kind == "trade" else wechat.fundflow_bill
    status, text = ask(day, **how)
    return status, json.loads(text)


def days_later(sandbox: RunningSandbox) -> str:
    """Today's bill is written; its day in Beijing."""
    today = (datetime.now(UTC) + BEIJING).date().isoformat()
    wait(sandbox, 35 * 3600)
    return today


@pytest.mark.parametrize("packed", ["GZIP", "PLAIN"])
@pytest.mark.parametrize("kind", ["trade", "flow"])
def test_a_bill_belongs_to_its_hash_and_every_field_begins_with_a_backtick(
    sandbox: RunningSandbox, wechat: WeChatPay, kind: str, packed: str
) -> None:
    paid(sandbox, wechat)
    refund(wechat, 700)
    status, offer = bill(wechat, kind, days_later(sandbox), tar_type=packed)
    assert (status, offer["hash_type"]) == (200, "SHA1")
    status, raw = wechat.download_bill(offer["download_url"])
    plain = gzip.decompress(raw) if packed == "GZIP" else raw
    assert hashlib.sha1(plain).hexdigest() == offer["hash_value"]
    head, *rows, sum_head, sums = plain.decode().splitlines()
    assert len(rows) == (2 if kind == "trade" else 3)
    assert all(field.startswith("`") for row in (*rows, sums) for field in row.split(",")[:6])
    assert len(head.split(",")) == len(rows[0].split(",`"))
    assert len(sum_head.split(",")) == len(sums.split(",`"))


def test_a_bill_is_written_at_ten_the_next_morning_in_beijing(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    paid(sandbox, wechat)
    now = datetime.now(UTC) + BEIJING
    today = now.date().isoformat()
    assert bill(wechat, "trade", today)[1]["code"] == "PARAM_ERROR"
    tomorrow_at_ten = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
    left = tomorrow_at_ten + timedelta(hours=10) - now
    wait(sandbox, int(left.total_seconds()) - 60)
    assert bill(wechat, "trade", today)[1]["code"] == "STATEMENT_CREATING"
    wait(sandbox, 120)
    assert bill(wechat, "trade", today)[0] == 200


def test_a_day_without_movements_has_no_bill(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    day = (datetime.now(UTC) - timedelta(days=10)).date().isoformat()
    assert bill(wechat, "trade", day)[1]["code"] == "NO_STATEMENT_EXIST"


def test_an_address_of_a_bill_lives_for_five_minutes_and_asks_for_a_signature(
    sandbox: RunningSandbox, wechat: WeChatPay, line: Wire
) -> None:
    paid(sandbox, wechat)
    url = bill(wechat, "trade", days_later(sandbox))[1]["download_url"]
    assert line.http.get(url).status_code in {401, 406}
    assert line.get(url.removeprefix(sandbox.wechat_url)).status_code == 200
    wait(sandbox, 301)
    assert line.get(url.removeprefix(sandbox.wechat_url)).status_code == 400


def test_the_account_is_what_its_movements_come_to(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    paid(sandbox, wechat)
    refund(wechat, 700)
    sandbox.control("wechat/withdraw", {"amount": 1_000})
    account = sandbox.control("wechat/account", method="GET")
    assert account == {"gross": 2690, "fees": 16, "refunds": 700, "withdrawn": 1_000, "net": 974}
    raw = wechat.download_bill(
        bill(wechat, "flow", days_later(sandbox), tar_type="PLAIN")[1]["download_url"]
    )[1]
    last = raw.decode().splitlines()[-3].split(",`")
    assert (last[3], last[7]) == ("提现", "9.74")

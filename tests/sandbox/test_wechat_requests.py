"""WeChat Pay's interface: who may ask, what is refused, and that every answer proves itself."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.wechat_shop import OPENID, ORDERS, Wire, china, client, wish
from yuanyou_sandbox.testing import RunningSandbox


@pytest.fixture
def wechat(sandbox: RunningSandbox) -> WeChatPay:
    return client(sandbox)


@pytest.fixture
def line(sandbox: RunningSandbox) -> Iterator[Wire]:
    made = Wire(sandbox)
    yield made
    made.http.close()


def answered(reply: tuple[int, str]) -> Any:
    status, text = reply
    assert status == 200, text
    return json.loads(text)


def test_the_sdk_as_it_comes_asks_looks_and_closes(sandbox: RunningSandbox, wechat: WeChatPay) -> None:
    """It proves each answer with WeChat's public key, the empty one to closing, too."""
    assert answered(wechat.pay(**wish()))["code_url"].startswith(f"{sandbox.wechat_url}/qr/")
    assert answered(wechat.query(out_trade_no="order_000001"))["trade_state"] == "NOTPAY"
    assert wechat.close("order_000001") == (204, b"")
    assert answered(wechat.query(out_trade_no="order_000001"))["trade_state"] == "CLOSED"


def test_the_sdk_proves_answers_with_platform_certificates_too(
    sandbox: RunningSandbox, wechat: WeChatPay
) -> None:
    """Who names no public key gets the certificate's signature; the certificates are sealed for the shop."""
    core = wechat._core
    core._public_key = core._public_key_id = None
    core._update_certificates()
    (certificate,) = core._certificates
    assert answered(wechat.pay(**wish()))
    known = sandbox.control("wechat/keys", method="GET")["keys"]
    assert f"{certificate.serial_number:X}" in {each["id"] for each in known}


@pytest.mark.parametrize(
    "said",
    [
        {"signature": "AAAA"},
        {"mchid": "1900000000"},
        {"serial_no": "1234"},
        {"timestamp": str(int(time.time()) - 4000)},
        {"timestamp": str(int(time.time()) + 4000)},
        {"nonce_str": "another"},
        {"scheme": "WECHATPAY2-SM2-WITH-SM3"},
        {"more": "than is known"},
    ],
)
def test_a_request_that_the_shop_did_not_sign_just_so_is_refused(line: Wire, said: dict[str, str]) -> None:
    raw = json.dumps(line.body()).encode()
    answer = line.send("POST", f"{ORDERS}/native", raw, **said)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert line.send("POST", f"{ORDERS}/native", raw).status_code == 200


def test_what_was_signed_is_what_is_read(line: Wire) -> None:
    """Another body, path or query under a good signature is refused."""
    raw = json.dumps(line.body()).encode()
    signed = line.authorization("POST", f"{ORDERS}/native", raw)
    headers = {
        "Authorization": signed,
        "Accept": "application/json",
        "User-Agent": "shop",
        "Content-Type": "application/json",
    }
    for path, body in (("native", raw + b" "), ("native?a=1", raw), ("jsapi", raw)):
        assert line.http.post(f"{ORDERS}/{path}", content=body, headers=headers).status_code == 401
    assert line.http.post(f"{ORDERS}/native", content=raw, headers=headers).status_code == 200


def test_refusals_are_signed_as_well(line: Wire) -> None:
    answer = line.native(amount={"total": 0, "currency": "CNY"})
    assert answer.status_code == 400
    assert answer.headers["wechatpay-signature-type"] == "WECHATPAY2-SHA256-RSA2048"
    assert answer.headers["wechatpay-serial"] == line.sandbox.wechat_key_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": {"total": 0, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 1.5, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 100, "currency": "USD"}}, "/amount/currency"),
        ({"out_trade_no": "short"}, "/out_trade_no"),
        ({"out_trade_no": "with space 1"}, "/out_trade_no"),
        ({"out_trade_no": "x" * 33}, "/out_trade_no"),
        ({"description": "x" * 128}, "/description"),
        ({"notify_url": "http://127.0.0.1/?a=1"}, "/notify_url"),
        ({"notify_url": None}, "/notify_url"),
        ({"time_expire": "2026-11-23T10:00:00"}, "/time_expire"),
        ({"time_expire": china(minutes=-1)}, "/time_expire"),
        ({"time_expire": china(days=8)}, "/time_expire"),
        ({"mchid": "1900000000"}, "/mchid"),
        ({"unheard_of": "x"}, "/unheard_of"),
    ],
)
def test_a_field_that_does_not_fit_is_named(line: Wire, changed: dict[str, Any], field: str) -> None:
    answer = line.native(**changed).json()
    assert (answer["code"], answer["detail"]["field"]) == ("PARAM_ERROR", field)
    assert line.sandbox.state()["wechat"]["objects"]["order"] == 0


def test_another_s_app_is_refused(line: Wire) -> None:
    assert line.native(appid="wx0000000000000000").json()["code"] == "APPID_MCHID_NOT_MATCH"


def test_the_same_request_is_the_same_order_and_another_is_refused(line: Wire) -> None:
    first = line.native().json()
    assert line.native().json() == first
    again = line.native(amount={"total": 2691, "currency": "CNY"})
    assert (again.status_code, again.json()["code"]) == (400, "INVALID_REQUEST")
    assert line.sandbox.state()["wechat"]["objects"]["order"] == 1


def test_a_number_that_was_paid_or_closed_is_used_up(line: Wire) -> None:
    line.native("order_paid01")
    line.sandbox.control("wechat/orders/order_paid01/pay")
    assert line.native("order_paid01").json()["code"] == "ORDERPAID"
    line.native("order_closed")
    close = f"{ORDERS}/out-trade-no/order_closed/close"
    assert line.post(close, {"mchid": line.sandbox.wechat_mchid}).status_code == 204
    assert line.native("order_closed").json()["code"] == "ORDER_CLOSED"


def test_one_number_has_one_way_to_be_paid(line: Wire) -> None:
    line.native()
    answer = line.post(f"{ORDERS}/jsapi", line.body(payer={"openid": OPENID}))
    assert (answer.status_code, answer.json()["code"]) == (403, "OUT_TRADE_NO_USED")


def test_jsapi_is_for_payers_the_app_has_seen(line: Wire) -> None:
    body = line.body(payer={"openid": "oSomebody"})
    assert line.post(f"{ORDERS}/jsapi", body).json()["code"] == "PARAM_ERROR"
    line.sandbox.control("wechat/payer", {"openid": "oSomebody"})
    assert line.post(f"{ORDERS}/jsapi", body).json()["prepay_id"].startswith("wx")


def test_h5_wants_to_know_the_payer_s_address(wechat: WeChatPay) -> None:
    scene = {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
    told = answered(wechat.pay(**wish(scene_info=scene, pay_type=WeChatPayType.H5)))
    assert "checkmweb?prepay_id=" in told["h5_url"]
    bad = {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Fax"}}
    status, text = wechat.pay(**wish("order_000002", scene_info=bad, pay_type=WeChatPayType.H5))
    assert (status, json.loads(text)["code"]) == (400, "PARAM_ERROR")


def test_an_order_is_found_by_either_number_and_only_with_our_own(line: Wire) -> None:
    line.native()
    line.sandbox.control("wechat/orders/order_000001/pay")
    told = line.order()
    mchid = line.sandbox.wechat_mchid
    assert line.get(f"{ORDERS}/id/{told['transaction_id']}?mchid={mchid}").json() == told
    assert line.get(f"{ORDERS}/id/{told['transaction_id']}?mchid=1900000000").status_code == 400
    missing = line.get(f"{ORDERS}/out-trade-no/order_000009?mchid={mchid}")
    assert (missing.status_code, missing.json()["code"]) == (404, "ORDER_NOT_EXIST")


def test_what_is_not_simulated_says_so(line: Wire) -> None:
    answer = line.get("/v3/merchant/fund/balance/BASIC")
    assert answer.status_code == 404
    assert "operations.py" in answer.json()["message"]


def test_a_faulty_answer_is_faulty_once(line: Wire) -> None:
    line.native()
    for fault, status in (("error_500", 500), ("rate_limit", 429)):
        line.sandbox.control("faults", {"company": "wechat", "fault": fault, "on": "transactions.get"})
        target = f"{ORDERS}/out-trade-no/order_000001?mchid={line.sandbox.wechat_mchid}"
        assert line.get(target).status_code == status
        assert line.get(target).status_code == 200


def test_orders_keys_and_money_outlive_a_kill(sandbox: RunningSandbox) -> None:
    with RunningSandbox() as own:
        wechat = client(own)
        answered(wechat.pay(**wish()))
        own.control("wechat/orders/order_000001/pay")
        before = own.control("wechat/keys", method="GET")
        own.kill()
        own.start()
        assert answered(wechat.query(out_trade_no="order_000001"))["trade_state"] == "SUCCESS"
        assert own.control("wechat/account", method="GET")["gross"] == 2690
        assert own.control("wechat/keys", method="GET") == before

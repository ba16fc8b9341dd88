"""Alipay's gateway: strict about every request, and spoken to by an SDK that does not know us."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
import pytest
from alipay import AliPay

from yuanyou_sandbox.alipay import keys
from yuanyou_sandbox.testing import RunningSandbox

BEIJING = ZoneInfo("Asia/Shanghai")
ORDER = {"out_trade_no": "att_1", "total_amount": "26.90", "subject": "美国 30 天"}
PRECREATE, QUERY = "alipay.trade.precreate", "alipay.trade.query"


def now(**off: int) -> str:
    return (datetime.now(BEIJING) + timedelta(**off)).strftime("%Y-%m-%d %H:%M:%S")


@dataclass
class Shop:
    """A shop without a library: it signs what it is told to sign."""

    sandbox: RunningSandbox

    def __post_init__(self) -> None:
        self.known: dict[str, Any] = self.sandbox.control("alipay/keys", method="GET")
        self.gateway = f"{self.sandbox.alipay_url}/gateway.do"

    def parameters(
        self, method: str, content: Mapping[str, object], /, **other: str | None
    ) -> dict[str, str]:
        """Public parameters; `other` changes them, None leaves one out."""
        usual = {
            "app_id": self.known["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": now(),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False),
        }
        return {name: value for name, value in (usual | other).items() if value is not None}

    def sign(self, told: Mapping[str, str], *, key: str | None = None, encoding: str = "utf-8") -> str:
        text = "&".join(f"{name}={value}" for name, value in sorted(told.items()) if value)
        return keys.sign(key or self.known["app_private_key"], text.encode(encoding))

    def send(self, told: Mapping[str, str], **how: Any) -> tuple[dict[str, Any], str]:
        """The answer, and the raw text of all of it."""
        raw = httpx.post(self.gateway, data={**told, "sign": self.sign(told, **how)}).text
        whole = json.loads(raw)
        return next(value for name, value in whole.items() if name.endswith("_response")), raw

    def ask(self, method: str, content: Mapping[str, object], /, **other: str | None) -> dict[str, Any]:
        return self.send(self.parameters(method, content, **other))[0]

    def stock(self) -> AliPay:
        """python-alipay-sdk as it comes."""

        def framed(kind: str, line: str) -> str:
            return f"-----BEGIN {kind} KEY-----\n{line}\n-----END {kind} KEY-----"

        made = AliPay(
            appid=self.known["app_id"],
            app_private_key_string=framed("PRIVATE", self.known["app_private_key"]),
            alipay_public_key_string=framed("PUBLIC", self.known["alipay_public_key"]),
        )
        made._gateway = self.gateway
        return made


@pytest.fixture
def shop_side(sandbox: RunningSandbox) -> Shop:
    return Shop(sandbox)


def test_an_sdk_that_does_not_know_us_signs_and_verifies(shop_side: Shop) -> None:
    """It sends by GET, all in the address, and proves each answer over its raw text."""
    sdk = shop_side.stock()
    made = sdk.server_api(PRECREATE, dict(ORDER), timestamp=now())
    assert made["qr_code"].startswith(shop_side.sandbox.alipay_url)
    shop_side.sandbox.control("alipay/orders/att_1/pay")
    told = sdk.server_api(QUERY, {"out_trade_no": "att_1"}, timestamp=now())
    assert (told["trade_status"], told["total_amount"]) == ("TRADE_SUCCESS", "26.90")
    back = {"out_trade_no": "att_1", "refund_amount": "7.00", "out_request_no": "ref_1"}
    assert sdk.server_api("alipay.trade.refund", back, timestamp=now())["fund_change"] == "Y"


@pytest.mark.parametrize(
    ("other", "sub_code"),
    [
        ({"app_id": "2014000000000000"}, "isv.invalid-app-id"),
        ({"app_id": None}, "isv.missing-app-id"),
        ({"method": "alipay.trade.create"}, "isv.invalid-method"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"timestamp": "yesterday"}, "isv.invalid-timestamp"),
        ({"timestamp": now(hours=-8)}, "isv.invalid-timestamp"),
        ({"timestamp": now(hours=2)}, "isv.invalid-timestamp"),
        ({"version": "2.0"}, "isv.invalid-parameter"),
        ({"biz_content": "not json"}, "isv.invalid-parameter"),
        ({"app_cert_sn": "a" * 32}, "isv.invalid-parameter"),
    ],
)
def test_one_thing_wrong_and_nothing_is_done(
    shop_side: Shop, other: dict[str, str | None], sub_code: str
) -> None:
    told = shop_side.ask(PRECREATE, ORDER, **other)
    assert told["sub_code"] == sub_code
    assert told["code"] in {"40001", "40002"}
    assert shop_side.sandbox.state()["alipay"]["objects"]["order"] == 0


def test_what_somebody_else_signed_or_changed_is_refused(shop_side: Shop) -> None:
    told = shop_side.parameters(PRECREATE, ORDER)
    assert shop_side.send(told, key=keys.new_private())[0]["sub_code"] == "isv.invalid-signature"
    sign = shop_side.sign(told)
    for name in told:
        changed = {**told, name: f"{told[name]} ", "sign": sign}
        answer = json.loads(httpx.post(shop_side.gateway, data=changed).text)
        assert "isv." in json.dumps(answer), name
    unsigned = json.loads(httpx.post(shop_side.gateway, data=told).text)
    assert unsigned["alipay_trade_precreate_response"]["sub_code"] == "isv.missing-signature"
    assert shop_side.sandbox.state()["alipay"]["objects"]["order"] == 0


def test_parameters_may_stand_in_the_address_and_in_the_form(shop_side: Shop) -> None:
    told = shop_side.parameters(PRECREATE, ORDER)
    told["sign"] = shop_side.sign(told)
    content = {"biz_content": told.pop("biz_content")}
    answer = httpx.post(f"{shop_side.gateway}?{urlencode(told)}", data=content).json()
    assert answer["alipay_trade_precreate_response"]["code"] == "10000"


def test_gbk_is_spoken_both_ways(shop_side: Shop) -> None:
    told = shop_side.parameters(PRECREATE, ORDER, charset="gbk")
    sign = shop_side.sign(told, encoding="gbk")
    body = urlencode({**told, "sign": sign}, encoding="gbk").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(shop_side.gateway, content=body, headers=headers).status_code == 200
    order = shop_side.sandbox.control("alipay/orders/att_1", method="GET")
    assert order["subject"] == "美国 30 天"
    refused = shop_side.parameters("alipay.trade.close", {"out_trade_no": "nobody"}, charset="gbk")
    refused["sign"] = shop_side.sign(refused, encoding="gbk")
    answer = httpx.post(shop_side.gateway, data=refused)
    assert "交易不存在" in answer.content.decode("gbk")


def test_an_answer_is_signed_over_its_raw_text_alone(shop_side: Shop) -> None:
    told, raw = shop_side.send(shop_side.parameters(PRECREATE, ORDER))
    start = raw.index(":") + 1
    content = raw[start : raw.rindex(',"sign"')]
    public, sign = shop_side.known["alipay_public_key"], json.loads(raw)["sign"]
    assert keys.signed(public, content.encode(), sign)
    assert not keys.signed(public, json.dumps(told, separators=(",", ":")).encode(), sign)


def test_who_is_not_known_gets_an_answer_that_nobody_signed(shop_side: Shop) -> None:
    _, raw = shop_side.send(shop_side.parameters(PRECREATE, ORDER, app_id="2014000000000000"))
    assert "sign" not in json.loads(raw)


@pytest.mark.parametrize(
    "content",
    [
        ORDER | {"total_amount": "0"},
        ORDER | {"total_amount": "26.901"},
        ORDER | {"total_amount": "-1"},
        ORDER | {"out_trade_no": "att/1"},
        ORDER | {"out_trade_no": "a" * 65},
        ORDER | {"nobody_reads_this": "1"},
        ORDER | {"time_expire": "2001-01-01 00:00:00"},
        ORDER | {"product_code": "QUICK_WAP_WAY"},
        {"out_trade_no": "att_1", "subject": "no amount"},
    ],
)
def test_a_field_that_does_not_fit_is_refused(shop_side: Shop, content: dict[str, object]) -> None:
    told = shop_side.ask(PRECREATE, content)
    assert told["code"] in {"40001", "40004"}
    assert shop_side.sandbox.state()["alipay"]["objects"]["order"] == 0


def test_state_outlives_a_kill(shop_side: Shop) -> None:
    shop_side.ask(PRECREATE, ORDER)
    shop_side.sandbox.control("alipay/orders/att_1/pay")
    before = shop_side.known
    shop_side.sandbox.kill()
    shop_side.sandbox.start()
    assert shop_side.sandbox.control("alipay/keys", method="GET") == before
    assert shop_side.ask(QUERY, {"out_trade_no": "att_1"})["trade_status"] == "TRADE_SUCCESS"
    shop_side.sandbox.control("reset")
    assert shop_side.sandbox.control("alipay/keys", method="GET") == before


def test_a_slow_answer_comes_late_and_a_lie_changes_nothing_that_is_kept(shop_side: Shop) -> None:
    shop_side.ask(PRECREATE, ORDER)
    shop_side.sandbox.control("alipay/orders/att_1/pay")
    shop_side.sandbox.control(
        "faults", {"company": "alipay", "fault": "slow", "on": "trade.query", "seconds": 0.3}
    )
    began = time.monotonic()
    shop_side.ask(QUERY, {"out_trade_no": "att_1"})
    assert time.monotonic() - began > 0.3
    lie = {"company": "alipay", "fault": "wrong_amount", "on": "trade.query", "value": "1"}
    shop_side.sandbox.control("faults", lie)
    assert shop_side.ask(QUERY, {"out_trade_no": "att_1"})["total_amount"] == "0.01"
    assert shop_side.ask(QUERY, {"out_trade_no": "att_1"})["total_amount"] == "26.90"

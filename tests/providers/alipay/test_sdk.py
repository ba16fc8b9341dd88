"""What is laid over the SDK: Beijing's time, POST, exact texts, proof of every answer, certificates."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.providers.alipay.conftest import Desk
from tests.providers.alipay.forms import private_key, public_key
from yuanyou.payments.port import Misconfigured, Place, Told, Unknown
from yuanyou.providers.alipay.keys import Certificates, key_of
from yuanyou.providers.alipay.sdk import beijing, connect, raw_of
from yuanyou_sandbox.alipay import keys

WINTER = datetime(2026, 1, 1, 17, 30, tzinfo=UTC)
ASK_IN_UTC = """
import os, time
from datetime import UTC, datetime
from yuanyou.providers.alipay.adapter import Alipay
os.environ["TZ"] = "UTC"
time.tzset()
now = lambda: datetime.now(UTC)
ours = {"app_id": os.environ["APP"], "private_key": os.environ["KEY"], "api_base": os.environ["BASE"]}
ours |= {"public_keys": (os.environ["PUBLIC"],), "merchant": "2088", "notify_url": ""}
Alipay(**ours, now=now, real=now).verify()
"""


def spoken(*, public: tuple[str, ...] = (), post: Callable[[dict[str, str]], str] = lambda _: "") -> Any:
    return connect(
        app_id="1",
        private_key=private_key("app"),
        public_keys=public,
        certificates=None,
        post=post,
        real=lambda: WINTER,
    )


def answer(content: str, *, by: str = "alipay", name: str = "alipay_trade_query_response") -> str:
    return f'{{"{name}":{content},"sign":"{keys.sign(private_key(by), content.encode())}"}}'


# Trap 8: the container's time zone


def test_a_container_in_utc_sends_beijing_time(desk: Desk) -> None:
    """The gateway refuses a time that is eight hours off: right keys are enough only with the right zone."""
    ours = {
        "APP": desk.known["app_id"],
        "KEY": desk.known["app_private_key"],
        "PUBLIC": desk.known["alipay_public_key"],
        "BASE": desk.sandbox.alipay_url,
        "TZ": "UTC",
    }
    ran = subprocess.run(
        [sys.executable, "-c", ASK_IN_UTC], env={**os.environ, **ours}, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()


def test_the_stamp_is_beijings_and_no_offset_of_ours() -> None:
    assert beijing(WINTER) == "2026-01-02 01:30:00"
    assert spoken().build_body("alipay.trade.query", {})["timestamp"] == "2026-01-02 01:30:00"


def test_a_clock_that_is_wrong_is_refused_by_alipay_and_is_our_mistake(desk: Desk) -> None:
    with pytest.raises(Misconfigured) as refused:
        desk.another(real=lambda: WINTER).verify()
    assert "isv.invalid-timestamp" in str(refused.value)


# What travels where


def test_nothing_of_the_business_is_in_the_address_that_servers_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[httpx.Request] = []
    usual = httpx.Client.send

    def watched(client: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        seen.append(request)
        return usual(client, request, **more)

    monkeypatch.setattr(httpx.Client, "send", watched)
    ask, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    desk.adapter.close(ask)
    assert len(seen) >= 4
    assert {request.method for request in seen} == {"POST"}
    for request in seen:
        assert ask.ref not in str(request.url)
        assert str(told.charge_ref) not in str(request.url)


# What is believed


def test_an_answer_is_proved_over_its_very_characters() -> None:
    sdk = spoken(public=(public_key("alipay"),))
    content = '{ "code":"10000","qr_code":"https:\\/\\/x","subject":"a}{\\"b" , "n":1.10}'
    assert json.dumps(json.loads(content)) != content
    assert sdk.read(answer(content), "alipay_trade_query_response")["subject"] == 'a}{"b'
    assert raw_of(answer(content), "alipay_trade_query_response") == content


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace('"26.90"', '"26.91"'),
        lambda raw: raw.replace('"26.90"', '"26.90" '),
        lambda raw: raw.replace('"sign":"', '"sign":"A'),
        lambda raw: raw.replace("\\/", "/"),
    ],
)
def test_an_answer_that_was_touched_is_unknown(change: Callable[[str], str]) -> None:
    sdk = spoken(public=(public_key("alipay"),))
    raw = answer('{"code":"10000","total_amount":"26.90","url":"a\\/b"}')
    assert sdk.read(raw, "alipay_trade_query_response")
    assert change(raw) != raw
    with pytest.raises(Unknown):
        sdk.read(change(raw), "alipay_trade_query_response")


def test_what_nobody_signed_settles_nothing() -> None:
    sdk = spoken(public=(public_key("alipay"),))
    no_trade = {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST", "msg": "Business Failed"}
    for told in ({"code": "10000", "trade_status": "TRADE_SUCCESS"}, no_trade):
        with pytest.raises(Unknown):
            sdk.read(json.dumps({"alipay_trade_query_response": told}), "alipay_trade_query_response")


def test_without_a_key_of_alipays_no_answer_is_believed(desk: Desk) -> None:
    ask, _ = desk.paid()
    for none in ((), ("",), (" ",)):
        with pytest.raises(Unknown):
            desk.another(public_keys=none).query(ask)


@pytest.mark.parametrize("text", ["", "not a key", "MIIEvw", "-----BEGIN PRIVATE KEY-----"])
def test_a_key_that_is_none_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of(text)


def test_a_key_may_come_in_one_line_or_in_a_frame() -> None:
    line = private_key("app")
    framed = key_of(line).export_key().decode()
    assert key_of(framed) == key_of(line) == key_of(framed.replace("\n", "\\n"))


# Certificate mode


@pytest.fixture
def certified(desk: Desk) -> Desk:
    """The app is in certificate mode."""
    desk.known = desk.sandbox.control("alipay/keys", {"certificates": True})
    found = desk.known["certificates"]
    certificates = Certificates(app=found["app"], alipay=found["alipay"], root=found["root"])
    desk.adapter = desk.another(certificates=certificates, public_keys=())
    return desk


def test_with_certificates_everything_goes_as_with_keys(certified: Desk) -> None:
    certified.adapter.verify()
    ask, told = certified.paid()
    assert told.told is Told.SUCCEEDED
    assert certified.adapter.refund(certified.back(told, 700)).amount.minor == 700
    phone = certified.adapter.create(certified.asked(place=Place.PHONE))
    assert httpx.get(str(phone.url), follow_redirects=True).status_code == 200
    sent = certified.shop.received
    assert all(
        certified.adapter.parse_notice(headers=each.headers, body=each.body, now=datetime.now(UTC))
        for each in list(sent)
    )
    assert ask.ref


def test_without_the_serial_numbers_an_app_in_certificate_mode_is_refused(certified: Desk) -> None:
    with pytest.raises(Misconfigured):
        certified.another(public_keys=(certified.known["alipay_public_key"],)).verify()


def test_with_serial_numbers_an_app_in_key_mode_is_refused(certified: Desk) -> None:
    certified.sandbox.control("alipay/keys", {"certificates": False})
    with pytest.raises(Misconfigured):
        certified.adapter.verify()


def test_the_three_files_are_read_under_the_names_that_alipay_gives_them(
    certified: Desk, tmp_path: Any
) -> None:
    found = certified.known["certificates"]
    for name, pem in {
        "appCertPublicKey.crt": found["app"],
        "alipayCertPublicKey_RSA2.crt": found["alipay"],
        "alipayRootCert.crt": found["root"],
    }.items():
        (tmp_path / name).write_text(pem)
    certified.another(certificates=Certificates.of(tmp_path), public_keys=()).verify()
    (tmp_path / "alipayRootCert.crt").unlink()
    with pytest.raises(FileNotFoundError):
        Certificates.of(tmp_path)

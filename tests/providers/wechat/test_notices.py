"""Notices of WeChat Pay: what is not of now, not of a key we know, or not its very bytes, is no notice."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.contract import Sent
from tests.providers.wechat.conftest import Desk, public_keys
from tests.providers.wechat.signing import Signer, loaded, public_line, rsa_key, sealed
from tests.sandbox.shop import eventually
from yuanyou.payments.port import About, Ask, BadNotice, Notice
from yuanyou.providers.wechat.adapter import WeChat
from yuanyou_sandbox.testing import wechat_keys

OLD = "PUB_KEY_ID_OLD"
YEAR_2001 = str(int(datetime(2001, 9, 9, tzinfo=UTC).timestamp()))


@pytest.fixture
def theirs(desk: Desk) -> Signer:
    """WeChat's own signature."""
    return Signer(loaded(wechat_keys()[1]), desk.sandbox.wechat_key_id)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Nobody may be called; who was."""
    called: list[Any] = []

    def connect(_: socket.socket, address: Any) -> None:
        called.append(address)
        raise AssertionError(f"called {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return called


def parsed(adapter: WeChat, sent: Sent) -> Notice:
    (notice,) = adapter.parse_notice(headers=sent.headers, body=sent.body, now=datetime.now(UTC))
    return notice


def body_of(desk: Desk, ask: Ask, **changed: Any) -> bytes:
    plain = {
        "mchid": desk.sandbox.wechat_mchid,
        "appid": desk.sandbox.wechat_app_id,
        "out_trade_no": ask.ref,
        "transaction_id": "4200000000000000000000000001",
        "trade_state": "SUCCESS",
        "amount": {"total": ask.amount.minor, "currency": "CNY"},
    }
    return sealed(plain | changed, desk.sandbox.wechat_api_key)


def test_a_notice_signed_in_the_year_2001_is_not_taken(desk: Desk, theirs: Signer) -> None:
    body = body_of(desk, desk.asked())
    assert parsed(desk.adapter, theirs.sent(body))
    with pytest.raises(BadNotice, match="not of now"):
        parsed(desk.adapter, theirs.sent(body, Wechatpay_Timestamp=YEAR_2001))


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "١٢٣", "99999999999999999999"])
def test_a_time_that_is_none_is_not_taken(desk: Desk, theirs: Signer, stamp: str) -> None:
    sent = theirs.sent(body_of(desk, desk.asked()), Wechatpay_Timestamp="0")
    with pytest.raises(BadNotice):
        parsed(desk.adapter, replace(sent, headers={**sent.headers, "Wechatpay-Timestamp": stamp}))


@pytest.mark.parametrize(
    "serial", ["PUB_KEY_ID_NOBODY", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "", "zz"]
)
def test_an_unknown_serial_number_makes_us_call_nobody(
    desk: Desk, no_network: list[Any], serial: str
) -> None:
    stranger = Signer(rsa_key("a stranger"), serial)
    with pytest.raises(BadNotice, match="unknown serial"):
        parsed(desk.adapter, stranger.sent(body_of(desk, desk.asked())))
    assert no_network == []


def test_setting_us_up_without_a_key_calls_nobody_and_proves_nothing(
    desk: Desk, theirs: Signer, no_network: list[Any]
) -> None:
    with pytest.raises(BadNotice):
        parsed(desk.another(public_keys=()), theirs.sent(body_of(desk, desk.asked())))
    assert no_network == []


def test_a_known_name_with_another_s_signature_is_not_taken(desk: Desk) -> None:
    forged = Signer(rsa_key("a stranger"), desk.sandbox.wechat_key_id)
    with pytest.raises(BadNotice, match="wrong signature"):
        parsed(desk.adapter, forged.sent(body_of(desk, desk.asked())))


@pytest.mark.parametrize(
    "changed",
    [
        lambda body: json.dumps(json.loads(body)).encode(),
        lambda body: json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode(),
        lambda body: body.replace("支付成功".encode(), "支付失败".encode()),
        lambda body: b"\xef\xbb\xbf" + body,
    ],
)
def test_a_body_that_was_tampered_with_or_written_anew_is_not_taken(
    desk: Desk, theirs: Signer, changed: Any
) -> None:
    sent = theirs.sent(body_of(desk, desk.asked()))
    assert changed(sent.body) != sent.body
    with pytest.raises(BadNotice, match="wrong signature"):
        parsed(desk.adapter, replace(sent, body=changed(sent.body)))


@pytest.mark.parametrize("name", ["Wechatpay-Signature-Type", "Wechatpay-Nonce", "Wechatpay-Serial"])
def test_a_missing_header_is_a_bad_notice_and_nothing_worse(desk: Desk, theirs: Signer, name: str) -> None:
    sent = theirs.sent(body_of(desk, desk.asked()))
    with pytest.raises(BadNotice):
        parsed(desk.adapter, replace(sent, headers={k: v for k, v in sent.headers.items() if k != name}))


def test_another_algorithm_is_not_taken(desk: Desk, theirs: Signer) -> None:
    sent = theirs.sent(body_of(desk, desk.asked()), Wechatpay_Signature_Type="WECHATPAY2-SM2-WITH-SM3")
    with pytest.raises(BadNotice, match="algorithm"):
        parsed(desk.adapter, sent)


@pytest.mark.parametrize("api_key", ["0" * 32, "too short"])
def test_what_is_not_sealed_with_our_key_is_not_opened(desk: Desk, theirs: Signer, api_key: str) -> None:
    sent = theirs.sent(body_of(desk, desk.asked()))
    with pytest.raises(BadNotice):
        parsed(desk.another(api_key=api_key), sent)


def test_a_notice_for_another_merchant_is_not_ours(desk: Desk, theirs: Signer) -> None:
    sent = theirs.sent(body_of(desk, desk.asked(), mchid="1900000000"))
    with pytest.raises(BadNotice, match="somebody else"):
        parsed(desk.adapter, sent)


@pytest.mark.parametrize(
    "changed", [{"amount": {"total": 1, "currency": "CNY"}}, {"appid": "wx0"}, {"trade_state": "NOTPAY"}]
)
def test_whatever_a_notice_says_of_the_money_only_asking_counts(
    desk: Desk, theirs: Signer, changed: dict[str, Any]
) -> None:
    ask, told = desk.paid()
    notice = parsed(desk.adapter, theirs.sent(body_of(desk, ask, **changed)))
    assert (notice.ref, notice.about) == (ask.ref, About.ATTEMPT)
    assert desk.adapter.query(ask) == told


def test_a_notice_that_is_of_no_order_is_kept_and_asks_nothing(desk: Desk, theirs: Signer) -> None:
    body = sealed({"coupon_id": "1"}, desk.sandbox.wechat_api_key, event_type="COUPON.USE")
    assert parsed(desk.adapter, theirs.sent(body)).about is About.NOTHING


def test_while_wechat_changes_its_key_the_old_and_the_new_one_prove(desk: Desk) -> None:
    old = f"{OLD}={public_line(rsa_key(OLD))}"
    both = desk.another(public_keys=(*public_keys(desk.sandbox), old))
    body = body_of(desk, desk.asked())
    assert parsed(both, Signer(rsa_key(OLD), OLD).sent(body))
    assert parsed(both, Signer(loaded(wechat_keys()[1]), desk.sandbox.wechat_key_id).sent(body))
    with pytest.raises(BadNotice):
        parsed(desk.adapter, Signer(rsa_key(OLD), OLD).sent(body))


@pytest.mark.parametrize("kind", ["public_key", "certificate"])
def test_wechat_s_new_key_proves_once_we_know_it(desk: Desk, kind: str) -> None:
    new = desk.control("rotate", {"kind": kind})
    ask, _ = desk.paid()
    (received,) = eventually(lambda: list(desk.shop.received))
    sent = Sent(received.headers, received.body)
    with pytest.raises(BadNotice, match="unknown serial"):
        parsed(desk.adapter, sent)
    known = f"{new['id']}={new.get('certificate') or new['public_key']}"
    assert parsed(desk.another(public_keys=(known,)), sent).ref == ask.ref


def test_wechat_s_probe_is_refused_politely(desk: Desk) -> None:
    desk.control("probe", {"url": desk.shop.url})
    (received,) = eventually(lambda: list(desk.shop.received))
    with pytest.raises(BadNotice, match="probe"):
        parsed(desk.adapter, Sent(received.headers, received.body))
    answer = desk.adapter.ack(kept=False)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "FAIL")


def test_our_clock_may_be_a_few_minutes_off_and_no_more(desk: Desk, theirs: Signer) -> None:
    body = body_of(desk, desk.asked())
    assert parsed(desk.adapter, theirs.sent(body, age=timedelta(minutes=4, seconds=50)))
    with pytest.raises(BadNotice):
        parsed(desk.adapter, theirs.sent(body, age=timedelta(minutes=5, seconds=10)))


def test_a_serial_number_may_be_written_in_small_letters(desk: Desk, theirs: Signer) -> None:
    sent = Signer(theirs.key, theirs.serial.lower()).sent(body_of(desk, desk.asked()))
    assert parsed(desk.adapter, sent)
